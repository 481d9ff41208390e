"""Scheduled work on due bookings: each booking is handled alone, several in parallel, while time is left."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Literal

from bookings.booking import Booking
from bookings.items import seats_of
from bookings.lifecycle import close, lapse
from bookings.store import BookingStore
from bookings.telemetry import count, purge_lag
from cccd.dynamodb import Item
from cccd.sweeps import Sweep, passed_by

WORKERS = 8

type Due = Literal["HOLD", "CONFIRMED"]

SWEEPS: dict[Due, Sweep] = {"HOLD": "Purge", "CONFIRMED": "CloseDay"}


def purge(store: BookingStore, now: datetime, time_left: Callable[[], bool], workers: int = WORKERS) -> int:
    """Record the holds that have lapsed by `now`, while `time_left`; returns how many this run ended."""
    ended = 0
    for booking in _worked_through(store, "HOLD", lambda each: lapse(store, each, now), now, time_left, workers):
        ended += 1
        count("HoldsLapsed")
        if booking.hold_expires_at:
            purge_lag(int((now - booking.hold_expires_at).total_seconds()))
    return ended


def close_days(store: BookingStore, now: datetime, time_left: Callable[[], bool], workers: int = WORKERS) -> int:
    """Close the bookings that earlier days left open, while `time_left`; returns how many this run closed."""
    ended = 0
    marked: dict[tuple[str, date], bool] = {}

    def missed(booking: Booking) -> bool:
        """Where the office marked nobody as served that day, nobody is to blame for not having been marked."""
        if booking.closed_why is not None:  # nobody misses a time that the office has closed
            return False
        where = booking.office_id, booking.start.date()
        if where not in marked:
            found = store.slot_items(booking.office_id, booking.start.date(), booking.start.date())
            marked[where] = any(map(_somebody_was_served, found))
        return marked[where]

    for _ in _worked_through(store, "CONFIRMED", lambda each: close(store, each, now, missed), now, time_left, workers):
        ended += 1
        count("BookingsNotShown")
    return ended


def _somebody_was_served(slot: Item) -> bool:
    """Whether a seat of that slot is marked; one that nobody can read marks nobody (the audit tells of it)."""
    try:
        return any(seat.served for seat in seats_of(slot).values())
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the day's other bookings are closed
        return False


def _worked_through(
    store: BookingStore,
    due: Due,
    act: Callable[[Booking], bool],
    now: datetime,
    time_left: Callable[[], bool],
    workers: int,
) -> Iterator[Booking]:
    """Act on each booking for which this is due by `now`; yields those on which `act` did something.

    The index is read a moment late, so each booking is read again, consistently, before the action. One that cannot be
    handled is passed by: those after it belong to other people. The caller may count the results: they arrive on one
    thread, and the metrics are made for one thread.
    """

    def one(key: dict[str, str]) -> Booking | Exception | None:
        if not time_left():
            return None
        try:
            booking = store.at_key(key)
            return booking if booking and act(booking) else None
        except Exception as error:  # noqa: BLE001 - told below, on the caller's thread
            return error

    with ThreadPoolExecutor(workers) as pool:
        for done in pool.map(one, store.due(due, now)):
            if isinstance(done, Exception):
                passed_by(SWEEPS[due], done)
            elif done:
                yield done
