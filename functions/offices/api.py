"""GET /offices and GET /offices/{officeId}."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from cccd import clock
from cccd.errors import NotFound
from cccd.http import cacheable, lambda_handler, refuses, resolver
from cccd.wire import Model, Page
from offices.directory import bookable, directory
from offices.elsewhere import elsewhere, notices
from offices.office import Office
from offices.reading import opening_hours
from procedures.catalog import listed

MAX_AGE = 300  # seconds a front end may keep an answer
NOTHING_FOUND = (
    "Chúng tôi chưa tìm thấy cơ quan Công an nào theo tên này. Bạn thử gõ tên phường, xã, hoặc quận, huyện"
    " (tên cũ cũng được), hoặc gõ tên tỉnh, thành phố để tìm Phòng PC06 Công an tỉnh nhé."
)

NOT_SURE = (
    "Chúng tôi không chắc đây là nơi bạn tìm. Bạn gõ thêm tên phường, xã và quận, huyện hoặc tỉnh (tên cũ cũng được)"
    " để tìm đúng hơn nhé."
)

app = resolver()


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


@app.get("/offices", summary="Find an office", description="Free text; accents are optional, former names work.")
@cacheable(app, MAX_AGE, kept=256)
def search_offices(
    q: Annotated[str, Query(max_length=200, description="Tên phường, xã, quận cũ, tỉnh.")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> OfficePage:
    found = directory().search(q, clock.today(), limit)
    items = [OfficeSummary(**_summary(office)) for office in found.offices]
    message = NOTHING_FOUND if not items else None if found.sure else NOT_SURE
    return OfficePage(items=items, confident=bool(items) and found.sure, message=message)


@app.get("/offices/<officeId>", summary="One office")
@refuses(NotFound)
@cacheable(app, MAX_AGE, kept=256)
def read_office(office_id: Annotated[str, Path(alias="officeId")]) -> OfficeDetail:
    office = directory().find(office_id)
    if office is None:
        raise NotFound
    return _detail(office)


def _summary(office: Office) -> dict[str, Any]:
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


def _detail(office: Office) -> OfficeDetail:
    today = clock.today()
    lines = opening_hours(office.opening) if office.opening else []
    offered = listed(today) if bookable(office, today) else []
    others = elsewhere(office, directory(), today)
    return OfficeDetail(
        **_summary(office),
        opening_hours=[OpeningHours(days=days, hours=hours) for days, hours in lines],
        procedures=[OfficeProcedure(code=each.code, title=each.title) for each in offered],
        phone=office.phone,
        location=Location(latitude=office.location[0], longitude=office.location[1]) if office.location else None,
        notices=notices(office, others, today),
        elsewhere=[OfficeLink(id=each.id, name=each.name) for each in others],
    )


handler = lambda_handler(app)
