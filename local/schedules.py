"""Scheduled functions on their timers: `rate(...)` and `cron(...)` as EventBridge has them."""

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

# The longest sleep: a machine that was suspended notices within that time what has become due.
NAP = 20.0


# The next time strictly after an instant, or `None` if there is no more.
type Times = Callable[[datetime], datetime | None]
type Run = Callable[[Schedule, datetime], None]


def times(expression: str, zone: str = "UTC") -> Times:
    """What `rate(1 minute)` or `cron(5 17 * * ? *)` means; `TemplateError` where the local stack cannot tell."""
    if found := re.fullmatch(r"rate\(([1-9]\d*) (minute|hour|day)s?\)", expression):
        every = timedelta(**{f"{found[2]}s": int(found[1])})
        return lambda instant: instant + every
    if found := re.fullmatch(r"cron\((.+)\)", expression):
        with suppress(ValueError):
            return _by_the_clocks(AwsCroniter(found[1]), _zone(zone))
    raise TemplateError(f"the local stack cannot schedule {expression}; SCHEDULES=off runs without schedules")


def _by_the_clocks(cron: AwsCroniter, zone: tzinfo) -> Times:
    """The library knows UTC alone, so it is told what the clocks of `zone` show as if that were UTC."""

    def after(instant: datetime) -> datetime | None:
        shown = instant.astimezone(zone)
        [due] = cron.get_next(shown.replace(tzinfo=UTC))
        return due.replace(tzinfo=zone, fold=shown.fold) if due else None

    if after(datetime(2020, 1, 1, tzinfo=UTC)) is None:
        raise ValueError("it finds no time for what it cannot read")
    return after


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
    """Runs each schedule on a thread of its own, so a slow function delays only itself."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._stop = threading.Event()

    def follow(self, schedules: Iterable[Schedule], run: Run) -> None:
        """Call `run` when one of these is due, and of no others from now on; `TemplateError` if one is not understood.

        What comes due while it is still running is left out.
        """
        planned = [(schedule, times(schedule.expression, schedule.timezone)) for schedule in schedules]
        self.stop()
        self._stop = threading.Event()
        for schedule, when in planned:
            keeping = (self._stop, schedule, when, run)
            threading.Thread(target=self._keep, args=keeping, name=schedule.name, daemon=True).start()

    def stop(self) -> None:
        """No further run starts; one that is under way is not waited for."""
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
