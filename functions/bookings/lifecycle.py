"""The life of a booking after its hold: confirm, reschedule, cancel, lapse, serve, close. Each is one transaction, whole or not at all.

Whoever acts second is refused by a condition, reads what stands, and answers by that. So a request repeated after a
lost answer finds its own work done, and two that race have one winner.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bookings import items
from bookings.booking import Booking, Status
from bookings.booking_id import BookingId
from bookings.seat_search import SeatSearch
from bookings.store import BookingStore
from bookings.telemetry import count
from cccd.clock import epoch
from cccd.errors import (
    HoldExpired,
    IdempotencyKeyReused,
    NotCancellable,
    NotConfirmable,
    NotFound,
    NotReschedulable,
    NotServable,
    SlotFull,
    TemporarilyUnavailable,
)
from cccd.transactions import Refused, Unknown, Write, commit
from offices.opening import OpeningRules, Queue, Slot

MAX_SEAT_TRIES = 12  # seats tried in one request before the citizen is offered other slots
MAX_READINGS = 3  # times a booking is read again because somebody else acted on it first
RETRY_AFTER = 2  # seconds
FASTEST_TYPING = timedelta(seconds=3)  # from hold to confirm: no person reads the page and presses sooner


type RulesOf = Callable[[str], OpeningRules]  # an office's rules, by its id


def confirm(store: BookingStore, booking_id: BookingId, citizen: str, now: datetime, key: str | None = None) -> Booking:
    """Make a hold a firm appointment. Confirming twice is the same as once.

    Raises:
        NotFound, HoldExpired, NotConfirmable, IdempotencyKeyReused, TemporarilyUnavailable
    """
    in_doubt = False
    for _ in range(MAX_READINGS):
        booking = own(store, booking_id, citizen).as_of(now)
        if booking.status is Status.CONFIRMED or _answered(booking, key, "confirm"):
            return booking
        if in_doubt:
            break
        if booking.status is Status.LAPSED:
            raise HoldExpired(seats=_slot_state(store, booking, now))
        if booking.status is not Status.HELD:
            raise NotConfirmable(extra={"bookingStatus": booking.status}, status=booking.status.in_vietnamese)
        after = _changed(booking, key, "confirm", status=Status.CONFIRMED, confirmed_at=now, hold_expires_at=None)
        try:
            commit(store.client, [store.keep_seat(booking), store.rewrite(booking, after, now)])
        except Refused as refused:
            if refused.old[0] is not None and refused.old[1] is None:  # by another clock it lapsed: the seat is taken
                raise HoldExpired(seats=_slot_state(store, booking, now)) from refused
            continue  # somebody acted first: read again what stands
        except Unknown:
            in_doubt = True
            continue
        count("BookingsConfirmed")
        if now - booking.held_at < FASTEST_TYPING:
            count("ConfirmedFasterThanTyping")
        return after
    raise TemporarilyUnavailable(retry_after=RETRY_AFTER)


def reschedule(
    store: BookingStore,
    booking_id: BookingId,
    citizen: str,
    start: datetime,
    open_slot: Callable[[Booking], tuple[Slot, Queue]],
    rules_of: RulesOf,
    now: datetime,
    key: str | None = None,
) -> Booking:
    """Move an active booking to another slot of its office: new seat, old seat and booking in one transaction.

    Where the new slot is full, nothing changes and the old seat stays. Moving to where it stands already does nothing.
    `open_slot` tells which slot of the booking's office starts at `start`, or raises SlotClosed.

    Raises:
        NotFound, SlotClosed, SlotFull, HoldExpired, NotReschedulable, IdempotencyKeyReused, TemporarilyUnavailable
    """
    asked = f"reschedule {epoch(start)}"
    seats: SeatSearch | None = None
    in_doubt = False
    for _ in range(MAX_SEAT_TRIES):
        booking = own(store, booking_id, citizen).as_of(now)
        if _answered(booking, key, asked) or (booking.active and booking.start == start):
            return booking
        if in_doubt:
            break
        if booking.status is Status.LAPSED:
            raise HoldExpired(seats=_slot_state(store, booking, now))
        if not booking.active or now >= rules_of(booking.office_id).last_change(booking.start):
            raise NotReschedulable(extra={"bookingStatus": booking.status}, status=_why_fixed(booking))
        slot, queue = open_slot(booking)
        seats = seats or SeatSearch(slot, queue)
        after = _changed(booking, key, asked, start=slot.start, end=slot.end, seat=seats.choice)
        writes = [
            store.take_seat(after, seats.mark, now, seats.seen_mark),
            store.free_seat(booking),
            store.rewrite(booking, after, now),
        ]
        try:
            commit(store.client, writes)
        except Refused as refused:
            new_seat, old_seat, changed = refused.old
            if changed is not None:
                continue  # somebody acted first: read again what stands
            if old_seat is not None:  # by another clock the hold has lapsed: its seat is taken
                raise HoldExpired(seats=_slot_state(store, booking, now)) from refused
            if new_seat is not None:
                count("SeatsLostToRivals")
                if not seats.choose_among(new_seat, now):
                    raise SlotFull from refused
        except Unknown:
            in_doubt = True
            continue
        else:
            count("BookingsMoved")
            return after
    raise TemporarilyUnavailable(retry_after=RETRY_AFTER)


def cancel(
    store: BookingStore,
    booking_id: BookingId,
    citizen: str,
    rules_of: RulesOf,
    now: datetime,
    key: str | None = None,
) -> Booking:
    """Give the seat back. Cancelling twice is the same as once.

    Raises:
        NotFound, NotCancellable, IdempotencyKeyReused, TemporarilyUnavailable
    """
    for _ in range(MAX_READINGS):
        booking = own(store, booking_id, citizen).as_of(now)
        if booking.status is Status.CANCELLED or _answered(booking, key, "cancel"):
            return booking
        if not booking.active or now >= rules_of(booking.office_id).last_change(booking.start):
            raise NotCancellable(extra={"bookingStatus": booking.status}, status=_why_fixed(booking))
        ended = end(store, _changed(booking, key, "cancel", version=booking.version), Status.CANCELLED, now)
        if ended:
            count("BookingsCancelled")
            return ended
    raise TemporarilyUnavailable(retry_after=RETRY_AFTER)


def lapse(store: BookingStore, booking: Booking, now: datetime) -> bool:
    """Write down that a hold's time is over; whether this call did it. Its seat was free already."""
    return booking.lapsed(now) and end(store, booking, Status.LAPSED, now) is not None


def close(store: BookingStore, booking: Booking, now: datetime) -> bool:
    """The day of a confirmed booking is over and nobody marked it served; whether this call wrote that down."""
    if booking.status is not Status.CONFIRMED or booking.start.date() >= now.date():
        return False
    return end(store, booking, Status.NO_SHOW, now) is not None


def serve(store: BookingStore, booking_id: BookingId, now: datetime) -> Booking:
    """The officer received the applicant of a confirmed booking. Serving twice is the same as once.

    Raises:
        NotFound, NotServable, TemporarilyUnavailable
    """
    for _ in range(MAX_READINGS):
        booking = store.find(booking_id)
        if booking is None:
            raise NotFound
        if booking.status is Status.SERVED:
            return booking
        if booking.status is not Status.CONFIRMED:
            raise NotServable(status=booking.as_of(now).status.in_vietnamese)
        ended = end(store, booking, Status.SERVED, now)
        if ended:
            count("BookingsServed")
            return ended
    raise TemporarilyUnavailable(retry_after=RETRY_AFTER)


def end(store: BookingStore, booking: Booking, status: Status, now: datetime) -> Booking | None:
    """End an active booking, as it was read: seat, lock, tally and history in one transaction.

    None if somebody else acted on it first, or if nobody knows whether it was written.
    """
    ended = replace(booking, status=status, ended_at=now, version=booking.version + 1)
    rest = [store.unlock_applicant(booking), store.keep_history(ended), store.uncount(booking)]
    try:
        _commit_but_for_a_lost_seat(store, store.free_seat(booking), rest)
    except (Refused, Unknown):
        return None
    store.let_tally_expire(booking.citizen, now)
    return ended


def _commit_but_for_a_lost_seat(store: BookingStore, seat: Write, rest: list[Write]) -> None:
    """Write all; if only the seat has changed hands (the hold had lapsed and somebody took it over), write the rest."""
    try:
        commit(store.client, [seat, *rest])
    except Refused as refused:
        if refused.old[0] is None or refused.old[1] is not None:
            raise
        commit(store.client, rest)


def own(store: BookingStore, booking_id: BookingId, citizen: str) -> Booking:
    """The citizen's booking of that id.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    booking = store.find(booking_id)
    if booking is None or booking.citizen != citizen:
        raise NotFound
    return booking


def _changed(booking: Booking, key: str | None, asked: str, **changes: Any) -> Booking:
    """The booking after a change, which remembers the request that made it."""
    answered = {**booking.answered, key: asked} if key else booking.answered
    parts: dict[str, Any] = {"answered": answered, "version": booking.version + 1} | changes
    return replace(booking, **parts)


def _answered(booking: Booking, key: str | None, asked: str) -> bool:
    """Whether this very request changed the booking before.

    Raises:
        IdempotencyKeyReused: the key came with another request.
    """
    if key is None or key not in booking.answered:
        return False
    if booking.answered[key] != asked:
        raise IdempotencyKeyReused
    return True


def _why_fixed(booking: Booking) -> str:
    return "đã sát hoặc qua giờ hẹn" if booking.active else booking.status.in_vietnamese


def _slot_state(store: BookingStore, booking: Booking, now: datetime) -> str:
    day = booking.start.date()
    seats = items.seats_of(store.slots(booking.office_id, day, day).get(booking.start, {}))
    holder = seats.get(booking.seat)
    if holder is None or holder.booking_id == booking.id or not holder.live(epoch(now)):
        return "Khung giờ đó hiện còn chỗ."
    return "Chỗ đó đã có người khác giữ."
