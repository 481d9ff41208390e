"""Who in the chat is which citizen: the Official Account and the Mini App know a person by different ids.

A `follow` event tells both, and so the two are tied. The citizen is kept as their keyed hash; the chat's own id is
kept as it is, since nothing else reaches them. Zalo lets an office write for seven days after their last word.

Zalo may deliver events out of order: who has left leaves the moment behind, and what they did before it changes nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cccd.clock import VIETNAM, epoch
from cccd.dynamodb import Item, from_item, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WINDOW = timedelta(days=7)
SEEN_FOR = timedelta(days=10)  # Zalo repeats for two hours, but dead letters may be driven back for a week


@dataclass(frozen=True)
class Acquaintance:
    """A citizen in the chat: their id there, and when they last did something."""

    user: str
    last_seen: datetime

    def in_window(self, now: datetime) -> bool:
        """Whether an ordinary message may be sent."""
        return now < self.last_seen + WINDOW


class Acquaintances:
    """The chat's items in the table `table`."""

    def __init__(self, client: "DynamoDBClient", table: str):
        self._client = client
        self._table = table

    def answered(self, event: str) -> bool:
        """Whether this event has been answered."""
        return "Item" in self._client.get_item(TableName=self._table, Key=to_item(_seen(event)), ConsistentRead=True)

    def claim(self, event: str, now: datetime) -> bool:
        """Whether this process answers the event: nobody has, and from now on nobody else will."""
        mark = secrets.token_hex(8)  # by which our own claim is known, when it was repeated because its answer was lost
        try:
            self._client.put_item(
                TableName=self._table,
                Item=to_item({**_seen(event), "by": mark, "ttl": epoch(now + SEEN_FOR)}),
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            return _found(refusal).get("by") == mark
        return True

    def unclaim(self, event: str) -> None:
        """The answer surely did not go out: let the event come again."""
        self._client.delete_item(TableName=self._table, Key=to_item(_seen(event)))

    def meet(self, citizen: str, user: str, at: datetime, known_as: str) -> bool:
        """The citizen did something in the chat at that moment; False if they have left since.

        `known_as` is the keyed hash of the user: some events name only the user, and must lead to the citizen too.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key=to_item(_link(citizen)),
                UpdateExpression="SET #user = :user, knownAs = :known, lastSeen = :at REMOVE leftAt, #ttl",
                ConditionExpression="(attribute_not_exists(leftAt) OR leftAt < :at)"
                " AND (attribute_not_exists(lastSeen) OR lastSeen <= :at)",
                ExpressionAttributeNames={"#user": "user", "#ttl": "ttl"},
                ExpressionAttributeValues=to_item({":user": user, ":known": known_as, ":at": _milliseconds(at)}),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            return "leftAt" not in _found(refusal)  # they are here; what they did later has already been told
        self._client.put_item(TableName=self._table, Item=to_item({**_user(known_as), "citizen": citizen}))
        return True

    def find(self, citizen: str) -> Acquaintance | None:
        """The citizen in the chat, if they follow the account."""
        found = self._client.get_item(TableName=self._table, Key=to_item(_link(citizen)), ConsistentRead=True)
        item = from_item(found.get("Item", {}))
        return Acquaintance(item["user"], _moment(item["lastSeen"])) if "user" in item else None

    def citizen_of(self, known_as: str) -> str | None:
        """The citizen whom a user of the chat, by their keyed hash, was last known to be."""
        found = self._client.get_item(TableName=self._table, Key=to_item(_user(known_as)), ConsistentRead=True)
        return str(from_item(found["Item"])["citizen"]) if "Item" in found else None

    def part(self, citizen: str, at: datetime, now: datetime) -> bool:
        """The citizen left at that moment: forget which user of the chat they are; False if they came back since.

        That they left is itself forgotten after ten days, and with it under which hash the user was known: until then
        an event that comes late ties nobody, and a withdrawal that comes twice finds whom it is about.
        """
        gone = epoch(now + SEEN_FOR)
        try:
            changed = self._client.update_item(
                TableName=self._table,
                Key=to_item(_link(citizen)),
                UpdateExpression="SET leftAt = :at, #ttl = :gone REMOVE #user, lastSeen",
                ConditionExpression="(attribute_not_exists(lastSeen) OR lastSeen <= :at)"
                " AND (attribute_not_exists(leftAt) OR leftAt <= :at)",
                ExpressionAttributeNames={"#user": "user", "#ttl": "ttl"},
                ExpressionAttributeValues=to_item({":at": _milliseconds(at), ":gone": gone}),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            return "leftAt" in _found(refusal)  # they left again, later
        known_as = from_item(changed["Attributes"]).get("knownAs")
        if known_as:
            self._client.put_item(
                TableName=self._table, Item=to_item({**_user(known_as), "citizen": citizen, "ttl": gone})
            )
        return True


def _milliseconds(moment: datetime) -> int:
    """As Zalo tells time: within a second one may leave and come back."""
    return round(moment.timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, VIETNAM)


def _found(refusal: ClientError) -> Item:
    """The item that a condition met."""
    response: Any = refusal.response
    return from_item(response.get("Item", {}))


def _seen(event: str) -> dict[str, str]:
    return {"pk": f"SEEN#{event}", "sk": "SEEN"}


def _link(citizen: str) -> dict[str, str]:
    return {"pk": f"CITIZEN#{citizen}", "sk": "CHAT"}


def _user(known_as: str) -> dict[str, str]:
    return {"pk": f"USER#{known_as}", "sk": "CITIZEN"}
