"""Which citizen a chat user is: each Official Account and the Mini App know a person by different ids.

pk               sk            what
CITIZEN#<hash>   CHAT#<id>     a citizen in the chat of an account, by the account's `link` (accounts/account.py)
CITIZEN#<hash>   LEFT          when a citizen left every chat at once; for ten days
USER#<hash>      CITIZEN       the citizen that a user of a chat was last known to be
SEEN#<event>     SEEN          an event that was answered

A `follow` event gives both ids, so it ties the two. The citizen is kept as their keyed hash; the chat's own id is kept
as it is, since nothing else reaches the citizen. Zalo lets an office write for seven days after their last word.

Zalo may deliver events out of order. A citizen who leaves leaves the time of leaving behind; an event from before that
time changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cccd.clock import VIETNAM, epoch
from cccd.dynamodb import Item
from cccd.hashes import ChatUserHash, CitizenHash
from cccd.table import NEW, Key, Table
from cccd.transactions import Refused

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ONE_FOR_ALL = "CHAT"  # the link of the account that was alone before accounts had ids here
WINDOW = timedelta(days=7)
SEEN_FOR = timedelta(days=10)  # Zalo repeats for two hours, but dead letters may be redriven for a week


@dataclass(frozen=True)
class Acquaintance:
    """A citizen in the chat of an account: their id there, and the time of their last action."""

    user: str
    last_seen: datetime

    def in_window(self, now: datetime) -> bool:
        """Whether an ordinary message may be sent."""
        return now < self.last_seen + WINDOW


class Acquaintances:
    """The chat's items in the table `name`, through `client`."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self._table = Table(client, name)

    def answered(self, event: str) -> bool:
        """Whether this event has been answered."""
        return self._table.get(_seen(event)) is not None

    def claim(self, event: str, now: datetime) -> bool:
        """Claim the event for this process; True if no process has answered it. From then on no other will."""
        return self._table.claim(self._table.put({**_seen(event), "ttl": epoch(now + SEEN_FOR)}, NEW))

    def unclaim(self, event: str) -> None:
        """The answer surely did not go out: let the event come again."""
        self._table.write(self._table.delete(_seen(event)))

    def meet(self, citizen: CitizenHash, link: str, user: str, at: datetime, known_as: ChatUserHash) -> bool:
        """The citizen did something in the chat of an account at that moment; False if they have left it since.

        `known_as` is the keyed hash of the user. Some events name only the user, and must lead to the citizen too.
        """
        here = self._table.update(
            _link(citizen, link),
            "SET #user = :user, knownAs = :known, lastSeen = :at REMOVE leftAt, #ttl",
            "(attribute_not_exists(leftAt) OR leftAt < :at) AND (attribute_not_exists(lastSeen) OR lastSeen <= :at)",
            {":user": user, ":known": known_as, ":at": _milliseconds(at)},
        )
        not_left = self._table.check(
            _left(citizen), "attribute_not_exists(leftAt) OR leftAt < :at", {":at": _milliseconds(at)}
        )
        try:
            self._table.commit([here, not_left])
        except Refused as refused:
            # They are here, if neither says that they left: a later action of theirs is already recorded.
            return not any("leftAt" in (old or {}) for old in refused.old)
        self._table.write(self._table.put({**_user(known_as), "citizen": citizen}))
        return True

    def of(self, citizen: CitizenHash) -> dict[str, Acquaintance]:
        """The citizen in each chat whose account they follow, by the account's link: one request."""
        found = self._table.query(f"CITIZEN#{citizen}", "CHAT")
        return {item["sk"]: Acquaintance(item["user"], _moment(item["lastSeen"])) for item in found if "user" in item}

    def citizen_of(self, known_as: ChatUserHash) -> CitizenHash | None:
        """The citizen that a user of a chat was last known to be."""
        item = self._table.get(_user(known_as))
        return CitizenHash(item["citizen"]) if item else None

    def part(self, citizen: CitizenHash, link: str, at: datetime, now: datetime) -> bool:
        """The citizen left that chat at that moment: forget which user they are there; False if they came back since.

        After ten days, the time of leaving and the user's keyed hash are forgotten too. Until then, an event that comes
        late ties nobody, and a withdrawal that comes twice finds its citizen.
        """
        gone = epoch(now + SEEN_FOR)
        left = self._table.update(
            _link(citizen, link),
            "SET leftAt = :at, #ttl = :gone REMOVE #user, lastSeen",
            "(attribute_not_exists(lastSeen) OR lastSeen <= :at) AND (attribute_not_exists(leftAt) OR leftAt <= :at)",
            {":at": _milliseconds(at), ":gone": gone},
        )
        try:
            known_as = self._table.write(left).get("knownAs")
        except Refused as refused:
            return "leftAt" in _met(refused)  # they left again, later
        if known_as:
            self._table.write(self._table.put({**_user(known_as), "citizen": citizen, "ttl": gone}))
        return True

    def part_everywhere(self, citizen: CitizenHash, at: datetime, now: datetime) -> bool:
        """The citizen left every chat at that moment, also those that do not know them yet; False if they came back since."""
        values = {":at": _milliseconds(at), ":gone": epoch(now + SEEN_FOR)}
        later = "attribute_not_exists(leftAt) OR leftAt <= :at"
        self._table.written(self._table.update(_left(citizen), "SET leftAt = :at, #ttl = :gone", later, values))
        links = [item["sk"] for item in self._table.query(f"CITIZEN#{citizen}", "CHAT")]
        return all([self.part(citizen, link, at, now) for link in links])


def _milliseconds(moment: datetime) -> int:
    """Time in Zalo's milliseconds: a citizen may leave and come back within a second."""
    return round(moment.timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, VIETNAM)


def _met(refused: Refused) -> Item:
    """The item that the condition checked."""
    return refused.old[0] or {}


def _seen(event: str) -> Key:
    return {"pk": f"SEEN#{event}", "sk": "SEEN"}


def _link(citizen: CitizenHash, link: str) -> Key:
    return {"pk": f"CITIZEN#{citizen}", "sk": link}


def _left(citizen: CitizenHash) -> Key:
    return {"pk": f"CITIZEN#{citizen}", "sk": "LEFT"}


def _user(known_as: ChatUserHash) -> Key:
    return {"pk": f"USER#{known_as}", "sk": "CITIZEN"}
