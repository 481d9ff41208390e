"""Forget a citizen: cancel their future appointments, and delete what is stored of the ended ones."""

from collections.abc import Callable
from datetime import datetime

from bookings import lifecycle
from bookings.booking import Booking, BookingStatus
from bookings.standing import missing
from bookings.store import BookingStore
from bookings.wait_store import WaitStore
from cccd.errors import TemporarilyUnavailable
from cccd.hashes import CitizenHash
from cccd.transactions import Refused, Unknown, Write

RETRY_AFTER = 2  # seconds


def forget_citizen(
    store: BookingStore, citizen: CitizenHash, now: datetime, late: Callable[[Booking], bool] = lambda _: False
) -> tuple[int, list[Booking]]:
    """How many bookings were forgotten, and the bookings that stay until their day is closed because they have begun.

    What the citizen asked in these days stays counted (`standing.py`), without saying whom it concerned: otherwise an erasure
    would lift every limit. An appointment that is too `late` to be cancelled counts as missed, as if nobody had come. The seats of future appointments become free. Running it twice has the same result as once.

    Raises:
        TemporarilyUnavailable: somebody changed one of the bookings at the same moment, or storage did not answer.
            What is forgotten so far stays forgotten; the caller can ask again for the rest.
    """
    over, begun = _end_all(store, citizen, now, late)
    forgotten = sum(_delete(store, store.forget(booking)) for booking in over)
    if not begun:
        requests = [name for name in store.tally(citizen) if name.startswith("k")]
        _delete(store, store.forget_requests(citizen, requests, now))
    return forgotten, begun


def _end_all(
    store: BookingStore, citizen: CitizenHash, now: datetime, late: Callable[[Booking], bool]
) -> tuple[list[Booking], list[Booking]]:
    over, begun = [], []
    for booking in store.of_citizen(citizen):
        if not booking.active:
            over.append(booking)
        elif booking.start <= now and not booking.lapsed(now):
            begun.append(booking)
        else:
            status = BookingStatus.LAPSED if booking.lapsed(now) else BookingStatus.CANCELLED
            blamed = booking.status is BookingStatus.CONFIRMED and booking.closed_why is None and late(booking)
            tally = store.tally(citizen) if blamed else {}
            missed = store.count_missed(booking, tally, missing(tally, booking.start)) if blamed else None
            ended = lifecycle.end(store, booking, status, now, missed)
            if ended is None:
                raise TemporarilyUnavailable(retry_after=RETRY_AFTER)
            WaitStore(store.table.client, store.table.name).forget(booking.office_id, booking.id)
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
