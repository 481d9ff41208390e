"""What can still be booked: the rules' slots less the seats taken. One Query for an office's whole window."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bookings import items
from bookings.said import opened, why
from bookings.seats import sellable
from bookings.store import BookingStore
from cccd.clock import epoch
from cccd.dynamodb import Item
from cccd.working_calendar import WorkingCalendar
from offices import opening
from offices.opening import Closed, OpeningRules, Resident, Slot

MAX_ALTERNATIVES = 3


@dataclass(frozen=True)
class OpenSlot:
    """A slot that can be booked, and how many seats are left for this kind of resident."""

    slot: Slot
    seats_left: int


@dataclass(frozen=True)
class OpenDay:
    """A day of an office: closed with a reason, or its slots."""

    date: date
    closed: Closed | None
    slots: tuple[OpenSlot, ...]


def open_days(
    rules: OpeningRules, days: list[opening.Day], taken: Mapping[datetime, Item], residence: Resident, now: datetime
) -> list[OpenDay]:
    """Each day with the seats left in each slot; `taken` holds the slot items by start, and what the chief said of them."""
    return [_open_day(rules, day, taken, residence, now) for day in days]


def _open_day(
    rules: OpeningRules, day: opening.Day, taken: Mapping[datetime, Item], residence: Resident, now: datetime
) -> OpenDay:
    slots = {slot.start: slot for slot in day.slots}
    said = [(start, item) for start, item in taken.items() if start.date() == day.date and "by" in item]
    if said and (day.closed is None or day.closed.code in opening.BY_RULE):
        earliest, length = now + timedelta(minutes=rules.lead_minutes), timedelta(minutes=rules.slot_minutes)
        for start, item in said:
            if not (seats := opened(item)):
                slots.pop(start, None)
            elif start >= earliest:
                slots[start] = Slot(start, start + length, seats)
    closed = None if slots else day.closed or next((Closed("office_closed", why(item)) for _, item in said), None)
    return OpenDay(
        day.date, closed, tuple(_open_slot(slots[start], taken, residence, epoch(now)) for start in sorted(slots))
    )


def alternatives(
    store: BookingStore,
    office_id: str,
    rules: OpeningRules,
    calendar: WorkingCalendar,
    wanted: Slot,
    residence: Resident,
    now: datetime,
) -> list[OpenSlot]:
    """The open slots nearest in time to the one that is full, in order of time; none of a day that is still to be drawn."""
    first, last = opening.booking_window(rules, calendar, now)
    days = opening.days(rules, calendar, first, (last - first).days + 1, now)
    found = open_days(rules, days, store.slots(office_id, first, last), residence, now)
    open_now = [day for day in found if not opening.draw_to_come(rules, day.date, now)]
    slots = [each for day in open_now for each in day.slots if each.seats_left]
    nearest = sorted(slots, key=lambda each: abs(each.slot.start - wanted.start))[:MAX_ALTERNATIVES]
    return sorted(nearest, key=lambda each: each.slot.start)


def _open_slot(slot: Slot, taken: Mapping[datetime, Item], residence: Resident, moment: int) -> OpenSlot:
    queue = opening.queue_for(slot.capacity, residence)
    item = taken.get(slot.start)
    if item is None:  # nobody has booked it yet, as with most slots
        return OpenSlot(slot, slot.capacity.get(queue, 0))
    return OpenSlot(slot, len(sellable(items.seats_of(item), slot.capacity, queue, moment)))
