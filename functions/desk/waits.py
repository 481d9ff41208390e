"""How long people waited, and how their tickets ended: over some days, of nobody in particular."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cccd.dynamodb import Item

ENOUGH = 30  # waits, to say how long the next one will be
WEEKS_LOOKED_AT = 4


@dataclass(frozen=True)
class Wait:
    """Half of those who came waited `p50` minutes or less, nine in ten `p90` or less."""

    p50: int
    p90: int


def wait_of(seconds: Sequence[int]) -> Wait | None:
    """The wait of so many people, in whole minutes, rounded up; None while there are too few to say."""
    if len(seconds) < ENOUGH:
        return None
    ordered = sorted(seconds)
    return Wait(_minutes(ordered, 0.5), _minutes(ordered, 0.9))


def waits_at(outcomes: Iterable[Item], hour: int) -> list[int]:
    """The waits, in seconds, of those who checked in at that hour."""
    return [each["waited"] for each in outcomes if each["hour"] == hour and each.get("waited") is not None]


@dataclass
class Statistics:
    """What became of the tickets of some days. Waits are in seconds: by the hour of the check-in, and by procedure."""

    served: int = 0
    no_shows: int = 0
    cancelled: int = 0
    lapsed: int = 0
    walk_ins: int = 0
    by_hour: dict[int, list[int]] = field(default_factory=dict)
    by_procedure: dict[str, list[int]] = field(default_factory=dict)
    by_day: Counter[str] = field(default_factory=Counter)


def statistics(outcomes: Iterable[Item]) -> Statistics:
    """The statistics of those outcomes."""
    found = Statistics()
    for each in outcomes:
        _, day, number = each["sk"].split("#")
        match each["outcome"]:
            case "cancelled":
                found.cancelled += 1
            case "lapsed":
                found.lapsed += 1
            case "no_show":
                found.no_shows += 1
        if each["outcome"] != "served":
            continue
        found.served += 1
        found.by_day[day] += 1
        found.walk_ins += "-W" in number
        if each.get("waited") is not None:
            found.by_hour.setdefault(each["hour"], []).append(each["waited"])
            found.by_procedure.setdefault(each["procedure"], []).append(each["waited"])
    return found


def _minutes(ordered: Sequence[int], share: float) -> int:
    """The nearest rank: the smallest wait that so large a share of people did not exceed."""
    return math.ceil(ordered[math.ceil(share * len(ordered)) - 1] / 60)
