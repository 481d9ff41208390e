"""Which numbers are at which counter, as the waiting room and the citizens see it."""

from collections.abc import Sequence

from desk.tickets import Ticket, TicketState


def at_counters(tickets: Sequence[Ticket]) -> list[Ticket]:
    """The tickets that are called now, the latest call first."""
    called = [each for each in tickets if each.state is TicketState.CALLED]
    return sorted(called, key=lambda each: (each.recalled_at or each.start, each.number), reverse=True)


def busy_with(tickets: Sequence[Ticket], counter: str) -> Ticket | None:
    """The ticket that is at that counter."""
    return next((each for each in at_counters(tickets) if each.counter == counter), None)
