"""An account is worth little: each limit passes once and is refused once, and outlives an erasure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings import items, standing
from bookings.booking import Booking
from bookings.due import close_days
from bookings.forgetting import forget_citizen
from bookings.holding import hold
from bookings.lifecycle import Ask, cancel, confirm, release, reschedule, serve
from bookings.standing import APPLICANTS, BARRED_FOR, DAILY_REQUESTS, MOVES, Place, barred, missing
from bookings.store import BookingStore
from cccd.clock import epoch
from cccd.errors import (
    AlreadyBooked,
    MovedTooOften,
    RateLimited,
    SessionExpired,
    SlotFull,
    TooManyApplicants,
    TooManyBookings,
)
from cccd.hashes import CitizenHash
from cccd.problems import document
from cccd.transactions import Refused
from tests.bookings.calls import book
from tests.bookings.holds import held
from tests.bookings.people import signed_in
from tests.bookings.wishes import NOW, RULES, SLOT_START, rules_of, slot, wish

MOTHER = CitizenHash("mother")


def ask(person: str, key: str, now: datetime = NOW, citizen: CitizenHash = MOTHER) -> Ask:
    return Ask(wish(person, key=key, citizen=citizen).id, citizen, now)


def book_and_cancel(store: BookingStore, person: str, key: str, now: datetime = NOW) -> None:
    held(store, person, key=key, citizen=MOTHER, now=now, at=slot(4, now + timedelta(days=2)))
    cancel(store, ask(person, key, now), rules_of)


# --- six people in thirty days --------------------------------------------------------------------------------------


def test_a_citizen_books_for_six_people_in_thirty_days(store: BookingStore) -> None:
    for n in range(APPLICANTS):
        book_and_cancel(store, f"child {n}", f"key {n}")
    with pytest.raises(TooManyApplicants):
        book_and_cancel(store, "a seventh", "key 7")
    book_and_cancel(store, "child 3", "again")  # it is not the number of bookings
    later = NOW + timedelta(days=30)
    book_and_cancel(store, "a seventh", "key 8", later)
    with pytest.raises(TooManyApplicants):
        for n in range(APPLICANTS):
            book_and_cancel(store, f"stranger {n}", f"key 9{n}", later + timedelta(seconds=n))


def test_who_is_booked_again_counts_from_the_last_time(store: BookingStore) -> None:
    for n in range(APPLICANTS):
        book_and_cancel(store, f"child {n}", f"key {n}")
    book_and_cancel(store, "child 0", "again", NOW + timedelta(days=29))
    for n in range(APPLICANTS - 1):
        book_and_cancel(store, f"new {n}", f"new {n}", NOW + timedelta(days=30))
    with pytest.raises(TooManyApplicants):
        book_and_cancel(store, "one too many", "more", NOW + timedelta(days=30))


def test_places_are_found_whatever_the_order() -> None:
    tally: dict[str, Any] = {}
    for n in range(APPLICANTS):
        found = Place.guess_for(wish(f"child {n}").person).among(tally, NOW)
        assert found is not None
        tally[found.attribute] = {"h": found.person, "d": epoch(NOW)}
    assert sorted(tally) == [f"a{n}" for n in range(1, APPLICANTS + 1)]
    again = Place.guess_for(wish("child 4").person).among(tally, NOW)
    assert again is not None and tally[again.attribute]["h"] == again.person
    assert Place.guess_for(wish("a seventh").person).among(tally, NOW) is None


# --- an unproven account, on the wire -------------------------------------------------------------------------------


@pytest.mark.usefixtures("aws", "clock")
def test_one_booking_until_the_phone_is_proven_then_a_family() -> None:
    def child(n: int, **parts: Any) -> Any:
        applicant = {"fullName": "Em Bé", "personalId": f"07921900{n:04d}", "dateOfBirth": "2019-01-01"}
        return book("lan", key=f"press number {n}", applicant=applicant | {"phone": "0912345678"}, **parts)

    assert child(1).status == 201
    refused = child(2)
    assert refused.code == "too_many_bookings" and "chia sẻ số điện thoại" in refused.body["detail"]
    proven = {"headers": signed_in("lan", "84912345678")}
    assert [child(n, **proven).status for n in (3, 4, 5)] == [201, 201, 201]
    refused = child(6, **proven)
    assert refused.code == "too_many_bookings" and "tối đa 4" in refused.body["detail"]


# --- moves ----------------------------------------------------------------------------------------------------------


def move(store: BookingStore, hours: int, key: str | None = None, now: datetime = NOW) -> Booking:
    to = slot(4, SLOT_START + timedelta(hours=hours))
    wanted = Ask(wish("lan", key="first", citizen=MOTHER).id, MOTHER, now, key)
    return reschedule(store, wanted, to.start, lambda _: (to, "shared"), rules_of)


def test_a_booking_moves_five_times_and_stays_small(store: BookingStore) -> None:
    held(store, "lan", key="first", citizen=MOTHER)
    confirm(store, ask("lan", "first"))
    for n in range(MOVES):
        moved = move(store, n + 1, f"press {n}")
    with pytest.raises(MovedTooOften):
        move(store, 9, "once more")
    assert move(store, MOVES, "press 4") == moved, "a press that was answered is answered again"
    assert len(moved.answered) == MOVES
    assert store.find(wish("lan", key="first", citizen=MOTHER).id) == moved, "the appointment stands"
    cancel(store, ask("lan", "first"), rules_of)


def test_moves_are_requests_of_the_day(store: BookingStore) -> None:
    for n in range(DAILY_REQUESTS - 1):
        book_and_cancel(store, "lan", f"key {n}")
    held(store, "lan", key="first", citizen=MOTHER)
    confirm(store, ask("lan", "first"))
    with pytest.raises(RateLimited):
        move(store, 1)
    assert move(store, 1, now=NOW + timedelta(hours=15)).moves == 1, "tomorrow, with the same booking"


# --- what reveals something is counted, and an erasure does not forget it -------------------------------------------


def test_a_full_slot_is_no_free_oracle(store: BookingStore) -> None:
    """Against a full slot, `slot_full` says that somebody holds no booking."""
    held(store, "minh")
    for n in range(DAILY_REQUESTS):
        with pytest.raises(SlotFull):
            held(store, f"id {n % 5}", key=f"key {n}", citizen=MOTHER)
    with pytest.raises(RateLimited):
        held(store, "id 1", key="one more", citizen=MOTHER)


def test_too_many_bookings_is_counted_too(store: BookingStore) -> None:
    held(store, "lan", key="mine", citizen=MOTHER)
    for n in range(DAILY_REQUESTS - 1):
        with pytest.raises(TooManyBookings):
            hold(store, wish("an", key=f"key {n}", citizen=MOTHER, at=slot(4)), RULES, 1, NOW)
    with pytest.raises(RateLimited):
        hold(store, wish("an", key="more", citizen=MOTHER, at=slot(4)), RULES, 1, NOW)


def test_an_erasure_lifts_no_limit(store: BookingStore) -> None:
    held(store, "lan")
    for n in range(DAILY_REQUESTS):
        if n == DAILY_REQUESTS // 2:
            forget_citizen(store, MOTHER, NOW)
        with pytest.raises(AlreadyBooked):
            held(store, "lan", key=f"key {n}", citizen=MOTHER, at=slot(4, SLOT_START + timedelta(hours=1)))
    forget_citizen(store, MOTHER, NOW)
    with pytest.raises(RateLimited):
        held(store, "lan", key="more", citizen=MOTHER, at=slot(4, SLOT_START + timedelta(hours=1)))


def test_what_an_erasure_leaves_names_no_booking_and_expires(store: BookingStore) -> None:
    booking = held(store, "lan", citizen=MOTHER)
    forget_citizen(store, MOTHER, NOW)
    left = store.tally(MOTHER)
    assert left["ttl"] == epoch(NOW + items.TALLY_KEPT) and left["n"] == 0
    assert booking.id not in repr(left) and wish("lan").id.applicant not in repr(left)


def test_a_session_from_before_an_erasure_holds_nothing(store: BookingStore) -> None:
    now = epoch(NOW)
    held(store, "lan", citizen=MOTHER, since=now - 60)
    forget_citizen(store, MOTHER, NOW)
    with pytest.raises(SessionExpired):
        held(store, "lan", key="old session", citizen=MOTHER, since=now - 60)
    assert held(store, "lan", key="new session", citizen=MOTHER, since=now).active


def test_an_erasure_of_nothing_ends_sessions_too(store: BookingStore) -> None:
    forget_citizen(store, MOTHER, NOW)
    with pytest.raises(SessionExpired):
        held(store, "lan", citizen=MOTHER, since=epoch(NOW) - 1)


def test_a_count_without_any_booking_expires(store: BookingStore) -> None:
    held(store, "lan")
    with pytest.raises(AlreadyBooked):
        held(store, "lan", key="key", citizen=MOTHER, at=slot(4))
    assert store.tally(MOTHER)["ttl"] == epoch(NOW + items.TALLY_KEPT)
    held(store, "an", key="first", citizen=MOTHER, at=slot(4))
    with pytest.raises(AlreadyBooked):
        held(store, "lan", key="key 2", citizen=MOTHER, at=slot(4))
    assert "ttl" not in store.tally(MOTHER), "a tally that counts an active booking stays"


def test_a_tally_stays_small_and_forgets_only_what_is_over(store: BookingStore) -> None:
    """As after months of bookings: the oldest ended ones are deleted, and the active one stays, though it is older still."""
    active = held(store, "an", key="stays", citizen=MOTHER, at=slot(4, NOW + timedelta(days=2)))
    confirm(store, ask("an", "stays"))
    book_and_cancel(store, "lan", "the first", NOW)
    ended = store.find(wish("lan", key="the first", citizen=MOTHER).id)
    assert ended is not None
    requests = {}
    for n in range(items.MOST_REMEMBERED):
        each = wish("lan", key=f"key {n}", citizen=MOTHER).id
        store.commit([store.keep_history(replace(ended, id=each.text))])
        requests[items.request_attribute(each)] = {"b": each.text, "r": "request", "d": epoch(NOW) + n + 1}
    days = {items.day_attribute(NOW.date() - timedelta(days=n)): 1 for n in range(1, 9)}
    store.commit([store.table.put(store.tally(MOTHER) | requests | days)])
    book_and_cancel(store, "lan", "the last", NOW + timedelta(days=1))
    tally = store.tally(MOTHER)
    assert len(tally) <= items.MOST_REMEMBERED
    kept = {booking.id for booking in store.of_citizen(MOTHER)}
    assert active.id in kept and ended.id not in kept
    assert store.find(wish("lan", key="the first", citizen=MOTHER).id) is None, "deleted, not only out of sight"
    assert store.find(wish("lan", key="the last", citizen=MOTHER).id) is not None
    assert not tally.keys() & days.keys()


# --- missed appointments --------------------------------------------------------------------------------------------


def miss(store: BookingStore, key: str, start: datetime) -> None:
    """Lan's appointment passes; the office served somebody else that day."""
    morning = start.replace(hour=7)
    held(store, "lan", key=key, citizen=MOTHER, now=morning - timedelta(days=1), at=slot(4, start))
    confirm(store, ask("lan", key, morning - timedelta(days=1)))
    somebody = f"somebody {key}"
    held(store, somebody, now=morning - timedelta(days=1), at=slot(4, start))
    confirm(store, Ask(wish(somebody).id, wish(somebody).citizen, morning - timedelta(days=1)))
    serve(store, wish(somebody).id, start)
    assert close_days(store, start + timedelta(days=1), lambda: True, workers=1) == 1


def two_more(store: BookingStore, now: datetime) -> None:
    for n in range(2):
        held(store, f"child {n}", key=f"key {now} {n}", citizen=MOTHER, now=now, at=slot(4, now + timedelta(days=2)))


def test_two_missed_appointments_in_sixty_days_leave_one_booking(store: BookingStore) -> None:
    miss(store, "one", SLOT_START)
    two_more(store, SLOT_START + timedelta(days=2))
    miss(store, "two", SLOT_START + timedelta(days=20))
    with pytest.raises(TooManyBookings) as refused:
        two_more(store, SLOT_START + timedelta(days=25))
    assert "25/01/2027" in refused.value.said["advice"], "sixty days after the first"
    two_more(store, SLOT_START + timedelta(days=60))


def test_appointments_missed_far_apart_do_not_count(store: BookingStore) -> None:
    miss(store, "one", SLOT_START)
    miss(store, "two", SLOT_START + timedelta(days=60))
    two_more(store, SLOT_START + timedelta(days=62))


def test_where_the_office_marked_nobody_nobody_missed(store: BookingStore) -> None:
    for n in range(2):
        start = SLOT_START + timedelta(days=n)
        held(store, "lan", key=f"key {n}", citizen=MOTHER, now=start - timedelta(days=1), at=slot(4, start))
        confirm(store, ask("lan", f"key {n}", start - timedelta(days=1)))
        assert close_days(store, start + timedelta(days=1), lambda: True, workers=1) == 1
    assert items.MISSED not in store.tally(MOTHER)
    two_more(store, SLOT_START + timedelta(days=3))


def test_a_miss_is_counted_once_whoever_closes_first(store: BookingStore) -> None:
    held(store, "lan", key="one", citizen=MOTHER)
    booking = confirm(store, ask("lan", "one"))
    after = standing.missing({}, booking.start)
    write = store.count_missed(booking, {}, after)
    store.commit([write])
    with pytest.raises(Refused):
        store.commit([write])


def test_one_visit_of_a_family_is_missed_once() -> None:
    once = missing({}, SLOT_START)
    assert missing(once, SLOT_START) == once


def test_a_release_is_the_last_word_for_whoever_made_the_booking(store: BookingStore) -> None:
    held(store, "lan", citizen=CitizenHash("a stranger"))
    release(store, wish("lan").id.applicant, NOW)
    with pytest.raises(AlreadyBooked):
        held(store, "lan", key="a second later", citizen=CitizenHash("a stranger"))
    assert held(store, "minh", key="for another", citizen=CitizenHash("a stranger"), at=slot(2)), (
        "for anybody else they may book"
    )
    assert held(store, "lan", at=slot(1, SLOT_START + timedelta(days=1))), "and the person themselves may"
    late = NOW + BARRED_FOR
    assert not barred(store.tally(CitizenHash("a stranger")), wish("lan").id.applicant, late)


def test_an_erasure_too_late_to_cancel_counts_as_missed(store: BookingStore) -> None:
    lan = held(store, "lan")
    confirm(store, Ask(wish("lan").id, lan.citizen, NOW))
    forget_citizen(store, lan.citizen, SLOT_START - timedelta(minutes=5), lambda _: True)
    assert items.MISSED in store.tally(lan.citizen)


def test_a_move_to_a_full_slot_is_counted(store: BookingStore) -> None:
    lan = held(store, "lan")
    full = slot(1, SLOT_START + timedelta(minutes=30))
    held(store, "minh", at=full)
    before = store.tally(lan.citizen)[items.day_attribute(NOW.date())]
    with pytest.raises(SlotFull):
        reschedule(store, Ask(wish("lan").id, lan.citizen, NOW), full.start, lambda _: (full, "shared"), rules_of)
    assert store.tally(lan.citizen)[items.day_attribute(NOW.date())] == before + 1


def test_whoever_presses_again_for_the_same_person_reads_of_their_booking(store: BookingStore) -> None:
    mine = held(store, "lan")
    with pytest.raises(AlreadyBooked) as refused:
        hold(store, wish("lan", key="another press"), RULES, 1, NOW)
    assert document(refused.value)["booking"]["id"] == mine.id
