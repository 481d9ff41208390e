"""Bookings that are already held, and the holders of the seats."""

from datetime import timedelta
from typing import Any

from bookings import items
from bookings.booking import Booking
from bookings.holding import hold
from bookings.seats import Seat
from bookings.store import BookingStore
from tests.bookings.wishes import LIMIT, NOW, RULES, SLOT_START, wish

LATER = NOW + timedelta(minutes=15)  # when a hold of NOW lapses


def held(store: BookingStore, person: str, now: Any = NOW, **parts: Any) -> Booking:
    return hold(store, wish(person, **parts), RULES, LIMIT, now)[0]


def occupants(store: BookingStore) -> dict[Seat, str]:
    day = SLOT_START.date()
    slots = store.slots("office", day, day)
    return {seat: who.booking_id for item in slots.values() for seat, who in items.seats_of(item).items()}
