"""The calls of Zalo's e-government Mini App template (Zalo-MiniApp/zaui-egovernment), in its own spellings.

Source: its src/constants/common.ts and src/types/index.ts of 2024-11-29. `pargeSize` is spelt as it is there.
"""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from bookings.booking import Booking, BookingStatus
from bookings.draw_store import DrawStore
from bookings.store import BookingStore
from cccd import clock
from cccd.dynamodb import client
from cccd.errors import FieldError, InvalidRequest, NotFound, SessionExpired
from cccd.hashes import citizen_hash
from cccd.http import address, lambda_handler, problem_response, resolver
from cccd.keyring import secret
from cccd.phone import shown_phone
from cccd.settings import Settings
from cccd.table import Table
from declarations.declaration import DeclarationStatus
from declarations.linking import LinkedDeclarations
from declarations.use import Use
from desk.counters import at_counters
from desk.store import DeskStore
from egovernment.asked import FeedbackIn, ScheduleIn
from egovernment.envelope import enveloped, success
from egovernment.organisations import articles, bookable_office_of, office_of, organisations
from egovernment.scheduling import Desk, book, latest
from egovernment.tokens import Caller, Tokens, bearer
from faq import search
from feedback.kinds import kinds
from feedback.store import Feedback, FeedbackStore
from images.store import Images
from offices.directory import directory
from procedures import catalog
from zalo.graph import ZaloGraph
from zalo.holder import holder
from zalo.refused import RefusedTokens

MOST_ON_A_PAGE = 50

Answer = dict[str, Any]
PageNumber = Annotated[int, Query(ge=0, le=100_000)]
PageSize = Annotated[int, Query(alias="pargeSize", ge=1)]

app = resolver()


class EgovernmentSettings(Settings):
    """The tables, the keys, and where Zalo is asked."""

    bookings_table: str
    declarations_table: str
    feedback_table: str
    images_bucket: str
    identity_key_secret: str
    zalo_app_secret: str
    zalo_graph_url: str

    def identity_key(self) -> bytes:
        """The key that makes keyed hashes."""
        return secret(self.identity_key_secret)


settings = EgovernmentSettings.load()
refused = RefusedTokens()


@cache
def graph() -> ZaloGraph:
    return ZaloGraph(settings.zalo_graph_url, secret(settings.zalo_app_secret))


def sign_in_anew(ended: SessionExpired) -> Response[Any]:
    """The citizen has erased everything since Zalo vouched for this token: it is asked again, if it comes again."""
    _tokens().forget(bearer(_header("authorization")))
    return problem_response(ended)


app.exception_handler(SessionExpired)(sign_in_anew)


@app.get("/get_organization_api")
def get_organization(mini_app_id: Annotated[str, Query(alias="miniAppId", max_length=64)] = "") -> Answer:
    found = organisations().get(mini_app_id.strip())
    office = directory().find(found.office) if found else None
    if found is None or office is None:
        raise NotFound
    account = office.official_account_id
    follows = [{"oaId": account, "name": office.name, "follow": False, "logoUrl": found.logo_url}] if account else []
    return success(
        {
            "id": office.id,
            "name": office.name,
            "description": found.description,
            "logoUrl": found.logo_url,
            "officialAccounts": follows,
        }
    )


@app.get("/get_articles_api")
def get_articles(page: PageNumber = 0, size: PageSize = 10) -> Answer:
    rows = [
        {
            "id": each.id,
            "title": each.title,
            "desc": each.desc,
            "link": each.link,
            "thumb": each.thumb,
            "createdAt": each.created_at.isoformat(),
        }
        for each in articles()
        if not each.offices or _header("x-organization-id") in each.offices
    ]
    return success(_page(rows, page, size))


@app.get("/information_guide_api")
def information_guide(page: PageNumber = 0, size: PageSize = 10) -> Answer:
    entries = search.browse(clock.today())
    rows = [
        {"id": number, "question": each.version.question, "answer": each.version.answer}
        for number, each in enumerate(entries, start=1)
    ]
    return success(_page(rows, page, size))


@app.get("/feedback_types_api")
def feedback_types() -> Answer:
    rows = [
        {"id": kind, "title": title, "order": order} for order, (kind, title) in enumerate(kinds().items(), start=1)
    ]
    return success(rows)


@app.get("/feedback_api")
def list_feedback(page: PageNumber = 0, size: PageSize = 10) -> Answer:
    """The caller's own: what others wrote may name people. The client would show 01/01/1970 for an answer that is not there yet."""
    caller, now = _caller(), clock.now()
    office = office_of(_header("x-organization-id"))
    store = _feedback()
    mine = [each for each in store.of_citizen(caller.citizen, now) if each.office_id == office.id]
    return success(_page(mine, page, size, lambda each: _said(each, store.images)))


@app.post("/feedback_api")
def add_feedback(request: FeedbackIn) -> Answer:
    caller, now = _caller(), clock.now()
    office = office_of(_header("x-organization-id"))
    kind = next(iter(kinds())) if request.feedback_type_id is None else request.feedback_type_id
    if kind not in kinds():
        raise InvalidRequest([FieldError("feedbackTypeId", "not_found", "Vui lòng chọn lại loại phản ánh.")])
    use = Use(Table(client(), settings.declarations_table))
    use.count(caller.citizen, "feedbacks", caller.since, now)
    in_time = use.in_time(caller.citizen, caller.since)
    _feedback().add(caller.citizen, office.id, kind, request.title, request.content, now, in_time, request.image_urls)
    return success(True)


@app.post("/create_schedule_api")
def create_schedule(request: ScheduleIn) -> Answer:
    caller, now = _caller(), clock.now()
    office = bookable_office_of(_header("x-organization-id"), now.date())
    return success(_schedule(book(_desk(), office, caller, request, now)))


@app.get("/get_schedule_api")
def get_schedule() -> Answer:
    caller, now = _caller(), clock.now()
    found = latest(_desk(), office_of(_header("x-organization-id")), caller, now)
    return success(_schedule(found) if found else None)


@app.get("/search_profiles_api")
def search_profiles(
    code: Annotated[str, Query(alias="profileCode", max_length=64)] = "",
    organization: Annotated[str, Query(alias="organizationId", max_length=64)] = "",
) -> Answer:
    """The state of the caller's own declaration; a code of 128 random bits that is somebody else's answers as one that is none."""
    caller, now = _caller(), clock.now()
    table = Table(client(), settings.declarations_table)
    Use(table).count(caller.citizen, "searches", caller.since, now)
    found = LinkedDeclarations(client(), settings.declarations_table).find(caller.citizen, code.strip().lower(), now)
    if found is None or found.status is DeclarationStatus.DRAFT or organization not in ("", found.office_id):
        return success([])
    booked = [
        each.as_of(now) for each in _desk().bookings.of_citizen(caller.citizen) if each.declaration_id == found.id
    ]
    office = directory().find(found.office_id or "")
    told = [f"Tờ khai {found.status.in_vietnamese} tới {office.name if office else 'cơ quan Công an'}."]
    told += [
        f"Lịch hẹn {each.start:%H:%M} {clock.shown(each.start.date())}: {each.status.in_vietnamese}." for each in booked
    ]
    day = now.date().isoformat()
    return success(
        [
            {
                "name": _title(found.procedure, now.date()),
                "profileCode": found.id,
                "dueDate": min((each.start.date().isoformat() for each in booked if each.active), default=""),
                "notifications": [{"message": each, "createdAt": day} for each in told],
            }
        ]
    )


def _caller() -> Caller:
    """The citizen whose token it is: asked of Zalo once, and then remembered for a while.

    Raises:
        Unauthenticated, ZaloTokenInvalid, ZaloUnavailable
    """
    token, now, tokens = bearer(_header("authorization")), clock.now(), _tokens()
    if known := tokens.find(token, now):
        return known
    person = holder(graph(), refused, token, address(app))
    return tokens.remember(token, citizen_hash(settings.identity_key(), person.id), now)


def _tokens() -> Tokens:
    return Tokens(Table(client(), settings.bookings_table), settings.identity_key())


def _desk() -> Desk:
    name = settings.bookings_table
    return Desk(BookingStore(client(), name), DrawStore(client(), name), settings.identity_key())


def _feedback() -> FeedbackStore:
    return FeedbackStore(client(), settings.feedback_table, Images(settings.images_bucket))


def _schedule(booking: Booking) -> dict[str, Any]:
    day = booking.start.date()
    rejected = booking.status in (BookingStatus.RELEASED, BookingStatus.DISPLACED, BookingStatus.NOT_DRAWN)
    return {
        "fullName": booking.applicant.full_name,
        "phoneNumber": shown_phone(booking.applicant.phone),
        "content": f"{_title(booking.procedure, day)}, {booking.start:%H:%M}",
        "date": f"{day:%m-%d-%Y}",
        "yourNumber": booking.ticket,
        "currentNumber": _called_now(booking.office_id) if day == clock.today() else "",
        "organizationId": booking.office_id,
        "status": "rejected" if rejected else "pending" if booking.status is BookingStatus.WISHED else "approved",
        "rejectedInfo": f"Lịch hẹn {booking.status.in_vietnamese}." if rejected else None,
    }


def _called_now(office_id: str) -> str:
    tickets = DeskStore(client(), settings.bookings_table).tickets(office_id, clock.today(), consistent=False)
    return next((each.number for each in at_counters(tickets)), "")


def _title(procedure: str, day: date) -> str:
    try:
        return catalog.find(procedure, day).title
    except (catalog.UnknownProcedure, catalog.NotYetAProcedure, catalog.NothingKnown):
        return "Căn cước"


def _said(each: Feedback, images: Images) -> dict[str, Any]:
    return {
        "id": each.id,
        "title": each.title,
        "content": each.content,
        "response": each.answer or "",
        "creationTime": each.at.isoformat(),
        "responseTime": (each.answered_at or each.at).isoformat(),
        "type": kinds().get(each.kind, ""),
        "imageUrls": [images.link(key) for key in each.images],
    }


def _page[T](rows: list[T], page: int, size: int, shown: Callable[[T], Any] = lambda row: row) -> dict[str, Any]:
    """A page as the template counts: from 0, and it asks for more as long as it has fewer than `total`. No other row is `shown`."""
    size = min(size, MOST_ON_A_PAGE)
    return {
        "current": page,
        "pageSize": size,
        "total": len(rows),
        "data": [shown(each) for each in rows[page * size : (page + 1) * size]],
    }


def _header(name: str) -> str | None:
    return (app.current_event.headers or {}).get(name)


handler = enveloped(lambda_handler(app, traced=True))
