"""Counters that press at the same moment, on DynamoDB Local with real threads."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bookings import items
from bookings.booking import BookingStatus
from bookings.due import close_days
from bookings.lifecycle import Ask, cancel
from bookings.seats import Seat
from bookings.store import BookingStore
from cccd.errors import NobodyWaits, Refusal, SlotClosed
from cccd.working_calendar import national_calendar
from desk.acts import call_next, check_in, come_back, no_show, park, recall, serve, undo
from desk.days import say, unsay
from desk.order import in_order
from desk.tickets import TicketState, told_of
from desk.walk_ins import walk_in
from tests.bookings.wishes import NOW, SLOT_START, rules_of, slot, wish
from tests.desk.days import MORNING, booked, day, desk_of
from tests.races.invariants import check
from tests.races.test_threads import Deed, holder, racers

COUNTERS = 16
SEATS = 24


def here(store: BookingStore, people: int) -> list[str]:
    """So many people with an appointment at eight have checked in; their numbers."""
    numbers = [booked(store, f"person {n}", seats=SEATS).ticket for n in range(people)]
    for number in numbers:
        check_in(desk_of(store), day(), number)
    return numbers


def caller(counter: int, key: str) -> Deed:
    return lambda store: call_next(desk_of(store), day(), str(counter), key).number


def naive_caller(counter: int) -> Deed:
    """Reads who is next and writes it, as one would without a condition."""

    def call(store: BookingStore) -> str:
        desk = desk_of(store)
        ticket = in_order(desk.tickets("office", SLOT_START.date()), 3)[0]
        after = replace(ticket, counter=str(counter), called_at=MORNING, version=ticket.version + 1)
        careful = desk.become("office", ticket, after)
        desk.commit([replace(careful, condition="", values={":told": told_of(after)})])
        return ticket.number

    return call


def test_counters_that_press_at_once_get_different_people(engine: str, table: str, store: BookingStore) -> None:
    here(store, SEATS)
    with racers(engine, table, COUNTERS) as race:
        first = race([caller(n, f"press {n}") for n in range(COUNTERS)])
        assert len(set(first)) == COUNTERS, first
        for number in first:
            serve(desk_of(store), day(), number)
        second = race([caller(n, f"next press {n}") for n in range(COUNTERS)])
    called = [each for each in [*first, *second] if isinstance(each, str)]
    assert len(called) == len(set(called)) == SEATS
    assert sum(isinstance(each, NobodyWaits) for each in second) == 2 * COUNTERS - SEATS
    check(store.table.client, table, MORNING, SEATS)


def test_without_its_condition_two_counters_would_call_the_same_person(
    engine: str, table: str, store: BookingStore
) -> None:
    here(store, SEATS)
    with racers(engine, table, COUNTERS) as race:
        called = race([naive_caller(n) for n in range(COUNTERS)])
    assert len(set(called)) < COUNTERS


def test_one_press_that_arrives_many_times_calls_one_person(engine: str, table: str, store: BookingStore) -> None:
    here(store, 3)
    with racers(engine, table, COUNTERS) as race:
        called = race([caller(1, "a press")] * COUNTERS)
    assert len(set(called)) == 1
    tickets = desk_of(store).tickets("office", SLOT_START.date())
    assert Counter(each.state for each in tickets) == {TicketState.CALLED: 1, TicketState.WAITING: 2}


def test_whatever_officers_press_at_once_the_ticket_and_the_booking_agree(
    engine: str, table: str, store: BookingStore
) -> None:
    number = here(store, 1)[0]
    with racers(engine, table, COUNTERS) as race:
        for turn in range(12):
            acts: list[Any] = [serve, undo, recall, no_show, come_back, park, serve, undo]
            deeds: list[Deed] = [caller(1, f"press {turn}"), caller(2, f"other press {turn}")]
            deeds += [
                lambda store, act=act, at=turn: act(desk_of(store), day(MORNING + timedelta(seconds=at)), number)  # type: ignore[misc]  # bound to this turn
                for act in acts
            ]
            race(deeds)
            (ticket,) = desk_of(store).tickets("office", SLOT_START.date())
            booking = store.find(wish("person 0").id)
            assert booking is not None
            served = booking.status is BookingStatus.SERVED
            assert served == (ticket.state is TicketState.SERVED), (booking.status, ticket)
            check(store.table.client, table, MORNING, SEATS)


def test_a_check_in_that_meets_a_cancellation_leaves_no_ticket_of_nobody(
    engine: str, table: str, store: BookingStore
) -> None:
    numbers = [booked(store, f"person {n}", seats=SEATS).ticket for n in range(SEATS)]
    with racers(engine, table, 2) as race:
        for n, number in enumerate(numbers):
            ask = Ask(wish(f"person {n}").id, wish(f"person {n}").citizen, NOW)
            race(
                [
                    lambda store, number=number: check_in(desk_of(store), day(), number),  # type: ignore[misc]  # bound
                    lambda store, ask=ask: cancel(store, ask, rules_of),  # type: ignore[misc]  # to this turn
                ]
            )
    assert desk_of(store).tickets("office", SLOT_START.date()) == []
    check(store.table.client, table, MORNING, SEATS)


def test_the_close_of_day_ends_who_was_absent_and_nobody_who_was_served(
    engine: str, table: str, store: BookingStore
) -> None:
    numbers = here(store, 6)
    midnight = MORNING.replace(hour=23, minute=59)
    with racers(engine, table, 6) as race:
        race(
            [lambda store, n=n: serve(desk_of(store), day(midnight), n) for n in numbers[:3]]
            + [lambda store: close_days(store, midnight + timedelta(minutes=1), lambda: True)] * 3
        )
    close_days(store, midnight + timedelta(minutes=2), lambda: True)
    found = Counter(booking.status for n in range(6) if (booking := store.find(wish(f"person {n}").id)))
    assert found[BookingStatus.SERVED] + found[BookingStatus.NO_SHOW] == 6
    assert found[BookingStatus.NO_SHOW] >= 3
    check(store.table.client, table, midnight + timedelta(minutes=2), SEATS)


def test_walk_ins_at_once_have_seats_of_their_own(engine: str, table: str, store: BookingStore) -> None:
    def comer(n: int) -> Deed:
        return lambda store: walk_in(desk_of(store), day(), national_calendar(), f"request {n}", "cap-cccd", None)[0]

    with racers(engine, table, COUNTERS) as race:
        found = race([comer(n) for n in range(COUNTERS)])
    tickets = [each.number for each in found if not isinstance(each, Refusal)]
    assert len(tickets) == len(set(tickets)) == COUNTERS


def test_from_the_instant_in_which_a_day_is_closed_nobody_holds_a_seat_of_it(
    engine: str, table: str, store: BookingStore
) -> None:
    def taken(store: BookingStore) -> set[tuple[datetime, Seat]]:
        found = store.slots("office", SLOT_START.date(), SLOT_START.date())
        return {(start, seat) for start, item in found.items() for seat in items.seats_of(item)}

    def close(store: BookingStore) -> set[tuple[datetime, Seat]]:
        say(desk_of(store), day(NOW), national_calendar(), [], "Cơ quan họp.")
        return taken(store)

    came_before = 0
    with racers(engine, table, COUNTERS) as race:
        for turn in range(12):
            at = slot(SEATS, SLOT_START + timedelta(minutes=30 * turn))
            before = len(taken(store))
            deeds: list[Deed] = [holder(f"person {turn} {n}", at) for n in range(COUNTERS - 1)]
            deeds.insert(turn, close)
            found = race(deeds)
            there_then = next(each for each in found if isinstance(each, set))
            assert taken(store) == there_then, "whoever was on the way was refused"
            refused = [each for each in found if isinstance(each, SlotClosed)]
            assert len(refused) + len(there_then) - before == COUNTERS - 1, found
            came_before += len(there_then) - before
            unsay(desk_of(store), day(NOW), national_calendar())
    assert came_before, "some came first: the race was one"
    check(store.table.client, table, NOW, SEATS)
