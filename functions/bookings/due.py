"""Scheduled work on bookings to which something is due: one at a time each, in parallel, while time is left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Literal

from bookings.booking import Booking
from bookings.store import BookingStore

WORKERS = 8

type Due = Literal["HOLD", "CONFIRMED"]


def work_through(
    store: BookingStore,
    due: Due,
    act: Callable[[Booking], bool],
    now: datetime,
    time_left: Callable[[], bool],
    workers: int = WORKERS,
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
