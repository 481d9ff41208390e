"""Real threads and processes against DynamoDB Local: everybody wants the same thing at the same moment."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings import items
from bookings.booking import Booking, BookingStatus
from bookings.draw_store import DrawStore
from bookings.drawing import draw_days
from bookings.due import close_days, purge
from bookings.holding import hold
from bookings.intake import HoldRequest
from bookings.lifecycle import Ask, cancel, confirm, reschedule, serve
from bookings.proof import Proof
from bookings.seats import RESTING, Seat, Taken
from bookings.standing import APPLICANTS
from bookings.store import BookingStore
from bookings.wait_store import Offer, WaitStore
from bookings.waiting import accept, join
from cccd.clock import epoch
from cccd.errors import HoldExpired, NotCancellable, RateLimited, Refusal, SlotFull, TooManyApplicants
from cccd.hashes import CitizenHash
from offices.opening import Queue, Slot
from tests.bookings.wishes import LIMIT, NOW, RULES, SLOT_START, rules_of, slot, wish
from tests.races.engine import client_of
from tests.races.invariants import check
from tests.races.naive import naive_hold

RACERS = 64
SLOTS = 100
LATER = NOW + timedelta(minutes=15)  # when a hold of NOW lapses
DRAWN = LATER + timedelta(minutes=1)  # when a wish for a draw at LATER is due

type Deed = Callable[[BookingStore], Any]


@contextmanager
def racers(engine: str, table: str, number: int) -> Iterator[Callable[[Sequence[Deed]], list[Any]]]:
    """Runs as many deeds as there are racers, each on its own connection, all released at once."""
    stores = [BookingStore(client_of(engine), table) for _ in range(number)]
    with ThreadPoolExecutor(number) as pool:

        def race(deeds: Sequence[Deed]) -> list[Any]:
            barrier = threading.Barrier(len(deeds))

            def run(store: BookingStore, deed: Deed) -> Any:
                barrier.wait()
                try:
                    return deed(store)
                except Refusal as refusal:
                    return refusal

            return [each.result() for each in [pool.submit(run, *pair) for pair in zip(stores, deeds, strict=False)]]

        yield race
    for store in stores:
        store.table.client.close()


def slot_number(n: int, capacity: int) -> Slot:
    return slot(capacity, SLOT_START + timedelta(minutes=30 * n))


def holder(person: str, where: Slot, now: datetime = NOW, **parts: Any) -> Deed:
    return lambda store: hold(store, wish(person, at=where, **parts), RULES, LIMIT, now)[0]


def presser(wanted: HoldRequest) -> Deed:
    return lambda store: hold(store, wanted, RULES, LIMIT, NOW)


def presser_of(wanted: HoldRequest, limit: int = LIMIT) -> Deed:
    return lambda store: hold(store, wanted, RULES, limit, NOW)[0]


def acceptor(ask: Ask, early: Slot) -> Deed:
    return lambda store: accept(WaitStore(store.table.client, store.table.name), store, ask, early.start)


def drawer(slots: Sequence[Slot]) -> Deed:
    def run(store: BookingStore) -> Any:
        return draw_days(store, DrawStore(store.table.client, store.table.name), lambda *_: slots, DRAWN, lambda: True)

    return run


def naive_holder(wanted: HoldRequest) -> Deed:
    return lambda store: naive_hold(store, wanted)


def mover(person: str, to: Slot) -> Deed:
    wanted = wish(person)
    queue: Queue = "shared"
    return lambda store: reschedule(
        store, Ask(wanted.id, wanted.citizen, NOW), to.start, lambda _: (to, queue), rules_of
    )


def confirmer(wanted: HoldRequest, now: datetime) -> Deed:
    return lambda store: confirm(store, Ask(wanted.id, wanted.citizen, now))


def canceller(wanted: HoldRequest) -> Deed:
    return lambda store: cancel(store, Ask(wanted.id, wanted.citizen, NOW), rules_of)


def purger(now: datetime) -> Deed:
    return lambda store: purge(store, now, lambda: True, workers=1)


def server(wanted: HoldRequest, now: datetime) -> Deed:
    return lambda store: serve(store, wanted.id, now)


def closer(now: datetime) -> Deed:
    return lambda store: close_days(store, now, lambda: True, workers=1)


@pytest.mark.parametrize("capacity", [1, 3, 10])
def test_as_many_win_as_there_are_seats(engine: str, table: str, store: BookingStore, capacity: int) -> None:
    with racers(engine, table, RACERS) as race:
        for n in range(SLOTS):
            where = slot_number(n, capacity)
            outcomes = race([holder(f"person {n} {racer}", where) for racer in range(RACERS)])
            won = [each for each in outcomes if isinstance(each, Booking)]
            assert len(won) == capacity
            assert len({each.seat for each in won}) == capacity
            assert Counter(type(each) for each in outcomes if not isinstance(each, Booking)) == {
                SlotFull: RACERS - capacity
            }
    check(store.table.client, table, NOW, capacity)


def test_the_naive_booking_fails_this_race(engine: str, table: str, store: BookingStore) -> None:
    """The negative control: if it passed, the race above would prove nothing."""
    oversold = 0
    with racers(engine, table, RACERS) as race:
        for n in range(10):
            where = slot_number(n, 1)
            wishes = [wish(f"person {n} {racer}", at=where) for racer in range(RACERS)]
            outcomes = race([naive_holder(wanted) for wanted in wishes])
            oversold += sum(isinstance(each, Seat) for each in outcomes) > 1
    assert oversold >= 5


def _hold_many(engine: str, table: str, process: int) -> int:
    with racers(engine, table, 8) as race:
        return sum(
            isinstance(each, Booking)
            for n in range(25)
            for each in race([holder(f"{process} {n} {racer}", slot_number(n, 3)) for racer in range(8)])
        )


def test_processes_race_as_threads_do(engine: str, table: str, store: BookingStore) -> None:
    with ProcessPoolExecutor(4) as pool:
        won = sum(pool.map(_hold_many, [engine] * 4, [table] * 4, range(4)))
    assert won == 25 * 3
    check(store.table.client, table, NOW, 3)


def test_one_applicant_wanted_by_many_citizens_is_booked_once(engine: str, table: str, store: BookingStore) -> None:
    with racers(engine, table, 16) as race:
        for n in range(20):
            outcomes = race([holder(f"lan {n}", slot_number(c, 50), citizen=f"c{n} {c}") for c in range(16)])
            assert sum(isinstance(each, Booking) for each in outcomes) == 1
    check(store.table.client, table, NOW, 50)


def test_one_citizen_never_passes_the_limit(engine: str, table: str, store: BookingStore) -> None:
    with racers(engine, table, 16) as race:
        for n in range(10):
            outcomes = race(
                [holder(f"child {n} {k}", slot_number(k, 50), key=f"key-{k}", citizen=f"mother {n}") for k in range(16)]
            )
            assert sum(isinstance(each, Booking) for each in outcomes) == LIMIT
    check(store.table.client, table, NOW, 50)


def test_one_key_pressed_many_times_is_one_booking(engine: str, table: str, store: BookingStore) -> None:
    with racers(engine, table, 16) as race:
        for n in range(20):
            wanted = wish(f"lan {n}", at=slot_number(n, 10))
            outcomes = race([presser(wanted)] * 16)
            assert len({booking.id for booking, _ in outcomes}) == 1
            assert sum(new for _, new in outcomes) == 1
    check(store.table.client, table, NOW, 10)


@pytest.mark.parametrize("capacity", [1, 2])
def test_reschedules_that_cross_lose_nobody(engine: str, table: str, store: BookingStore, capacity: int) -> None:
    """A moves to B's slot while B moves to A's. With a seat to spare both succeed; without one both stay."""
    with racers(engine, table, 2) as race:
        for n in range(40):
            here, there = slot_number(2 * n, capacity), slot_number(2 * n + 1, capacity)
            holder(f"a{n}", here)(store)
            holder(f"b{n}", there)(store)
            outcomes = race([mover(f"a{n}", there), mover(f"b{n}", here)])
            moved = [each for each in outcomes if isinstance(each, Booking)]
            stayed = [each for each in outcomes if isinstance(each, SlotFull)]
            assert len(moved) + len(stayed) == 2
            assert len(moved) == (2 if capacity == 2 else 0)
    check(store.table.client, table, NOW, capacity)


def test_many_move_to_the_last_seat(engine: str, table: str, store: BookingStore) -> None:
    with racers(engine, table, 16) as race:
        for n in range(10):
            target = slot(1, SLOT_START + timedelta(days=1, minutes=30 * n))
            for racer in range(16):
                holder(f"{n} {racer}", slot_number(n, 16))(store)
            outcomes = race([mover(f"{n} {racer}", target) for racer in range(16)])
            assert sum(isinstance(each, Booking) for each in outcomes) == 1
    check(store.table.client, table, NOW, 16)


def test_purge_racing_confirm_has_one_winner(engine: str, table: str, store: BookingStore) -> None:
    """In the very second of the lapse: the confirmation's clock is one second behind, the purge's clock is not."""
    with racers(engine, table, 3) as race:
        for n in range(60):
            wanted = wish(f"lan {n}", at=slot_number(n, 1))
            hold(store, wanted, RULES, LIMIT, NOW)
            early = LATER - timedelta(seconds=1)
            outcomes = race(
                [
                    confirmer(wanted, early),
                    purger(LATER),
                    purger(LATER),
                ]
            )
            stands = store.find(wanted.id)
            assert stands is not None
            won = isinstance(outcomes[0], Booking)
            assert stands.status is (BookingStatus.CONFIRMED if won else BookingStatus.LAPSED)
    check(store.table.client, table, LATER, 1)


def test_a_lapsed_seat_taken_over_while_its_owner_confirms(engine: str, table: str, store: BookingStore) -> None:
    with racers(engine, table, 3) as race:
        for n in range(60):
            where = slot_number(n, 1)
            wanted = wish(f"lan {n}", at=where)
            hold(store, wanted, RULES, LIMIT, NOW)
            early = LATER - timedelta(seconds=1)
            outcomes = race(
                [
                    confirmer(wanted, early),
                    holder(f"rival {n}", where, LATER),
                    purger(LATER),
                ]
            )
            assert isinstance(outcomes[0], Booking) != isinstance(outcomes[1], Booking), outcomes
            assert isinstance(outcomes[0], Booking | HoldExpired)
    check(store.table.client, table, LATER, 1)


def test_close_of_day_racing_cancel_ends_each_once(engine: str, table: str, store: BookingStore) -> None:
    """Two clocks around midnight: for the citizen the appointment is still ahead, for the close of day it is over."""
    after = SLOT_START + timedelta(days=40)
    with racers(engine, table, 3) as race:
        for n in range(40):
            wanted = wish(f"lan {n}", at=slot_number(n, 1))
            hold(store, wanted, RULES, LIMIT, NOW)
            confirm(store, Ask(wanted.id, wanted.citizen, NOW))
            outcomes = race(
                [
                    canceller(wanted),
                    closer(after),
                    closer(after),
                ]
            )
            stands = store.find(wanted.id)
            assert stands is not None
            cancelled = isinstance(outcomes[0], Booking)
            assert cancelled or isinstance(outcomes[0], NotCancellable)
            assert stands.status is (BookingStatus.CANCELLED if cancelled else BookingStatus.NO_SHOW)
            day = wanted.slot.start.date()
            assert items.seats_of(store.slots("office", day, day)[wanted.slot.start]) == {}
    check(store.table.client, table, after, 1)


def test_a_served_number_is_given_to_nobody_else_whoever_races_for_it(
    engine: str, table: str, store: BookingStore
) -> None:
    """Officers serve twice, while the citizen cancels by a slower clock and others want the only seat."""
    with racers(engine, table, 8) as race:
        for n in range(40):
            where = slot_number(n, 1)
            wanted = wish(f"lan {n}", at=where)
            hold(store, wanted, RULES, LIMIT, NOW)
            confirm(store, Ask(wanted.id, wanted.citizen, NOW))
            on_the_day = where.start - timedelta(minutes=1)
            rivals = [holder(f"rival {n} {m}", where, on_the_day) for m in range(5)]
            served, again, cancelled, *others = race(
                [server(wanted, on_the_day), server(wanted, on_the_day), canceller(wanted), *rivals]
            )
            stands = store.find(wanted.id)
            assert stands is not None
            if isinstance(served, Booking) or isinstance(again, Booking):
                assert stands.status is BookingStatus.SERVED and not isinstance(cancelled, Booking)
                assert not any(isinstance(each, Booking) for each in others)
            else:
                assert stands.status is BookingStatus.CANCELLED
                assert sum(isinstance(each, Booking) for each in others) <= 1
    check(store.table.client, table, NOW, 1)


def test_a_displaced_booking_and_whoever_displaces_it_race_for_one_applicant(engine: str, store: BookingStore) -> None:
    """Its owner confirms, moves and cancels while four proven citizens claim the same personal id: one booking is left."""
    with racers(engine, store.table.name, 8) as race:
        for n in range(40):
            here, there = slot_number(2 * n, 2), slot_number(2 * n + 1, 2)
            weak = wish(f"person {n}", at=here)
            hold(store, weak, RULES, LIMIT, NOW)
            claims = [
                wish(f"person {n}", key="claim", citizen=CitizenHash(f"{k} of {n}"), at=where, proof=Proof.PHONE)
                for k, where in enumerate((here, there, here, there))
            ]
            answers = race(
                [confirmer(weak, NOW), canceller(weak), mover(f"person {n}", there), *map(presser_of, claims)]
            )
            winners = [each for each in answers[3:] if isinstance(each, Booking)]
            assert len(winners) == 1, answers
            active = store.at_key(items.active_key(weak.id.applicant))
            assert active is not None and active.id == winners[0].id
            first = store.find(weak.id)
            assert first is not None and first.status in (BookingStatus.DISPLACED, BookingStatus.CANCELLED)
    check(store.table.client, store.table.name, NOW, 2)


def test_an_offered_seat_is_taken_once_whoever_races_for_it(engine: str, store: BookingStore) -> None:
    """Its owner accepts twice, cancels and moves; a rival's clock says that the offer is over. Nobody shares a seat."""
    waits = WaitStore(store.table.client, store.table.name)
    with racers(engine, store.table.name, 5) as race:
        for n in range(40):
            early, own, elsewhere = (slot_number(3 * n + k, 1) for k in range(3))
            wanted = wish(f"waits {n}", at=own)
            ask = Ask(wanted.id, wanted.citizen, NOW)
            hold(store, wanted, RULES, LIMIT, NOW)
            booking = confirm(store, ask)
            waiting = join(waits, store, ask)
            until = NOW + timedelta(minutes=10)
            rests = {"mark": "s1", "s01": {"b": RESTING, "x": epoch(until)}}
            store.table.write(store.table.put({**items.slot_key("office", early.start), **rests}))
            offer = Offer(early.start, early.end, Seat(1, "shared"), until, booking.version)
            store.commit(waits.offer(waiting, offer, Taken(RESTING, epoch(until)), until))
            answers = race(
                [
                    acceptor(ask, early),
                    acceptor(ask, early),
                    canceller(wanted),
                    mover(f"waits {n}", elsewhere),
                    holder(f"rival {n}", early, LATER),
                ]
            )
            stands, rival = store.find(wanted.id), store.find(wish(f"rival {n}").id)
            assert stands is not None
            assert all(isinstance(each, (Booking, Refusal)) for each in answers), answers
            day = store.slots("office", early.start.date(), early.start.date())
            seat = items.seats_of(day[early.start]).get(Seat(1, "shared"))
            has_it = stands.active and stands.start == early.start
            assert not (has_it and rival is not None), "the seat has two owners"
            assert seat is None or seat.rests or seat.booking_id in (stands.id, rival and rival.id)
    check(store.table.client, store.table.name, NOW, 1)


def test_a_day_is_drawn_once_whoever_acts_at_the_same_moment(engine: str, store: BookingStore) -> None:
    """Two runs of the draw, four citizens who cancel, one who is displaced, and eight who want a seat by a fast clock."""
    draws = DrawStore(store.table.client, store.table.name)
    with racers(engine, store.table.name, 15) as race:
        for n in range(10):
            start = SLOT_START + timedelta(days=n)
            slots = [slot(2, start + timedelta(minutes=30 * k)) for k in range(3)]
            wishes = [wish(f"wishes {n} {k}", at=slots[k % 3], draw_at=LATER) for k in range(10)]
            for each in wishes:
                hold(store, each, RULES, LIMIT, NOW)
            claim = wish(f"wishes {n} 0", key="claim", citizen=CitizenHash(f"{n}"), at=slots[0], proof=Proof.PHONE)
            rivals = [holder(f"quick {n} {k}", slots[k % 3], DRAWN) for k in range(8)]
            answers = race(
                [drawer(slots), drawer(slots), *map(canceller, wishes[1:5]), presser_of(replace(claim, draw_at=LATER))]
                + rivals
            )
            assert all(isinstance(each, (Booking, Counter, Refusal)) for each in answers), answers
            drawer(slots)(store)  # the next minute's run, for what the race left
            ended = [store.find(each.id) for each in [*wishes, claim]]
            assert all(each is None or each.status is not BookingStatus.WISHED for each in ended)
            found = draws.find("office", start.date())
            assert found is not None and found.entries is not None
            assert len(set(found.entries)) == len(found.entries) <= 11
    check(store.table.client, store.table.name, DRAWN, 2)


def test_nobody_books_for_more_than_six_people_however_fast(engine: str, store: BookingStore) -> None:
    """Twelve different people at once for one citizen, cancelled, and twelve more: six in all."""
    citizen = CitizenHash("a crowd")
    with racers(engine, store.table.name, 12) as race:
        booked: set[str] = set()
        for n in range(3):
            where = slot_number(200 + n, 20)
            wishes = [wish(f"one {n} {k}", key=f"{n} {k}", citizen=citizen, at=where) for k in range(12)]
            answers = race([presser_of(each, 12) for each in wishes])
            for each, answer in zip(wishes, answers, strict=True):
                if isinstance(answer, Booking):
                    booked.add(each.id.applicant)
                    cancel(store, Ask(each.id, citizen, NOW), rules_of)
                else:
                    assert isinstance(answer, (TooManyApplicants, RateLimited, SlotFull)), answer
        assert len(booked) == APPLICANTS
    check(store.table.client, store.table.name, NOW, 20)
