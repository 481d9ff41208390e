"""When an office takes papers and fingerprints: opening rules in, days and slots out.

A slot exists because the rules say so; no slot is generated ahead or stored. The first of these that says something
about a day decides it: the office's own override, the national calendar, the weekly rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from cccd import clock
from cccd.errors import SlotClosed
from cccd.working_calendar import WorkingCalendar

type Resident = Literal["permanent", "temporary"]

# The citizens who share a row of seats: everybody, or one kind of resident if the office keeps the two kinds apart.
type Queue = Literal["shared", "permanent", "temporary"]
type Capacity = Mapping[Queue, int]

# From the draw to the first hold of what it left: time enough for every seat to be given.
DRAW_TAKES = timedelta(minutes=15)

BY_RULE = frozenset({"weekly_day_off", "public_holiday", "office_closed"})  # closed by what a chief may say otherwise

MAX_SEARCH_DAYS = 31  # how far past its window an office looks for its first open day; Tết closes nine


@dataclass(frozen=True)
class Session:
    """A stretch of a day (buổi) in which the office takes people; seats are per slot."""

    start: time
    end: time
    capacity: Capacity


@dataclass(frozen=True)
class Override:
    """One date on which an office differs: closed with a reason, or open in these sessions, even on a holiday."""

    reason: str = ""
    sessions: tuple[Session, ...] = ()


@dataclass(frozen=True)
class OpeningRules:
    """When an office is open. Times are minutes or Vietnam's clock; `weekly` counts from Monday = 0.

    Up to `cancel_minutes` before its start, a booking can be moved or cancelled; `last_day` is the last day on which
    the office exists. The seats of a day are released in two portions: half when the day opens, the rest
    `second_portion_days` before it, so that whoever comes later finds some too; 0 releases all at once. A seat that comes
    back near its day rests for up to `rest_minutes`; 0 frees it at once. Where there is a `draw_at`, nobody can hold a
    seat of a day before its draw, `window_days` ahead at that time; until then citizens leave wishes.

    For the desk: `walk_in_seats` of each slot are kept for people without an appointment, who are called one after every
    `booked_before_walk_in` with one; whoever comes late is behind the next `late_behind` calls.
    """

    weekly: Mapping[int, tuple[Session, ...]]
    slot_minutes: int = 30
    window_days: int = 7
    lead_minutes: int = 60
    same_day_until: time | None = None
    hold_minutes: int = 15
    cancel_minutes: int = 0
    second_portion_days: int = 0
    rest_minutes: int = 0
    draw_at: time | None = None
    walk_in_seats: int = 0
    booked_before_walk_in: int = 3
    late_behind: int = 3
    overrides: Mapping[date, Override] = field(default_factory=dict)
    last_day: date | None = None

    def last_change(self, start: datetime) -> datetime:
        """The time from which the citizen can no longer move or cancel a booking with that start."""
        return start - timedelta(minutes=self.cancel_minutes)


@dataclass(frozen=True)
class Slot:
    """A time at which people are received, and how many people of each queue."""

    start: datetime
    end: datetime
    capacity: Capacity


@dataclass(frozen=True)
class Closed:
    """Why a day has no slots: a stable code and a Vietnamese sentence."""

    code: str
    reason: str


@dataclass(frozen=True)
class Day:
    """One day of an office: closed with a reason, or the slots that can still be booked."""

    date: date
    closed: Closed | None
    slots: tuple[Slot, ...]


def queue_for(capacity: Capacity, residence: Resident) -> Queue:
    """The queue for residents of that kind at an office with this capacity."""
    return residence if residence in capacity else "shared"


def days(rules: OpeningRules, calendar: WorkingCalendar, first: date, count: int, now: datetime) -> list[Day]:
    """`count` days from `first`; if they are a whole window and all closed, also the days up to the first open one."""
    found = [day(rules, calendar, first + timedelta(days=n), now) for n in range(count)]
    last = booking_window(rules, calendar, now)[1]
    while count >= rules.window_days and found[-1].date < last and all(each.closed for each in found):
        found.append(day(rules, calendar, found[-1].date + timedelta(days=1), now))
    return found


def day(rules: OpeningRules, calendar: WorkingCalendar, on: date, now: datetime) -> Day:
    """The day with its slots that can be booked."""
    closed = _not_bookable(rules, calendar, on, now)
    if closed:
        return Day(on, closed, ())
    earliest = now + timedelta(minutes=rules.lead_minutes)
    slots = tuple(released(rules, slot, now) for slot in slots_on(rules, calendar, on) if slot.start >= earliest)
    if not slots:
        return Day(on, Closed("past", "Hôm nay đã hết giờ nhận lịch hẹn."), ())
    return Day(on, None, slots)


def slot_at(rules: OpeningRules, calendar: WorkingCalendar, start: datetime, now: datetime) -> Slot:
    """The slot that starts at that instant and can be booked now.

    Raises:
        SlotClosed: no such slot; it says whether the day is closed, past or too far, or the time is no slot's start.
    """
    local = start.astimezone(clock.VIETNAM)
    closed = _not_bookable(rules, calendar, local.date(), now)
    if closed:
        raise SlotClosed(closed.code, closed.reason)
    slot = next((slot for slot in slots_on(rules, calendar, local.date()) if slot.start == local), None)
    if slot is None:
        raise SlotClosed("not_a_slot", f"Cơ quan không có khung giờ {local:%H:%M} ngày {clock.shown(local.date())}.")
    if slot.start < now + timedelta(minutes=rules.lead_minutes):
        raise SlotClosed("past", "Khung giờ này đã qua hoặc quá sát giờ hẹn.")
    return released(rules, slot, now)


def could_be_booked(rules: OpeningRules, calendar: WorkingCalendar, start: datetime, now: datetime) -> bool:
    """Whether a slot that is opened besides the rules may be booked now: within the window, and not too near."""
    first, last = booking_window(rules, calendar, now)
    return first <= start.date() <= last and start >= now + timedelta(minutes=rules.lead_minutes)


def draw_of(rules: OpeningRules, on: date) -> datetime | None:
    """When the seats of that day are drawn among those who wish for one; None if the office draws none."""
    return clock.at(on - timedelta(days=rules.window_days), rules.draw_at) if rules.draw_at else None


def draw_to_come(rules: OpeningRules, on: date, now: datetime) -> datetime | None:
    """When the seats of that day will be drawn; None if they have been, or the office draws none."""
    drawn = draw_of(rules, on)
    return drawn if drawn and now < drawn else None


def second_portion_on(rules: OpeningRules, on: date, now: datetime) -> date | None:
    """The day on which the second portion of that day's seats is released; None if all of them are."""
    released_on = on - timedelta(days=rules.second_portion_days)
    return released_on if rules.second_portion_days and released_on > now.date() else None


def released(rules: OpeningRules, slot: Slot, now: datetime) -> Slot:
    """The slot with the seats that are released by now: of an odd number the larger half comes first."""
    if second_portion_on(rules, slot.start.date(), now) is None:
        return slot
    return replace(slot, capacity={queue: (seats + 1) // 2 for queue, seats in slot.capacity.items()})


def slots_on(rules: OpeningRules, calendar: WorkingCalendar, on: date) -> list[Slot]:
    """Every slot of that day by the rules, even if it can no longer be booked."""
    length = timedelta(minutes=rules.slot_minutes)
    slots = []
    for session in _sessions(rules, calendar, on):
        start, close = clock.at(on, session.start), clock.at(on, session.end)
        while start + length <= close:
            slots.append(Slot(start, start + length, session.capacity))
            start += length
    return slots


def booking_window(rules: OpeningRules, calendar: WorkingCalendar, now: datetime) -> tuple[date, date]:
    """The first and the last date that can be booked.

    The window is the next `window_days` calendar days. If the office is closed on all of them (Tết), the window reaches
    to the first open day. Today belongs to it if the office allows that, until the hour that the office sets.
    """
    today = now.date()
    same_day = rules.same_day_until is not None and now.time() < rules.same_day_until
    first = today if same_day else today + timedelta(days=1)
    last = today + timedelta(days=rules.window_days)
    span = range((last - first).days + 1)
    if any(_sessions(rules, calendar, first + timedelta(days=n)) for n in span):
        return first, last
    for n in range(1, MAX_SEARCH_DAYS):
        if _sessions(rules, calendar, last + timedelta(days=n)):
            return first, last + timedelta(days=n)
    return first, last


def closed_by_rule(rules: OpeningRules, calendar: WorkingCalendar, on: date) -> Closed | None:
    """Why the office is closed that day by its rules; None if it is open."""
    if _sessions(rules, calendar, on):
        return None
    if rules.last_day and on > rules.last_day:
        return Closed("office_closed", f"Cơ quan dừng hoạt động sau ngày {clock.shown(rules.last_day)}.")
    override = rules.overrides.get(on)
    if override:
        return Closed("office_closed", override.reason)
    entry = calendar.get(on)
    if entry and entry.kind == "off" and entry.status == "predicted":
        why = f"Dự kiến cơ quan nghỉ {entry.name} ({clock.shown(on)}); lịch nghỉ chính thức chưa công bố."
        return Closed("public_holiday", why)
    if entry and entry.kind == "off":
        return Closed("public_holiday", f"Cơ quan nghỉ {entry.name} ({clock.shown(on)}).")
    return Closed("weekly_day_off", f"{clock.weekday(on)} cơ quan không làm việc.")


def _not_bookable(rules: OpeningRules, calendar: WorkingCalendar, on: date, now: datetime) -> Closed | None:
    if on < now.date():
        return Closed("past", "Ngày này đã qua.")
    first, last = booking_window(rules, calendar, now)
    if on < first:
        return Closed("too_late_today", "Cơ quan không nhận lịch hẹn trong ngày hôm nay nữa.")
    if on > last:
        return Closed("outside_window", f"Chỉ nhận lịch hẹn từ {clock.shown(first)} đến {clock.shown(last)}.")
    return closed_by_rule(rules, calendar, on) or _being_drawn(rules, on, now)


def _being_drawn(rules: OpeningRules, on: date, now: datetime) -> Closed | None:
    drawn = draw_of(rules, on)
    if drawn is None or not drawn <= now < drawn + DRAW_TAKES:
        return None
    again = f"{drawn + DRAW_TAKES:%H:%M}"
    return Closed("being_drawn", f"Đang bốc thăm chỗ ngày {clock.shown(on)}. Chỗ còn lại được đặt từ {again} hôm nay.")


def _sessions(rules: OpeningRules, calendar: WorkingCalendar, on: date) -> tuple[Session, ...]:
    if rules.last_day and on > rules.last_day:
        return ()
    override = rules.overrides.get(on)
    if override:
        return override.sessions
    entry = calendar.get(on)
    if entry and entry.kind == "off":
        return ()
    like = entry.works_like if entry and entry.works_like else on
    return rules.weekly.get(like.weekday(), ())
