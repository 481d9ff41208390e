"""The changes of a booking after its hold: each condition passes once and is refused once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bookings import items
from bookings.booking import BookingStatus
from bookings.lifecycle import Ask, cancel, confirm, reschedule
from bookings.store import BookingStore
from cccd.errors import (
    AlreadyBooked,
    HoldExpired,
    NotCancellable,
    NotConfirmable,
    NotFound,
    NotReschedulable,
    SlotFull,
)
from cccd.hashes import CitizenHash
from cccd.transactions import Refused
from tests.bookings.holds import LATER, held, occupants
from tests.bookings.wishes import NOW, RULES, SLOT_START, rules_of, slot, wish


def test_a_confirmed_seat_never_lapses(store: BookingStore) -> None:
    booking = held(store, "lan")
    confirmed = confirm(store, Ask(wish("lan").id, booking.citizen, NOW))
    assert confirmed == store.find(wish("lan").id)
    assert (confirmed.status, confirmed.hold_expires_at) == (BookingStatus.CONFIRMED, None)
    with pytest.raises(SlotFull):
        held(store, "minh", now=LATER + timedelta(hours=10))
    with pytest.raises(AlreadyBooked):
        held(store, "lan", key="key-2", now=LATER + timedelta(hours=10), at=slot(5))


def test_confirming_twice_is_confirming_once(store: BookingStore) -> None:
    booking = held(store, "lan")
    first = confirm(store, Ask(wish("lan").id, booking.citizen, NOW))
    assert confirm(store, Ask(wish("lan").id, booking.citizen, LATER)) == first


def test_a_confirmation_that_comes_too_late_is_refused(store: BookingStore) -> None:
    booking = held(store, "lan")
    with pytest.raises(HoldExpired) as free:
        confirm(store, Ask(wish("lan").id, booking.citizen, LATER))
    assert free.value.said["seats"] == "Khung giờ đó hiện còn chỗ."
    held(store, "minh", now=LATER)
    with pytest.raises(HoldExpired) as gone:
        confirm(store, Ask(wish("lan").id, booking.citizen, LATER))
    assert gone.value.said["seats"] == "Chỗ đó đã có người khác giữ."


def test_another_citizens_booking_is_not_found(store: BookingStore) -> None:
    held(store, "lan")
    with pytest.raises(NotFound):
        confirm(store, Ask(wish("lan").id, CitizenHash("a stranger"), NOW))
    with pytest.raises(NotFound):
        cancel(store, Ask(wish("lan").id, CitizenHash("a stranger"), NOW), rules_of)


@pytest.mark.parametrize("confirmed", [False, True])
def test_cancelling_frees_the_seat_and_the_applicant(store: BookingStore, confirmed: bool) -> None:
    booking = held(store, "lan")
    if confirmed:
        confirm(store, Ask(wish("lan").id, booking.citizen, NOW))
    ended = cancel(store, Ask(wish("lan").id, booking.citizen, NOW), rules_of)
    assert ended.status is BookingStatus.CANCELLED
    assert cancel(store, Ask(wish("lan").id, booking.citizen, NOW), rules_of) == ended
    assert occupants(store) == {}
    assert held(store, "lan", key="key-2").status is BookingStatus.HELD
    with pytest.raises(NotConfirmable):
        confirm(store, Ask(wish("lan").id, booking.citizen, NOW))


def test_a_lapsed_or_begun_appointment_cannot_be_cancelled(store: BookingStore) -> None:
    booking = held(store, "lan")
    with pytest.raises(NotCancellable):
        cancel(store, Ask(wish("lan").id, booking.citizen, LATER), rules_of)
    confirm(store, Ask(wish("lan").id, booking.citizen, NOW))
    with pytest.raises(NotCancellable):
        cancel(store, Ask(wish("lan").id, booking.citizen, SLOT_START), rules_of)


def test_lists_own_bookings_active_and_ended(store: BookingStore) -> None:
    for n in range(3):
        held(store, f"child {n}", key=f"key-{n}", citizen=CitizenHash("mother"), at=slot(10))
    held(store, "somebody else", at=slot(10))
    cancel(
        store, Ask(wish("child 0", key="key-0", citizen=CitizenHash("mother")).id, CitizenHash("mother"), NOW), rules_of
    )
    found = store.of_citizen(CitizenHash("mother"))
    assert sorted(each.status for each in found) == [BookingStatus.CANCELLED, BookingStatus.HELD, BookingStatus.HELD]


def test_an_unchanged_booking_reads_back_as_it_was_written(store: BookingStore) -> None:
    booking = held(store, "lan", declaration_id="d")
    assert items.booking_of(items.booking_item(booking)) == booking
    ended = replace(booking, status=BookingStatus.LAPSED, ended_at=LATER)
    assert items.booking_of(items.booking_item(ended)) == ended


def test_an_office_may_close_changes_some_time_before(store: BookingStore) -> None:
    an_hour_before = replace(RULES, cancel_minutes=60)
    booking = held(store, "lan", now=SLOT_START - timedelta(minutes=90))
    confirm(store, Ask(wish("lan").id, booking.citizen, SLOT_START - timedelta(minutes=90)))
    too_late = SLOT_START - timedelta(minutes=60)
    with pytest.raises(NotCancellable):
        cancel(store, Ask(wish("lan").id, booking.citizen, too_late), lambda _: an_hour_before)
    to = slot(4, SLOT_START + timedelta(days=1))
    with pytest.raises(NotReschedulable):
        ask = Ask(wish("lan").id, booking.citizen, too_late)
        reschedule(store, ask, to.start, lambda _: (to, "shared"), lambda _: an_hour_before)
    in_time = too_late - timedelta(seconds=1)
    assert (
        cancel(store, Ask(wish("lan").id, booking.citizen, in_time), lambda _: an_hour_before).status
        is BookingStatus.CANCELLED
    )


def test_a_hold_that_lapsed_by_the_tables_own_clock_cannot_be_confirmed(store: BookingStore) -> None:
    """The condition itself refuses, even if the reader believed that the hold was alive."""
    booking = held(store, "lan")
    after = replace(booking, status=BookingStatus.CONFIRMED, hold_expires_at=None, version=2)
    with pytest.raises(Refused):
        store.commit([store.rewrite(booking, after, LATER)])
    store.commit([store.rewrite(booking, after, LATER - timedelta(seconds=1))])
