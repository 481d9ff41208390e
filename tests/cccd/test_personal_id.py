"""Personal ids: every one that a living person can have passes, nonsense does not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cccd.personal_id import NotAPersonalId, PersonalId


@pytest.mark.parametrize(
    "typed",
    [
        "079190001234",
        "079 190 001 234",
        "079.190.001.234",
        "079-190-001-234",
        "０７９１９０００１２３４",
        " 079190001234\u200b",
    ],
)
def test_an_id_is_read_however_it_is_typed(typed: str) -> None:
    assert PersonalId.parse(typed).digits == "079190001234"


def test_an_id_tells_what_its_structure_tells() -> None:
    person = PersonalId.parse("079302000000")
    assert (person.place_code, person.sex, person.birth_year) == ("079", "female", 2002)
    assert person.agrees_with(date(2002, 12, 31)) and not person.agrees_with(date(2003, 1, 1))
    assert "000000" not in repr(person) and person.masked == "079*****0000"


@pytest.mark.parametrize("typed", ["", "07919000123", "0791900012345", "079490001234", "07919000123a", "-79190001234"])
def test_what_nobody_can_have_is_no_id(typed: str) -> None:
    with pytest.raises(NotAPersonalId):
        PersonalId.parse(typed)


@given(st.from_regex(r"[0-9]{3}[0-3][0-9]{8}", fullmatch=True).filter(str.isascii))
def test_any_place_code_is_accepted(digits: str) -> None:
    assert PersonalId.parse(digits).digits == digits
