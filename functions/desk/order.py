"""Who is called next. The rule is public (docs/desk.md), and a citizen can follow it:

1. Whoever was set aside at a counter and came back: in the order in which they came back.
2. People with an appointment who are here: by their slot, then by their number.
3. Between them people without an appointment, in the order in which they came: one after every so many with an appointment, or
   whenever nobody with an appointment waits.

Whoever comes after their slot has ended, or was called in vain, is behind the next few calls.
"""

from collections.abc import Sequence

from desk.tickets import Ticket, TicketState, calls_so_far


def in_order(tickets: Sequence[Ticket], booked_before_walk_in: int) -> list[Ticket]:
    """Those who wait, in the order in which they will be called if nobody else comes."""
    rest = list(tickets)
    found: list[Ticket] = []
    called = _since_a_walk_in(tickets)
    calls = calls_so_far(tickets)
    while ticket := _next(rest, calls, called >= booked_before_walk_in):
        found.append(ticket)
        rest.remove(ticket)
        calls += ticket.called_at is None
        called = 0 if ticket.walk_in else called + 1
    return found


def _next(tickets: Sequence[Ticket], calls: int, walk_ins_turn: bool) -> Ticket | None:
    waiting = [each for each in tickets if each.state is TicketState.WAITING]
    back = [each for each in waiting if each.came_back_at]
    if back:
        return min(back, key=lambda each: (each.came_back_at, each.number))
    ready = [each for each in waiting if each.behind is None or each.behind <= calls]
    if not ready:
        return min(waiting, key=lambda each: (each.behind, each.number), default=None)
    walk_ins = [each for each in ready if each.walk_in]
    booked = [each for each in ready if not each.walk_in]
    if walk_ins and (walk_ins_turn or not booked):
        return min(walk_ins, key=lambda each: (each.checked_in_at, each.number))
    return min(booked, key=lambda each: (each.start, each.number))


def _since_a_walk_in(tickets: Sequence[Ticket]) -> int:
    """How many people with an appointment were called since the last one without."""
    calls = sorted((each.called_at, each.walk_in) for each in tickets if each.called_at)
    last = max((number for number, (_, walk_in) in enumerate(calls) if walk_in), default=-1)
    return len(calls) - 1 - last
