"""A citizen's appointments: hold, confirm, cancel, read back."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Path
from pydantic import Field

from bookings import lifecycle
from bookings.availability import OpenSlot, alternatives
from bookings.booking import Applicant, Booking, Status
from bookings.booking_id import BookingId, new_id
from bookings.calendar_entry import calendar_entry
from bookings.holding import HoldRequest, hold
from bookings.people_ahead import people_ahead
from bookings.store import BookingStore
from bookings.views import ApplicantIn, ApplicantView, BookingRequest, BookingView, DocumentView, Move
from cccd import clock
from cccd.base32 import base32
from cccd.dynamodb import client
from cccd.errors import FieldError, InvalidRequest, NotFound, Refusal, SlotClosed, SlotFull
from cccd.http import Page, citizen, created, lambda_handler, resolver
from cccd.keyring import keyed_hash, secret
from cccd.personal_id import PersonalId
from cccd.settings import Settings
from cccd.transactions import Write
from cccd.working_calendar import national_calendar
from declarations.items import link
from offices import opening
from offices.directory import bookable, directory
from offices.office import Office
from offices.opening import OpeningRules, Queue, Residence, Slot
from procedures import catalog
from procedures.documents import documents_to_bring

app = resolver()


class BookingsSettings(Settings):
    """Tables, names of the secrets, and how many active bookings one citizen may have (for a family)."""

    bookings_table: str
    declarations_table: str
    session_key_secret: str
    identity_key_secret: str
    bookings_per_citizen: Annotated[int, Field(ge=1, le=20)] = 4


IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="Mã do ứng dụng tạo cho mỗi lần bấm nút; gửi lại cùng mã thì nhận lại cùng lịch hẹn.",
    ),
]
OptionalIdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=8, max_length=128, pattern=r"^[\x21-\x7e]+$")
]
BookingIdPath = Annotated[str, Path(alias="bookingId")]


@dataclass(frozen=True)
class Caller:
    """Who asks, and when."""

    id: str
    now: datetime

    @cached_property
    def hash(self) -> str:
        """Their keyed hash, which stands for them in the table."""
        return base32(keyed_hash(identity_key(), "citizen", self.id))


settings = BookingsSettings.load()


def identity_key() -> bytes:
    return secret(settings.identity_key_secret)


def store() -> BookingStore:
    return BookingStore(client(), settings.bookings_table)


def caller() -> Caller:
    return Caller(citizen(app).id, clock.now())


@app.post("/bookings", summary="Hold a seat", description="201 a new hold; 200 the one this key made before.")
def hold_booking(request: BookingRequest, idempotency_key: IdempotencyKey) -> Response[BookingView]:
    who = caller()
    wanted_id = new_id(identity_key(), request.applicant.personal_id, who.id, idempotency_key)
    body = base32(keyed_hash(identity_key(), "request", request.model_dump_json()))
    try:
        office, rules = _office(request.office_id, who.now.date())
        residence = _residence(request.procedure, request.start)
        slot = opening.slot_at(rules, national_calendar(), request.start, who.now)
    except Refusal:
        made = store().find(wanted_id)  # a repeat of a hold that was right when it was made
        if made is None or made.request != body:
            raise
        return created(_view(made.as_of(who.now)), new=False)
    wanted = HoldRequest(
        id=wanted_id,
        citizen=who.hash,
        request=body,
        office_id=office.id,
        procedure=request.procedure,
        slot=slot,
        queue=opening.queue_for(slot.capacity, residence),
        applicant=_applicant(request.applicant),
        declaration_id=request.declaration_id,
        declaration=_linked(who, request.declaration_id, slot),
    )
    try:
        booking, new = hold(store(), wanted, rules, settings.bookings_per_citizen, who.now)
    except SlotFull as full:
        raise SlotFull(extra={"alternatives": _alternatives(office, rules, slot, residence, who.now)}) from full
    return created(_view(booking.as_of(who.now)), new=new)


@app.get("/bookings", summary="Own appointments", description="Latest first.")
def list_bookings() -> Page[BookingView]:
    who = caller()
    found = sorted(store().of_citizen(who.hash), key=lambda booking: booking.start, reverse=True)
    return Page[BookingView](items=[_view(booking.as_of(who.now), store()) for booking in found])


@app.get("/bookings/<bookingId>", summary="One own appointment")
def read_booking(booking_id: BookingIdPath) -> BookingView:
    who = caller()
    booking = lifecycle.own(store(), _parsed(booking_id), who.hash)
    return _view(booking.as_of(who.now), store())


@app.post("/bookings/<bookingId>/confirm", summary="Confirm a hold", description="Twice is the same as once.")
def confirm_booking(booking_id: BookingIdPath, idempotency_key: OptionalIdempotencyKey = None) -> BookingView:
    who = caller()
    return _view(lifecycle.confirm(store(), _parsed(booking_id), who.hash, who.now, _key_hash(idempotency_key)))


@app.post(
    "/bookings/<bookingId>/reschedule",
    summary="Move to another slot of the office",
    description="The old seat is free in the same instant; where the new slot is full, the old seat stays.",
)
def reschedule_booking(
    booking_id: BookingIdPath, request: Move, idempotency_key: OptionalIdempotencyKey = None
) -> BookingView:
    who = caller()
    start = request.start

    def open_slot(booking: Booking) -> tuple[Slot, Queue]:
        _, rules = _office(booking.office_id, who.now.date())
        slot = opening.slot_at(rules, national_calendar(), start, who.now)
        return slot, opening.queue_for(slot.capacity, _residence(booking.procedure, start))

    id_, key = _parsed(booking_id), _key_hash(idempotency_key)
    try:
        return _view(lifecycle.reschedule(store(), id_, who.hash, start, open_slot, rules_of, who.now, key))
    except SlotFull as full:
        booking = lifecycle.own(store(), id_, who.hash)
        slot, _ = open_slot(booking)
        residence = _residence(booking.procedure, start)
        office, rules = _office(booking.office_id, who.now.date())
        raise SlotFull(extra={"alternatives": _alternatives(office, rules, slot, residence, who.now)}) from full


@app.post("/bookings/<bookingId>/cancel", summary="Cancel", description="The seat is free in the same instant.")
def cancel_booking(booking_id: BookingIdPath, idempotency_key: OptionalIdempotencyKey = None) -> BookingView:
    who = caller()
    key = _key_hash(idempotency_key)
    return _view(lifecycle.cancel(store(), _parsed(booking_id), who.hash, rules_of, who.now, key))


@app.get("/bookings/<bookingId>/calendar", summary="The appointment for a phone's calendar")
def read_calendar(booking_id: BookingIdPath) -> Response[str]:
    who = caller()
    booking = lifecycle.own(store(), _parsed(booking_id), who.hash).as_of(who.now)
    text = calendar_entry(booking, directory().find(booking.office_id), who.now)
    return Response(status_code=200, content_type="text/calendar; charset=utf-8", body=text)


def rules_of(office_id: str) -> OpeningRules:
    """An office's rules; the ordinary ones where it has none any more."""
    office = directory().find(office_id)
    return office.opening if office and office.opening else OpeningRules(weekly={})


def _office(office_id: str, today: date) -> tuple[Office, OpeningRules]:
    office = directory().find(office_id)
    if office is None:
        raise InvalidRequest([FieldError("officeId", "not_found", "Không tìm thấy cơ quan này. Vui lòng chọn lại.")])
    if office.opening is None or not bookable(office, today):
        raise SlotClosed("not_bookable", "Cơ quan này hiện không nhận đặt lịch qua ứng dụng.")
    return office, office.opening


def _applicant(given: ApplicantIn) -> Applicant:
    return Applicant(
        full_name=given.full_name,
        masked_id=PersonalId(given.personal_id).masked,
        date_of_birth=given.date_of_birth.isoformat(),
        phone=given.phone,
    )


def _residence(procedure: str, start: datetime) -> Residence:
    on = start.astimezone(clock.VIETNAM).date()
    try:
        found = catalog.find(procedure, on)
    except (catalog.UnknownProcedure, catalog.NotYetAProcedure, catalog.NothingKnown):
        message = "Không có thủ tục này vào ngày bạn chọn. Vui lòng chọn lại thủ tục."
        raise InvalidRequest([FieldError("procedure", "not_found", message)]) from None
    return "temporary" if found.residence == "temporary" else "permanent"


def _linked(who: Caller, declaration_id: str | None, slot: Slot) -> Write | None:
    """The linked declaration must be the citizen's own and submitted, and is kept past the appointment; None for none."""
    if declaration_id is None:
        return None
    to = link(who.hash, declaration_id, slot.end, who.now)
    return Write("Update", settings.declarations_table, to.key, to.condition, to.names, to.values, update=to.update)


def _key_hash(idempotency_key: str | None) -> str | None:
    """What a booking remembers of a key; the key itself is the caller's own text."""
    if idempotency_key is None:
        return None
    return base32(keyed_hash(identity_key(), "request", idempotency_key))[:16]


def _parsed(booking_id: str) -> BookingId:
    found = BookingId.parse(booking_id)
    if found is None:
        raise NotFound
    return found


def _alternatives(
    office: Office, rules: OpeningRules, wanted: Slot, residence: Residence, now: datetime
) -> list[dict[str, object]]:
    found = alternatives(store(), office.id, rules, national_calendar(), wanted, residence, now)
    return [_alternative(each) for each in found]


def _alternative(each: OpenSlot) -> dict[str, object]:
    return {"start": each.slot.start.isoformat(), "end": each.slot.end.isoformat(), "seatsLeft": each.seats_left}


def _view(booking: Booking, read: BookingStore | None = None) -> BookingView:
    """The booking as its owner reads it; with `read`, people ahead are counted on the day."""
    on_its_day = booking.status is Status.CONFIRMED and booking.start.date() == clock.today()
    return BookingView(
        id=booking.id,
        ticket=booking.ticket,
        status=booking.status,
        office_id=booking.office_id,
        procedure=booking.procedure,
        start=booking.start,
        end=booking.end,
        hold_expires_at=booking.hold_expires_at,
        applicant=ApplicantView(
            full_name=booking.applicant.full_name,
            personal_id=booking.applicant.masked_id,
            date_of_birth=booking.applicant.date_of_birth,
            phone=booking.applicant.phone,
        ),
        declaration_id=booking.declaration_id,
        documents_to_bring=[
            DocumentView(code=each.code, name=each.name, why=each.why, mandatory=each.mandatory)
            for each in documents_to_bring(booking.procedure, booking.start.date())
        ],
        people_ahead=people_ahead(read, booking, clock.now()) if read and on_its_day else None,
    )


handler = lambda_handler(app, session_key=lambda: secret(settings.session_key_secret))
