"""The national working calendar: the days on which state offices rest, and the weekend days on which they work instead.

It is data with sources (`data/working_calendar.json`), because no library knows Vietnam's swapped days in time.
A day is `predicted` until an official text confirms it. Each office sets its own weekly days off.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class CalendarDay:
    """A day that differs from its weekday: `off` (holiday) or `work` (a weekend day worked like `works_like`)."""

    day: date
    kind: Literal["off", "work"]
    name: str
    source: str
    status: Literal["official", "predicted"]
    works_like: date | None = None


type WorkingCalendar = Mapping[date, CalendarDay]


@cache
def national_calendar() -> WorkingCalendar:
    """The calendar of 2021 to 2027."""
    rows = json.loads((Path(__file__).parent / "data" / "working_calendar.json").read_text(encoding="utf-8"))
    return {date.fromisoformat(row["date"]): _calendar_day(row) for row in rows}


def _calendar_day(row: dict[str, str]) -> CalendarDay:
    like = row.get("worksLike")
    return CalendarDay(
        day=date.fromisoformat(row["date"]),
        kind="off" if row["kind"] == "off" else "work",
        name=row["name"],
        source=row["source"],
        status="official" if row["status"] == "official" else "predicted",
        works_like=date.fromisoformat(like) if like else None,
    )


def is_working_day(day: date, calendar: WorkingCalendar) -> bool:
    """Whether state offices work that day: Monday to Friday except holidays, and swapped weekend days."""
    entry = calendar.get(day)
    if entry:
        return entry.kind == "work"
    return day.weekday() < 5


def add_working_days(start: date, days: int, calendar: WorkingCalendar) -> date:
    """The `days`-th working day after `start`, which itself is day 0."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day, calendar)
    return day
