"""Reading typed text: chat spelling, no accents, slips, dialects, ages; and accents that count where typed."""

import pytest

from faq.language import Language, words
from faq.prepared import prepared

LANGUAGE = Language(prepared().vocabulary)


@pytest.mark.parametrize(
    ("typed", "tokens"),
    [
        ("làm căn cước công dân", "lam =can-cuoc"),
        ("lm CCCD", "lam =can-cuoc"),
        ("LAM CC O DAU", "lam =can-cuoc =o-dau"),
        ("lamf cawn cuowcs", "lam =can-cuoc"),
        ("lamcancuoc", "lam =can-cuoc"),
        ("làm cănn cướcc", "lam =can-cuoc"),
        ("cmt", "=cmnd"),
        ("chứng minh thư", "=cmnd"),
        ("ở mô rứa", "=o-dau vay"),
        ("bé 7t", "=tre-em 7 tuoi =tuoi-6-13"),
        ("lớp 3", "lop 3 =tuoi-6-13"),
        ("24/11", "=ngay-le"),
    ],
)
def test_reads(typed: str, tokens: str) -> None:
    assert LANGUAGE.read(typed) == tokens.split()


def test_accents_count_where_they_are_typed() -> None:
    assert "=mat-the" in LANGUAGE.read("bị rơi căn cước rồi")
    assert "=mat-the" not in LANGUAGE.read("xong rồi")
    assert "=hong" in LANGUAGE.read("thẻ bị mờ số")
    assert "=hong" not in LANGUAGE.read("mấy giờ mở cửa")


def test_both_habits_of_placing_a_tone_are_one() -> None:
    assert words("hoà uỷ")[0].accented == words("hòa")[0].accented
    assert LANGUAGE.read("ủy quyền") == LANGUAGE.read("uỷ quyền") == ["=lam-thay"]


@pytest.mark.parametrize("typed", ["", " ", "🙂", "\x00\x01", "!!!", "½ ﷽ 東京 ١٢"])
def test_reads_anything(typed: str) -> None:
    assert isinstance(LANGUAGE.read(typed), list)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("người Malaysia", "=nguoi-nuoc-ngoai"), ("di Malaysia", "=ra-nuoc-ngoai"), ("bên Malaysia", "=viet-kieu"),
        ("mai bay Huế", "=may-bay"), ("sinh năm 1988", "=nam-sinh"), ("tròn 60", "=tuoi-cao"), ("du 14", "=tuoi-14"),
    ],
)  # fmt: skip
def test_some_words_mean_something_only_together(typed: str, meant: str) -> None:
    assert meant in LANGUAGE.read(typed)


@pytest.mark.parametrize("typed", ["Malaysia", "sinh 1800", "năm 1988", "đi Huế", "đủ 3"])
def test_and_not_alone(typed: str) -> None:
    together = {"=nguoi-nuoc-ngoai", "=ra-nuoc-ngoai", "=viet-kieu", "=may-bay", "=nam-sinh", "=tuoi-duoi-6"}
    assert not together.intersection(LANGUAGE.read(typed))
