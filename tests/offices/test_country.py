"""The directory of the country is complete and keeps its ids, and every former name leads to an office."""

from datetime import date

import pytest

from cccd.effective import holds
from offices.country import before, core, office, office_ids
from places import places

TODAY = date(2026, 11, 23)
THE_ARTICLES_DAY = date(2021, 6, 24)


def test_one_office_for_each_ward_and_province() -> None:
    ids = list(office_ids(TODAY))
    assert len(ids) == len(set(ids)) == 3321 + 34
    for each in ids:
        found = office(each)
        assert found is not None and found.id == each and holds(found, TODAY)
        assert found.name.startswith(("Công an ", "Phòng Cảnh sát")) and found.province and found.address


def test_the_offices_of_before_are_over_and_lead_on() -> None:
    ids = list(office_ids(THE_ARTICLES_DAY))
    assert len(ids) == 63 + 696
    for each in ids:
        found = office(each)
        assert found is not None and holds(found, THE_ARTICLES_DAY), each
        if not holds(found, TODAY):
            assert found.successors
            assert all((after := office(one)) and holds(after, TODAY) for one in found.successors)


@pytest.mark.parametrize(
    ("office_id", "name"),
    [
        ("ca-26740", "Công an phường Sài Gòn"),
        ("ca-27559", "Công an xã Hóc Môn"),
        ("ca-31078", "Công an đặc khu Phú Quốc"),
        ("pc06-79", "Phòng Cảnh sát quản lý hành chính về trật tự xã hội (PC06) Công an Thành phố Hồ Chí Minh"),
        ("pc06-091", "Phòng Cảnh sát quản lý hành chính về trật tự xã hội (PC06) Công an tỉnh Kiên Giang"),
        ("cah-760", "Công an Quận 1"),
        ("cah-784", "Công an huyện Hóc Môn"),
        ("cah-769", "Công an thành phố Thủ Đức"),
    ],
)
def test_names(office_id: str, name: str) -> None:
    found = office(office_id)
    assert found is not None and found.name == name


@pytest.mark.parametrize(
    "office_id", ["", "ca", "ca-", "ca-99999", "pc06-", "pc06-02", "pc06-099", "cah-999", "xx-26740", "-"]
)
def test_what_is_no_office(office_id: str) -> None:
    assert office(office_id) is None


def test_every_former_name_leads_to_wards_of_today() -> None:
    wards = {code for each in places.provinces(TODAY) for code in places.wards(each.code)}
    reached: set[str] = set()
    for former in before().former.values():
        for targets in former.values():
            assert set(targets.split()) <= wards
            reached |= set(targets.split())
    assert reached == wards


def test_a_province_that_changed_its_rank_is_called_what_it_is_now() -> None:
    found = office("ca-26041")
    assert found is not None and found.province == "Thành phố Đồng Nai"


def test_a_name_without_its_type() -> None:
    assert [core(each) for each in ("Phường 1", "Thị trấn Hóc Môn", "Đặc khu Côn Đảo")] == ["1", "Hóc Môn", "Côn Đảo"]
