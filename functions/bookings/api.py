"""A citizen's appointments: hold, confirm, move, cancel, read back."""

from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Path
from pydantic import Field

from bookings import intake, lifecycle, said
from bookings.asked import BookingRequest
from bookings.availability import OpenSlot, alternatives
from bookings.booking import Booking, BookingStatus
from bookings.booking_id import BookingId, new_id
from bookings.calendar_entry import calendar_entry
from bookings.draw_store import DrawStore
from bookings.holding import hold
from bookings.lifecycle import Ask
from bookings.people_ahead import people_ahead
from bookings.pressed import IdempotencyKey, Move
from bookings.proof import proof_of
from bookings.standing import UNPROVEN
from bookings.store import BookingStore
from bookings.views import BookingPage, BookingView, view
from cccd import clock
from cccd.citizens import CitizenSettings
from cccd.dynamodb import client
from cccd.errors import (
    AlreadyBooked,
    HoldExpired,
    IdempotencyKeyReused,
    MovedTooOften,
    NotCancellable,
    NotConfirmable,
    NotFound,
    NotReschedulable,
    RateLimited,
    Refusal,
    SlotClosed,
    SlotFull,
    TooManyApplicants,
    TooManyBookings,
)
from cccd.hashes import CitizenHash, request_hash
from cccd.http import citizen, created, lambda_handler, refuses, resolver
from cccd.transactions import Write
from cccd.working_calendar import national_calendar
from declarations.linking import LinkedDeclarations, misfits
from offices.directory import directory, rules_of
from offices.opening import Capacity, Queue, Slot

app = resolver()


class BookingsSettings(CitizenSettings):
    """Tables, and how many active bookings a citizen whose phone is proven may have (for a family)."""

    bookings_table: str
    declarations_table: str
    bookings_per_citizen: Annotated[int, Field(ge=1, le=20)] = 4


OptionalIdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=8, max_length=128, pattern=r"^[\x21-\x7e]+$")
]
BookingIdPath = Annotated[str, Path(alias="bookingId")]

settings = BookingsSettings.load()


def store() -> BookingStore:
    return BookingStore(client(), settings.bookings_table)


def draws() -> DrawStore:
    return DrawStore(client(), settings.bookings_table)


def declarations() -> LinkedDeclarations:
    return LinkedDeclarations(client(), settings.declarations_table)


def me() -> CitizenHash:
    return settings.hash_of(citizen(app))


@app.post(
    "/bookings",
    summary="Hold a seat",
    status_code=201,
    description="201 a new hold; 200 the one this key made before. Before the draw of a day it is a wish, with the status `wished`.",
)
@refuses(SlotClosed, SlotFull, AlreadyBooked, TooManyBookings, TooManyApplicants, RateLimited, IdempotencyKeyReused)
def hold_booking(request: BookingRequest, idempotency_key: IdempotencyKey) -> Response[BookingView]:
    now, key, who = clock.now(), settings.identity_key(), citizen(app)
    wanted_id = new_id(key, request.applicant.personal_id, who.id, idempotency_key)
    person = request_hash(key, f"{who.id}\0{request.applicant.personal_id}")[:16]
    proof = proof_of(who, request.applicant.phone)
    body = request_hash(key, request.model_dump_json())
    try:
        place = intake.place(request.office_id, request.procedure, request.start, now, opened)
        wanted = intake.hold_request(
            request, place, wanted_id, me(), body, person, proof, who.since, declarations(), now
        )
        if place.draw_at:  # its seed is there before its first wish
            draws().open(place.office.id, place.slot.start.date())
    except Refusal:
        made = store().find(wanted_id)  # a repeat of a hold that was right when it was made
        if made is None or made.request != body:
            raise
        return created(_view(made), new=False)
    try:
        booking, new = hold(store(), wanted, place.rules, settings.bookings_per_citizen if who.phone else UNPROVEN, now)
    except SlotFull as full:
        raise SlotFull(extra={"alternatives": _alternatives(place)}) from full
    return created(_view(booking), new=new)


@app.get("/bookings", summary="Own appointments", description="Latest first.")
def list_bookings() -> BookingPage:
    found = sorted(store().of_citizen(me()), key=lambda booking: booking.start, reverse=True)
    linked = declarations().find_all(me(), [each.declaration_id for each in found if each.declaration_id], clock.now())
    return BookingPage(
        items=[
            view(booking.as_of(clock.now()), linked.get(booking.declaration_id or ""), _people_ahead(booking))
            for booking in found
        ]
    )


@app.get("/bookings/<bookingId>", summary="One own appointment")
@refuses(NotFound)
def read_booking(booking_id: BookingIdPath) -> BookingView:
    booking = lifecycle.own(store(), _parsed(booking_id), me())
    return _view(booking, _people_ahead(booking))


@app.post("/bookings/<bookingId>/confirm", summary="Confirm a hold", description="Twice is the same as once.")
@refuses(NotFound, NotConfirmable, HoldExpired, SlotClosed, IdempotencyKeyReused)
def confirm_booking(booking_id: BookingIdPath, idempotency_key: OptionalIdempotencyKey = None) -> BookingView:
    return _view(lifecycle.confirm(store(), _ask(booking_id, idempotency_key)))


@app.post(
    "/bookings/<bookingId>/reschedule",
    summary="Move to another slot of the office",
    description="The old seat is free in the same instant; where the new slot is full, the old seat stays.",
)
@refuses(
    NotFound, NotReschedulable, MovedTooOften, HoldExpired, SlotClosed, SlotFull, RateLimited, IdempotencyKeyReused
)
def reschedule_booking(
    booking_id: BookingIdPath, request: Move, idempotency_key: OptionalIdempotencyKey = None
) -> BookingView:
    now, ask = clock.now(), _ask(booking_id, idempotency_key)

    def place(booking: Booking) -> intake.Place:
        return intake.place(booking.office_id, booking.procedure, request.start, now, opened)

    def open_slot(booking: Booking) -> tuple[Slot, Queue]:
        found = place(booking)
        if found.draw_at:
            day = found.slot.start.date()
            why = f"Chỗ ngày {clock.shown(day)} sẽ được bốc thăm; chỗ còn lại đặt được sau đó."
            raise SlotClosed("to_be_drawn", why)
        return found.slot, found.queue

    try:
        moved = lifecycle.reschedule(store(), ask, request.start, open_slot, rules_of, _lengthen)
    except SlotFull as full:
        booking = lifecycle.own(store(), ask.booking, ask.citizen)
        raise SlotFull(extra={"alternatives": _alternatives(place(booking))}) from full
    return _view(moved)


@app.post("/bookings/<bookingId>/cancel", summary="Cancel", description="The seat is free in the same instant.")
@refuses(NotFound, NotCancellable, IdempotencyKeyReused)
def cancel_booking(booking_id: BookingIdPath, idempotency_key: OptionalIdempotencyKey = None) -> BookingView:
    return _view(lifecycle.cancel(store(), _ask(booking_id, idempotency_key), rules_of))


@app.get(
    "/bookings/<bookingId>/calendar",
    summary="The appointment for a phone's calendar",
    responses={
        200: {"description": "An iCalendar entry", "content": {"text/calendar": {"schema": {"type": "string"}}}}
    },
)
@refuses(NotFound)
def read_calendar(booking_id: BookingIdPath) -> Response[str]:
    now = clock.now()
    booking = lifecycle.own(store(), _parsed(booking_id), me()).as_of(now)
    text = calendar_entry(booking, directory().find(booking.office_id), now)
    return Response(status_code=200, content_type="text/calendar; charset=utf-8", body=text)


def opened(office_id: str, start: datetime) -> Capacity | None:
    """The seats of a time that the chief of the office has opened besides its rules."""
    return said.opened(store().slot(office_id, start))


def _ask(booking_id: str, idempotency_key: str | None) -> Ask:
    """A booking remembers the hash of a key; the key itself is the caller's own text."""
    key = request_hash(settings.identity_key(), idempotency_key)[:16] if idempotency_key else None
    return Ask(_parsed(booking_id), me(), clock.now(), key)


def _parsed(booking_id: str) -> BookingId:
    found = BookingId.parse(booking_id)
    if found is None:
        raise NotFound
    return found


def _lengthen(booking: Booking) -> list[Write]:
    """Makes the linked declaration of a booking outlast its appointment."""
    if booking.declaration_id is None:
        return []
    found = declarations().find(booking.citizen, booking.declaration_id, clock.now())
    return [declarations().link(found, booking.end)] if found and not misfits(found, booking) else []


def _alternatives(place: intake.Place) -> list[dict[str, object]]:
    found = alternatives(
        store(), place.office.id, place.rules, national_calendar(), place.slot, place.residence, clock.now()
    )
    return [_alternative(each) for each in found]


def _alternative(each: OpenSlot) -> dict[str, object]:
    return {"start": each.slot.start.isoformat(), "end": each.slot.end.isoformat(), "seatsLeft": each.seats_left}


def _view(booking: Booking, people_ahead: int | None = None) -> BookingView:
    now = clock.now()
    linked = declarations().find(me(), booking.declaration_id, now) if booking.declaration_id else None
    return view(booking.as_of(now), linked, people_ahead)


def _people_ahead(booking: Booking) -> int | None:
    """Told on the day itself, of a confirmed booking."""
    now = clock.now()
    on_its_day = booking.status is BookingStatus.CONFIRMED and booking.start.date() == now.date()
    rules = rules_of(booking.office_id)
    return people_ahead(store(), booking, now, rules.booked_before_walk_in) if on_its_day else None


handler = lambda_handler(app, settings.session_keys, settings.hash_of)
