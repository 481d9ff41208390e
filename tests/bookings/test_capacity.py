"""An office changes how many seats it has while people hold some of them."""

import pytest

from bookings.booking import BookingStatus
from bookings.lifecycle import Ask, cancel
from bookings.store import BookingStore
from cccd.errors import (
    SlotFull,
)
from tests.bookings.holds import held, occupants
from tests.bookings.wishes import NOW, SLOT_START, rules_of, slot, wish


def test_lowering_the_capacity_sells_no_seat_beyond_it(store: BookingStore) -> None:
    for n in range(7):
        held(store, f"person {n}", at=slot(10))
    with pytest.raises(SlotFull):
        held(store, "one more", at=slot(5))
    assert len(occupants(store)) == 7, "nobody is moved"
    assert held(store, "one more", at=slot(8)).status is BookingStatus.HELD
    with pytest.raises(SlotFull):
        held(store, "and one", at=slot(8))


def test_raising_the_capacity_sells_the_new_seats(store: BookingStore) -> None:
    held(store, "lan", at=slot(1))
    assert held(store, "minh", at=slot(2)).seat.number == 2


def test_people_of_a_queue_that_is_no_more_still_fill_the_slot(store: BookingStore) -> None:
    for n in range(3):
        held(store, f"person {n}", at=slot({"shared": 4}))
    apart = slot({"permanent": 4, "temporary": 2})
    assert held(store, "a", at=apart, queue="permanent").seat.label == "P01"
    with pytest.raises(SlotFull):
        held(store, "b", at=apart, queue="permanent")
    with pytest.raises(SlotFull):
        held(store, "c", at=apart, queue="temporary")


def test_a_raised_capacity_is_taken_up_and_then_costs_no_second_look(store: BookingStore) -> None:
    held(store, "lan", at=slot(1))
    held(store, "minh", at=slot(9))
    day = SLOT_START.date()
    assert store.slots("office", day, day)[SLOT_START]["mark"] == "s9"


def test_while_bookings_stand_beyond_it_the_old_capacity_stays_in_mind(store: BookingStore) -> None:
    for n in range(6):
        held(store, f"person {n}", at=slot(6))
    for n in range(3):
        cancel(store, Ask(wish(f"person {n}").id, wish(f"person {n}").citizen, NOW), rules_of)
    beyond_four = sum(seat.number > 4 for seat in occupants(store))
    held(store, "one more", at=slot(4))
    day = SLOT_START.date()
    assert store.slots("office", day, day)[SLOT_START]["mark"] == ("s6" if beyond_four else "s4")
