"""What officers do with a ticket: each act, its repetition, its refusal, and how it is undone."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bookings.booking import BookingStatus
from bookings.lifecycle import Ask, cancel
from bookings.store import BookingStore
from cccd.errors import (
    CounterBusy,
    NobodyWaits,
    NotFound,
    NotHere,
    NotServable,
    NotToday,
    NoWalkInSeat,
    WrongTicketState,
)
from cccd.problems import document
from cccd.working_calendar import national_calendar
from desk import acts
from desk.acts import by_number, call_next, check_in, come_back, no_show, number_of, park, recall, serve, undo
from desk.tickets import Ticket, TicketState
from desk.walk_ins import walk_in
from tests.bookings.holds import held
from tests.bookings.wishes import NOW, SLOT_START, rules_of, slot, wish
from tests.desk.days import MORNING, booked, day, desk_of
from tests.stale import settle


@pytest.fixture
def arrive(store: BookingStore) -> Callable[..., str]:
    """The number of somebody with an appointment who is here."""

    def arrived(person: str, later: int = 0) -> str:
        number = booked(store, person, later).ticket
        check_in(desk_of(store), day(), number)
        return number

    return arrived


def test_the_code_of_a_ticket_finds_its_number(store: BookingStore) -> None:
    lan = booked(store, "lan")
    assert number_of(desk_of(store), day(), f" {lan.id.upper()} ") == lan.ticket


@pytest.mark.parametrize("code", ["", "abc", "a" * 42, "https://example.com/" + "a" * 42])
def test_a_code_of_nobody_is_not_found(store: BookingStore, code: str) -> None:
    with pytest.raises(NotFound):
        number_of(desk_of(store), day(), code)


def test_a_ticket_of_another_day_office_or_state_says_which(store: BookingStore) -> None:
    desk = desk_of(store)
    tomorrow = booked(store, "lan", later=48)
    only_held = held(store, "minh", at=slot(4))
    with pytest.raises(NotHere) as refused:
        number_of(desk, day(), tomorrow.id)
    assert "ngày 27/11/2026" in document(refused.value)["detail"]
    with pytest.raises(NotHere) as refused:
        number_of(desk, day(NOW), only_held.id)
    assert "đang giữ chỗ" in document(refused.value)["detail"]
    elsewhere = held(store, "chi", office_id="another office")
    with pytest.raises(NotHere):
        number_of(desk, day(NOW), elsewhere.id)


def test_a_second_check_in_changes_nothing(store: BookingStore, arrive: Callable[..., str]) -> None:
    number = arrive("lan")
    again = check_in(desk_of(store), day(MORNING + timedelta(minutes=5)), number)
    assert again.state is TicketState.WAITING and again.checked_in_at == MORNING


def test_who_comes_after_their_slot_is_behind_the_next_calls(store: BookingStore, arrive: Callable[..., str]) -> None:
    late = booked(store, "lan").ticket
    on_time = [arrive(name, later=2) for name in ("an", "binh", "chi")]
    desk, after = desk_of(store), SLOT_START + timedelta(minutes=30)
    check_in(desk, day(after), late)
    called = [call_next(desk, day(after), str(counter), f"key {counter}").number for counter in range(4)]
    assert called == sorted(on_time)[:2] + [late] + sorted(on_time)[2:]


def test_the_same_press_brings_the_same_person(store: BookingStore, arrive: Callable[..., str]) -> None:
    arrive("lan"), arrive("minh")
    desk = desk_of(store)
    first = call_next(desk, day(), "1", "a press")
    assert call_next(desk, day(), "1", "a press").number == first.number
    serve(desk, day(), first.number)
    assert call_next(desk, day(), "1", "a press").number == first.number, "whatever became of it"
    assert call_next(desk, day(), "1", "another press").number != first.number


def test_a_counter_finishes_with_one_before_it_calls_another(store: BookingStore, arrive: Callable[..., str]) -> None:
    arrive("lan"), arrive("minh")
    desk = desk_of(store)
    first = call_next(desk, day(), "1", "a press")
    with pytest.raises(CounterBusy) as refused:
        call_next(desk, day(), "1", "another press")
    assert document(refused.value)["ticket"] == first.number


def test_nobody_is_called_who_is_not_here(store: BookingStore) -> None:
    booked(store, "lan")
    with pytest.raises(NobodyWaits):
        call_next(desk_of(store), day(), "1", "a press")


def test_who_is_served_keeps_the_number_and_is_ended(store: BookingStore, arrive: Callable[..., str]) -> None:
    number, desk = arrive("lan"), desk_of(store)
    call_next(desk, day(MORNING + timedelta(minutes=9)), "1", "a press")
    assert serve(desk, day(), number).state is TicketState.SERVED
    assert serve(desk, day(), number).state is TicketState.SERVED, "twice is once"
    found = store.find(wish("lan").id)
    assert found and found.status is BookingStatus.SERVED
    settle()
    (outcome,) = desk.outcomes("office", SLOT_START.date(), SLOT_START.date())
    assert (outcome["outcome"], outcome["waited"], outcome["procedure"]) == ("served", 9 * 60, found.procedure)
    assert not {"fullName", "citizen", "id"} & set(outcome)


def test_served_by_mistake_is_called_again_and_may_be_served_again(
    store: BookingStore, arrive: Callable[..., str]
) -> None:
    number, desk = arrive("lan"), desk_of(store)
    call_next(desk, day(), "1", "a press")
    before = store.tally(wish("lan").citizen)["n"]
    serve(desk, day(), number)
    assert undo(desk, day(), number).state is TicketState.CALLED
    found = store.find(wish("lan").id)
    assert found and found.status is BookingStatus.CONFIRMED
    assert store.tally(found.citizen)["n"] == before
    assert "ttl" not in store.tally(found.citizen), "who has an appointment is not forgotten"
    settle()
    assert list(desk.outcomes("office", SLOT_START.date(), SLOT_START.date())) == []
    assert serve(desk, day(), number).state is TicketState.SERVED


def test_served_is_not_undone_once_the_person_has_another_appointment(
    store: BookingStore, arrive: Callable[..., str]
) -> None:
    number, desk = arrive("lan"), desk_of(store)
    serve(desk, day(), number)
    held(store, "lan", key="the next one", at=slot(4, SLOT_START + timedelta(days=1)), now=MORNING)
    with pytest.raises(NotServable) as refused:
        undo(desk, day(), number)
    assert "lịch hẹn khác" in document(refused.value)["detail"]
    assert by_number(desk.tickets("office", SLOT_START.date()), number).state is TicketState.SERVED


def test_set_aside_comes_back_first(store: BookingStore, arrive: Callable[..., str]) -> None:
    lan, _ = arrive("lan"), arrive("minh")
    desk = desk_of(store)
    call_next(desk, day(), "1", "a press")
    called = by_number(desk.tickets("office", SLOT_START.date()), lan).state is TicketState.CALLED
    first = lan if called else next(t.number for t in desk.tickets("office", SLOT_START.date()) if t.counter)
    assert park(desk, day(), first).state is TicketState.PARKED
    assert call_next(desk, day(), "1", "the next press").number != first
    assert come_back(desk, day(), first).state is TicketState.WAITING
    assert call_next(desk, day(), "2", "a third press").number == first


def test_absent_may_come_after_all(store: BookingStore, arrive: Callable[..., str]) -> None:
    number, desk = arrive("lan"), desk_of(store)
    call_next(desk, day(), "1", "a press")
    assert no_show(desk, day(), number).state is TicketState.NO_SHOW
    found = store.find(wish("lan").id)
    assert found and found.status is BookingStatus.CONFIRMED, "the appointment stands until the day is over"
    assert come_back(desk, day(), number).state is TicketState.WAITING
    settle()
    assert list(desk.outcomes("office", SLOT_START.date(), SLOT_START.date())) == []


def test_an_undone_call_gives_the_place_back(store: BookingStore, arrive: Callable[..., str]) -> None:
    desk = desk_of(store)
    first, second = arrive("lan"), arrive("minh")
    back = by_number(desk.tickets("office", day().date), call_next(desk, day(), "1", "one").number).number
    park(desk, day(), back)
    call_next(desk, day(), "1", "two")
    other = ({first, second} - {back}).pop()
    no_show(desk, day(), other)
    come_back(desk, day(), other)
    come_back(desk, day(), back)
    assert call_next(desk, day(), "1", "three").number == back
    undone = undo(desk, day(), back, TicketState.CALLED)
    assert undone.came_back_at and undone.called_at, "it was called before, and comes first of all again"
    assert call_next(desk, day(), "2", "four").number == back


def test_a_served_one_is_not_undone_into_a_counter_with_somebody_else(
    store: BookingStore, arrive: Callable[..., str]
) -> None:
    desk = desk_of(store)
    arrive("lan"), arrive("minh")
    done = call_next(desk, day(), "1", "one").number
    serve(desk, day(), done)
    busy = call_next(desk, day(), "1", "two").number
    with pytest.raises(CounterBusy) as refused:
        undo(desk, day(), done, TicketState.SERVED)
    assert refused.value.extra == {"ticket": busy}
    serve(desk, day(), busy)
    assert undo(desk, day(), done, TicketState.SERVED).state is TicketState.CALLED


def test_a_walk_in_given_by_mistake_is_taken_back_and_its_seat_is_free(store: BookingStore) -> None:
    desk = desk_of(store)
    given, _ = walk_in(desk, day(), national_calendar(), "a request", "cap-cccd", None)
    undo(desk, day(), given.number, TicketState.WAITING)
    assert desk.tickets("office", day().date) == []
    again, _ = walk_in(desk, day(), national_calendar(), "another request", "cap-cccd", None)
    assert again.number == given.number


def test_an_undo_that_says_what_it_takes_back_may_be_repeated(store: BookingStore, arrive: Callable[..., str]) -> None:
    number, desk = arrive("lan"), desk_of(store)
    call_next(desk, day(), "1", "press")
    for _ in range(2):
        assert undo(desk, day(), number, TicketState.CALLED).state is TicketState.WAITING
    assert undo(desk, day(), number, TicketState.SERVED).state is TicketState.WAITING, "it is not served: nothing to do"


def test_undo_goes_back_one_step_at_a_time(store: BookingStore, arrive: Callable[..., str]) -> None:
    number, desk = arrive("lan"), desk_of(store)
    call_next(desk, day(), "1", "a press")
    assert undo(desk, day(), number).state is TicketState.WAITING
    assert undo(desk, day(), number).state is TicketState.EXPECTED
    assert undo(desk, day(), number).state is TicketState.EXPECTED


def test_a_cancelled_ticket_is_gone_and_the_next_holder_begins_anew(
    store: BookingStore, arrive: Callable[..., str]
) -> None:
    number, desk = arrive("lan"), desk_of(store)
    cancel(store, Ask(wish("lan").id, wish("lan").citizen, NOW), rules_of)
    with pytest.raises(NotFound):
        check_in(desk, day(), number)
    for person in ("an", "binh", "chi", "dung"):
        booked(store, person)
    assert by_number(desk.tickets("office", SLOT_START.date()), number).state is TicketState.EXPECTED


@pytest.mark.parametrize("act", [acts.recall, acts.park, acts.come_back])
def test_who_is_not_here_is_neither_recalled_nor_set_aside(store: BookingStore, act: Callable[..., object]) -> None:
    number = booked(store, "lan").ticket
    with pytest.raises(WrongTicketState) as refused:
        act(desk_of(store), day(), number)
    assert document(refused.value)["ticketState"] == "expected"


def test_the_desk_acts_on_its_own_day_only(store: BookingStore) -> None:
    number, yesterday = booked(store, "lan").ticket, day(MORNING - timedelta(days=1))
    desk = desk_of(store)
    for act in (check_in, recall, park, come_back, no_show, serve, undo):
        with pytest.raises(NotToday):
            act(desk, yesterday, number)
    with pytest.raises(NotToday):
        call_next(desk, yesterday, "1", "a press")
    with pytest.raises(NotToday):
        walk_in(desk, yesterday, national_calendar(), "holder", "cap-cccd", None)


def test_a_walk_in_has_a_seat_of_its_own_and_takes_no_booked_one(store: BookingStore) -> None:
    desk = desk_of(store)
    for person in ("an", "binh", "chi", "dung"):
        booked(store, person)
    ticket, new = walk_in(desk, day(), national_calendar(), "a request", "cap-cccd", "Nguyễn Văn Tám")
    assert new and ticket.number.endswith("-W01") and ticket.state is TicketState.WAITING
    again, new = walk_in(desk, day(), national_calendar(), "a request", "cap-cccd", "Nguyễn Văn Tám")
    assert not new and again.number == ticket.number
    other, _ = walk_in(desk, day(), national_calendar(), "another request", "cap-cccd", None)
    assert other.number != ticket.number
    assert call_next(desk, day(), "1", "a press").number == ticket.number
    assert serve(desk, day(), ticket.number).state is TicketState.SERVED
    assert undo(desk, day(), ticket.number).state is TicketState.CALLED


def test_no_more_walk_ins_than_the_office_keeps_seats_for(store: BookingStore) -> None:
    desk, evening = desk_of(store), day(SLOT_START.replace(hour=16, minute=40))
    walk_in(desk, evening, national_calendar(), "the last", "cap-cccd", None)
    with pytest.raises(NoWalkInSeat):
        walk_in(desk, evening, national_calendar(), "one too many", "cap-cccd", None)


def test_every_act_is_on_record(store: BookingStore, arrive: Callable[..., str]) -> None:
    number, desk = arrive("lan"), desk_of(store)
    call_next(desk, day(), "1", "a press")
    recall(desk, day(MORNING + timedelta(minutes=1)), number)
    serve(desk, day(), number)
    undo(desk, day(), number)
    found = sorted((each["what"], each["ticket"], each["who"]) for each in desk.acts("office", SLOT_START.date()))
    assert found == [(what, number, "0a1b") for what in ("call", "check_in", "recall", "serve", "undo")]


def test_what_an_act_answers_is_what_stands(store: BookingStore) -> None:
    desk, number = desk_of(store), booked(store, "lan").ticket

    def stands() -> Ticket:
        return by_number(desk.tickets("office", day().date), number)

    assert check_in(desk, day(), number) == stands() == check_in(desk, day(), number)
    assert call_next(desk, day(), "1", "press") == stands() == call_next(desk, day(), "1", "press")
    assert park(desk, day(), number) == stands() == park(desk, day(), number)
    assert come_back(desk, day(), number) == stands() == come_back(desk, day(), number)
    assert call_next(desk, day(), "1", "again") == stands()
    assert serve(desk, day(), number) == stands() == serve(desk, day(), number)
    assert undo(desk, day(), number) == stands()
