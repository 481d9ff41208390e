"""Every police office of the country: one for each ward of today, one for each province, and the former offices.

    ca-26740    Công an of a commune, ward or special zone, since 01/07/2025
    pc06-79     PC06 of a province of today; since 2018 if the province existed before under this code and name
    pc06-091    PC06 of a former province, until 30/06/2025 (the three digits of the citizen id's province)
    cah-760     Công an of a district, until 28/02/2025

Sources: data/country.json and places/data (see generate.py); Luật 72/2025/QH15 and Nghị quyết 202/2025/QH15 for the days.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from offices.office import Office
from places import places

DATA = Path(__file__).parent / "data"

# Nghị định 01/2018/NĐ-CP gave the ministry of public security this structure.
SINCE = date(2018, 8, 6)
LAST_DAY_OF_DISTRICTS = date(2025, 2, 28)
LAST_DAY_OF_63_PROVINCES = date(2025, 6, 30)
FIRST_DAY_OF_WARDS = date(2025, 7, 1)

PC06 = "Phòng Cảnh sát quản lý hành chính về trật tự xã hội (PC06) Công an"


@dataclass(frozen=True)
class Before:
    """The areas before July 2025.

    `provinces`: three-digit code to name and today's province. `districts`: by province, code to name. `older`: the
    earlier name of a district, without accents. `former`: by district, the name of a ward to today's codes, best first.
    """

    provinces: Mapping[str, tuple[str, str]]
    districts: Mapping[str, Mapping[str, str]]
    older: Mapping[str, list[str]]
    former: Mapping[str, Mapping[str, str]]

    def province_of(self, district: str) -> str:
        """The three-digit code of a district's province."""
        return next(code for code, districts in self.districts.items() if district in districts)

    def successors(self, district: str) -> list[str]:
        """Today's wards of a district: first the one of its name, then by how many of its wards each took over."""
        name = core(next(each[district] for each in self.districts.values() if district in each))
        shares: dict[str, float] = {}
        for targets in self.former[district].values():
            for rank, target in enumerate(targets.split()):
                shares[target] = shares.get(target, 0) + 1 / (1 + 3 * rank)
        return sorted(shares, key=lambda code: (core(ward_name(code)) != name, -shares[code], code))


def office(office_id: str) -> Office | None:
    """The office with that id in the country's lists, in force or not."""
    kind, _, code = office_id.partition("-")
    if kind == "ca":
        return _commune_police(code) if code in _provinces_of_wards() else None
    if kind == "cah":
        return _district_police(code) if code in before().former else None
    if kind == "pc06":
        return _province_police(code)
    return None


def office_ids(on: date) -> Iterator[str]:
    """The ids of that day's offices, province by province; those of provinces first."""
    if on > LAST_DAY_OF_63_PROVINCES:
        yield from (f"pc06-{code}" for code in _provinces())
        yield from (f"ca-{code}" for code in _provinces_of_wards())
        return
    yield from (pc06_before(code) for code in before().provinces)
    if on <= LAST_DAY_OF_DISTRICTS:
        yield from (f"cah-{district}" for districts in before().districts.values() for district in districts)


def offices_of_province(code: str, on: date) -> Iterator[str]:
    """The ids of a province's other offices that day; a former province is named by its three digits."""
    former = code if code in before().provinces else f"0{code}" if on <= LAST_DAY_OF_63_PROVINCES else ""
    if on <= LAST_DAY_OF_DISTRICTS:
        yield from (f"cah-{district}" for district in before().districts.get(former, ()))
    elif on > LAST_DAY_OF_63_PROVINCES and former:
        wards = (before().successors(district) for district in before().districts[former])
        yield from dict.fromkeys(f"ca-{ward}" for each in wards for ward in each)
    elif on > LAST_DAY_OF_63_PROVINCES:
        yield from (f"ca-{ward}" for ward in places.wards(code))


def pc06_before(old: str) -> str:
    """The office id of a former province's PC06: today's id, if the province is still the same."""
    name, code = before().provinces[old]
    return f"pc06-{code}" if old == f"0{code}" and core(name) == core(_provinces()[code]) else f"pc06-{old}"


def ward_name(code: str) -> str:
    """Today's name of a ward: "Phường Sài Gòn"."""
    return places.wards(province_of(code))[code]


def province_of(ward: str) -> str:
    """The two-digit code of a ward's province."""
    return _provinces_of_wards()[ward]


def core(name: str) -> str:
    """A name without its type: "Quận 1" is "1", "Thị trấn Hóc Môn" is "Hóc Môn"."""
    for kind in TYPES:
        if name.lower().startswith(kind + " "):
            return name[len(kind) + 1 :]
    return name


TYPES = (
    "phường",
    "xã",
    "thị trấn",
    "đặc khu",
    "quận",
    "huyện",
    "thị xã",
    "thành phố",
    "tỉnh",
    # The names of before 2025 that only lists without accents keep.
    "phuong",
    "xa",
    "thi tran",
    "quan",
    "huyen",
    "thi xa",
    "thanh pho",
)


def _commune_police(code: str) -> Office:
    name, province = ward_name(code), _provinces()[province_of(code)]
    return Office(
        id=f"ca-{code}",
        name=f"Công an {_in_a_sentence(name)}",
        province=province,
        ward=name,
        address=f"{name}, {province}",
        valid_from=FIRST_DAY_OF_WARDS,
    )


def _district_police(code: str) -> Office:
    old = before().province_of(code)
    name, province = before().districts[old][code], before().provinces[old][0]
    return Office(
        id=f"cah-{code}",
        name=f"Công an {_in_a_sentence(name)}",
        province=province,
        ward=name,
        address=f"{name}, {province}",
        valid_from=SINCE,
        valid_to=LAST_DAY_OF_DISTRICTS,
        successors=tuple(f"ca-{ward}" for ward in before().successors(code)),
    )


def _province_police(code: str) -> Office | None:
    if code in _provinces():
        name = _provinces()[code]
        lasting = f"0{code}" in before().provinces and pc06_before(f"0{code}") == f"pc06-{code}"
        return _pc06(code, name, SINCE if lasting else FIRST_DAY_OF_WARDS)
    if code in before().provinces and pc06_before(code) == f"pc06-{code}":
        name, today = before().provinces[code]
        return _pc06(code, name, SINCE, LAST_DAY_OF_63_PROVINCES, (f"pc06-{today}",))
    return None


def _pc06(code: str, name: str, first: date, last: date | None = None, successors: tuple[str, ...] = ()) -> Office:
    return Office(
        id=f"pc06-{code}",
        name=f"{PC06} {name.replace('Tỉnh ', 'tỉnh ')}",
        province=name,
        ward="",
        address="Chưa có địa chỉ: hãy hỏi Công an cấp xã nơi bạn ở.",  # no open list has the streets of the PC06
        valid_from=first,
        valid_to=last,
        successors=successors,
    )


def _in_a_sentence(name: str) -> str:
    """ "Phường Sài Gòn" is "phường Sài Gòn"; "Quận 1" keeps its capital."""
    return name if core(name).isdigit() else name[0].lower() + name[1:]


@cache
def before() -> Before:
    """Read when first needed; today's offices do not need it."""
    content = json.loads((DATA / "country.json").read_text(encoding="utf-8"))
    provinces = {old: (name, today) for old, (name, today) in content["provinces"].items()}
    return Before(provinces, content["districts"], content["older"], content["former"])


@cache
def _provinces() -> Mapping[str, str]:
    """Today's provinces by code. It has only the latest name: an office has the name of today."""
    return {each.code: each.name for each in places.provinces(date.max)}


@cache
def _provinces_of_wards() -> Mapping[str, str]:
    return {ward: province for province in _provinces() for ward in places.wards(province)}
