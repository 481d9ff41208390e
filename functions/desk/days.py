"""The chief closes times, gives more seats or fewer, and opens a day that is closed: at once.

A day's slots are written in one transaction. From the instant in which it is done nobody holds a seat in a closed time, also not
whoever was on the way: the write of every sale demands the slot's mark as it was read (bookings/said.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bookings import items
from bookings.carry_out import RETRY_AFTER
from bookings.seats import RESTING
from cccd import clock
from cccd.dynamodb import Item
from cccd.errors import FieldError, InvalidRequest, TemporarilyUnavailable
from cccd.transactions import Refused, Unknown, Write
from cccd.working_calendar import WorkingCalendar
from desk.acts import Day
from desk.store import DeskStore
from offices.opening import Capacity, Session, Slot, slots_on

MOST_SLOTS = 98  # of one day: a transaction has 100 writes
LAST_DAY = timedelta(days=60)  # from today
MAX_READINGS = 5


@dataclass(frozen=True)
class Standing:
    """A slot of the day as it stands: its seats (none: it is closed), and how many of them have a booking."""

    start: datetime
    seats: Capacity
    booked: int


def stand(desk: DeskStore, day: Day, calendar: WorkingCalendar) -> list[Standing]:
    """The slots of the day as they stand; nothing is changed.

    Raises:
        InvalidRequest: a day that is over or too far.
    """
    _within(day)
    return standing(day, calendar, desk.bookings.slot_items(day.office_id, day.date, day.date))


def standing(day: Day, calendar: WorkingCalendar, slots: Iterable[Item]) -> list[Standing]:
    """The slots of the day by its rules and by what its chief has said, as they were read."""
    by_rule = {slot.start: slot for slot in slots_on(day.rules, calendar, day.date)}
    there = {items.slot_start(item): item for item in slots}
    seats = {start: slot.capacity for start, slot in by_rule.items()}
    seats |= {start: item["by"]["seats"] for start, item in there.items() if "by" in item}
    return [_standing(start, seats.get(start, {}), there.get(start, {})) for start in sorted({*seats, *there})]


def say(desk: DeskStore, day: Day, calendar: WorkingCalendar, sessions: Sequence[Session], why: str) -> list[Standing]:
    """The day is as the chief says: these sessions and nothing besides; returns its slots as they stand.

    Bookings in a time that is closed stay; `rehousing.py` tells their people.

    Raises:
        InvalidRequest: a day that is over or too far, or sessions that are none.
        TemporarilyUnavailable
    """
    _within(day)
    _of_its_queues(day, sessions)
    by_rule = {slot.start: slot for slot in slots_on(day.rules, calendar, day.date)}
    wanted = _slots(day, sessions, by_rule)
    length = timedelta(minutes=day.rules.slot_minutes)
    for _ in range(MAX_READINGS):
        there = {items.slot_start(item): item for item in desk.bookings.slot_items(day.office_id, day.date, day.date)}
        known = {*by_rule, *wanted, *(start for start, item in there.items() if "by" in item)}
        starts = sorted(start for start in known if start + length > day.now)  # what is over stays as it was
        if len(starts) > MOST_SLOTS:
            raise InvalidRequest([_field("sessions", "too_many", f"Một ngày có tối đa {MOST_SLOTS} khung giờ.")])
        writes = [_said(desk, day, start, wanted.get(start, {}), why, there.get(start, {})) for start in starts]
        if _committed(desk, [*writes, desk.record(day.officer, day.office_id, "day", "-", day.now)]):
            return stand(desk, day, calendar)
    raise TemporarilyUnavailable(retry_after=RETRY_AFTER)


def unsay(desk: DeskStore, day: Day, calendar: WorkingCalendar) -> list[Standing]:
    """The day is as the rules say again; returns its slots as they stand.

    Raises:
        InvalidRequest: a day that is over or too far.
        TemporarilyUnavailable
    """
    _within(day)
    by_rule = {slot.start: slot for slot in slots_on(day.rules, calendar, day.date)}
    there = {items.slot_start(item): item for item in desk.bookings.slot_items(day.office_id, day.date, day.date)}
    writes = [desk.unsay(day.office_id, start) for start, item in there.items() if "by" in item]
    if writes and not _committed(desk, [*writes, desk.record(day.officer, day.office_id, "day", "-", day.now)]):
        raise TemporarilyUnavailable(retry_after=RETRY_AFTER)
    starts = sorted({*by_rule, *there})
    rules = {start: slot.capacity for start, slot in by_rule.items()}
    return [_standing(start, rules.get(start, {}), there.get(start, {})) for start in starts]


def _said(desk: DeskStore, day: Day, start: datetime, seats: Capacity, why: str, seen: Item) -> Write:
    """The slot is as it was read; it has these seats. Seats of a closed slot that rest are offered to nobody any more."""
    resting = [name for name, value in seen.items() if isinstance(value, dict) and value.get("b") == RESTING]
    return desk.say(day.office_id, start, seats, why, seen.get("mark"), [] if any(seats.values()) else resting)


def _committed(desk: DeskStore, writes: Sequence[Write]) -> bool:
    try:
        desk.commit(writes)
    except (Refused, Unknown):
        return False
    return True


def _slots(day: Day, sessions: Sequence[Session], by_rule: Mapping[datetime, Slot]) -> dict[datetime, Capacity]:
    """The seats of each slot of those sessions.

    Raises:
        InvalidRequest: they overlap, or do not fit the office's slots.
    """
    length = timedelta(minutes=day.rules.slot_minutes)
    found: dict[datetime, Capacity] = {}
    free_from = clock.at(day.date, time.min)
    for number, each in enumerate(sessions):
        start, end = clock.at(day.date, each.start), clock.at(day.date, each.end)
        if start < free_from or end <= start:
            raise InvalidRequest(
                [_field(f"sessions.{number}.from", "overlap", "Các buổi phải theo thứ tự và không chồng nhau.")]
            )
        if (end - start) % length:
            message = f"Mỗi khung giờ dài {day.rules.slot_minutes} phút; buổi này phải gồm các khung giờ trọn vẹn."
            raise InvalidRequest([_field(f"sessions.{number}.to", "not_a_slot", message)])
        while start < end:
            if start not in by_rule and any(abs(start - other) < length for other in by_rule):
                message = "Giờ bắt đầu phải khớp với các khung giờ sẵn có của cơ quan."
                raise InvalidRequest([_field(f"sessions.{number}.from", "not_a_slot", message)])
            found[start] = each.capacity
            start += length
        free_from = end
    return found


def _of_its_queues(day: Day, sessions: Sequence[Session]) -> None:
    """Refuse seats of queues that the office does not have: nobody could book them.

    Raises:
        InvalidRequest
    """
    apart = any("shared" not in each.capacity for of_a_day in day.rules.weekly.values() for each in of_a_day)
    for number, each in enumerate(sessions):
        if apart == ("shared" in each.capacity):
            message = (
                "Cơ quan này xếp riêng người thường trú và tạm trú: ghi số chỗ của từng hàng."
                if apart
                else "Cơ quan này có một hàng chung: ghi một số chỗ."
            )
            raise InvalidRequest([_field(f"sessions.{number}.seats", "wrong_queue", message)])


def _within(day: Day) -> None:
    if not timedelta(0) <= day.date - day.now.date() <= LAST_DAY:
        message = f"Chỉ thay đổi được lịch từ hôm nay đến {LAST_DAY.days} ngày tới."
        raise InvalidRequest([_field("date", "out_of_range", message)])


def _standing(start: datetime, seats: Capacity, item: Item) -> Standing:
    taken = items.seats_of(item).values()
    return Standing(start, seats, sum(not each.rests and each.expires is None for each in taken))


def _field(name: str, code: str, message: str) -> FieldError:
    return FieldError(name, code, message)
