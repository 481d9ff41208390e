"""After the chief has changed a day: whoever has an appointment in closed time is told, with near seats kept for them."""

from collections.abc import Mapping
from datetime import datetime

from bookings import items, said
from bookings.availability import open_days
from bookings.booking import Booking
from bookings.booking_id import BookingId
from bookings.closing import Free, affected, nearest_seats, told_closed, told_open
from bookings.seats import RESTING
from cccd.dynamodb import Item
from cccd.working_calendar import WorkingCalendar
from desk.acts import Day
from desk.store import DeskStore
from desk.tickets import TicketState, ticket_of
from offices import opening
from offices.opening import Resident, Slot

MAX_READINGS = 4  # of the seats, for one appointment, while others take them


def rehouse(desk: DeskStore, day: Day, calendar: WorkingCalendar) -> int:
    """Tell every appointment of the day whose time is closed now, or open again; returns how many were told.

    Doing it twice tells nobody twice: what has been told stands in the appointment.
    """
    slots = desk.bookings.slots(day.office_id, day.date, day.date)
    seats = [holder for item in slots.values() for holder in items.seats_of(item).values() if not holder.rests]
    ids = [found for each in seats if (found := BookingId.parse(each.booking_id))]
    told, market = 0, _Market(desk, day, calendar)
    for booking in affected(desk.bookings.find_all(ids)):
        slot = slots.get(booking.start, {})
        closed = bool(slot.get("closed"))
        if closed and booking.closed_why is None and not _is_here(slot, booking):
            told += _tell(desk, booking, said.why(slot), market, day.now)
        elif not closed and booking.closed_why is not None:
            told += told_open(desk.bookings, booking, day.now)
    return told


def _is_here(slot: Item, booking: Booking) -> bool:
    """Whether its person has come already: they are received, whatever becomes of the time."""
    seat = slot.get(booking.seat.attribute) or {}
    return ticket_of(booking.start, booking.seat.attribute, seat).state is not TicketState.EXPECTED


def _tell(desk: DeskStore, booking: Booking, why: str, market: "_Market", now: datetime) -> bool:
    for _ in range(MAX_READINGS):
        free = nearest_seats(booking, market.slots(booking), market.there, now)
        if told_closed(desk.bookings, booking, why, free, now):
            market.taken(free)
            return True
        market.read()
        booking_id = BookingId.parse(booking.id)
        there = desk.bookings.find(booking_id) if booking_id else None
        if there is None or there.version != booking.version:
            return False  # its citizen has just moved or cancelled it
    return False


class _Market:
    """The seats of the office's next days, read once for all appointments."""

    def __init__(self, desk: DeskStore, day: Day, calendar: WorkingCalendar):
        self._desk, self._day, self._calendar = desk, day, calendar
        self.read()

    def read(self) -> None:
        """Read the seats as they are."""
        self._first, self._last = opening.booking_window(self._day.rules, self._calendar, self._day.now)
        self.there: dict[datetime, Item] = self._desk.bookings.slots(self._day.office_id, self._first, self._last)

    def slots(self, booking: Booking) -> list[Slot]:
        """The slots that can be booked by people of the booking's queue."""
        rules, now = self._day.rules, self._day.now
        residence: Resident = "temporary" if booking.seat.queue == "temporary" else "permanent"
        days = opening.days(rules, self._calendar, self._first, (self._last - self._first).days + 1, now)
        found = open_days(rules, days, self.there, residence, now)
        drawn = [each for each in found if not opening.draw_to_come(rules, each.date, now)]
        return [each.slot for one in drawn for each in one.slots if each.seats_left]

    def taken(self, free: list[Free]) -> None:
        """Know that those seats are kept, without reading them again."""
        for each in free:
            seat: Mapping[str, object] = {"b": RESTING, "x": 2**40}
            known = self.there.get(each.kept.start, {})
            self.there[each.kept.start] = {**known, each.kept.seat.attribute: seat, "mark": each.mark}
