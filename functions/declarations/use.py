"""How often a citizen asks for what is dear to us, counted by the day across all processes, and when their sessions ended.

Both stand in one item of the citizen's partition, which an erasure leaves: it holds numbers only. So one conditional
write decides for all processes, and a session from before an erasure is refused by the same write.
"""

from datetime import datetime, timedelta
from typing import Literal

from cccd.clock import at, epoch
from cccd.dynamodb import Item
from cccd.errors import RateLimited, SessionExpired, TemporarilyUnavailable
from cccd.hashes import CitizenHash
from cccd.table import Table
from cccd.transactions import Refused, Write
from consent.retention import RECORDS
from declarations.items import use_key

type Act = Literal["saves", "prints", "exports", "consents", "erasures", "searches", "feedbacks"]

# A day's limits: several times what a family that fills in every form in one evening needs.
DAILY: dict[Act, int] = {
    "saves": 300,
    "prints": 40,
    "exports": 20,
    "consents": 50,
    "erasures": 20,
    "searches": 40,
    "feedbacks": 20,
}
_COPIES = {"prints", "exports"}
_IN_TIME = "(attribute_not_exists(sessionsEnd) OR sessionsEnd <= :since)"
_TRIES = 4  # a rival may write the first act of the day between two of them
RETRY_AFTER = 1  # seconds


class Use:
    """The citizens' counts in the declarations table."""

    def __init__(self, table: Table):
        self._table = table

    def count(self, citizen: CitizenHash, act: Act, since: int, now: datetime) -> int:
        """Count an act of a session that began at `since`; returns how many copies the citizen ever had made.

        Raises:
            RateLimited: they did it as often as anybody may in a day; it says how long the day lasts.
            SessionExpired: everything of theirs was erased after the session began.
            TemporarilyUnavailable
        """
        day = int(f"{now:%Y%m%d}")
        for _ in range(_TRIES):
            try:
                return self._one_more(citizen, act, since, day, now)
            except Refused as refused:
                stands = refused.old[0] or {}
            if stands.get("sessionsEnd", 0) > since:
                raise SessionExpired
            if stands.get("day") == day:
                raise RateLimited(retry_after=_seconds_left(now))
            day = max(day, stands.get("day", 0))  # another process may be past midnight already
            try:
                return self._first_of_the_day(citizen, act, since, day, now)
            except Refused:
                continue
        raise TemporarilyUnavailable(retry_after=RETRY_AFTER)

    def in_time(self, citizen: CitizenHash, since: int) -> Write:
        """Nothing is written; nothing of the citizen's was erased after `since`, when the session began, in epoch seconds."""
        return self._table.check(use_key(citizen), _IN_TIME, {":since": since})

    def end_sessions(self, citizen: CitizenHash, now: datetime) -> None:
        """No session that began before now counts any more."""
        update = "SET sessionsEnd = :now, #ttl = :ttl"
        self._table.write(self._table.update(use_key(citizen), update, values={":now": epoch(now), ":ttl": _ttl(now)}))

    def _one_more(self, citizen: CitizenHash, act: Act, since: int, day: int, now: datetime) -> int:
        """It is still the same day, and the citizen is under the day's limit."""
        values = {":today": day, ":most": DAILY[act], ":one": 1, **_values(act, since, now)}
        under = "#day = :today AND (attribute_not_exists(#act) OR #act < :most)"
        update = "SET #ttl = :ttl ADD #act :one, copies :copy"
        return self._written(citizen, update, f"{under} AND {_IN_TIME}", values, act)

    def _first_of_the_day(self, citizen: CitizenHash, act: Act, since: int, day: int, now: datetime) -> int:
        """Nothing is counted of this day: the counts of the day before go."""
        values = {":today": day, ":one": 1, **_values(act, since, now)}
        gone = ", ".join(each for each in DAILY if each != act)
        update = f"SET #day = :today, #act = :one, #ttl = :ttl REMOVE {gone} ADD copies :copy"
        return self._written(
            citizen, update, f"(attribute_not_exists(#day) OR #day < :today) AND {_IN_TIME}", values, act
        )

    def _written(self, citizen: CitizenHash, update: str, condition: str, values: Item, act: Act) -> int:
        copies: int = self._table.write(self._table.update(use_key(citizen), update, condition, values, act=act))[
            "copies"
        ]
        return copies


def _values(act: Act, since: int, now: datetime) -> Item:
    return {":since": since, ":copy": int(act in _COPIES), ":ttl": _ttl(now)}


def _ttl(now: datetime) -> int:
    """As long as the records that the number of copies belongs to."""
    return epoch(now + RECORDS.kept)


def _seconds_left(now: datetime) -> int:
    """Until midnight in Vietnam."""
    midnight = at(now.date() + timedelta(days=1), datetime.min.time())
    return max(1, int((midnight - now).total_seconds()))
