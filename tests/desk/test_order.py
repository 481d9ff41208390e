"""Who is called next: the public rule, without any AWS."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cccd.clock import VIETNAM
from desk.order import in_order
from desk.tickets import Ticket, TicketState

EIGHT = datetime(2026, 11, 26, 8, 0, tzinfo=VIETNAM)


def ticket(number: str, came: int | None = 0, **changes: object) -> Ticket:
    """0800-02 or 0830-W01, checked in so many minutes after eight; None: not here."""
    time, _, seat = number.partition("-")
    start = EIGHT.replace(hour=int(time[:2]), minute=int(time[2:]))
    here = None if came is None else EIGHT + timedelta(minutes=came)
    named = seat.lower() if seat[0].isalpha() else f"s{seat}"
    found = Ticket(start, named, number, checked_in_at=here)
    return replace(found, **changes)  # type: ignore[arg-type]  # fields of a ticket


def numbers(tickets: list[Ticket], ratio: int = 2) -> list[str]:
    return [each.number for each in in_order(tickets, ratio)]


def test_appointments_go_by_slot_and_number_whoever_came_first() -> None:
    assert numbers([ticket("0830-01", 1), ticket("0800-02", 3), ticket("0800-01", 9), ticket("0900-01", None)]) == [
        "0800-01",
        "0800-02",
        "0830-01",
    ]


def test_one_without_an_appointment_after_every_two_with_one_in_the_order_in_which_they_came() -> None:
    booked = [ticket(f"08{minutes:02d}-01") for minutes in (0, 10, 20, 30, 40)]
    walk_ins = [ticket("0900-W01", 1), ticket("0800-W01", 5), ticket("0830-W01", 2)]
    assert numbers([*walk_ins, *booked]) == [
        "0800-01", "0810-01", "0900-W01", "0820-01", "0830-01", "0830-W01", "0840-01", "0800-W01",
    ]  # fmt: skip


def test_what_was_called_today_counts_for_the_turn() -> None:
    called = [ticket(f"0800-0{number}", called_at=EIGHT + timedelta(minutes=number), counter="1") for number in (1, 2)]
    assert numbers([*called, ticket("0830-01"), ticket("0830-W01")]) == ["0830-W01", "0830-01"]


def test_who_was_set_aside_and_came_back_is_first() -> None:
    back = ticket("0930-01", came_back_at=EIGHT + timedelta(minutes=40), called_at=EIGHT)
    earlier = ticket("0900-01", came_back_at=EIGHT + timedelta(minutes=30), called_at=EIGHT)
    assert numbers([ticket("0800-01"), back, earlier])[:2] == ["0900-01", "0930-01"]


def test_who_is_late_is_behind_the_next_calls_but_never_waits_for_nobody() -> None:
    late = ticket("0800-01", 60, behind=2)
    assert numbers([late, ticket("0900-01"), ticket("0900-02"), ticket("0900-03")]) == [
        "0900-01",
        "0900-02",
        "0800-01",
        "0900-03",
    ]
    assert numbers([late]) == ["0800-01"]


def test_who_is_served_absent_set_aside_or_at_a_counter_is_not_called() -> None:
    gone = [
        ticket("0800-01", served_at=EIGHT),
        ticket("0800-02", aside=TicketState.NO_SHOW),
        ticket("0800-03", aside=TicketState.PARKED),
        ticket("0800-04", counter="1", called_at=EIGHT),
    ]
    assert numbers([*gone, ticket("0830-01")]) == ["0830-01"]


tickets = st.lists(
    st.builds(
        lambda slot, seat, came, walk_in, behind: ticket(
            f"{8 + slot // 2:02d}{slot % 2 * 30:02d}-{'W' if walk_in else ''}{seat:02d}", came, behind=behind
        ),
        st.integers(0, 7),
        st.integers(1, 9),
        st.one_of(st.none(), st.integers(0, 200)),
        st.booleans(),
        st.one_of(st.none(), st.integers(0, 9)),
    ),
    unique_by=lambda each: each.number,
)


@given(tickets, st.integers(1, 5))
def test_everybody_who_waits_is_called_once(day: list[Ticket], ratio: int) -> None:
    waiting = {each.number for each in day if each.state is TicketState.WAITING}
    called = numbers(day, ratio)
    assert len(called) == len(set(called)) and set(called) == waiting


@given(tickets, st.integers(1, 5))
def test_a_walk_in_never_waits_for_more_than_so_many_appointments(day: list[Ticket], ratio: int) -> None:
    ready = [replace(each, behind=None) for each in day]
    walk_ins = sum(each.walk_in for each in in_order(ready, ratio))
    run = 0
    for each in in_order(ready, ratio):
        run = 0 if each.walk_in else run + 1
        walk_ins -= each.walk_in
        assert run <= ratio or not walk_ins
