"""What a deployment says of its offices: content/offices.toml, read after `offices.review` found no mistake in it."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

from offices.country import office
from offices.office import Office
from offices.opening import Capacity, OpeningRules, Override, Session
from offices.review import WEEKDAY_CODES, findings

_TIMES = ("same_day_until", "draw_at")

FILE = Path(__file__).parent / "content" / "offices.toml"


def configured(text: str) -> dict[str, Office]:
    """The offices that a file names, each with the file's own details.

    Raises:
        ValueError: the file does not fit; the message has one line for each thing that is wrong.
    """
    wrong = findings(text)
    if wrong:
        raise ValueError("\n".join(wrong))
    content = tomllib.loads(text)
    profiles = {name: rules(profile) for name, profile in content.get("profile", {}).items()}
    return {row["id"]: _office(row, profiles) for row in content.get("office", [])}


def rules(profile: Mapping[str, Any]) -> OpeningRules:
    """Opening rules of a profile's table."""
    weekly: dict[int, tuple[Session, ...]] = {}
    for row in profile["weekly"]:
        for code in row["days"]:
            dow = WEEKDAY_CODES.index(code)
            weekly[dow] = (*weekly.get(dow, ()), _session(row))
    others = {name: value for name, value in profile.items() if name not in {"weekly", "override", *_TIMES}}
    times: dict[str, Any] = {name: time.fromisoformat(profile[name]) for name in _TIMES if name in profile}
    return OpeningRules(
        weekly=weekly,
        overrides={row["date"]: _override(row) for row in profile.get("override", [])},
        **times,
        **others,
    )


def _office(row: dict[str, Any], profiles: Mapping[str, OpeningRules]) -> Office:
    known = office(row["id"])
    assert known is not None
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    if "opening" in row:
        own = {each["date"]: _override(each) for each in fields.pop("override", ())}
        profile = profiles[row["opening"]]
        fields["opening"] = replace(profile, last_day=known.valid_to, overrides={**profile.overrides, **own})
    return replace(known, **fields)


def _override(row: Mapping[str, Any]) -> Override:
    return Override(reason=row.get("reason", ""), sessions=tuple(_session(each) for each in row.get("sessions", [])))


def _session(row: Mapping[str, Any]) -> Session:
    seats = row["seats"]
    capacity: Capacity = {"shared": seats} if isinstance(seats, int) else seats
    return Session(time.fromisoformat(row["from"]), time.fromisoformat(row["to"]), capacity)
