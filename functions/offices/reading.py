"""Opening rules as a citizen reads them."""

from cccd.clock import WEEKDAYS
from offices.opening import OpeningRules, Session


def opening_hours(rules: OpeningRules) -> list[tuple[str, str]]:
    """A week as (days, hours); neighbours with the same hours are joined: ("Thứ Hai - Thứ Sáu", "07:30-11:30, …")."""
    hours = [_hours(rules.weekly.get(dow, ())) for dow in range(7)]
    lines: list[tuple[str, str]] = []
    start = 0
    for dow in range(1, 8):
        if dow == 7 or hours[dow] != hours[start]:
            days = WEEKDAYS[start] if dow - start == 1 else f"{WEEKDAYS[start]} - {WEEKDAYS[dow - 1]}"
            lines.append((days, hours[start]))
            start = dow
    return lines


def _hours(sessions: tuple[Session, ...]) -> str:
    return ", ".join(f"{session.start:%H:%M}-{session.end:%H:%M}" for session in sessions) or "Không làm việc"
