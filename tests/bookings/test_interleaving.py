"""A rival's whole operation lands just before our write."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bookings.booking import BookingStatus
from bookings.holding import hold
from bookings.lifecycle import Ask, cancel, confirm, lapse
from bookings.seats import Seat
from bookings.store import BookingStore
from cccd.errors import (
    AlreadyBooked,
    HoldExpired,
    NotConfirmable,
    SlotFull,
)
from tests.bookings.holds import LATER, held, occupants
from tests.bookings.wishes import LIMIT, NOW, RULES, rules_of, slot, wish

type Arrange = Callable[[Callable[[], object]], None]


def test_a_rival_takes_the_last_seat_first(store: BookingStore, rival_acts_first: Arrange) -> None:
    rival_acts_first(lambda: held(store, "rival"))
    with pytest.raises(SlotFull):
        held(store, "lan")
    assert occupants(store) == {Seat(1, "shared"): wish("rival").id.text}


def test_a_rival_books_the_same_applicant_first(store: BookingStore, rival_acts_first: Arrange) -> None:
    rival_acts_first(lambda: held(store, "lan", citizen="a rival", at=slot(10)))
    with pytest.raises(AlreadyBooked):
        held(store, "lan", citizen="lan herself", at=slot(10))
    assert len(occupants(store)) == 1


def test_our_own_lost_request_lands_first(store: BookingStore, rival_acts_first: Arrange) -> None:
    rival_acts_first(lambda: held(store, "lan"))
    booking, new = hold(store, wish("lan"), RULES, LIMIT, NOW)
    assert not new
    assert occupants(store) == {Seat(1, "shared"): booking.id}


def test_a_cancellation_lands_before_the_confirmation(store: BookingStore, rival_acts_first: Arrange) -> None:
    booking = held(store, "lan")
    rival_acts_first(lambda: cancel(store, Ask(wish("lan").id, booking.citizen, NOW), rules_of))
    with pytest.raises(NotConfirmable):
        confirm(store, Ask(wish("lan").id, booking.citizen, NOW))
    assert occupants(store) == {}


def test_a_confirmation_lands_before_the_cancellation(store: BookingStore, rival_acts_first: Arrange) -> None:
    booking = held(store, "lan")
    rival_acts_first(lambda: confirm(store, Ask(wish("lan").id, booking.citizen, NOW)))
    assert cancel(store, Ask(wish("lan").id, booking.citizen, NOW), rules_of).status is BookingStatus.CANCELLED
    assert occupants(store) == {}


def test_a_take_over_lands_before_the_confirmation(store: BookingStore, rival_acts_first: Arrange) -> None:
    """Two clocks: the hold has lapsed for the rival, but not for us. The seat knows its holder."""
    booking = held(store, "lan")
    rival_acts_first(lambda: held(store, "rival", now=LATER))
    with pytest.raises(HoldExpired):
        confirm(store, Ask(wish("lan").id, booking.citizen, LATER - timedelta(seconds=1)))
    assert set(occupants(store).values()) == {wish("rival").id.text}
    found = store.find(wish("lan").id)
    assert found is not None and found.status is not BookingStatus.CONFIRMED


def test_a_confirmation_lands_before_the_purge(store: BookingStore, rival_acts_first: Arrange) -> None:
    booking = held(store, "lan")
    rival_acts_first(lambda: confirm(store, Ask(wish("lan").id, booking.citizen, LATER - timedelta(seconds=1))))
    assert not lapse(store, booking, LATER)
    found = store.find(wish("lan").id)
    assert found is not None and found.status is BookingStatus.CONFIRMED
    assert set(occupants(store).values()) == {booking.id}


def test_a_purge_lands_before_the_purge(store: BookingStore, rival_acts_first: Arrange) -> None:
    booking = held(store, "lan")
    rival_acts_first(lambda: lapse(store, booking, LATER))
    assert not lapse(store, booking, LATER)
    tally = store.table.client.get_item(
        TableName="BookingsTable", Key={"pk": {"S": f"CITIZEN#{booking.citizen}"}, "sk": {"S": "TALLY"}}
    )["Item"]
    assert tally["n"] == {"N": "0"}, "counted down once"
