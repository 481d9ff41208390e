"""Scheduled functions on their timers: `rate(...)`, and `cron(...)` of minutes, hours and days of the week."""

import json
import re
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from infra import account
from infra.intrinsics import TemplateError
from infra.template import Schedule
from local.clock import Clock

DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")  # EventBridge counts them from 1

# The longest sleep: a machine that was suspended notices within that time what has become due.
NAP = 20.0


class Times(Protocol):
    """When something is due."""

    def after(self, instant: datetime) -> datetime:
        """The next time strictly after `instant`."""
        ...


@dataclass(frozen=True)
class Rate:
    """Every so often."""

    every: timedelta

    def after(self, instant: datetime) -> datetime:
        return instant + self.every


@dataclass(frozen=True)
class Cron:
    """At these minutes of these hours, on these days of the week (Sunday is 0), by the clocks of `zone`."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    weekdays: tuple[int, ...]
    zone: tzinfo

    def after(self, instant: datetime) -> datetime:
        midnight = instant.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        for days in range(9):
            day = midnight + timedelta(days=days)
            if day.isoweekday() % 7 not in self.weekdays:
                continue
            for hour in self.hours:
                for minute in self.minutes:
                    if (due := day.replace(hour=hour, minute=minute)) > instant:
                        return due
        raise AssertionError("a cron with a minute, an hour and a weekday is due every week")


def times(expression: str, zone: str = "UTC") -> Times:
    """What `rate(1 minute)` or `cron(5 17 * * ? *)` means; `TemplateError` where the local stack cannot tell."""
    if found := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression):
        number, unit = int(found[1]), found[2]
        if number:
            return Rate(timedelta(**{f"{unit}s": number}))
    if found := re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)", expression):
        minutes, hours, day, month, weekdays, year = found.groups()
        if {day, month, year} <= {"*", "?"}:
            try:
                return Cron(
                    _numbers(minutes, range(60)),
                    _numbers(hours, range(24)),
                    _numbers(_days_as_numbers(weekdays), range(7)),
                    _zone(zone),
                )
            except ValueError:
                pass
    raise TemplateError(f"the local stack cannot schedule {expression}; SCHEDULES=off runs without schedules")


def _numbers(field: str, allowed: range) -> tuple[int, ...]:
    """The numbers a cron field names: `*`, `?`, `5`, `1-5`, `0/15`, `0,30`; `ValueError` otherwise."""
    if field in {"*", "?"}:
        return tuple(allowed)
    chosen: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.replace("*", str(allowed.start)).partition("-")
        end = int(last) if last else (allowed[-1] if step else int(first))
        chosen.update(range(int(first), end + 1, int(step or 1)))
    if not chosen or not chosen <= set(allowed):
        raise ValueError(field)
    return tuple(sorted(chosen))


def _days_as_numbers(field: str) -> str:
    """Days of the week counted from 0, whether they came as names or as EventBridge's 1-7."""
    counted = re.sub(r"(?<!/)\b\d+", lambda found: str(int(found[0]) - 1), field)
    return re.sub(r"[A-Z]{3}", lambda found: str(DAYS.index(found[0])), counted)


def _zone(name: str) -> tzinfo:
    """Vietnam's and UTC's need no time zone database, which some machines lack."""
    known = {"UTC": UTC, "Asia/Ho_Chi_Minh": timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")}
    if name in known:
        return known[name]
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise TemplateError(f"the time zone {name} of a schedule is not known here") from None


def event(schedule: Schedule, due: datetime) -> Any:
    """What the function gets: the schedule's Input, or the scheduler's own words."""
    if schedule.payload is not None:
        return json.loads(schedule.payload)
    scheduler = schedule.source == "aws.scheduler"
    resource = f"schedule/default/{schedule.name}" if scheduler else f"rule/{schedule.name}"
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": schedule.source,
        "account": account.ACCOUNT,
        "time": due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": account.REGION,
        "resources": [account.arn("scheduler" if scheduler else "events", resource)],
        "detail": "{}" if scheduler else {},
    }


class Scheduler:
    """Runs each schedule on a thread of its own, so a slow function delays only itself.

    `run(schedule, due)` is called when one is due; what comes due while it is still running is left out.
    """

    def __init__(self, schedules: Sequence[Schedule], clock: Clock, run: Callable[[Schedule, datetime], None]):
        self._clock = clock
        self._run = run
        self._stop = threading.Event()
        planned = [(schedule, times(schedule.expression, schedule.timezone)) for schedule in schedules]
        self._threads = [
            threading.Thread(target=self._keep, args=plan, name=plan[0].name, daemon=True) for plan in planned
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """No further run starts; one that is under way is not waited for."""
        self._stop.set()

    def _keep(self, schedule: Schedule, when: Times) -> None:
        due = when.after(self._clock.now())
        while True:
            left = (due - self._clock.now()).total_seconds()
            if self._stop.wait(min(max(left, 0.0), NAP)):
                return
            if left <= NAP:
                self._run(schedule, due)
                due = when.after(due)
                if due < self._clock.now():
                    due = when.after(self._clock.now())
