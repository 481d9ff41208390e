"""A seat that comes back near its day rests, and is offered to the latest appointment first, one person at a time."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from bookings import items
from bookings.booking import Booking, BookingStatus
from bookings.due import purge
from bookings.forgetting import forget_citizen
from bookings.holding import hold
from bookings.lifecycle import Ask, cancel, confirm, reschedule
from bookings.offers import handler as offers
from bookings.offers import resting_seats
from bookings.rest import LEAST, WITHIN, rests_until
from bookings.standing import DAILY_REQUESTS
from bookings.store import BookingStore
from bookings.wait_store import Waiting, WaitStore
from bookings.waiting import AFTER, FOR, MOST, accept, join, leave, offer_seats, waiting_of
from bookings.waiting_api import handler as waiting_api
from cccd.errors import NotFound, NotWaiting, OfferOver, RateLimited, SlotFull
from offices.opening import OpeningRules, Session
from tests.bookings.calls import act, book
from tests.bookings.holds import held
from tests.bookings.people import signed_in
from tests.bookings.wishes import LIMIT, NOW, SLOT_START, rules_of, slot, wish
from tests.gateway import CONTEXT, call
from tests.races.invariants import check

DAILY = (Session(time(8), time(17), {"shared": 1}),)
RULES = OpeningRules(weekly=dict.fromkeys(range(7), DAILY), rest_minutes=8)
SOON = slot(1)  # tomorrow at 8
FAR = SLOT_START + timedelta(days=5)


def firm(store: BookingStore, person: str, start: datetime = FAR, now: datetime = NOW) -> Booking:
    wanted = wish(person, at=slot(1, start))
    hold(store, wanted, RULES, LIMIT, now)
    return confirm(store, ask(person, now))


def ask(person: str, now: datetime = NOW, key: str | None = None) -> Ask:
    return Ask(wish(person).id, wish(person).citizen, now, key)


@pytest.fixture
def waits(store: BookingStore) -> WaitStore:
    return WaitStore(store.table.client, store.table.name)


passed: list[Exception] = []  # what nobody could read


def run(store: BookingStore, waits: WaitStore, now: datetime) -> int:
    def resting(office: str) -> Iterator[Any]:
        return resting_seats(store, office, RULES, {}, now)

    return offer_seats(waits, store, now, resting, lambda work: work(), passed.append)


def seat_back(store: BookingStore, now: datetime = NOW) -> None:
    """The only seat of tomorrow at eight comes back."""
    firm(store, "somebody", SOON.start, now)
    cancel(store, ask("somebody", now), rules_of)


def found(waits: WaitStore, person: str) -> Waiting:
    waiting = waits.find("office", wish(person).id.text)
    assert waiting is not None
    return waiting


# --- rest ------------------------------------------------------------------------------------------------------------


def test_a_seat_near_its_day_rests_before_anybody_gets_it(store: BookingStore) -> None:
    seat_back(store)
    with pytest.raises(SlotFull):
        held(store, "a script", at=SOON)
    with pytest.raises(SlotFull):
        held(store, "a script", key="again", at=SOON, now=NOW + LEAST - timedelta(seconds=1))
    assert held(store, "a person", at=SOON, now=NOW + timedelta(minutes=8)).seat.number == 1, "no job has run"
    check(store.table.client, store.table.name, NOW + timedelta(minutes=8), 1)


def test_a_seat_of_a_later_day_is_free_at_once(store: BookingStore) -> None:
    firm(store, "somebody", FAR)
    cancel(store, ask("somebody"), rules_of)
    assert held(store, "another", at=slot(1, FAR)).status is BookingStatus.HELD


def test_a_lapsed_hold_near_its_day_rests_too(store: BookingStore) -> None:
    hold(store, wish("somebody", at=SOON), RULES, LIMIT, NOW)
    lapsed = NOW + timedelta(minutes=15)
    with pytest.raises(SlotFull):
        held(store, "a script", at=SOON, now=lapsed)
    assert purge(store, lapsed + timedelta(minutes=1), lambda: True, workers=1) == 1
    with pytest.raises(SlotFull):
        held(store, "a script", key="again", at=SOON, now=lapsed + LEAST)
    assert held(store, "a person", at=SOON, now=lapsed + timedelta(minutes=9)).status is BookingStatus.HELD


def test_without_any_purge_the_seat_of_a_lapsed_hold_comes_back_two_minutes_later(store: BookingStore) -> None:
    hold(store, wish("somebody", at=SOON), RULES, LIMIT, NOW)
    assert held(store, "a person", at=SOON, now=NOW + timedelta(minutes=15) + LEAST).status is BookingStatus.HELD


def test_how_long_a_seat_rests_cannot_be_known(store: BookingStore) -> None:
    booking = replace(firm(store, "somebody", SOON.start), rest_minutes=8)
    rests = {rests_until(booking, NOW) for _ in range(50)}
    assert len(rests) > 40
    assert all(rest and NOW + LEAST <= rest <= NOW + timedelta(minutes=8) for rest in rests)
    assert rests_until(booking, booking.start - timedelta(minutes=5)) is None, "too late for a rest"
    assert rests_until(booking, booking.start - WITHIN - timedelta(seconds=1)) is None


# --- the waitlist ----------------------------------------------------------------------------------------------------


def test_the_latest_appointment_is_offered_the_seat_first(store: BookingStore, waits: WaitStore) -> None:
    for person, start in (
        ("sooner", FAR - timedelta(days=1)),
        ("latest", FAR),
        ("in between", FAR - timedelta(hours=2)),
    ):
        firm(store, person, start)
        join(waits, store, ask(person))
    seat_back(store)
    now = NOW + timedelta(minutes=1)
    assert run(store, waits, now) == 1
    offer = found(waits, "latest").offer
    assert offer is not None and (offer.start, offer.until) == (SOON.start, now + FOR)
    assert run(store, waits, now + timedelta(minutes=1)) == 0, "one at a time"
    moved = accept(waits, store, ask("latest", now + timedelta(minutes=9)), SOON.start)
    assert (moved.start, moved.ticket, moved.moves) == (SOON.start, "0800-01", 0)
    assert waits.find("office", moved.id) is None
    check(store.table.client, store.table.name, now, 1)
    assert held(store, "another", at=slot(1, FAR)).status is BookingStatus.HELD, "the old seat is free"


def test_who_does_not_answer_makes_room_for_the_next(store: BookingStore, waits: WaitStore) -> None:
    for person, start in (("first", FAR), ("second", FAR - timedelta(days=1))):
        firm(store, person, start)
        join(waits, store, ask(person))
    seat_back(store)
    now = NOW + timedelta(minutes=1)
    run(store, waits, now)
    later = now + FOR + timedelta(seconds=30)
    with pytest.raises(OfferOver):
        accept(waits, store, ask("first", later), SOON.start)
    with pytest.raises(SlotFull):
        held(store, "a script", at=SOON, now=later)
    assert run(store, waits, later) == 1
    assert accept(waits, store, ask("second", later), SOON.start).start == SOON.start
    assert store.find(wish("first").id) is not None, "the first keeps what they had"


def test_a_person_gets_three_offers_and_a_seat_is_offered_three_times(store: BookingStore, waits: WaitStore) -> None:
    for n in range(MOST + 1):
        firm(store, f"person {n}", FAR - timedelta(hours=n))
        join(waits, store, ask(f"person {n}"))
    seat_back(store)
    now = NOW + timedelta(minutes=1)
    for _ in range(MOST):
        assert run(store, waits, now) == 1
        now += FOR + timedelta(seconds=30)
    assert run(store, waits, now) == 0
    assert held(store, "anybody", at=SOON, now=now + AFTER).status is BookingStatus.HELD
    assert [found(waits, f"person {n}").offers for n in range(MOST + 1)] == [1, 1, 1, 0]


def test_nobody_is_offered_a_fourth_seat(store: BookingStore, waits: WaitStore) -> None:
    firm(store, "patient", FAR)
    join(waits, store, ask("patient"))
    now = NOW
    for n in range(MOST + 1):
        seat = slot(1, SOON.start + timedelta(minutes=30 * n))
        firm(store, f"somebody {n}", seat.start, now)
        cancel(store, ask(f"somebody {n}", now), rules_of)
        now += timedelta(minutes=1)
        assert run(store, waits, now) == (n < MOST)
        now += FOR + AFTER


def test_twice_joined_is_once_and_twice_accepted_is_once(store: BookingStore, waits: WaitStore) -> None:
    firm(store, "lan")
    assert join(waits, store, ask("lan")) == join(waits, store, ask("lan", NOW + timedelta(minutes=1)))
    seat_back(store)
    now = NOW + timedelta(minutes=1)
    run(store, waits, now)
    first = accept(waits, store, ask("lan", now, "a press"), SOON.start)
    assert accept(waits, store, ask("lan", now, "a press"), SOON.start) == first
    assert accept(waits, store, ask("lan", now), SOON.start) == first


def test_only_a_confirmed_appointment_waits(store: BookingStore, waits: WaitStore) -> None:
    hold(store, wish("lan", at=slot(1, FAR)), RULES, LIMIT, NOW)
    with pytest.raises(NotWaiting):
        join(waits, store, ask("lan"))
    confirm(store, ask("lan"))
    assert join(waits, store, ask("lan")).offers == 0
    with pytest.raises(NotWaiting):
        join(waits, store, ask("lan", FAR))


@pytest.mark.parametrize("deed", ["cancel", "move sooner", "erase"])
def test_who_is_gone_or_has_moved_is_offered_nothing(store: BookingStore, waits: WaitStore, deed: str) -> None:
    firm(store, "lan")
    join(waits, store, ask("lan"))
    early = slot(1, SOON.start - timedelta(minutes=30))
    deeds: dict[str, Callable[[], object]] = {
        "cancel": lambda: cancel(store, ask("lan"), rules_of),
        "move sooner": lambda: reschedule(store, ask("lan"), early.start, lambda _: (early, "shared"), rules_of),
        "erase": lambda: forget_citizen(store, wish("lan").citizen, NOW),
    }
    deeds[deed]()
    seat_back(store)
    assert run(store, waits, NOW + timedelta(minutes=1)) == 0
    if deed != "move sooner":
        assert waits.find("office", wish("lan").id.text) is None, "nothing of them waits"


def test_who_leaves_is_offered_nothing_and_may_come_back(store: BookingStore, waits: WaitStore) -> None:
    firm(store, "lan")
    join(waits, store, ask("lan"))
    leave(waits, store, ask("lan"))
    with pytest.raises(NotFound):
        waiting_of(waits, store, ask("lan"))
    seat_back(store)
    assert run(store, waits, NOW + timedelta(minutes=1)) == 0
    join(waits, store, ask("lan"))
    assert run(store, waits, NOW + timedelta(minutes=1)) == 1


def test_who_leaves_and_comes_back_has_had_the_offers_that_they_had(store: BookingStore, waits: WaitStore) -> None:
    firm(store, "lan")
    join(waits, store, ask("lan"))
    seat_back(store)
    assert run(store, waits, NOW + timedelta(minutes=1)) == 1
    leave(waits, store, ask("lan"))
    assert join(waits, store, ask("lan")).offers == 1
    assert found(waits, "lan").offers == 1 and found(waits, "lan").offer is None


def test_the_seat_of_who_leaves_goes_to_the_next(store: BookingStore, waits: WaitStore) -> None:
    for days, person in enumerate(("lan", "minh")):
        firm(store, person, FAR + timedelta(days=days))
        join(waits, store, ask(person))
    seat_back(store)
    assert run(store, waits, NOW + timedelta(minutes=1)) == 1
    first = next(each for each in ("lan", "minh") if found(waits, each).offer)
    leave(waits, store, ask(first, NOW + timedelta(minutes=2)))
    assert run(store, waits, NOW + timedelta(minutes=3)) == 1
    assert found(waits, "minh" if first == "lan" else "lan").offer


def test_coming_and_going_is_counted(store: BookingStore, waits: WaitStore) -> None:
    firm(store, "lan")
    with pytest.raises(RateLimited):
        for _ in range(DAILY_REQUESTS + 1):
            join(waits, store, ask("lan"))
            leave(waits, store, ask("lan"))


def test_the_place_in_the_line_is_that_of_the_appointment_one_has(store: BookingStore, waits: WaitStore) -> None:
    firm(store, "lan")
    join(waits, store, ask("lan"))
    later = slot(1, found(waits, "lan").start + timedelta(days=1))
    reschedule(store, ask("lan"), later.start, lambda _: (later, "shared"), rules_of)
    seat_back(store)
    assert run(store, waits, NOW + timedelta(minutes=1)) == 1
    assert found(waits, "lan").start == later.start


def test_one_who_waits_and_cannot_be_read_stops_nobody_s_offer(store: BookingStore, waits: WaitStore) -> None:
    firm(store, "lan")
    join(waits, store, ask("lan"))
    seat_back(store)
    spoilt = {"pk": "OFFICE#zz", "sk": "WAIT#x", "due": "WAIT#0", "dueAt": 1, "booking": "x"}
    store.table.write(store.table.put(spoilt))
    passed.clear()
    assert run(store, waits, NOW + timedelta(minutes=1)) == 1
    assert len(passed) == 1


def test_an_offer_races_with_its_end(store: BookingStore, waits: WaitStore) -> None:
    """The seat was taken after its rest, by the clock of another process."""
    firm(store, "lan")
    join(waits, store, ask("lan"))
    seat_back(store)
    now = NOW + timedelta(minutes=1)
    run(store, waits, now)
    held(store, "a rival with a fast clock", at=SOON, now=now + FOR + AFTER)
    with pytest.raises(OfferOver):
        accept(waits, store, ask("lan", now), SOON.start)
    check(store.table.client, store.table.name, now, 1)


def test_an_offer_to_somebody_who_was_offered_another_in_the_meantime_is_refused(
    store: BookingStore, waits: WaitStore
) -> None:
    firm(store, "lan")
    before = join(waits, store, ask("lan"))
    seat_back(store)
    now = NOW + timedelta(minutes=1)
    run(store, waits, now)
    seen = items.seats_of(store.slots("office", SOON.start.date(), SOON.start.date())[SOON.start])
    ((seat, taken),) = seen.items()
    offer = found(waits, "lan").offer
    assert offer is not None and taken.offered_to == before.booking_id
    with pytest.raises(Exception, match="refused"):
        store.commit(waits.offer(before, offer, replace(taken, offers=1), now + FOR))
    assert seat == offer.seat


# --- on the wire -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("aws", "clock")
def test_a_citizen_waits_and_takes_the_earlier_seat(clock: Any) -> None:
    mine = book("lan", start="2026-11-28T08:00:00+07:00")
    act(mine, "confirm")
    path = f"/bookings/{mine.body['id']}/waiting"
    waiting = call(waiting_api, "PUT", path, headers=signed_in("lan"))
    assert (waiting.status, waiting.body["offersLeft"], waiting.body["offer"]) == (200, 3, None)
    for who in ("an", "binh", "chi", "dung"):
        theirs = book(who, start="2026-11-26T08:00:00+07:00")
        act(theirs, "confirm", who)
    act(theirs, "cancel", "dung")
    clock.shift(timedelta(minutes=1))
    assert offers({}, CONTEXT) == {"offered": 1}
    offer = call(waiting_api, "GET", path, headers=signed_in("lan")).body["offer"]
    assert offer["start"] == "2026-11-26T08:00:00+07:00"
    stranger = call(waiting_api, "GET", path, headers=signed_in("a stranger"))
    assert stranger.code == "not_found"
    press = signed_in("lan") | {"idempotency-key": "the-press-of-accept"}
    taken = call(waiting_api, "POST", f"{path}/accept", body={"start": offer["start"]}, headers=press)
    assert (taken.status, taken.body["start"]) == (200, offer["start"])
    assert call(waiting_api, "GET", path, headers=signed_in("lan")).code == "not_found"
    too_late = call(waiting_api, "POST", f"{path}/accept", body={"start": "2026-11-27T08:00:00+07:00"}, headers=press)
    assert too_late.code == "idempotency_key_reused"
    assert call(waiting_api, "DELETE", path, headers=signed_in("lan")).status == 204


@pytest.mark.usefixtures("aws", "clock")
def test_at_night_nothing_is_offered(clock: Any) -> None:
    clock.move_to(NOW.replace(hour=23))
    assert offers({}, CONTEXT) == {"offered": 0}
