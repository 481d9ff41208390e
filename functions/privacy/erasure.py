"""Erase what is held about a citizen, at their wish. What can be done is done at once, not in the law's 20 days.

Appointments to come are cancelled first, so that their seats go to others. One that has begun stays until its day is
closed. What remains are records that hold no personal data: of consent, of access, and that this was erased.
"""

from dataclasses import dataclass
from datetime import datetime

from bookings import items, lifecycle
from bookings.booking import Booking, Status
from bookings.booking_id import BookingId
from bookings.store import BookingStore
from bookings.transactions import Refused, Unknown, Write, commit
from cccd.errors import TemporarilyUnavailable
from declarations.store import DeclarationStore

RETRY_AFTER = 2  # seconds


@dataclass(frozen=True)
class Erased:
    """How many of each were erased, and the appointments that stay until their day is closed."""

    declarations: int
    bookings: int
    remaining: tuple[Booking, ...]


def erase_all(declarations: DeclarationStore, bookings: BookingStore, citizen: str, now: datetime) -> Erased:
    """Erase declarations and bookings, and take every consent back. Twice is the same as once.

    Raises:
        TemporarilyUnavailable: storage did not answer; what is erased so far stays erased, and the rest can be asked for again.
    """
    ended, remaining = _end_bookings(bookings, citizen, now)
    forgotten = sum(_forget(bookings, booking) for booking in ended)
    if not remaining:
        _forget_tally(bookings, citizen)
    if forgotten:
        declarations.note_erasure(citizen, "booking", forgotten, "citizen", now)
    erased = sum(declarations.erase_key(citizen, key, "citizen", now) for key in declarations.keys_of(citizen))
    declarations.withdraw_consents(citizen, now)
    return Erased(erased, forgotten, tuple(remaining))


def _end_bookings(store: BookingStore, citizen: str, now: datetime) -> tuple[list[Booking], list[Booking]]:
    """The citizen's bookings: those that are over or are ended here, and those that have begun."""
    over, begun = [], []
    for booking in store.of_citizen(citizen):
        if not booking.active:
            over.append(booking)
        elif booking.start <= now and not booking.lapsed(now):
            begun.append(booking)
        else:
            status = Status.LAPSED if booking.lapsed(now) else Status.CANCELLED
            ended = lifecycle.end(store, booking, status, now)
            if ended is None:  # somebody acted on it in this moment: nothing is known for certain
                raise TemporarilyUnavailable(retry_after=RETRY_AFTER)
            over.append(ended)
    return over, begun


def _forget(store: BookingStore, booking: Booking) -> bool:
    """Delete an ended booking's history; whether this call did it."""
    booking_id = BookingId.parse(booking.id)
    assert booking_id is not None
    key = items.ended_key(booking_id)
    return _delete(
        store, Write("Delete", store.table, dict(key), "citizen = :citizen", {}, {":citizen": booking.citizen})
    )


def _forget_tally(store: BookingStore, citizen: str) -> None:
    """Delete the citizen's count, unless a booking has become active meanwhile."""
    key = items.tally_key(citizen)
    _delete(store, Write("Delete", store.table, dict(key), "n <= :none", {}, {":none": 0}))


def _delete(store: BookingStore, write: Write) -> bool:
    try:
        commit(store.client, [write])
    except Refused:
        return False
    except Unknown:
        raise TemporarilyUnavailable(retry_after=RETRY_AFTER) from None
    return True
