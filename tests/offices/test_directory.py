"""The directory: its offices, and what people type to find one."""

from datetime import date

import pytest

from offices.directory import directory

TODAY = date(2026, 11, 23)
THE_ARTICLES_DAY = date(2021, 6, 24)


def found(query: str, on: date = TODAY) -> list[str]:
    return [office.id for office in directory().search(query, on, 20).offices]


def test_at_least_twelve_offices_in_several_provinces_today() -> None:
    offices = directory().search("", TODAY, 100).offices
    assert len(offices) >= 12
    assert len({office.province for office in offices}) >= 6


def test_district_police_exist_on_the_articles_day_only() -> None:
    assert "cah-760" in found("quan 1", THE_ARTICLES_DAY)
    assert "cah-760" not in found("quan 1")


@pytest.mark.parametrize(
    ("query", "office"),
    [
        ("Công an phường Sài Gòn", "ca-26740"),
        ("sai gon", "ca-26740"),
        ("cong an phuong tan binh", "ca-27004"),
        ("hoan kiem", "ca-00070"),
        ("CÔNG AN QUẬN HẢI CHÂU", "ca-20242"),
        ("thành phố vinh", "ca-16690"),
        ("bien hoa", "ca-26068"),
        ("tran bien", "ca-26041"),
        ("kien giang phu quoc", "ca-31078"),
        ("ben nghe", "ca-26740"),
    ],
)
def test_what_people_type_finds_the_office_first(query: str, office: str) -> None:
    assert found(query)[0] == office


@pytest.mark.parametrize("query", ["paris", "🙂", "zzzzzz", "\u202e\u0000"])
def test_nonsense_finds_nothing_or_everything_but_never_fails(query: str) -> None:
    assert found(query) in ([], found(""))
