"""Scheduled work on bookings to which something is due: one at a time each, in parallel, while time is left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Literal

from bookings.booking import Booking
from bookings.lifecycle import close, lapse
from bookings.store import BookingStore

WORKERS = 8

type Due = Literal["HOLD", "CONFIRMED"]


def purge(store: BookingStore, now: datetime, time_left: Callable[[], bool], workers: int = WORKERS) -> int:
    """Write down which holds have lapsed by `now`, while `time_left`; returns how many this run ended."""
    return _work_through(store, "HOLD", lambda booking: lapse(store, booking, now), now, time_left, workers)


def close_days(store: BookingStore, now: datetime, time_left: Callable[[], bool], workers: int = WORKERS) -> int:
    """Close what days before today left open, while `time_left`; returns how many bookings this run closed."""
    return _work_through(store, "CONFIRMED", lambda booking: close(store, booking, now), now, time_left, workers)


def _work_through(
    store: BookingStore,
    due: Due,
    act: Callable[[Booking], bool],
    now: datetime,
    time_left: Callable[[], bool],
    workers: int,
) -> int:
    """Act on each booking to which this is due by `now`; returns on how many `act` did something.

    The index is read a moment late, so each booking is read anew, consistently, before it is acted on.
    """

    def one(key: dict[str, str]) -> bool:
        if not time_left():
            return False
        booking = store.at_key(key)
        return booking is not None and act(booking)

    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(one, store.due(due, now)))
