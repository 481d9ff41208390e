"""No text costs more to read than its length: what is counted is what normalising has to sort."""

import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pytest

from cccd.person_name import NotAName, parse_name
from cccd.personal_id import NotAPersonalId, PersonalId
from cccd.phone import NotAPhone, parse_phone
from cccd.text import MOST_MARKS, clean, fold

PILE = "a" + "\u0301" * 15_000 + "\u0323" * 15_000  # each mark below is sorted past every mark above


@pytest.fixture
def sorted_marks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The swaps of each normalisation, at most: the square of each run of combining marks."""
    normalize, swaps = unicodedata.normalize, []

    def noting(form: Any, text: str) -> str:
        runs = (len([*run]) for marked, run in groupby(text, key=lambda c: unicodedata.combining(c) > 0) if marked)
        swaps.append(sum(run * run for run in runs))
        return normalize(form, text)

    monkeypatch.setattr(unicodedata, "normalize", noting)
    yield swaps


def test_a_pile_of_marks_is_no_work(sorted_marks: list[int]) -> None:
    for read, refused in ((parse_name, NotAName), (PersonalId.parse, NotAPersonalId), (parse_phone, NotAPhone)):
        with pytest.raises(refused):
            read(PILE * 2 + "1")
    clean(PILE)
    fold(PILE)
    assert len(sorted_marks) >= 5
    assert max(sorted_marks) <= 2 * MOST_MARKS**2


@pytest.mark.parametrize("name", ["Nguyễn Thị Thuỷ", "H'HEN NIÊ", "K'BRỂU"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_no_name_loses_a_mark(name: str, form: Any) -> None:
    assert clean(unicodedata.normalize(form, name)) == unicodedata.normalize("NFC", name)
