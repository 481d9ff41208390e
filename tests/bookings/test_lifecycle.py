"""Hold, confirm, cancel, lapse on one thread: each condition passed and refused, each rival acting first."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bookings import items
from bookings.booking import Booking, Status
from bookings.due import purge
from bookings.holding import hold
from bookings.lifecycle import Ask, cancel, close, confirm, lapse, reschedule, serve
from bookings.people_ahead import people_ahead
from bookings.seats import Seat
from bookings.store import DAILY_REQUESTS, BookingStore
from cccd.errors import (
    AlreadyBooked,
    HoldExpired,
    IdempotencyKeyReused,
    NotCancellable,
    NotConfirmable,
    NotFound,
    NotReschedulable,
    NotServable,
    RateLimited,
    SlotFull,
    TemporarilyUnavailable,
    TooManyBookings,
)
from cccd.hashes import CitizenHash
from cccd.table import THERE, Table
from cccd.transactions import Refused
from offices.opening import Capacity
from tests.bookings.wishes import LIMIT, NOW, RULES, SLOT_START, rules_of, slot, wish

LATER = NOW + timedelta(minutes=15)  # when a hold of NOW lapses


def held(store: BookingStore, person: str, now: Any = NOW, **parts: Any) -> Booking:
    return hold(store, wish(person, **parts), RULES, LIMIT, now)[0]


def occupants(store: BookingStore) -> dict[Seat, str]:
    day = SLOT_START.date()
    slots = store.slots("office", day, day)
    return {seat: who.booking_id for item in slots.values() for seat, who in items.seats_of(item).items()}


def test_a_hold_takes_a_seat_and_locks_the_applicant(store: BookingStore) -> None:
    booking, new = hold(store, wish("lan"), RULES, LIMIT, NOW)
    assert new
    assert (booking.status, booking.ticket, booking.hold_expires_at) == (Status.HELD, "0800-01", LATER)
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
    assert (again.id, again.status, new) == (booking.id, Status.CANCELLED, False)
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
    assert held(store, "a fifth", key="key-6", citizen=CitizenHash("mother"), at=slot(10)).status is Status.HELD


def test_nobody_asks_all_day_who_has_a_booking(store: BookingStore) -> None:
    """A stranger may learn from `already_booked` that somebody has one: a few times, not for a list of ids."""
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
    assert held(store, "minh", now=tomorrow, citizen="a stranger", key="key-x", at=slot(5)).status is Status.HELD


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
        held(store, "a fifth", now=LATER, key="key-5", citizen=CitizenHash("mother"), at=slot(10)).status is Status.HELD
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
    assert second.status is Status.HELD
    assert [each.status for each in store.find_all([wish("lan").id])] == [Status.LAPSED], "history is kept"
    assert first.id != second.id


def test_a_confirmed_seat_never_lapses(store: BookingStore) -> None:
    booking = held(store, "lan")
    confirmed = confirm(store, Ask(wish("lan").id, booking.citizen, NOW))
    assert confirmed == store.find(wish("lan").id)
    assert (confirmed.status, confirmed.hold_expires_at) == (Status.CONFIRMED, None)
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
    assert ended.status is Status.CANCELLED
    assert cancel(store, Ask(wish("lan").id, booking.citizen, NOW), rules_of) == ended
    assert occupants(store) == {}
    assert held(store, "lan", key="key-2").status is Status.HELD
    with pytest.raises(NotConfirmable):
        confirm(store, Ask(wish("lan").id, booking.citizen, NOW))


def test_a_lapsed_or_begun_appointment_cannot_be_cancelled(store: BookingStore) -> None:
    booking = held(store, "lan")
    with pytest.raises(NotCancellable):
        cancel(store, Ask(wish("lan").id, booking.citizen, LATER), rules_of)
    confirm(store, Ask(wish("lan").id, booking.citizen, NOW))
    with pytest.raises(NotCancellable):
        cancel(store, Ask(wish("lan").id, booking.citizen, SLOT_START), rules_of)


def test_a_declaration_that_changes_in_this_moment_holds_nothing(store: BookingStore, aws: None) -> None:
    declarations = Table(store.table.client, "DeclarationsTable")
    link = declarations.check({"pk": "a", "sk": "b"}, THERE)
    with pytest.raises(TemporarilyUnavailable):
        held(store, "lan", declaration=link, declaration_id="d")
    assert occupants(store) == {}
    declarations.write(declarations.put({"pk": "a", "sk": "b"}))
    assert held(store, "lan", declaration=link, declaration_id="d").declaration_id == "d"


def test_lists_own_bookings_active_and_ended(store: BookingStore) -> None:
    for n in range(3):
        held(store, f"child {n}", key=f"key-{n}", citizen=CitizenHash("mother"), at=slot(10))
    held(store, "somebody else", at=slot(10))
    cancel(
        store, Ask(wish("child 0", key="key-0", citizen=CitizenHash("mother")).id, CitizenHash("mother"), NOW), rules_of
    )
    found = store.of_citizen(CitizenHash("mother"))
    assert sorted(each.status for each in found) == [Status.CANCELLED, Status.HELD, Status.HELD]


# --- served -----------------------------------------------------------------------------------------------------


def test_who_is_served_keeps_their_number_for_the_day(store: BookingStore) -> None:
    lan = held(store, "lan")
    confirm(store, Ask(wish("lan").id, lan.citizen, NOW))
    with pytest.raises(NotServable):
        serve(store, wish("lan").id, NOW)
    on_the_day = SLOT_START - timedelta(minutes=10)
    served = serve(store, wish("lan").id, on_the_day)
    assert served.status is Status.SERVED
    with pytest.raises(SlotFull):
        held(store, "minh", now=on_the_day)
    assert serve(store, wish("lan").id, on_the_day + timedelta(minutes=1)) == served, "twice is once"
    assert held(store, "lan", key="another", at=slot(1, SLOT_START + timedelta(days=1))), "and may book again"


def test_who_has_been_served_is_ahead_of_nobody(store: BookingStore) -> None:
    early = slot(2, SLOT_START - timedelta(minutes=30))
    for person, at in (("an", early), ("binh", early), ("lan", slot())):
        confirm(store, Ask(wish(person, at=at).id, held(store, person, at=at).citizen, NOW))
    lan = store.find(wish("lan").id)
    assert lan is not None
    on_the_day = SLOT_START - timedelta(minutes=20)
    assert people_ahead(store, lan, on_the_day) == 2
    serve(store, wish("an", at=early).id, on_the_day)
    assert people_ahead(store, lan, on_the_day) == 1


def test_the_other_queue_is_not_ahead(store: BookingStore) -> None:
    both: Capacity = {"permanent": 2, "temporary": 2}
    early = slot(both, SLOT_START - timedelta(minutes=30))
    for person, queue in (("an", "permanent"), ("binh", "temporary"), ("chi", "temporary")):
        held(store, person, at=early, queue=queue)
    lan = held(store, "lan", at=slot(both), queue="permanent")
    assert people_ahead(store, lan, NOW) == 1


# --- lowered capacity -----------------------------------------------------------------------------------------


def test_lowering_the_capacity_sells_no_seat_beyond_it(store: BookingStore) -> None:
    for n in range(7):
        held(store, f"person {n}", at=slot(10))
    with pytest.raises(SlotFull):
        held(store, "one more", at=slot(5))
    assert len(occupants(store)) == 7, "nobody is moved"
    assert held(store, "one more", at=slot(8)).status is Status.HELD
    with pytest.raises(SlotFull):
        held(store, "and one", at=slot(8))


def test_raising_the_capacity_sells_the_new_seats(store: BookingStore) -> None:
    held(store, "lan", at=slot(1))
    assert held(store, "minh", at=slot(2)).seat.number == 2


# --- purge ------------------------------------------------------------------------------------------------------


def test_purge_ends_what_has_lapsed_and_nothing_else(store: BookingStore) -> None:
    lan = held(store, "lan", at=slot(5))
    minh = held(store, "minh", at=slot(5))
    confirm(store, Ask(wish("minh").id, minh.citizen, NOW))
    hoa = held(store, "hoa", at=slot(5), now=NOW + timedelta(minutes=5))

    assert purge(store, LATER, lambda: True, workers=1) == 1
    assert purge(store, LATER, lambda: True, workers=1) == 0
    states = {each.id: each.status for each in store.find_all([wish(who).id for who in ("lan", "minh", "hoa")])}
    assert states == {lan.id: Status.LAPSED, minh.id: Status.CONFIRMED, hoa.id: Status.HELD}
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
    assert found is not None and found.status is Status.LAPSED


# --- a rival acts just before our write ---------------------------------------------------------------------------

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
    assert cancel(store, Ask(wish("lan").id, booking.citizen, NOW), rules_of).status is Status.CANCELLED
    assert occupants(store) == {}


def test_a_take_over_lands_before_the_confirmation(store: BookingStore, rival_acts_first: Arrange) -> None:
    """Two clocks: for the rival the hold has lapsed, for us it has not. The seat knows who has it."""
    booking = held(store, "lan")
    rival_acts_first(lambda: held(store, "rival", now=LATER))
    with pytest.raises(HoldExpired):
        confirm(store, Ask(wish("lan").id, booking.citizen, LATER - timedelta(seconds=1)))
    assert set(occupants(store).values()) == {wish("rival").id.text}
    found = store.find(wish("lan").id)
    assert found is not None and found.status is not Status.CONFIRMED


def test_a_confirmation_lands_before_the_purge(store: BookingStore, rival_acts_first: Arrange) -> None:
    booking = held(store, "lan")
    rival_acts_first(lambda: confirm(store, Ask(wish("lan").id, booking.citizen, LATER - timedelta(seconds=1))))
    assert not lapse(store, booking, LATER)
    found = store.find(wish("lan").id)
    assert found is not None and found.status is Status.CONFIRMED
    assert set(occupants(store).values()) == {booking.id}


def test_a_purge_lands_before_the_purge(store: BookingStore, rival_acts_first: Arrange) -> None:
    booking = held(store, "lan")
    rival_acts_first(lambda: lapse(store, booking, LATER))
    assert not lapse(store, booking, LATER)
    tally = store.table.client.get_item(
        TableName="BookingsTable", Key={"pk": {"S": f"CITIZEN#{booking.citizen}"}, "sk": {"S": "TALLY"}}
    )["Item"]
    assert tally["n"] == {"N": "0"}, "counted down once"


def test_a_hold_never_outlasts_its_slot(store: BookingStore) -> None:
    booking = held(store, "lan", now=SLOT_START - timedelta(minutes=5))
    assert booking.hold_expires_at == SLOT_START


def test_an_unchanged_booking_reads_back_as_it_was_written(store: BookingStore) -> None:
    booking = held(store, "lan", declaration_id="d")
    assert items.booking_of(items.booking_item(booking)) == booking
    ended = replace(booking, status=Status.LAPSED, ended_at=LATER)
    assert items.booking_of(items.booking_item(ended)) == ended


# --- the cut-off, and what else a rule says -----------------------------------------------------------------------


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
        is Status.CANCELLED
    )


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


def test_a_hold_that_lapsed_by_the_tables_own_clock_cannot_be_confirmed(store: BookingStore) -> None:
    """The condition itself refuses, whatever the reader believed."""
    booking = held(store, "lan")
    after = replace(booking, status=Status.CONFIRMED, hold_expires_at=None, version=2)
    with pytest.raises(Refused):
        store.commit([store.rewrite(booking, after, LATER)])
    store.commit([store.rewrite(booking, after, LATER - timedelta(seconds=1))])


def test_a_day_is_closed_after_it_and_not_on_it(store: BookingStore) -> None:
    booking = held(store, "lan")
    firm = confirm(store, Ask(wish("lan").id, booking.citizen, NOW))
    assert not close(store, firm, SLOT_START + timedelta(hours=15))
    assert close(store, firm, SLOT_START + timedelta(hours=17))
