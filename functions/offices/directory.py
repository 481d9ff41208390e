"""The offices that this deployment serves, read from content/offices.toml, and how a citizen finds one."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cache
from importlib import resources
from typing import Any

from cccd.effective import holds, in_force
from cccd.text import fold
from offices.office import Office
from offices.opening import Capacity, OpeningRules, Override, Session

WEEKDAY_CODES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Words that stand in every office's name and tell none of them apart.
_COMMON_WORDS = frozenset(
    [
        "cong",
        "an",
        "ca",
        "phuong",
        "xa",
        "quan",
        "huyen",
        "thanh",
        "pho",
        "tp",
        "tinh",
        "dac",
        "khu",
        "thi",
        "tran",
        "p",
        "q",
        "h",
    ]
)


@dataclass(frozen=True)
class Directory:
    """All offices by id, and the folded words under which each is found."""

    offices: Mapping[str, Office]
    words: Mapping[str, frozenset[str]]

    def find(self, office_id: str) -> Office | None:
        """The office of that id, in force or not."""
        return self.offices.get(office_id)

    def search(self, query: str, on: date, limit: int) -> list[Office]:
        """The offices in force that day, best first; all of them for an empty query."""
        wanted = _telling_words(query)
        offices = in_force(self.offices.values(), on)
        if not wanted:
            return offices[:limit]
        scored = [(self._score(office, wanted), office) for office in offices]
        found = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])
        return [office for _, office in found[:limit]]

    def _score(self, office: Office, wanted: list[str]) -> float:
        """The share of wanted words that the office has; a word of its own place counts more than a former name."""
        own = set(_telling_words(f"{office.name} {office.ward}"))
        hits = 0.0
        for word in wanted:
            if word in own:
                hits += 1.2
            elif word in self.words[office.id]:
                hits += 1
            elif len(word) > 1 and any(known.startswith(word) for known in self.words[office.id]):
                hits += 0.5
        return hits / len(wanted) if hits >= len(wanted) * 0.5 else 0.0


def bookable(office: Office, on: date) -> bool:
    """Whether the office takes bookings: it exists that day and has opening rules."""
    return office.opening is not None and holds(office, on)


@cache
def directory() -> Directory:
    """The deployment's directory.

    Raises:
        ValueError: the file does not fit; the message names the office and the line's field.
    """
    return parse((resources.files("offices") / "content" / "offices.toml").read_text(encoding="utf-8"))


def parse(text: str) -> Directory:
    """A directory from the text of an offices.toml.

    Raises:
        ValueError: the text does not fit; the message names the office and the field.
    """
    content = tomllib.loads(text)
    profiles = {name: _rules(profile, f"profile.{name}") for name, profile in content["profile"].items()}
    offices: dict[str, Office] = {}
    for row in content["office"]:
        office = _office(row, profiles)
        if office.id in offices:
            raise ValueError(f"{office.id}: the id stands twice")
        offices[office.id] = office
    words = {office.id: frozenset(_words_of(office)) for office in offices.values()}
    return Directory(offices, words)


def _office(row: dict[str, Any], profiles: Mapping[str, OpeningRules]) -> Office:
    profile = row.get("opening")
    if profile is not None and profile not in profiles:
        raise ValueError(f"{row.get('id')}: opening: there is no profile {profile!r}")
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    fields["opening"] = replace(profiles[profile], last_day=row.get("valid_to")) if profile else None
    try:
        return Office(**fields)
    except TypeError as error:
        raise ValueError(f"{row.get('id')}: {error}") from error


def _rules(profile: dict[str, Any], where: str) -> OpeningRules:
    weekly: dict[int, tuple[Session, ...]] = {}
    for row in profile["weekly"]:
        for code in row["days"]:
            if code not in WEEKDAY_CODES:
                raise ValueError(f"{where}: {code!r} is not one of {', '.join(WEEKDAY_CODES)}")
            dow = WEEKDAY_CODES.index(code)
            weekly[dow] = (*weekly.get(dow, ()), _session(row))
    others = {name: value for name, value in profile.items() if name not in {"weekly", "override", "same_day_until"}}
    same_day = profile.get("same_day_until")
    return OpeningRules(
        weekly=weekly,
        same_day_until=time.fromisoformat(same_day) if same_day else None,
        overrides={row["date"]: _override(row) for row in profile.get("override", [])},
        **others,
    )


def _override(row: dict[str, Any]) -> Override:
    return Override(reason=row.get("reason", ""), sessions=tuple(_session(each) for each in row.get("sessions", [])))


def _session(row: dict[str, Any]) -> Session:
    seats = row["seats"]
    capacity: Capacity = {"shared": seats} if isinstance(seats, int) else seats
    return Session(time.fromisoformat(row["from"]), time.fromisoformat(row["to"]), capacity)


def _telling_words(text: str) -> list[str]:
    words = fold(text).replace(".", " ").replace(",", " ").replace("-", " ").split()
    return [word for word in words if word not in _COMMON_WORDS] or [word for word in words if word.isdigit()]


def _words_of(office: Office) -> set[str]:
    return set(
        _telling_words(" ".join((office.name, office.ward, office.province, office.address, *office.former_names)))
    )
