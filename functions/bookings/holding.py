"""Hold a seat: the one transaction with which a booking begins."""

from datetime import datetime, timedelta

from bookings import items
from bookings.booking import Booking, BookingStatus
from bookings.carry_out import RETRY_AFTER
from bookings.intake import HoldRequest
from bookings.lifecycle import MAX_SEAT_TRIES, lapse
from bookings.seat_search import SeatSearch
from bookings.seats import Seat
from bookings.store import DAILY_REQUESTS, BookingStore
from bookings.telemetry import count
from cccd.clock import at
from cccd.dynamodb import Item
from cccd.errors import (
    AlreadyBooked,
    IdempotencyKeyReused,
    RateLimited,
    Refusal,
    SlotFull,
    TemporarilyUnavailable,
    TooManyBookings,
)
from cccd.hashes import CitizenHash
from cccd.transactions import Refused, Unknown
from offices.opening import OpeningRules


def hold(
    store: BookingStore, wanted: HoldRequest, rules: OpeningRules, limit: int, now: datetime
) -> tuple[Booking, bool]:
    """Hold a seat for a while. Returns the booking, and whether it is new (False: the same request made it before).

    Raises:
        SlotFull, AlreadyBooked, TooManyBookings, RateLimited, IdempotencyKeyReused, TemporarilyUnavailable
    """
    try:
        seats = SeatSearch(wanted.slot, wanted.queue)
    except SlotFull as full:  # the office no longer has seats for this queue
        return _own_or(store, wanted, full)
    for _ in range(MAX_SEAT_TRIES):
        booking = _held(wanted, seats.choice, rules, now)
        writes = [
            store.take_seat(booking, seats.mark, now, seats.seen_mark),
            store.lock_applicant(booking),
            store.count_request(booking, wanted.id, limit),
            *([wanted.declaration] if wanted.declaration else []),
        ]
        try:
            store.commit(writes)
        except Unknown:
            return _own_or(store, wanted, TemporarilyUnavailable(retry_after=RETRY_AFTER))
        except Refused as refused:
            slot, lock, tally, *declaration = refused.old
            if tally is not None:
                made = _same_request(store, wanted, tally)
                if made:
                    return made, False
                _refuse_too_many(tally, now)
                _make_room(store, tally, limit, now)
            if declaration and declaration[0] is not None:
                raise TemporarilyUnavailable(retry_after=RETRY_AFTER) from refused  # somebody changed it just now
            if lock is not None:
                _release_if_lapsed(store, items.booking_of(lock), wanted, now)
            if slot is not None:
                count("SeatsLostToRivals")
                if not seats.choose_among(slot, now):
                    return _own_or(store, wanted, SlotFull())
        else:
            count("BookingsHeld")
            return booking, True
    return _own_or(store, wanted, SlotFull())


def _held(wanted: HoldRequest, seat: Seat, rules: OpeningRules, now: datetime) -> Booking:
    return Booking(
        id=wanted.id.text,
        status=BookingStatus.HELD,
        office_id=wanted.office_id,
        procedure=wanted.procedure,
        start=wanted.slot.start,
        end=wanted.slot.end,
        seat=seat,
        citizen=wanted.citizen,
        request=wanted.request,
        applicant=wanted.applicant,
        held_at=now,
        hold_expires_at=min(now + timedelta(minutes=rules.hold_minutes), wanted.slot.start),
        declaration_id=wanted.declaration_id,
    )


def _same_request(store: BookingStore, wanted: HoldRequest, tally: Item) -> Booking | None:
    """The booking that this same request made before; None if the key is new to this citizen."""
    made = tally.get(items.request_attribute(wanted.id))
    if made is None:
        return None
    booking = store.find(wanted.id) if made["r"] == wanted.request else None
    if booking is None:  # another request, or an old one whose booking is forgotten
        raise IdempotencyKeyReused
    return booking


def _make_room(store: BookingStore, tally: Item, limit: int, now: datetime) -> None:
    """End the citizen's lapsed holds, which the tally still counts; refuse if too many active bookings remain."""
    active = [booking for booking in store.find_all(items.tally_booking_ids(tally)) if booking.active]
    living = [booking for booking in active if not booking.lapsed(now)]
    if len(living) >= limit:
        raise TooManyBookings(limit=str(limit))
    for booking in active:
        lapse(store, booking, now)


def _release_if_lapsed(store: BookingStore, booking: Booking, wanted: HoldRequest, now: datetime) -> None:
    """End the applicant's lapsed hold, so that the next try passes; refuse if their booking is still active."""
    if booking.lapsed(now):
        lapse(store, booking, now)
        return
    if booking.citizen == wanted.citizen:
        raise AlreadyBooked(extra={"booking": _brief(booking)})
    _count_attempt(store, wanted.citizen, now)
    raise AlreadyBooked


def _count_attempt(store: BookingStore, citizen: CitizenHash, now: datetime) -> None:
    """Count a refusal that reveals that somebody has a booking: a citizen may not ask for it often.

    Raises:
        RateLimited: the citizen has asked too often today.
    """
    try:
        store.commit([store.count_attempt(citizen, now)])
    except Refused:
        raise _rate_limited(now) from None
    except Unknown:
        raise TemporarilyUnavailable(retry_after=RETRY_AFTER) from None


def _refuse_too_many(tally: Item, now: datetime) -> None:
    if tally.get(items.day_attribute(now.date()), 0) >= DAILY_REQUESTS:
        raise _rate_limited(now)


def _rate_limited(now: datetime) -> RateLimited:
    midnight = at(now.date() + timedelta(days=1), datetime.min.time())
    return RateLimited(retry_after=int((midnight - now).total_seconds()))


def _brief(booking: Booking) -> dict[str, object]:
    return {
        "id": booking.id,
        "status": booking.status,
        "officeId": booking.office_id,
        "start": booking.start.isoformat(),
        "ticket": booking.ticket,
    }


def _own_or(store: BookingStore, wanted: HoldRequest, refusal: Refusal) -> tuple[Booking, bool]:
    """The booking of this same request, if an earlier try made it and its answer was lost; otherwise the refusal."""
    made = store.find(wanted.id)
    if made is None:
        raise refusal
    if made.request != wanted.request:
        raise IdempotencyKeyReused
    return made, False
