"""The scheduled runs end lapsed holds and bookings of past days."""

from datetime import timedelta

from bookings.booking import BookingStatus
from bookings.due import purge
from bookings.lifecycle import Ask, close, confirm
from bookings.seats import Seat
from bookings.store import BookingStore
from tests.bookings.holds import LATER, held, occupants
from tests.bookings.wishes import NOW, SLOT_START, slot, wish


def test_purge_ends_what_has_lapsed_and_nothing_else(store: BookingStore) -> None:
    lan = held(store, "lan", at=slot(5))
    minh = held(store, "minh", at=slot(5))
    confirm(store, Ask(wish("minh").id, minh.citizen, NOW))
    hoa = held(store, "hoa", at=slot(5), now=NOW + timedelta(minutes=5))

    assert purge(store, LATER, lambda: True, workers=1) == 1
    assert purge(store, LATER, lambda: True, workers=1) == 0
    states = {each.id: each.status for each in store.find_all([wish(who).id for who in ("lan", "minh", "hoa")])}
    assert states == {lan.id: BookingStatus.LAPSED, minh.id: BookingStatus.CONFIRMED, hoa.id: BookingStatus.HELD}
    assert set(occupants(store).values()) == {minh.id, hoa.id}


def test_purge_out_of_time_leaves_the_rest_for_the_next_minute(store: BookingStore) -> None:
    held(store, "lan")
    assert purge(store, LATER, lambda: False, workers=1) == 0
    assert purge(store, LATER, lambda: True, workers=1) == 1


def test_purge_leaves_a_seat_that_somebody_took_over(store: BookingStore) -> None:
    held(store, "lan")
    minh = held(store, "minh", now=LATER)
    assert purge(store, LATER, lambda: True, workers=1) == 1
    assert occupants(store) == {Seat(1, "shared"): minh.id}
    found = store.find(wish("lan").id)
    assert found is not None and found.status is BookingStatus.LAPSED


def test_a_day_is_closed_after_it_and_not_on_it(store: BookingStore) -> None:
    booking = held(store, "lan")
    firm = confirm(store, Ask(wish("lan").id, booking.citizen, NOW))
    assert not close(store, firm, SLOT_START + timedelta(hours=15), lambda _: True)
    assert close(store, firm, SLOT_START + timedelta(hours=17), lambda _: True)
