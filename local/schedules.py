"""Scheduled functions on their timers, with EventBridge's `rate(...)` and `cron(...)`."""

import json
import re
import threading
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aws_croniter import AwsCroniter

from infra import account
from infra.intrinsics import TemplateError
from infra.template import Schedule
from local.clock import Clock

# The longest sleep: after a suspend, the machine notices within that time what is due.
NAP = 20.0


# The next time strictly after an instant, or `None` if there is none.
type Times = Callable[[datetime], datetime | None]
type Run = Callable[[Schedule, datetime], None]


def times(expression: str, zone: str = "UTC") -> Times:
    """The times of an expression like `rate(1 minute)` or `cron(5 17 * * ? *)`; `TemplateError` if unclear."""
    if found := re.fullmatch(r"rate\(([1-9]\d*) (minute|hour|day)s?\)", expression):
        every = timedelta(**{f"{found[2]}s": int(found[1])})
        return lambda instant: instant + every
    if found := re.fullmatch(r"cron\((.+)\)", expression):
        with suppress(ValueError):
            return _by_the_clocks(AwsCroniter(found[1]), _zone(zone))
    raise TemplateError(f"the local stack cannot schedule {expression}; SCHEDULES=off runs without schedules")


def _by_the_clocks(cron: AwsCroniter, zone: tzinfo) -> Times:
    """The library knows only UTC, so we give it the local time of `zone` as if it were UTC."""

    def after(instant: datetime) -> datetime | None:
        shown = instant.astimezone(zone)
        [due] = cron.get_next(shown.replace(tzinfo=UTC))
        return due.replace(tzinfo=zone, fold=shown.fold) if due else None

    if after(datetime(2020, 1, 1, tzinfo=UTC)) is None:
        raise ValueError("it finds no time for what it cannot read")
    return after


def _zone(name: str) -> tzinfo:
    """A time zone. Vietnam's and UTC's need no time zone database, which some machines lack."""
    known = {"UTC": UTC, "Asia/Ho_Chi_Minh": timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")}
    if name in known:
        return known[name]
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise TemplateError(f"the time zone {name} of a schedule is not known here") from None


def event(schedule: Schedule, due: datetime) -> Any:
    """The event that the function gets: the schedule's Input, or the scheduler's own event."""
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
    """Runs each schedule on its own thread, so that a slow function delays only itself."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._stop = threading.Event()

    def follow(self, schedules: Iterable[Schedule], run: Run) -> None:
        """From now on call `run` for these schedules when they are due, and for no others; `TemplateError` for an unclear one.

        A run that comes due while the previous one still runs is skipped.
        """
        planned = [(schedule, times(schedule.expression, schedule.timezone)) for schedule in schedules]
        self.stop()
        self._stop = threading.Event()
        for schedule, when in planned:
            keeping = (self._stop, schedule, when, run)
            threading.Thread(target=self._keep, args=keeping, name=schedule.name, daemon=True).start()

    def stop(self) -> None:
        """Start no further run; do not wait for a running one."""
        self._stop.set()

    def _keep(self, stop: threading.Event, schedule: Schedule, when: Times, run: Run) -> None:
        due = when(self._clock.now())
        while due:
            left = (due - self._clock.now()).total_seconds()
            if stop.wait(min(max(left, 0.0), NAP)):
                return
            if left <= NAP:
                run(schedule, due)
                due = when(due)
                if due and due < self._clock.now():
                    due = when(self._clock.now())
