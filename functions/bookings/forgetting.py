"""Forgetting a citizen: their appointments to come are cancelled, and what is remembered of the ended ones goes."""

from datetime import datetime

from bookings import lifecycle
from bookings.booking import Booking, Status
from bookings.store import BookingStore
from cccd.errors import TemporarilyUnavailable
from cccd.hashes import CitizenHash
from cccd.transactions import Refused, Unknown, Write

RETRY_AFTER = 2  # seconds


def forget_citizen(store: BookingStore, citizen: CitizenHash, now: datetime) -> tuple[int, list[Booking]]:
    """How many bookings were forgotten, and those that stay until their day is closed, as they have begun.

    Seats of appointments to come are free again. Twice is the same as once.

    Raises:
        TemporarilyUnavailable: somebody acted on one in this moment, or storage did not answer; what is forgotten so far
            stays forgotten, and the rest can be asked for again.
    """
    over, begun = _end_all(store, citizen, now)
    forgotten = sum(_delete(store, store.forget(booking)) for booking in over)
    if not begun:
        _delete(store, store.forget_tally(citizen))
    return forgotten, begun


def _end_all(store: BookingStore, citizen: CitizenHash, now: datetime) -> tuple[list[Booking], list[Booking]]:
    over, begun = [], []
    for booking in store.of_citizen(citizen):
        if not booking.active:
            over.append(booking)
        elif booking.start <= now and not booking.lapsed(now):
            begun.append(booking)
        else:
            status = Status.LAPSED if booking.lapsed(now) else Status.CANCELLED
            ended = lifecycle.end(store, booking, status, now)
            if ended is None:
                raise TemporarilyUnavailable(retry_after=RETRY_AFTER)
            over.append(ended)
    return over, begun


def _delete(store: BookingStore, write: Write) -> bool:
    try:
        store.commit([write])
    except Refused:
        return False
    except Unknown:
        raise TemporarilyUnavailable(retry_after=RETRY_AFTER) from None
    return True
