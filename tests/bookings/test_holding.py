"""Holding a seat: each condition passes once and is refused once."""

from datetime import timedelta

import pytest

from bookings.booking import BookingStatus
from bookings.holding import hold
from bookings.lifecycle import Ask, cancel
from bookings.seats import Seat
from bookings.standing import DAILY_REQUESTS
from bookings.store import BookingStore
from cccd.errors import (
    AlreadyBooked,
    IdempotencyKeyReused,
    RateLimited,
    SlotFull,
    TemporarilyUnavailable,
    TooManyBookings,
)
from cccd.hashes import CitizenHash
from cccd.table import THERE, Table
from tests.bookings.holds import LATER, held, occupants
from tests.bookings.wishes import LIMIT, NOW, RULES, SLOT_START, rules_of, slot, wish


def test_a_hold_takes_a_seat_and_locks_the_applicant(store: BookingStore) -> None:
    booking, new = hold(store, wish("lan"), RULES, LIMIT, NOW)
    assert new
    assert (booking.status, booking.ticket, booking.hold_expires_at) == (BookingStatus.HELD, "0800-01", LATER)
    assert occupants(store) == {Seat(1, "shared"): booking.id}
    assert store.find(wish("lan").id) == booking


def test_a_full_slot_refuses(store: BookingStore) -> None:
    held(store, "lan")
    with pytest.raises(SlotFull):
        held(store, "minh")
    assert store.find(wish("minh").id) is None


def test_every_seat_is_sold_once(store: BookingStore) -> None:
    for person in range(10):
        held(store, f"person {person}", at=slot(10))
    assert {seat.number for seat in occupants(store)} == set(range(1, 11))
    with pytest.raises(SlotFull):
        held(store, "one more", at=slot(10))


def test_the_same_request_again_is_the_same_booking(store: BookingStore) -> None:
    first, _ = hold(store, wish("lan"), RULES, LIMIT, NOW)
    again, new = hold(store, wish("lan"), RULES, LIMIT, NOW + timedelta(minutes=1))
    assert (again, new) == (first, False)


def test_the_same_request_again_after_the_end_is_still_the_same_booking(store: BookingStore) -> None:
    booking = held(store, "lan")
    cancel(store, Ask(wish("lan").id, booking.citizen, NOW), rules_of)
    again, new = hold(store, wish("lan"), RULES, LIMIT, NOW)
    assert (again.id, again.status, new) == (booking.id, BookingStatus.CANCELLED, False)
    assert occupants(store) == {}


@pytest.mark.parametrize("other", [{"request": "another body"}, {"person": "minh"}])
def test_the_same_key_for_another_request_is_refused(store: BookingStore, other: dict[str, str]) -> None:
    held(store, "lan", citizen=CitizenHash("c"))
    person = other.pop("person", "lan")
    with pytest.raises(IdempotencyKeyReused):
        held(store, person, citizen=CitizenHash("c"), at=slot(5, SLOT_START + timedelta(hours=1)), **other)


def test_one_active_booking_per_applicant(store: BookingStore) -> None:
    mine = held(store, "lan", citizen="lan herself")
    elsewhere = slot(5, SLOT_START + timedelta(hours=1))
    with pytest.raises(AlreadyBooked) as owner:
        held(store, "lan", citizen="lan herself", key="key-2", at=elsewhere)
    brief = owner.value.extra["booking"]
    assert isinstance(brief, dict) and brief["id"] == mine.id
    with pytest.raises(AlreadyBooked) as stranger:
        held(store, "lan", citizen="a stranger", at=elsewhere, office_id="another office")
    assert stranger.value.extra == {}


def test_a_citizen_books_for_a_family_but_not_for_a_crowd(store: BookingStore) -> None:
    for n in range(LIMIT):
        held(store, f"child {n}", key=f"key-{n}", citizen=CitizenHash("mother"), at=slot(10))
    with pytest.raises(TooManyBookings):
        held(store, "a fifth", key="key-5", citizen=CitizenHash("mother"), at=slot(10))
    cancel(
        store, Ask(wish("child 0", key="key-0", citizen=CitizenHash("mother")).id, CitizenHash("mother"), NOW), rules_of
    )
    assert held(store, "a fifth", key="key-6", citizen=CitizenHash("mother"), at=slot(10)).status is BookingStatus.HELD


def test_nobody_asks_all_day_who_has_a_booking(store: BookingStore) -> None:
    """A stranger may learn from `already_booked` that somebody has a booking: a few times, not for a list of ids."""
    held(store, "lan")
    for n in range(DAILY_REQUESTS):
        with pytest.raises(AlreadyBooked):
            held(store, "lan", citizen="a stranger", key=f"key-{n}", at=slot(5, SLOT_START + timedelta(hours=1)))
    with pytest.raises(RateLimited) as refused:
        held(store, "lan", citizen="a stranger", key="one more", at=slot(5))
    assert refused.value.retry_after == 15 * 3600, "until midnight"
    with pytest.raises(RateLimited):
        held(store, "minh", citizen="a stranger", at=slot(5))
    tomorrow = NOW + timedelta(hours=15)
    assert held(store, "minh", now=tomorrow, citizen="a stranger", key="key-x", at=slot(5)).status is BookingStatus.HELD


def test_holding_and_cancelling_all_day_ends(store: BookingStore) -> None:
    for n in range(DAILY_REQUESTS):
        held(store, "lan", key=f"key-{n}")
        cancel(store, Ask(wish("lan", key=f"key-{n}").id, wish("lan").citizen, NOW), rules_of)
    with pytest.raises(RateLimited):
        held(store, "lan", key="one more")


def test_lapsed_holds_do_not_count_without_any_purge(store: BookingStore) -> None:
    for n in range(LIMIT):
        held(store, f"child {n}", key=f"key-{n}", citizen=CitizenHash("mother"), at=slot(10))
    assert (
        held(store, "a fifth", now=LATER, key="key-5", citizen=CitizenHash("mother"), at=slot(10)).status
        is BookingStatus.HELD
    )


def test_a_lapsed_hold_frees_its_seat_at_once(store: BookingStore) -> None:
    held(store, "lan")
    with pytest.raises(SlotFull):
        held(store, "minh", now=LATER - timedelta(seconds=1))
    taken_over = held(store, "minh", now=LATER)
    assert occupants(store) == {Seat(1, "shared"): taken_over.id}


def test_an_applicant_whose_hold_lapsed_may_hold_again(store: BookingStore) -> None:
    first = held(store, "lan")
    second = held(store, "lan", now=LATER, key="key-2")
    assert second.status is BookingStatus.HELD
    assert [each.status for each in store.find_all([wish("lan").id])] == [BookingStatus.LAPSED], "history is kept"
    assert first.id != second.id


def test_a_declaration_that_changes_in_this_moment_holds_nothing(store: BookingStore, aws: None) -> None:
    declarations = Table(store.table.client, "DeclarationsTable")
    link = declarations.check({"pk": "a", "sk": "b"}, THERE)
    with pytest.raises(TemporarilyUnavailable):
        held(store, "lan", declaration=link, declaration_id="d")
    assert occupants(store) == {}
    declarations.write(declarations.put({"pk": "a", "sk": "b"}))
    assert held(store, "lan", declaration=link, declaration_id="d").declaration_id == "d"


def test_a_hold_never_outlasts_its_slot(store: BookingStore) -> None:
    booking = held(store, "lan", now=SLOT_START - timedelta(minutes=5))
    assert booking.hold_expires_at == SLOT_START
