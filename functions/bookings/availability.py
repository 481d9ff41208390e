"""What can still be booked: the rules' slots less the seats taken. One Query for an office's whole window."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bookings import items
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
    days: list[opening.Day], taken: Mapping[datetime, Item], residence: Resident, now: datetime
) -> list[OpenDay]:
    """Each day with the seats left in each slot; `taken` holds the slot items by start."""
    moment = epoch(now)
    return [
        OpenDay(day.date, day.closed, tuple(_open_slot(slot, taken, residence, moment) for slot in day.slots))
        for day in days
    ]


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
    found = open_days(days, store.slots(office_id, first, last), residence, now)
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
