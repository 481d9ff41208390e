"""The messages table: what is to be sent, and what became of it.

    waiting ──claim──▶ sending ──▶ sent | failed | uncertain
     │  ▲                 │
     │  └──── again ◀─────┘        only when Zalo surely did not send it
     └──▶ dropped | unreachable | failed     nobody was asked to send it

A message is claimed just before it is sent and never claimed twice, so it is sent at most once: a process that dies
while sending leaves it `sending`, and it ends as `uncertain`.
"""

import secrets
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from cccd.clock import epoch, from_epoch
from cccd.dynamodb import Item, from_item, to_item
from notifications.notice import Kind, Notice

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARDS = 4
KEPT = timedelta(days=30)
SENDING = timedelta(minutes=10)  # after which a claim's process has surely died

type State = Literal["waiting", "sending"]

# `dropped` is no longer true or not wanted; `unreachable` has neither Zalo's 7 days nor a template.
type Outcome = Literal["sent", "failed", "dropped", "unreachable", "uncertain"]


class NoticeStore:
    """The table `table`."""

    def __init__(self, client: "DynamoDBClient", table: str):
        self._client = client
        self._table = table

    def add(self, notice: Notice) -> bool:
        """Keep a message to be sent; whether it is new. The same event told twice is one message."""
        try:
            self._client.put_item(
                TableName=self._table, Item=to_item(_item(notice)), ConditionExpression="attribute_not_exists(pk)"
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def due(self, now: datetime) -> Iterator[tuple[Notice, State]]:
        """Messages that are due and their state; the index is read a moment late."""
        for shard in range(SHARDS):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                IndexName="due",
                KeyConditionExpression="due = :due AND dueAt <= :now",
                ExpressionAttributeValues=to_item({":due": f"NOTICE#{shard}", ":now": epoch(now)}),
            )
            for page in pages:
                for found in page["Items"]:
                    item = from_item(found)
                    yield _notice(item), item["state"]

    def claim(self, notice: Notice, now: datetime) -> bool:
        """Whether this process sends it: nobody else has claimed it."""
        mark = secrets.token_hex(8)  # by which our own claim is known, when it was repeated because its answer was lost
        return self._change(
            notice,
            "SET #state = :sending, dueAt = :later, claimedBy = :mark",
            "waiting",
            {":sending": "sending", ":later": epoch(now + SENDING), ":mark": mark},
        )

    def again(self, notice: Notice, when: datetime) -> bool:
        """It was surely not sent: try it at `when`."""
        return self._change(
            notice,
            "SET #state = :waiting, dueAt = :when, tries = :more",
            "sending",
            {":waiting": "waiting", ":when": epoch(when), ":more": notice.tries + 1},
        )

    def end(self, notice: Notice, outcome: Outcome, was: State) -> bool:
        """Nothing more is to be done about it."""
        return self._change(notice, "SET #state = :outcome REMOVE due, dueAt", was, {":outcome": outcome})

    def state(self, notice: Notice) -> str | None:
        """What became of it."""
        found = self._client.get_item(TableName=self._table, Key=to_item(_key(notice)), ConsistentRead=True)
        return str(from_item(found["Item"])["state"]) if "Item" in found else None

    def _change(self, notice: Notice, update: str, was: State, values: dict[str, object]) -> bool:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=to_item(_key(notice)),
                UpdateExpression=update,
                ConditionExpression="#state = :was AND tries = :tries",
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues=to_item({":was": was, ":tries": notice.tries, **values}),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            response: Any = refusal.response
            found = from_item(response.get("Item", {}))
            return ":mark" in values and found.get("claimedBy") == values[":mark"]
        return True


def _key(notice: Notice) -> dict[str, str]:
    return {"pk": f"BOOKING#{notice.booking_id}", "sk": f"NOTICE#{notice.kind}#{notice.version}"}


def _item(notice: Notice) -> Item:
    return {
        **_key(notice),
        "state": "waiting",
        "due": f"NOTICE#{zlib.crc32(notice.id.encode()) % SHARDS}",
        "dueAt": epoch(notice.due),
        "kind": notice.kind.value,
        "booking": notice.booking_id,
        "version": notice.version,
        "citizen": notice.citizen,
        "start": epoch(notice.start),
        "tries": notice.tries,
        "ttl": epoch(notice.start + KEPT),
    }


def _notice(item: Item) -> Notice:
    return Notice(
        kind=Kind(item["kind"]),
        booking_id=item["booking"],
        version=item["version"],
        citizen=item["citizen"],
        start=from_epoch(item["start"]),
        due=from_epoch(item["dueAt"]),
        tries=item["tries"],
    )
