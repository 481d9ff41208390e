"""A ticket for somebody who comes without an appointment, from the seats that the office keeps for them."""

import secrets
from datetime import timedelta

from bookings.carry_out import RETRY_AFTER
from cccd.errors import NoWalkInSeat, TemporarilyUnavailable
from cccd.transactions import Refused, Unknown
from cccd.working_calendar import WorkingCalendar
from desk.acts import MAX_READINGS, Day, today_only
from desk.days import standing
from desk.store import DeskStore
from desk.tickets import Ticket, tickets_of


def walk_in(
    desk: DeskStore, day: Day, calendar: WorkingCalendar, holder: str, procedure: str, name: str | None
) -> tuple[Ticket, bool]:
    """A ticket of the first slot, from the one that runs now, with a seat for walk-ins; and whether it is new.

    `holder` is a hash of the request: the same request has the same ticket.

    Raises:
        NoWalkInSeat, NotToday, TemporarilyUnavailable
    """
    today_only(day)
    length = timedelta(minutes=day.rules.slot_minutes)
    for tries in range(MAX_READINGS):
        read = list(desk.bookings.slot_items(day.office_id, day.date, day.date))
        tickets = tickets_of(read)
        made = next((each for each in tickets if each.holder == holder), None)
        if made:
            return made, False
        taken = {(each.start, each.seat) for each in tickets}
        # What the chief says of the day counts here too.
        slots = [
            each for each in standing(day, calendar, read) if any(each.seats.values()) and day.now < each.start + length
        ]
        seats = ((slot.start, f"w{number:02d}") for slot in slots for number in range(1, day.rules.walk_in_seats + 1))
        free = [each for each in seats if each not in taken]
        if not free:
            raise NoWalkInSeat
        # The first one; after a rival was faster one of the next, as all rivals want the first.
        start, seat = free[secrets.randbelow(min(len(free), 1 + tries))]
        ticket = Ticket(start, seat, holder, version=1, checked_in_at=day.now, name=name, procedure=procedure)
        record = desk.record(day.officer, day.office_id, "walk_in", ticket.number, day.now)
        try:
            desk.commit([desk.walk_in(day.office_id, ticket), record])
        except (Refused, Unknown):
            continue
        return ticket, True
    raise TemporarilyUnavailable(retry_after=RETRY_AFTER)
