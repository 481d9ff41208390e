"""What officers do with a ticket. Each act is one transaction: the ticket as it was read, the record, the statistics.

Whoever repeats an act after a lost answer finds it done. Of two acts that meet, one is refused by its condition; it reads the day
again and decides anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bookings import lifecycle
from bookings.booking import Booking, BookingStatus
from bookings.booking_id import BookingId
from bookings.carry_out import RETRY_AFTER
from bookings.telemetry import count
from cccd.clock import shown
from cccd.errors import (
    CounterBusy,
    NobodyWaits,
    NotFound,
    NotHere,
    NotToday,
    TemporarilyUnavailable,
    WrongTicketState,
)
from cccd.transactions import Refused, Unknown, Write
from desk.counters import busy_with
from desk.officer import Officer
from desk.order import in_order
from desk.store import DeskStore
from desk.tickets import Ticket, TicketState, calls_so_far, told_of
from offices.opening import OpeningRules

MAX_READINGS = 12  # of a day whose tickets other counters change meanwhile
UNKNOWN = "-"  # the procedure of a booking that is forgotten


@dataclass(frozen=True)
class Day:
    """An office's day as an officer acts on it."""

    office_id: str
    date: date
    rules: OpeningRules
    officer: Officer
    now: datetime


@dataclass(frozen=True)
class Change:
    """What becomes of a ticket, and the writes that go with it."""

    after: Ticket
    beside: Sequence[Write] = ()


type Decide = Callable[[Ticket, list[Ticket]], Change | None]


def by_number(tickets: Sequence[Ticket], number: str) -> Ticket:
    """The day's ticket with that number.

    Raises:
        NotFound: there is none.
    """
    wanted = number.upper().replace("-", "")  # as it is typed in a hurry
    found = next((each for each in tickets if each.number.replace("-", "") == wanted), None)
    if found is None:
        raise NotFound
    return found


def check_in(desk: DeskStore, day: Day, number: str) -> Ticket:
    """The person with this ticket is here. Whoever comes after their slot has ended is behind the next calls.

    Raises:
        NotFound, NotToday, WrongTicketState, TemporarilyUnavailable
    """

    def decide(ticket: Ticket, tickets: list[Ticket]) -> Change | None:
        if ticket.state is TicketState.WAITING:
            return None
        if ticket.state is not TicketState.EXPECTED:
            raise _wrong(ticket)
        late = day.now >= ticket.start + timedelta(minutes=day.rules.slot_minutes)
        behind = calls_so_far(tickets) + day.rules.late_behind if late else None
        return Change(replace(ticket, checked_in_at=day.now, behind=behind))

    return _act(desk, day, number, "check_in", decide)


def number_of(desk: DeskStore, day: Day, code: str) -> str:
    """The number of the ticket whose QR code says `code`.

    Raises:
        NotFound: the code is of no booking.
        NotHere: it is of another office, another day, or not confirmed; the refusal says which.
    """
    booking_id = BookingId.parse(code.strip().lower())
    booking = desk.bookings.find(booking_id) if booking_id else None
    if booking is None:
        raise NotFound
    booking = booking.as_of(day.now)
    if booking.office_id != day.office_id:
        raise NotHere(why="là của cơ quan khác")
    if booking.start.date() != day.date:
        raise NotHere(why=f"là của ngày {shown(booking.start.date())}")
    if booking.status not in (BookingStatus.CONFIRMED, BookingStatus.SERVED):
        raise NotHere(why=booking.status.in_vietnamese)
    return booking.ticket


def call_next(desk: DeskStore, day: Day, counter: str, key: str) -> Ticket:
    """Call whoever is next to this counter. The same `key` brings the same ticket, whatever became of it.

    Raises:
        NobodyWaits, CounterBusy, NotToday, TemporarilyUnavailable
    """
    today_only(day)
    for _ in range(MAX_READINGS):
        tickets = desk.tickets(day.office_id, day.date)
        made = next((each for each in tickets if each.key == key), None)
        if made:
            return made
        if busy := busy_with(tickets, counter):
            raise CounterBusy(extra={"ticket": busy.number}, ticket=busy.number)
        waiting = in_order(tickets, day.rules.booked_before_walk_in)
        if not waiting:
            raise NobodyWaits
        ticket = waiting[0]
        first = ticket.called_at or day.now
        after = replace(ticket, counter=counter, key=key, called_at=first, recalled_at=day.now, calls=ticket.calls + 1)
        if called := _committed(desk, day, ticket, Change(after), "call"):
            count("TicketsCalled")
            return called
    raise TemporarilyUnavailable(retry_after=RETRY_AFTER)


def recall(desk: DeskStore, day: Day, number: str) -> Ticket:
    """Call the same person once more; the waiting room hears it again.

    Raises:
        NotFound, NotToday, WrongTicketState, TemporarilyUnavailable
    """

    def decide(ticket: Ticket, _: list[Ticket]) -> Change | None:
        if ticket.state is not TicketState.CALLED:
            raise _wrong(ticket)
        return None if ticket.recalled_at == day.now else Change(replace(ticket, recalled_at=day.now))

    return _act(desk, day, number, "recall", decide)


def park(desk: DeskStore, day: Day, number: str) -> Ticket:
    """Set the called person aside, as a paper is missing; whoever comes back is called first.

    Raises:
        NotFound, NotToday, WrongTicketState, TemporarilyUnavailable
    """

    def decide(ticket: Ticket, _: list[Ticket]) -> Change | None:
        if ticket.state is TicketState.PARKED:
            return None
        if ticket.state is not TicketState.CALLED:
            raise _wrong(ticket)
        return Change(replace(ticket, aside=TicketState.PARKED, counter=None))

    return _act(desk, day, number, "park", decide)


def no_show(desk: DeskStore, day: Day, number: str) -> Ticket:
    """Nobody came to the counter. The appointment stands until the day is over: who comes after all, comes back.

    Raises:
        NotFound, NotToday, WrongTicketState, TemporarilyUnavailable
    """

    def decide(ticket: Ticket, _: list[Ticket]) -> Change | None:
        if ticket.state is TicketState.NO_SHOW:
            return None
        if ticket.state in (TicketState.SERVED, TicketState.WAITING):
            raise _wrong(ticket)
        counted = desk.count(day.office_id, ticket, "no_show", _procedure(desk, ticket))
        return Change(replace(ticket, aside=TicketState.NO_SHOW, counter=None), [counted])

    return _act(desk, day, number, "no_show", decide)


def come_back(desk: DeskStore, day: Day, number: str) -> Ticket:
    """Who was set aside waits again, first of all; who was called in vain waits behind the next calls.

    Raises:
        NotFound, NotToday, WrongTicketState, TemporarilyUnavailable
    """

    def decide(ticket: Ticket, tickets: list[Ticket]) -> Change | None:
        if ticket.state is TicketState.WAITING:
            return None
        back = replace(ticket, aside=None, counter=None, checked_in_at=ticket.checked_in_at or day.now)
        if ticket.state is TicketState.PARKED:
            return Change(replace(back, came_back_at=day.now, behind=None))
        if ticket.state is TicketState.NO_SHOW:
            behind = calls_so_far(tickets) + day.rules.late_behind
            return Change(replace(back, came_back_at=None, behind=behind), [desk.uncount(day.office_id, ticket)])
        raise _wrong(ticket)

    return _act(desk, day, number, "return", decide)


def serve(desk: DeskStore, day: Day, number: str) -> Ticket:
    """The person has handed in their papers. The seat and its number stay theirs for the day.

    Raises:
        NotFound, NotToday, NotServable, WrongTicketState, TemporarilyUnavailable
    """
    today_only(day)
    ticket = by_number(desk.tickets(day.office_id, day.date), number)
    if ticket.state is TicketState.SERVED:
        return ticket
    if ticket.walk_in:
        return _act(desk, day, number, "serve", lambda each, _: _served_walk_in(desk, day, each))
    booking_id = BookingId.parse(ticket.holder)
    assert booking_id is not None
    after = replace(ticket, served_at=day.now, aside=None, version=ticket.version + 1)

    def beside(booking: Booking) -> list[Write]:
        return [
            desk.record(day.officer, day.office_id, "serve", ticket.number, day.now),
            desk.count(day.office_id, ticket, "served", booking.procedure),
        ]

    lifecycle.serve(desk.bookings, booking_id, day.now, told_of(after), beside)
    return after


def _served_walk_in(desk: DeskStore, day: Day, ticket: Ticket) -> Change | None:
    if ticket.state is TicketState.SERVED:
        return None
    counted = desk.count(day.office_id, ticket, "served", _procedure(desk, ticket))
    return Change(replace(ticket, served_at=day.now, aside=None), [counted])


def undo(desk: DeskStore, day: Day, number: str, of: TicketState | None = None) -> Ticket:
    """Take back the last thing done to a ticket: called, it waits at its place again; checked in, it is expected; served, it is called; a walk-in's that nobody has called is gone.

    With `of`, the state that is to be taken back, a repetition finds it done: a ticket in another state stays as it is.

    Raises:
        NotFound, NotToday, WrongTicketState, NotServable (a served person has another appointment already),
        CounterBusy (the counter has called somebody else meanwhile), TemporarilyUnavailable
    """
    today_only(day)
    tickets = desk.tickets(day.office_id, day.date)
    ticket = by_number(tickets, number)
    if of not in (None, ticket.state):
        return ticket
    if ticket.state is TicketState.SERVED and ticket.counter and (busy := busy_with(tickets, ticket.counter)):
        raise CounterBusy(extra={"ticket": busy.number}, ticket=busy.number)
    if ticket.walk_in and ticket.state in (TicketState.EXPECTED, TicketState.WAITING) and ticket.called_at is None:
        return _taken_back(desk, day, ticket)
    if ticket.state is TicketState.SERVED and not ticket.walk_in:
        booking_id = BookingId.parse(ticket.holder)
        assert booking_id is not None
        after = replace(ticket, served_at=None, version=ticket.version + 1)
        beside = [
            desk.record(day.officer, day.office_id, "undo", ticket.number, day.now),
            desk.uncount(day.office_id, ticket),
        ]
        lifecycle.unserve(desk.bookings, booking_id, day.now, told_of(after), beside)
        return after

    def decide(each: Ticket, _: list[Ticket]) -> Change | None:
        if of not in (None, each.state):
            return None
        match each.state:
            case TicketState.EXPECTED:
                return None
            case TicketState.WAITING if each.called_at is None:
                return Change(replace(each, checked_in_at=None, behind=None))
            case TicketState.CALLED:
                before = each.called_at if each.calls > 1 else None
                return Change(
                    replace(each, counter=None, called_at=before, recalled_at=before, key=None, calls=each.calls - 1)
                )
            case TicketState.SERVED:
                return Change(replace(each, served_at=None), [desk.uncount(day.office_id, each)])
        raise _wrong(each)

    return _act(desk, day, number, "undo", decide)


def _taken_back(desk: DeskStore, day: Day, ticket: Ticket) -> Ticket:
    """A walk-in's ticket that was given by mistake: its seat is free again."""
    record = desk.record(day.officer, day.office_id, "undo", ticket.number, day.now)
    try:
        desk.commit([desk.forget_walk_in(day.office_id, ticket), record])
    except (Refused, Unknown):
        raise TemporarilyUnavailable(retry_after=RETRY_AFTER) from None
    return replace(ticket, checked_in_at=None)


def _act(desk: DeskStore, day: Day, number: str, what: str, decide: Decide) -> Ticket:
    today_only(day)
    for _ in range(MAX_READINGS):
        tickets = desk.tickets(day.office_id, day.date)
        ticket = by_number(tickets, number)
        change = decide(ticket, tickets)
        if change is None:
            return ticket
        if after := _committed(desk, day, ticket, change, what):
            return after
    raise TemporarilyUnavailable(retry_after=RETRY_AFTER)


def _committed(desk: DeskStore, day: Day, before: Ticket, change: Change, what: str) -> Ticket | None:
    """The ticket as it was written; None if somebody was faster, or if nobody knows: the day is read again."""
    after = replace(change.after, version=before.version + 1)
    record = desk.record(day.officer, day.office_id, what, before.number, day.now)
    try:
        desk.commit([desk.become(day.office_id, before, after), record, *change.beside])
    except (Refused, Unknown):
        return None
    return after


def _procedure(desk: DeskStore, ticket: Ticket) -> str:
    booking_id = BookingId.parse(ticket.holder)
    booking = desk.bookings.find(booking_id) if booking_id else None
    return booking.procedure if booking else ticket.procedure or UNKNOWN


def today_only(day: Day) -> None:
    """Refuse to act on another day than this one.

    Raises:
        NotToday
    """
    if day.date != day.now.date():
        raise NotToday(day=shown(day.date))


def _wrong(ticket: Ticket) -> WrongTicketState:
    return WrongTicketState(
        extra={"ticketState": ticket.state.value}, ticket=ticket.number, state=_IN_VIETNAMESE[ticket.state]
    )


_IN_VIETNAMESE = {
    TicketState.EXPECTED: "chưa đến",
    TicketState.WAITING: "đang chờ gọi",
    TicketState.CALLED: "đang được gọi",
    TicketState.PARKED: "đang tạm để lại",
    TicketState.NO_SHOW: "đã ghi là vắng mặt",
    TicketState.SERVED: "đã tiếp nhận xong",
}
