"""What becomes of an appointment whose time the office has closed: three near seats are kept for it, for a day.

The appointment stands until its citizen has moved, or the office has spoken to them. Its own item tells which seats are kept, so
reading it costs no more than before, and its change makes the message.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bookings import items
from bookings.booking import Booking, BookingStatus, KeptSeat
from bookings.seats import rules_mark, sellable
from bookings.store import BookingStore
from bookings.telemetry import count
from cccd.clock import epoch
from cccd.dynamodb import Item
from cccd.transactions import Refused, Unknown, Write
from offices.opening import Slot

FOR = timedelta(days=1)
MOST = 3
NOTICE = timedelta(hours=2)  # between now and the earliest seat that is kept: time to read the message, and to come
MAX_READINGS = 4

_random = random.SystemRandom()  # it has no state that a snapshot of the process could hand to all its copies


@dataclass(frozen=True)
class Free:
    """A free seat, and the mark of its slot as it was read."""

    kept: KeptSeat
    mark: str
    seen_mark: str | None


def told_closed(store: BookingStore, booking: Booking, why: str, seats: Sequence[Free], now: datetime) -> bool:
    """Keep those seats for the booking and tell it why; False if the booking is not as it was read, or a seat is gone."""
    first = min((each.kept.start for each in seats), default=None)
    until = min(now + FOR, first - NOTICE / 2) if first else None
    after = replace(
        booking,
        version=booking.version + 1,
        closed_why=why,
        kept=tuple(each.kept for each in seats),
        kept_until=until,
    )
    kept = [store.keep_for(booking, each.kept, each.mark, each.seen_mark, until, now) for each in seats if until]
    return _written(store, booking, after, kept, now)


def told_open(store: BookingStore, booking: Booking, now: datetime) -> bool:
    """The time is open again: the appointment stands as it stood, and nothing is kept."""
    after = replace(booking, version=booking.version + 1, closed_why=None, kept=(), kept_until=None)
    if not _written(store, booking, after, [], now):
        return False
    store.release_kept(booking)
    return True


def nearest_seats(booking: Booking, slots: Iterable[Slot], there: Mapping[datetime, Item], now: datetime) -> list[Free]:
    """A free seat of the booking's queue in each of the slots nearest to its time, three at most."""
    found: list[Free] = []
    ahead = (slot for slot in slots if slot.start >= now + NOTICE)
    for slot in sorted(ahead, key=lambda each: (abs(each.start - booking.start), each.start)):
        item = there.get(slot.start, {})
        seats = sellable(items.seats_of(item), slot.capacity, booking.seat.queue, epoch(now))
        if seats:
            kept = KeptSeat(slot.start, slot.end, _random.choice(seats))
            found.append(Free(kept, item.get("mark") or rules_mark(slot.capacity), item.get("mark")))
        if len(found) == MOST:
            break
    return found


def affected(bookings: Iterable[Booking]) -> list[Booking]:
    """Those who have to be told, in the order of their appointments."""
    confirmed = [each for each in bookings if each.status is BookingStatus.CONFIRMED]
    return sorted(confirmed, key=lambda each: (each.start, each.seat))


def _written(store: BookingStore, booking: Booking, after: Booking, beside: list[Write], now: datetime) -> bool:
    try:
        store.commit([store.rewrite(booking, after, now), *beside])
    except (Refused, Unknown):
        return False
    count("BookingsClosed" if after.closed_why else "BookingsReopened")
    return True
