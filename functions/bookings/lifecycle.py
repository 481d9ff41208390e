"""The life of a booking: hold, confirm, cancel, lapse. Each is one transaction that either stands whole or not at all.

Whoever acts second is refused by a condition, reads what stands, and answers by that. So a request repeated after a
lost answer finds its own work done, and two that race have one winner.
"""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bookings import items
from bookings.booking import Applicant, Booking, Status
from bookings.booking_id import BookingId
from bookings.seats import Seat, beyond, rules_mark, sellable
from bookings.store import BookingStore
from bookings.transactions import Refused, Unknown, Write, commit
from cccd.clock import epoch
from cccd.dynamodb import Item
from cccd.errors import (
    AlreadyBooked,
    FieldError,
    HoldExpired,
    IdempotencyKeyReused,
    InvalidRequest,
    NotCancellable,
    NotConfirmable,
    NotFound,
    SlotFull,
    TemporarilyUnavailable,
    TooManyBookings,
)
from offices.opening import OpeningRules, Queue, Slot

MAX_SEAT_TRIES = 12  # seats tried in one request before the citizen is offered other slots
RETRY_AFTER = 2  # seconds


@dataclass(frozen=True)
class HoldRequest:
    """What a citizen asks for, already valid: the slot exists and can be booked now.

    `request` is a hash of the whole body; `declaration` is the condition that the linked declaration exists.
    """

    id: BookingId
    citizen: str
    request: str
    office_id: str
    procedure: str
    slot: Slot
    queue: Queue
    applicant: Applicant
    declaration_id: str | None = None
    declaration: Write | None = None


def hold(
    store: BookingStore, wanted: HoldRequest, rules: OpeningRules, limit: int, now: datetime
) -> tuple[Booking, bool]:
    """Hold a seat for a while. Returns the booking, and whether it is new (False: the same request made it before).

    The first seat is a guess, as a look would cost a request; a refusal brings the slot's item with it, and the
    next guess is among the seats really free.

    Raises:
        SlotFull, AlreadyBooked, TooManyBookings, IdempotencyKeyReused, InvalidRequest, TemporarilyUnavailable
    """
    mark = rules_mark(wanted.slot.capacity)
    seat = Seat(random.randint(1, max(1, wanted.slot.capacity[wanted.queue])), wanted.queue)
    write_mark, seen_mark = mark, None
    for _ in range(MAX_SEAT_TRIES):
        booking = _held(wanted, seat, rules, now)
        writes = [
            store.take_seat(booking, write_mark, now, seen_mark),
            store.lock_applicant(booking),
            store.count_request(booking, wanted.id, limit),
            *([wanted.declaration] if wanted.declaration else []),
        ]
        try:
            commit(store.client, writes)
            return booking, True
        except Unknown:
            return _own_or_unavailable(store, wanted)
        except Refused as refused:
            slot, lock, tally, *declaration = refused.old
            if tally is not None:
                made = _same_request(store, wanted, tally)
                if made:
                    return made, False
                _make_room(store, tally, limit, now)
            if declaration and declaration[0] is not None:
                raise _no_such_declaration() from refused
            if lock is not None:
                _release_if_lapsed(store, items.booking_of(lock), wanted, now)
            if slot is not None:
                taken = items.seats_of(slot)
                free = sellable(taken, wanted.slot.capacity, wanted.queue, epoch(now))
                if not free:
                    return _own_or_full(store, wanted)
                seat = random.choice(free)
                seen_mark = slot.get("mark")
                crowded = bool(beyond(taken, wanted.slot.capacity, epoch(now)))
                write_mark = seen_mark if crowded and seen_mark else mark
    return _own_or_full(store, wanted)


def confirm(store: BookingStore, booking_id: BookingId, citizen: str, now: datetime) -> Booking:
    """Make a hold a firm appointment. Confirming twice is the same as once.

    Raises:
        NotFound, HoldExpired, NotConfirmable, TemporarilyUnavailable
    """
    for _ in range(3):
        booking = own(store, booking_id, citizen).as_of(now)
        if booking.status is Status.CONFIRMED:
            return booking
        if booking.status is Status.LAPSED:
            raise HoldExpired(seats=_slot_state(store, booking, now))
        if booking.status is not Status.HELD:
            raise NotConfirmable(extra={"bookingStatus": booking.status}, status=booking.status.in_vietnamese)
        try:
            commit(store.client, [store.keep_seat(booking), store.mark_confirmed(booking, now)])
        except Refused as refused:
            if refused.old[0] is not None and refused.old[1] is None:  # by another clock it lapsed: the seat is taken
                raise HoldExpired(seats=_slot_state(store, booking, now)) from refused
            continue  # somebody acted first: read again what stands
        except Unknown:
            continue
        return replace(
            booking, status=Status.CONFIRMED, confirmed_at=now, hold_expires_at=None, version=booking.version + 1
        )
    raise TemporarilyUnavailable(retry_after=RETRY_AFTER)


def cancel(store: BookingStore, booking_id: BookingId, citizen: str, now: datetime) -> Booking:
    """Give the seat back. Cancelling twice is the same as once.

    Raises:
        NotFound, NotCancellable, TemporarilyUnavailable
    """
    for _ in range(3):
        booking = own(store, booking_id, citizen).as_of(now)
        if booking.status is Status.CANCELLED:
            return booking
        if not booking.active or booking.start <= now:
            status = "đã đến giờ hẹn" if booking.active else booking.status.in_vietnamese
            raise NotCancellable(extra={"bookingStatus": booking.status}, status=status)
        ended = end(store, booking, Status.CANCELLED, now)
        if ended:
            return ended
    raise TemporarilyUnavailable(retry_after=RETRY_AFTER)


def lapse(store: BookingStore, booking: Booking, now: datetime) -> bool:
    """Write down that a hold's time is over; whether this call did it. Its seat was free already."""
    return booking.lapsed(now) and end(store, booking, Status.LAPSED, now) is not None


def end(store: BookingStore, booking: Booking, status: Status, now: datetime) -> Booking | None:
    """End an active booking, as it was read: seat, lock, tally and history in one transaction.

    None if somebody else acted on it first, or if nobody knows whether it was written.
    """
    ended = replace(booking, status=status, ended_at=now, version=booking.version + 1)
    rest = [store.unlock_applicant(booking), store.keep_history(ended), store.uncount(booking)]
    try:
        commit(store.client, [store.free_seat(booking), *rest])
    except Unknown:
        return None
    except Refused as refused:
        if refused.old[0] is None or refused.old[1] is not None:
            return None
        # Only the seat has changed hands: the hold had lapsed and somebody took it over. The booking ends all the same.
        try:
            commit(store.client, rest)
        except (Refused, Unknown):
            return None
    return ended


def own(store: BookingStore, booking_id: BookingId, citizen: str) -> Booking:
    """The citizen's booking of that id.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    booking = store.find(booking_id)
    if booking is None or booking.citizen != citizen:
        raise NotFound
    return booking


def _held(wanted: HoldRequest, seat: Seat, rules: OpeningRules, now: datetime) -> Booking:
    return Booking(
        id=wanted.id.text,
        status=Status.HELD,
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
    """The booking that this very request made before; None if the key is new to this citizen."""
    made = tally.get(items.request_attribute(wanted.id))
    if made is None:
        return None
    booking = store.find(wanted.id) if made["r"] == wanted.request else None
    if booking is None:  # another request, or one so old that its booking is forgotten
        raise IdempotencyKeyReused
    return booking


def _make_room(store: BookingStore, tally: Item, limit: int, now: datetime) -> None:
    """End the citizen's lapsed holds, which the tally still counts; refuse if the living ones are too many."""
    active = [booking for booking in store.find_all(items.tally_booking_ids(tally)) if booking.active]
    living = [booking for booking in active if not booking.lapsed(now)]
    if len(living) >= limit:
        raise TooManyBookings(limit=str(limit))
    for booking in active:
        lapse(store, booking, now)


def _release_if_lapsed(store: BookingStore, booking: Booking, wanted: HoldRequest, now: datetime) -> None:
    """End the applicant's lapsed hold, so that the next try passes; refuse if their booking is alive."""
    if booking.lapsed(now):
        lapse(store, booking, now)
        return
    mine = booking.citizen == wanted.citizen
    raise AlreadyBooked(extra={"booking": _brief(booking)} if mine else None)


def _brief(booking: Booking) -> dict[str, object]:
    return {
        "id": booking.id,
        "status": booking.status,
        "officeId": booking.office_id,
        "start": booking.start.isoformat(),
        "ticket": booking.ticket,
    }


def _no_such_declaration() -> InvalidRequest:
    return InvalidRequest(
        [FieldError("declarationId", "not_found", "Không tìm thấy tờ khai này trong các tờ khai của bạn.")]
    )


def _own_or_unavailable(store: BookingStore, wanted: HoldRequest) -> tuple[Booking, bool]:
    made = store.find(wanted.id)
    if made is None:
        raise TemporarilyUnavailable(retry_after=RETRY_AFTER)
    return made, False


def _own_or_full(store: BookingStore, wanted: HoldRequest) -> tuple[Booking, bool]:
    """The slot is full. Perhaps one of its seats is ours, from a request whose answer was lost."""
    made = store.find(wanted.id)
    if made is None:
        raise SlotFull
    return made, False


def _slot_state(store: BookingStore, booking: Booking, now: datetime) -> str:
    day = booking.start.date()
    seats = items.seats_of(store.slots(booking.office_id, day, day).get(booking.start, {}))
    holder = seats.get(booking.seat)
    if holder is None or holder.booking_id == booking.id or not holder.live(epoch(now)):
        return "Khung giờ đó hiện còn chỗ."
    return "Chỗ đó đã có người khác giữ."
