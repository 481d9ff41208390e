"""The day as an officer sees it: every ticket with its person, in the order in which they will be called."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.booking import Booking
from bookings.booking_id import BookingId
from cccd.clock import epoch
from declarations.linking import LinkedDeclarations
from desk.order import in_order
from desk.readiness import missing
from desk.store import DeskStore
from desk.tickets import Ticket, TicketState, told_of

FRESH = timedelta(minutes=5)  # names and declarations change without a ticket that changes

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
    """A ticket and its booking; a walk-in has none, nor has one whose booking is forgotten.

    `missing` is what the declaration lacks, in words; None where it is ready to go, or where there is no booking.
    """

    ticket: Ticket
    booking: Booking | None
    missing: str | None


def board(
    desk: DeskStore,
    declarations: LinkedDeclarations,
    tickets: Sequence[Ticket],
    booked_before_walk_in: int,
    now: datetime,
) -> list[Line]:
    """The lines of the day: called, then waiting in their order, then the others by slot. Names are read at once."""
    ids = [found for each in tickets if not each.walk_in and (found := BookingId.parse(each.holder))]
    bookings = {booking.id: booking for booking in desk.bookings.find_all(ids)}
    place = {each.number: number for number, each in enumerate(in_order(tickets, booked_before_walk_in))}
    ordered = sorted(
        tickets, key=lambda each: (_STATES.index(each.state), place.get(each.number, 0), each.start, each.number)
    )
    of = [(each.citizen, each.declaration_id) for each in bookings.values() if each.declaration_id]
    declared = declarations.find_each(of, now)

    def line(ticket: Ticket) -> Line:
        booking = bookings.get(ticket.holder)
        return Line(ticket, booking, missing(booking, declared.get(booking.declaration_id or "")) if booking else None)

    return [line(each) for each in ordered]


def validator(tickets: Sequence[Ticket], now: datetime) -> str:
    """An ETag of the day: another one as soon as any ticket is given, moved or acted upon, and every `FRESH` for the rest."""
    state: list[object] = [epoch(now) // int(FRESH.total_seconds())]
    state += [(each.start.isoformat(), each.seat, each.holder, each.closed, told_of(each)) for each in tickets]
    return f'"{hashlib.sha256(json.dumps(state).encode()).hexdigest()[:20]}"'
