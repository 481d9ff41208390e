"""What officers do on a day. API Gateway's authorizer has checked the token; a citizen's session opens nothing here."""

import datetime as dates
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import Field, StringConstraints, model_validator

from bookings.lifecycle import release
from bookings.pressed import IdempotencyKey
from cccd import clock
from cccd.dynamodb import client
from cccd.errors import (
    ChiefOnly,
    CounterBusy,
    FieldError,
    IdempotencyKeyReused,
    InvalidRequest,
    NobodyWaits,
    NotFound,
    NotHere,
    NotServable,
    NotToday,
    NotYourOffice,
    NoWalkInSeat,
    TooManyNotices,
    WrongTicketState,
)
from cccd.fields import NameField, PersonalIdField, StartField
from cccd.hashes import applicant_hash, request_hash
from cccd.http import created, lambda_handler, refuses, resolver, unchanged
from cccd.keyring import secret
from cccd.observability import logger
from cccd.settings import Settings
from cccd.table import Table
from cccd.wire import Model, Page
from cccd.working_calendar import national_calendar
from consent.journal import Journal
from declarations.linking import LinkedDeclarations
from desk import acts, days, walk_ins
from desk.acts import Day
from desk.announcements import LONGEST, Announcement, Announcements
from desk.board import Line, board, validator
from desk.officer import Officer, Role, officer_of
from desk.rehousing import rehouse
from desk.soon import tell_who_is_next
from desk.store import DeskStore
from desk.tickets import Ticket, TicketState
from desk.waits import statistics, wait_of
from notifications.store import NoticeStore
from offices.directory import directory, rules_of
from offices.opening import Capacity, Session, slots_on
from offices.review import MOST_SEATS
from procedures import catalog

app = resolver()


class DeskSettings(Settings):
    """The tables of bookings, of the citizens' journals and of messages, and the key of hashes."""

    bookings_table: str
    declarations_table: str
    notices_table: str
    identity_key_secret: str

    def identity_key(self) -> bytes:
        """The key that makes keyed hashes."""
        return secret(self.identity_key_secret)


class MyOffice(Model):
    """An office for which the officer may act."""

    id: str
    name: str
    role: Role


class Me(Model):
    """The officer who is signed in."""

    name: str
    offices: list[MyOffice]


class TicketView(Model):
    """A ticket of the day; of a walk-in there may be no name, and there is no personal id. Times are null until they come.

    `slotClosed`: the chief has closed its time, and somebody has to call this `phone`; no other ticket tells one.

    `declarationReady`: the person has filled in and submitted the declaration, and it fits the appointment;
    `declarationMissing` says in words what it lacks, of an appointment. Both are at most five minutes old.
    """

    ticket: str
    start: datetime
    state: TicketState
    walk_in: bool
    full_name: str | None
    personal_id: str | None
    procedure: str | None
    declaration_ready: bool
    declaration_missing: str | None
    counter: str | None
    checked_in_at: datetime | None
    called_at: datetime | None
    served_at: datetime | None
    slot_closed: bool
    phone: str | None


class DayBoard(Model):
    """An office's day: called, waiting in the order in which they will be called, set aside, expected, gone, served."""

    office_id: str
    date: dates.date
    tickets: list[TicketView]


class CheckIn(Model):
    """Who is here: the text of the ticket's QR code, or the number as the person reads it out."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    ticket: (
        Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{4}-?[PTWptw]?[0-9]{2,3}$")] | None
    ) = None

    @model_validator(mode="after")
    def one_of_both(self) -> "CheckIn":
        if (self.code is None) == (self.ticket is None):
            raise ValueError("one of code and ticket")
        return self


class Call(Model):
    """The counter to which somebody is called, as it is written above it."""

    counter: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z]{1,8}$")]


class WalkIn(Model):
    """Somebody without an appointment. The name is for the officer alone; it may be left out."""

    procedure: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    full_name: NameField | None = None


class Acted(Model):
    """A ticket as it stands after the act."""

    ticket: str
    state: TicketState
    counter: str | None


class WaitsView(Model):
    """The waits of the people of one hour, or of one procedure."""

    of: str
    people: int
    p50: int | None
    p90: int | None


class StatisticsView(Model):
    """What became of the tickets from one day to another, both included; it holds nothing of any person.

    `lapsed` are holds that nobody confirmed. `seats` are those that the office's rules have in these days.
    """

    office_id: str
    served: int
    no_shows: int
    cancelled: int
    lapsed: int
    walk_ins: int
    seats: int
    by_day: dict[dates.date, int]
    by_hour: list[WaitsView]
    by_procedure: list[WaitsView]


class Release(Model):
    """The person who stands at the desk with their papers."""

    personal_id: PersonalIdField


class Released(Model):
    """The appointment that was ended: nobody holds this person's place any more."""

    office_id: str
    start: datetime
    ticket: str


PLAIN = r"^[^<>\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]*$"  # one line of text that shows what it says
MOST_DAYS = 92  # between the first and the last day of statistics

ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), Field(examples=["07:30"])]
Number = Annotated[int, Field(ge=0, le=MOST_SEATS)]


class Seats(Model):
    """Seats of each slot where permanent and temporary residents queue apart."""

    permanent: Number
    temporary: Number


class PlannedSession(Model):
    """A stretch of the day, of whole slots, with so many seats in each."""

    from_: Annotated[ClockTime, Field(alias="from")]
    to: ClockTime
    seats: Number | Seats


class DayPlan(Model):
    """What the chief says of a day; `reason` is what citizens read of a time that is closed."""

    sessions: Annotated[list[PlannedSession], Field(max_length=10)]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200, pattern=PLAIN)]


class NoticeIn(Model):
    """Words for everybody; plain text, as citizens read it."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300, pattern=PLAIN)]
    until: StartField


class NoticeView(Model):
    """An announcement of the office, and until when it is shown."""

    id: str
    text: str
    until: datetime


class NoticePage(Page[NoticeView]):
    """What the office announces, the one that ends first before the others."""


class PlannedSlot(Model):
    """A slot as it stands; without seats it is closed. Somebody who is `booked` in a closed slot has to be called.

    `permanent` and `temporary` are told where residents queue apart; `seats` is their sum.
    """

    start: datetime
    seats: int
    permanent: int | None
    temporary: int | None
    booked: int


class PlannedDay(Model):
    """The slots of a day as they stand, and how many appointments were told of the change, with seats kept for them."""

    office_id: str
    date: dates.date
    told: int
    slot_minutes: int
    slots: list[PlannedSlot]


OfficeId = Annotated[str, Path(alias="officeId")]
DayPath = Annotated[date, Path(alias="date")]
TicketPath = Annotated[str, Path(alias="ticket")]

settings = DeskSettings.load()


def desk() -> DeskStore:
    return DeskStore(client(), settings.bookings_table)


def officer() -> Officer:
    return officer_of(app.current_event.raw_event)


@app.get("/desk/me", summary="Who is signed in, and for which offices")
def read_officer() -> Me:
    me = officer()
    names = {office_id: found.name for office_id in me.offices if (found := directory().find(office_id))}
    return Me(
        name=me.name,
        offices=[MyOffice(id=each, name=names[each], role=me.offices[each]) for each in sorted(names)],
    )


@app.get(
    "/desk/offices/<officeId>/days/<date>",
    summary="A day's tickets",
    description="Its `ETag` changes with any ticket: a page that polls sends it back as `If-None-Match` and mostly gets 304.",
    responses={
        200: {"description": "The day's tickets", "content": {"application/json": {"model": DayBoard}}},
        304: {"description": "Nothing has changed since the answer that `If-None-Match` names"},
    },
)
@refuses(NotYourOffice, InvalidRequest, NotFound)
def read_day(office_id: OfficeId, day: DayPath) -> Response[DayBoard]:
    here = _day(office_id, day)
    tickets = desk().tickets(here.office_id, here.date)
    etag = validator(tickets, here.now)
    asked = (app.current_event.headers or {}).get("if-none-match") or ""
    if etag in asked:
        unchanged(etag)
    linked = LinkedDeclarations(client(), settings.declarations_table)
    lines = board(desk(), linked, tickets, here.rules.booked_before_walk_in, here.now)
    told = DayBoard(office_id=here.office_id, date=here.date, tickets=[_line(each) for each in lines])
    return Response(200, content_types.APPLICATION_JSON, told, {"ETag": etag})


@app.post("/desk/offices/<officeId>/days/<date>/check-ins", summary="Somebody is here")
@refuses(NotYourOffice, NotFound, NotHere, NotToday, WrongTicketState)
def check_in(office_id: OfficeId, day: DayPath, request: CheckIn) -> Acted:
    here = _day(office_id, day)
    number = request.ticket or acts.number_of(desk(), here, request.code or "")
    return _acted(acts.check_in(desk(), here, number))


@app.post(
    "/desk/offices/<officeId>/days/<date>/calls",
    summary="Call the next one to a counter",
    description="The same key brings the same ticket. Two counters that press at once get two people.",
)
@refuses(NotYourOffice, NotFound, NotToday, NobodyWaits, CounterBusy)
def call_next(office_id: OfficeId, day: DayPath, request: Call, idempotency_key: IdempotencyKey) -> Acted:
    here = _day(office_id, day)
    called = acts.call_next(desk(), here, request.counter, _key(here.officer, idempotency_key))
    tell_who_is_next(desk(), NoticeStore(client(), settings.notices_table), here)
    return _acted(called)


@app.post(
    "/desk/offices/<officeId>/days/<date>/tickets/<ticket>/<act>",
    summary="Recall, serve, park, return, mark as absent, or undo",
    description="Each may be repeated after a lost answer; `undo` if it says which state it takes back.",
)
@refuses(NotYourOffice, InvalidRequest, NotFound, NotToday, NotServable, WrongTicketState, CounterBusy)
def act_on_ticket(
    office_id: OfficeId,
    day: DayPath,
    ticket: TicketPath,
    act: Annotated[Literal["recall", "serve", "no-show", "park", "return", "undo"], Path()],
    of: Annotated[TicketState | None, Query(description="Of `undo`: the state that is to be taken back.")] = None,
) -> Acted:
    here = _day(office_id, day)
    if act == "undo":
        return _acted(acts.undo(desk(), here, ticket, of))
    return _acted(ACTS[act](desk(), here, ticket))


@app.post(
    "/desk/offices/<officeId>/days/<date>/walk-ins",
    summary="A ticket for somebody without an appointment",
    status_code=201,
)
@refuses(NotYourOffice, NotFound, NotToday, NoWalkInSeat)
def add_walk_in(office_id: OfficeId, day: DayPath, request: WalkIn, idempotency_key: IdempotencyKey) -> Response[Acted]:
    here = _day(office_id, day)
    _known(request.procedure, here.date)
    holder = _key(here.officer, idempotency_key)
    ticket, new = walk_ins.walk_in(desk(), here, national_calendar(), holder, request.procedure, request.full_name)
    return created(_acted(ticket), new=new)


@app.get(
    "/desk/offices/<officeId>/days/<date>/slots",
    summary="The slots of a day as they stand, and who would be affected by a change",
    description="For the chief. Nobody is told of anything: `told` is 0.",
)
@refuses(NotYourOffice, ChiefOnly, InvalidRequest, NotFound)
def read_planned_slots(office_id: OfficeId, day: DayPath) -> PlannedDay:
    here = _day(office_id, day)
    here.officer.chief_at(office_id)
    return _standing(here, days.stand(desk(), here, national_calendar()), 0)


@app.put(
    "/desk/offices/<officeId>/days/<date>",
    summary="Close times, give more seats or fewer, or open a day that is closed: at once",
    description="For the chief. The day has these sessions and no others; none closes it. Each appointment in a closed time gets "
    "three near seats, kept for a day, and a message; it stands until its citizen moves it with one press. The day's tickets mark those who "
    "have not, with the phone number.",
)
@refuses(NotYourOffice, ChiefOnly, NotFound)
def plan_day(office_id: OfficeId, day: DayPath, request: DayPlan) -> PlannedDay:
    here = _day(office_id, day)
    here.officer.chief_at(office_id)
    sessions = [
        Session(time.fromisoformat(each.from_), time.fromisoformat(each.to), _seats(each.seats))
        for each in request.sessions
    ]
    slots = days.say(desk(), here, national_calendar(), sessions, request.reason)
    return _standing(here, slots, rehouse(desk(), here, national_calendar()))


@app.delete(
    "/desk/offices/<officeId>/days/<date>",
    summary="The day is as the office's rules say again",
    description="For the chief.",
)
@refuses(NotYourOffice, ChiefOnly, NotFound, InvalidRequest)
def forget_plan(office_id: OfficeId, day: DayPath) -> PlannedDay:
    here = _day(office_id, day)
    here.officer.chief_at(office_id)
    slots = days.unsay(desk(), here, national_calendar())
    return _standing(here, slots, rehouse(desk(), here, national_calendar()))


@app.get("/desk/offices/<officeId>/notices", summary="What the office announces now")
@refuses(NotYourOffice)
def list_notices(office_id: OfficeId) -> NoticePage:
    officer().at(office_id)
    return NoticePage(items=[_notice(each) for each in announcements().shown(office_id, clock.now())])


@app.post(
    "/desk/offices/<officeId>/notices",
    summary="Announce something to everybody, until a time",
    description="For the chief. `GET /offices/{officeId}` shows it within a minute, `…/queue` within seconds.",
    status_code=201,
)
@refuses(NotYourOffice, ChiefOnly, TooManyNotices, IdempotencyKeyReused)
def add_notice(office_id: OfficeId, request: NoticeIn, idempotency_key: IdempotencyKey) -> Response[NoticeView]:
    me, now = officer().chief_at(office_id), clock.now()
    if not now < request.until <= now + LONGEST:
        message = f"Thời hạn phải từ bây giờ đến {LONGEST.days} ngày tới."
        raise InvalidRequest([FieldError("until", "out_of_range", message)])
    said = Announcement(_key(me, idempotency_key), request.text, request.until)
    return created(_notice(said), new=announcements().add(me, office_id, said, now))


@app.delete(
    "/desk/offices/<officeId>/notices/<noticeId>",
    summary="Announce it no longer",
    description="For the chief.",
    status_code=204,
)
@refuses(NotYourOffice, ChiefOnly, NotFound)
def remove_notice(office_id: OfficeId, notice_id: Annotated[str, Path(alias="noticeId")]) -> Response[None]:
    me = officer().chief_at(office_id)
    announcements().remove(me, office_id, notice_id, clock.now())
    return Response(status_code=204)


def announcements() -> Announcements:
    return Announcements(client(), settings.bookings_table)


def _notice(said: Announcement) -> NoticeView:
    return NoticeView(id=said.id, text=said.text, until=said.until)


def _seats(given: int | Seats) -> Capacity:
    if isinstance(given, int):
        return {"shared": given}
    return {"permanent": given.permanent, "temporary": given.temporary}


def _standing(here: Day, slots: list[days.Standing], told: int) -> PlannedDay:
    return PlannedDay(
        office_id=here.office_id,
        date=here.date,
        told=told,
        slot_minutes=here.rules.slot_minutes,
        slots=[
            PlannedSlot(
                start=each.start,
                seats=sum(each.seats.values()),
                permanent=each.seats.get("permanent"),
                temporary=each.seats.get("temporary"),
                booked=each.booked,
            )
            for each in slots
        ],
    )


@app.post(
    "/desk/offices/<officeId>/releases",
    summary="End the appointment that somebody else made with this person's id",
    description="The officer has seen the person and their papers. Whoever made it is told; their record says that the office did it.",
)
@refuses(NotYourOffice, NotFound)
def release_applicant(office_id: OfficeId, request: Release) -> Released:
    me, now = officer().at(office_id), clock.now()
    booking = release(desk().bookings, applicant_hash(settings.identity_key(), request.personal_id), now)
    for office in {office_id, booking.office_id}:  # the person stands here; the place was there
        desk().note(me, office, "release", booking.ticket, now)
    Journal(Table(client(), settings.declarations_table)).note_release(booking.citizen, now)
    logger.info("released", office=booking.office_id, start=booking.start.isoformat(), ticket=booking.ticket)
    return Released(office_id=booking.office_id, start=booking.start, ticket=booking.ticket)


@app.get(
    "/desk/offices/<officeId>/statistics",
    summary="What became of the tickets of some days",
    description="For the chief. Waits in minutes from the check-in to the call, null where too few people came to say so.",
)
@refuses(NotYourOffice, ChiefOnly, InvalidRequest)
def read_statistics(
    office_id: OfficeId,
    from_: Annotated[date, Query(alias="from", ge=clock.FIRST_DAY, le=clock.LAST_DAY)],
    to: Annotated[date, Query(ge=clock.FIRST_DAY, le=clock.LAST_DAY)],
) -> StatisticsView:
    officer().chief_at(office_id)
    if not 0 <= (to - from_).days <= MOST_DAYS:
        raise InvalidRequest([FieldError("to", "out_of_range", f"Chọn khoảng từ 1 đến {MOST_DAYS + 1} ngày.")])
    found = statistics(desk().outcomes(office_id, from_, to))
    return StatisticsView(
        office_id=office_id,
        served=found.served,
        no_shows=found.no_shows,
        cancelled=found.cancelled,
        lapsed=found.lapsed,
        walk_ins=found.walk_ins,
        seats=_seats_between(office_id, from_, to),
        by_day={date.fromisoformat(day): number for day, number in sorted(found.by_day.items())},
        by_hour=[_waited(f"{hour:02d}:00", found.by_hour[hour]) for hour in sorted(found.by_hour)],
        by_procedure=[_waited(each, found.by_procedure[each]) for each in sorted(found.by_procedure)],
    )


def _seats_between(office_id: str, first: date, last: date) -> int:
    rules = rules_of(office_id)
    days_of = (first + timedelta(days=number) for number in range((last - first).days + 1))
    slots = [slot for day in days_of for slot in slots_on(rules, national_calendar(), day)]
    return sum(sum(slot.capacity.values()) for slot in slots)


def _waited(of: str, seconds: list[int]) -> WaitsView:
    wait = wait_of(seconds)
    return WaitsView(of=of, people=len(seconds), p50=wait.p50 if wait else None, p90=wait.p90 if wait else None)


ACTS = {
    "recall": acts.recall,
    "serve": acts.serve,
    "no-show": acts.no_show,
    "park": acts.park,
    "return": acts.come_back,
}


def _day(office_id: str, day: date) -> Day:
    """The day of an office for which the officer may act."""
    me = officer().at(office_id)
    if directory().find(office_id) is None:
        raise NotFound
    return Day(office_id, day, rules_of(office_id), me, clock.now())


def _known(procedure: str, day: date) -> None:
    try:
        catalog.find(procedure, day)
    except (catalog.UnknownProcedure, catalog.NotYetAProcedure, catalog.NothingKnown):
        message = "Không có thủ tục này vào ngày hôm nay. Vui lòng chọn lại thủ tục."
        raise InvalidRequest([FieldError("procedure", "not_found", message)]) from None


def _key(me: Officer, idempotency_key: str) -> str:
    """A key counts for the officer who sends it."""
    return request_hash(settings.identity_key(), f"{me.id}\0{idempotency_key}")[:16]


def _acted(ticket: Ticket) -> Acted:
    return Acted(ticket=ticket.number, state=ticket.state, counter=ticket.counter)


def _line(line: Line) -> TicketView:
    ticket, booking = line.ticket, line.booking
    to_call = ticket.closed and ticket.state is TicketState.EXPECTED  # whoever is here knows
    return TicketView(
        ticket=ticket.number,
        start=ticket.start,
        state=ticket.state,
        walk_in=ticket.walk_in,
        full_name=booking.applicant.full_name if booking else ticket.name,
        personal_id=booking.applicant.masked_id or None if booking else None,
        procedure=booking.procedure if booking else ticket.procedure,
        declaration_ready=booking is not None and line.missing is None,
        declaration_missing=line.missing,
        counter=ticket.counter,
        checked_in_at=ticket.checked_in_at,
        called_at=ticket.called_at,
        served_at=ticket.served_at,
        slot_closed=to_call,
        phone=booking.applicant.phone if booking and to_call else None,
    )


handler = lambda_handler(app)
