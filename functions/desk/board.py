"""The day as an officer sees it: every ticket with its person, in the order in which they will be called."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from bookings.booking import Booking
from bookings.booking_id import BookingId
from desk.order import in_order
from desk.store import DeskStore
from desk.tickets import Ticket, TicketState, told_of

# Whom an officer looks for first.
_STATES = (
    TicketState.CALLED,
    TicketState.WAITING,
    TicketState.PARKED,
    TicketState.EXPECTED,
    TicketState.NO_SHOW,
    TicketState.SERVED,
)


@dataclass(frozen=True, repr=False)
class Line:
    """A ticket and its booking; a walk-in has none, nor has one whose booking is forgotten."""

    ticket: Ticket
    booking: Booking | None


def board(desk: DeskStore, tickets: Sequence[Ticket], booked_before_walk_in: int) -> list[Line]:
    """The lines of the day: called, then waiting in their order, then the others by slot. Names are read at once."""
    ids = [found for each in tickets if not each.walk_in and (found := BookingId.parse(each.holder))]
    bookings = {booking.id: booking for booking in desk.bookings.find_all(ids)}
    place = {each.number: number for number, each in enumerate(in_order(tickets, booked_before_walk_in))}
    ordered = sorted(
        tickets, key=lambda each: (_STATES.index(each.state), place.get(each.number, 0), each.start, each.number)
    )
    return [Line(each, bookings.get(each.holder)) for each in ordered]


def validator(tickets: Sequence[Ticket]) -> str:
    """An ETag of the day: another one as soon as any ticket is given, moved or acted upon."""
    state = [(each.start.isoformat(), each.seat, each.holder, each.closed, told_of(each)) for each in tickets]
    return f'"{hashlib.sha256(json.dumps(state).encode()).hexdigest()[:20]}"'
