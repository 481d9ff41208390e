"""The lists from which a citizen chooses an address."""

from datetime import date

from places import places
from places.api import handler
from tests.gateway import call


def test_there_are_34_provinces_and_3321_wards() -> None:
    today = places.provinces(date(2026, 11, 23))
    assert len(today) == 34
    assert sum(len(places.wards(each.code)) for each in today) == 3321


def test_a_province_is_called_what_it_is_called_that_day() -> None:
    for day, name in (
        ("2025-07-01", "Tỉnh Đồng Nai"),
        ("2026-04-29", "Tỉnh Đồng Nai"),
        ("2026-04-30", "Thành phố Đồng Nai"),
    ):
        found = places.province("75", date.fromisoformat(day))
        assert found and found.name == name


def test_before_the_scheme_began_its_first_names_are_told() -> None:
    assert len(places.provinces(date(2021, 6, 24))) == 34
    assert places.province("99", date(2026, 11, 23)) is None


def test_a_front_end_reads_both_lists() -> None:
    listed = call(handler, "GET", "/provinces").body["items"]
    assert {"code": "79", "name": "Thành phố Hồ Chí Minh"} in listed
    assert {"code": "26740", "name": "Phường Sài Gòn"} in call(handler, "GET", "/provinces/79/wards").body["items"]
    assert call(handler, "GET", "/provinces/03/wards").code == "not_found"
