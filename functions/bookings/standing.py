"""What one account may do. An account costs a SIM card, so each is worth little; all of it is counted on the citizen's tally.

Plain rules over the tally as it was read. The conditions that make them exact under races are in `store.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bookings import items
from cccd.base32 import unbase32
from cccd.clock import epoch, from_epoch
from cccd.dynamodb import Item

DAILY_REQUESTS = 40  # holds, moves and refused holds of a citizen in a day
MOVES = 5  # of one booking
APPLICANTS = 6  # different people for whom a citizen may book in `APPLICANTS_FOR`
APPLICANTS_FOR = timedelta(days=30)
MISSED_WITHIN = timedelta(days=60)  # two missed appointments in this time leave one booking at a time
BARRED_FOR = timedelta(days=30)  # from booking for a person whose booking of this citizen's the office has ended
UNPROVEN = 1  # active bookings of a citizen whose phone number Zalo has not proved


def probation_ends(tally: Item, now: datetime) -> datetime | None:
    """Until when missed appointments leave the citizen one booking at a time; None if they do not."""
    until = tally.get(items.PROBATION, 0)
    return from_epoch(until) if until > epoch(now) else None


def asked_too_often(tally: Item, now: datetime) -> bool:
    """Whether the citizen has made all requests of the day."""
    return bool(tally.get(items.day_attribute(now.date()), 0) >= DAILY_REQUESTS)


def barred(tally: Item, applicant: str, now: datetime) -> bool:
    """Whether the citizen may not book for this applicant, as the office has ended what they had made."""
    return bool(tally.get(items.bar_attribute(applicant), 0) > epoch(now))


def missing(tally: Item, start: datetime) -> Item:
    """What the tally remembers after an appointment at `start` was missed."""
    last, this = tally.get(items.MISSED), epoch(start)
    if last is None or last == this:  # one visit of a family is missed once
        return {items.MISSED: this}
    earlier, later = sorted((last, this))
    until = earlier + int(MISSED_WITHIN.total_seconds())
    again = {items.PROBATION: max(until, tally.get(items.PROBATION, 0))} if later < until else {}
    return {items.MISSED: later, **again}


@dataclass(frozen=True)
class Place:
    """One of the `APPLICANTS` places in a citizen's tally: each holds a person for whom the citizen booked, and when.

    `person` is a keyed hash of the two together, which nobody can join with another table. As with seats, the first place
    is a guess that costs no request; a refusal brings the tally, and the next choice knows all places.
    """

    person: str
    number: int
    guess: bool = True

    @classmethod
    def guess_for(cls, person: str) -> "Place":
        """The place of somebody who was booked before, or of the first person of a new tally."""
        return cls(person, unbase32(person)[0] % APPLICANTS + 1)

    @property
    def attribute(self) -> str:
        """Its attribute in the tally: a1 to a6."""
        return f"a{self.number}"

    def among(self, tally: Item, now: datetime) -> "Place | None":
        """The person's place, or one that is free by now; None if the citizen booked for too many people."""
        held = {number: tally.get(f"a{number}") for number in range(1, APPLICANTS + 1)}
        own = [number for number, held_by in held.items() if held_by and held_by["h"] == self.person]
        free = [number for number, held_by in held.items() if _free(held_by, now)]
        number = next(iter(own + free), None)
        return replace(self, number=number, guess=False) if number else None


def free_since(now: datetime) -> int:
    """The time before which a place was last used if it is free now, in epoch seconds."""
    return epoch(now - APPLICANTS_FOR)


def _free(held_by: Mapping[str, Any] | None, now: datetime) -> bool:
    return held_by is None or held_by["d"] <= free_since(now)
