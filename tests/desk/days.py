"""A day at an office: bookings made through the rules, and officers who act on it."""

from datetime import datetime, time, timedelta
from typing import Any

from bookings.booking import Booking
from bookings.lifecycle import Ask, confirm
from bookings.store import BookingStore
from desk.acts import Day
from desk.officer import Officer
from desk.store import DeskStore
from offices.opening import OpeningRules, Session
from tests.bookings.holds import held
from tests.bookings.wishes import NOW, SLOT_START, slot, wish

OFFICER = Officer("0a1b", "can-bo", {"office": "officer"})
OPEN = (Session(time(7, 30), time(17), {"shared": 4}),)
DESK = OpeningRules(weekly=dict.fromkeys(range(7), OPEN), walk_in_seats=1, booked_before_walk_in=2, late_behind=2)
MORNING = SLOT_START - timedelta(minutes=20)


def day(now: datetime = MORNING, officer: Officer = OFFICER) -> Day:
    return Day("office", SLOT_START.date(), DESK, officer, now)


def booked(store: BookingStore, person: str, later: int = 0, seats: int = 4, **parts: Any) -> Booking:
    """A confirmed appointment, `later` half hours after the first slot."""
    at = slot(seats, SLOT_START + timedelta(minutes=30 * later))
    mine = held(store, person, at=at, **parts)
    return confirm(store, Ask(wish(person, at=at).id, mine.citizen, NOW))


def desk_of(store: BookingStore) -> DeskStore:
    return DeskStore(store.table.client, store.table.name)
