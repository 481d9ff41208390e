"""An office as front ends read it."""

from dataclasses import replace
from typing import Any

from cccd import clock
from cccd.wire import Model, Page
from offices.directory import bookable, directory
from offices.elsewhere import elsewhere, notices
from offices.office import Office
from offices.reading import opening_hours
from procedures.catalog import listed


class OfficialAccount(Model):
    """The office's Zalo Official Account, and where to follow it (Quan tâm)."""

    id: str
    follow_url: str


class OfficeSummary(Model):
    """An office in a list."""

    id: str
    name: str
    province: str
    ward: str
    address: str
    official_account: OfficialAccount | None
    bookable: bool


class OfficePage(Page[OfficeSummary]):
    """Offices, best first; `message` says what to do next where none was found, or where we are not `confident`."""

    confident: bool
    message: str | None


class OpeningHours(Model):
    """Days of the week and their hours, as read: "Thứ Hai - Thứ Sáu", "07:30-11:30, 13:30-17:00"."""

    days: str
    hours: str


class OfficeProcedure(Model):
    """A procedure that the office handles."""

    code: str
    title: str


class Location(Model):
    """A point on the map, WGS 84 degrees."""

    latitude: float
    longitude: float


class OfficeLink(Model):
    """Another office to go to."""

    id: str
    name: str


class OfficeDetail(OfficeSummary):
    """All that is known of an office; `elsewhere` are offices to go to where this one takes no bookings, best first."""

    opening_hours: list[OpeningHours]
    procedures: list[OfficeProcedure]
    phone: str | None
    location: Location | None
    notices: list[str]
    elsewhere: list[OfficeLink]


def summary(office: Office) -> dict[str, Any]:
    """The fields of an `OfficeSummary`."""
    account = office.official_account_id
    return {
        "id": office.id,
        "name": office.name,
        "province": office.province,
        "ward": office.ward,
        "address": office.address,
        "official_account": OfficialAccount(id=account, follow_url=f"https://zalo.me/{account}") if account else None,
        "bookable": bookable(office, clock.today()),
    }


def detail(office: Office, announced: list[str], account: str | None = None) -> OfficeDetail:
    """All of the office; what it has `announced` comes before what stands in its configuration, as does the id of the
    `account` that is connected for it."""
    today = clock.today()
    lines = opening_hours(office.opening) if office.opening else []
    offered = listed(today) if bookable(office, today) else []
    others = elsewhere(office, directory(), today)
    return OfficeDetail(
        **summary(replace(office, official_account_id=account or office.official_account_id)),
        opening_hours=[OpeningHours(days=days, hours=hours) for days, hours in lines],
        procedures=[OfficeProcedure(code=each.code, title=each.title) for each in offered],
        phone=office.phone,
        location=Location(latitude=office.location[0], longitude=office.location[1]) if office.location else None,
        notices=[*announced, *notices(office, others, today)],
        elsewhere=[OfficeLink(id=each.id, name=each.name) for each in others],
    )
