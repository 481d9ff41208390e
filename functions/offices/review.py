"""Every mistake in an offices.toml, all at once, in words that say where it is and what to write instead."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, time
from difflib import get_close_matches
from typing import Any

from cccd.phone import NotAPhone, parse_phone
from offices.country import office

WEEKDAY_CODES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_SEATS = 99  # a ticket shows two digits

# Vietnam with Hoàng Sa and Trường Sa, in degrees.
LATITUDES, LONGITUDES = (6.0, 24.0), (102.0, 118.0)

_SHORT_NUMBER = re.compile(r"11[2345]|1[89]00\d{4,6}")

_TOP = {"profile", "office"}
_PROFILE = {
    "weekly",
    "override",
    "slot_minutes",
    "window_days",
    "lead_minutes",
    "same_day_until",
    "hold_minutes",
    "cancel_minutes",
    "second_portion_days",
    "rest_minutes",
    "draw_at",
    "walk_in_seats",
    "booked_before_walk_in",
    "late_behind",
}
_SESSION = {"from", "to", "seats"}
_OVERRIDE = {"date", "reason", "sessions"}
_OFFICE: dict[str, type] = {
    "id": str,
    "name": str,
    "ward": str,
    "address": str,
    "phone": str,
    "location": list,
    "official_account_id": str,
    "notices": list,
    "opening": str,
    "override": list,
    "successors": list,
}
_MINUTES = {
    "slot_minutes": (5, 240),
    "window_days": (1, 31),
    "lead_minutes": (0, 7 * 24 * 60),
    "hold_minutes": (1, 120),
    "cancel_minutes": (0, 7 * 24 * 60),
    "second_portion_days": (0, 30),
    "rest_minutes": (0, 30),
    "walk_in_seats": (0, 20),
    "booked_before_walk_in": (1, 20),
    "late_behind": (0, 20),
}


def findings(text: str) -> list[str]:
    """Every mistake in the text of an offices.toml, one line each; empty if the file can be deployed."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [f"this is not TOML: {error}"]
    profiles, offices = content.get("profile", {}), content.get("office", [])
    if not isinstance(profiles, dict) or not all(isinstance(each, dict) for each in profiles.values()):
        return ["profile: write each as [profile.<name>]"]
    if not isinstance(offices, list) or not all(isinstance(each, dict) for each in offices):
        return ["office: write each as [[office]]"]
    found = list(_unknown("the file", content, _TOP))
    for name, profile in profiles.items():
        found += _profile(f"profile.{name}", profile)
    ids = Counter(str(row.get("id")) for row in offices)
    found += [f"{each}: the id stands {times} times" for each, times in ids.items() if times > 1]
    for position, row in enumerate(offices, start=1):
        found += _office(str(row.get("id") or f"office {position}"), row, profiles)
    return found


def _office(where: str, row: Mapping[str, Any], profiles: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(where, row, set(_OFFICE))
    for name, kind in _OFFICE.items():
        if name in row and not isinstance(row[name], kind):
            yield f"{where}: {name}: {row[name]!r} should be {'a list' if kind is list else 'a text in quotes'}"
    if "id" not in row:
        yield f"{where}: it has no id"
    elif isinstance(row["id"], str) and office(row["id"]) is None:
        yield f"{where}: there is no such office; ids are ca-<ward>, pc06-<province>, cah-<former district>"
    opening = row.get("opening")
    if isinstance(opening, str) and opening not in profiles:
        yield f"{where}: opening: there is no profile {opening!r}{_perhaps(opening, set(profiles))}"
    if opening is None and row.get("override"):
        yield f"{where}: override: it has no opening to differ from"
    for each in _list(row.get("successors")):
        if not isinstance(each, str) or office(each) is None:
            yield f"{where}: successors: there is no office {each!r}"
    if not all(isinstance(each, str) and each.strip() for each in _list(row.get("notices"))):
        yield f"{where}: notices: each is a sentence in quotes"
    for name in ("name", "address"):
        if row.get(name) == "":
            yield f"{where}: {name}: it is empty; leave it out instead"
    yield from _reached_at(where, row)
    profile = profiles.get(opening) if isinstance(opening, str) else None
    yield from _overrides(where, row.get("override"), _slot(profile or {}))


def _reached_at(where: str, row: Mapping[str, Any]) -> Iterator[str]:
    phone, account, location = row.get("phone"), row.get("official_account_id"), row.get("location")
    if isinstance(phone, str) and not _is_phone(phone):
        yield f"{where}: phone: {phone!r} is no phone number of Vietnam; write it like 028 3800 0000 or 113"
    if isinstance(account, str) and not re.fullmatch(r"\d{5,20}", account):
        yield f"{where}: official_account_id: {account!r} should be digits only, as the Official Account's page shows them"
    if location is None or not isinstance(location, list):
        return
    if len(location) != 2 or not all(_is_number(each) for each in location):
        yield f"{where}: location: write [latitude, longitude] in degrees, like [10.7769, 106.7009]"
    elif not (_within(location[0], LATITUDES) and _within(location[1], LONGITUDES)):
        swapped = _within(location[1], LATITUDES) and _within(location[0], LONGITUDES)
        yield f"{where}: location: {location} is not in Vietnam{'; latitude comes first' if swapped else ''}"


def _profile(where: str, profile: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(where, profile, _PROFILE)
    for name, (least, most) in _MINUTES.items():
        value = profile.get(name, least)
        if not _is_whole(value) or not least <= value <= most:
            yield f"{where}: {name}: {value!r} should be a whole number from {least} to {most}"
    for name in ("same_day_until", "draw_at"):
        if name in profile and _time(profile[name]) is None:
            yield f'{where}: {name}: {profile[name]!r} is no time; write it like "10:00"'
    slot = _slot(profile)
    rows = profile.get("weekly")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        yield f"{where}: weekly: it needs at least one {{ days, from, to, seats }}"
        return
    by_day: dict[str, list[Mapping[str, Any]]] = {}
    for n, row in enumerate(rows, start=1):
        here = f"{where}: weekly {n}"
        yield from _session(here, row, slot, _SESSION | {"days"})
        days = row.get("days")
        if not isinstance(days, list) or not days:
            yield f'{here}: days: write them like ["mon", "sat"]'
            continue
        for day in days:
            if day not in WEEKDAY_CODES:
                yield f"{here}: days: {day!r} is not one of {', '.join(WEEKDAY_CODES)}"
            else:
                by_day.setdefault(day, []).append(row)
    for day, sessions in by_day.items():
        yield from _overlaps(f"{where}: {day}", sessions)
    yield from _overrides(where, profile.get("override"), slot)


def _slot(profile: Mapping[str, Any]) -> int | None:
    """A profile's minutes per slot; None if they are wrong, which another check reports."""
    minutes = profile.get("slot_minutes", 30)
    return minutes if isinstance(minutes, int) and minutes > 0 else None


def _overrides(where: str, rows: Any, slot: int | None) -> Iterator[str]:
    if rows is None:
        return
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        yield f"{where}: override: write each as {{ date, reason }} or {{ date, sessions }}"
        return
    days = Counter(str(row.get("date")) for row in rows)
    yield from (f"{where}: override: {day} stands {times} times" for day, times in days.items() if times > 1)
    for row in rows:
        here = f"{where}: override {row.get('date', '?')}"
        yield from _unknown(here, row, _OVERRIDE)
        if type(row.get("date")) is not date:
            yield f"{here}: date: write it without quotes, like 2026-12-24"
        sessions = row.get("sessions", [])
        if not isinstance(sessions, list) or not all(isinstance(each, dict) for each in sessions):
            yield f"{here}: sessions: write each as {{ from, to, seats }}"
            continue
        if not sessions and not row.get("reason"):
            yield f"{here}: a day that is closed needs a reason that citizens read"
        for each in sessions:
            yield from _session(here, each, slot, _SESSION)
        yield from _overlaps(here, sessions)


def _session(where: str, row: Mapping[str, Any], slot: int | None, known: set[str]) -> Iterator[str]:
    yield from _unknown(where, row, known)
    for name in ("from", "to"):
        if _time(row.get(name)) is None:
            yield f'{where}: {name}: {row.get(name)!r} is no time; write it like "07:30"'
    start, end = _time(row.get("from")), _time(row.get("to"))
    if start is not None and end is not None:
        minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
        if minutes <= 0:
            yield f"{where}: it ends at {end:%H:%M}, not after it begins at {start:%H:%M}"
        elif slot and minutes % slot:
            yield f"{where}: {start:%H:%M}-{end:%H:%M} is {minutes} minutes, which slots of {slot} do not fill"
    yield from _seats(where, row.get("seats"))


def _seats(where: str, seats: Any) -> Iterator[str]:
    queues: Mapping[Any, Any] = seats if isinstance(seats, dict) else {"shared": seats}
    if not queues or isinstance(seats, dict) and set(queues) - {"permanent", "temporary"}:
        yield f"{where}: seats: write a number, or {{ permanent = 6, temporary = 2 }}"
        return
    for value in queues.values():
        if not _is_whole(value) or not 1 <= value <= MOST_SEATS:
            yield f"{where}: seats: {value!r} should be a whole number from 1 to {MOST_SEATS}"
    if isinstance(seats, dict) and all(map(_is_whole, queues.values())) and sum(queues.values()) > MOST_SEATS:
        yield f"{where}: seats: {sum(queues.values())} in all are more than {MOST_SEATS}"


def _overlaps(where: str, rows: list[Mapping[str, Any]]) -> Iterator[str]:
    spans = [(_time(row.get("from")), _time(row.get("to"))) for row in rows]
    whole = sorted((start, end) for start, end in spans if start is not None and end is not None)
    for (start, end), (begins, ends) in zip(whole, whole[1:], strict=False):
        if begins < end:
            yield f"{where}: {start:%H:%M}-{end:%H:%M} and {begins:%H:%M}-{ends:%H:%M} overlap"


def _unknown(where: str, row: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    yield from (f"{where}: there is no {name!r} here{_perhaps(name, known)}" for name in row if name not in known)


def _perhaps(name: str, known: set[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _time(value: Any) -> time | None:
    if not isinstance(value, str) or not re.fullmatch(r"\d\d:\d\d", value):
        return None
    try:
        return time.fromisoformat(value)
    except ValueError:
        return None


def _is_phone(text: str) -> bool:
    if _SHORT_NUMBER.fullmatch(text.replace(" ", "")):
        return True
    try:
        parse_phone(text)
    except NotAPhone:
        return False
    return True


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]
