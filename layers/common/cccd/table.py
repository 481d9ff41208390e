"""One of our tables, in the few words that every store speaks.

Keys are `pk` and `sk`. The sparse index `due` (due, dueAt) tells to which items something is due; it is read a moment
late, so whoever acts on what it says reads the item first. Everything else is read as it stands, unless told otherwise.

A store gives its writes as `Write`s, each with its condition: several go into one transaction (`commit`), one goes by
itself (`write`), at half of a transaction's price.
"""

import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cccd import transactions
from cccd.clock import epoch
from cccd.dynamodb import Item, from_item, to_item
from cccd.transactions import Refused, Unknown, Write, pauses

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Key = dict[str, str]

NEW = "attribute_not_exists(pk)"
THERE = "attribute_exists(pk)"
_MARK = "claimedBy"
_MAX_BATCH = 100  # keys in one BatchGetItem


class Table:
    """The table `name`, through `client`."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self.client = client
        self.name = name

    # --- reads ------------------------------------------------------------------------------------------------

    def get(self, key: Key) -> Item | None:
        """The item under that key."""
        found = self.client.get_item(TableName=self.name, Key=to_item(key), ConsistentRead=True)
        return from_item(found["Item"]) if "Item" in found else None

    def get_all(self, keys: Sequence[Key]) -> Iterator[Item]:
        """The items under those keys, as far as there are any, in no order.

        Raises:
            Unknown: DynamoDB gave some of them only, however often it was asked.
        """
        for first in range(0, len(keys), _MAX_BATCH):
            yield from self._batch(keys[first : first + _MAX_BATCH])

    def query(self, pk: str, begins: str = "", *, consistent: bool = True) -> Iterator[Item]:
        """The items of a partition whose sort key begins so, in its order."""
        return self._pages(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :begins)" if begins else "pk = :pk",
            ExpressionAttributeValues=to_item({":pk": pk, ":begins": begins or None}),
            ConsistentRead=consistent,
        )

    def between(self, pk: str, low: str, high: str, *, consistent: bool = True) -> Iterator[Item]:
        """The items of a partition from one sort key to another, both included, in its order."""
        return self._pages(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
            ExpressionAttributeValues=to_item({":pk": pk, ":low": low, ":high": high}),
            ConsistentRead=consistent,
        )

    def due(self, partition: str, now: datetime) -> Iterator[Item]:
        """What is due by `now` in a partition of the index, as the index has it, longest due first."""
        return self._pages(
            IndexName="due",
            KeyConditionExpression="due = :due AND dueAt <= :now",
            ExpressionAttributeValues=to_item({":due": partition, ":now": epoch(now)}),
        )

    # --- writes -----------------------------------------------------------------------------------------------

    def put(self, item: Item, condition: str = "", values: Item | None = None) -> Write:
        """The whole item, in place of any other under its key."""
        return Write("Put", self.name, item, condition, values=values or {})

    def update(self, key: Key, update: str, condition: str = "", values: Item | None = None, **names: str) -> Write:
        """A change of the item under that key; `names` are attributes whose names are values of ours."""
        return Write("Update", self.name, dict(key), condition, update, values or {}, names)

    def delete(self, key: Key, condition: str = "", values: Item | None = None) -> Write:
        """The item under that key goes."""
        return Write("Delete", self.name, dict(key), condition, values=values or {})

    def check(self, key: Key, condition: str, values: Item | None = None) -> Write:
        """No change; the item under that key is to meet the condition."""
        return Write("ConditionCheck", self.name, dict(key), condition, values=values or {})

    def commit(self, writes: Sequence[Write]) -> int:
        """As `transactions.commit`."""
        return transactions.commit(self.client, writes)

    def write(self, one: Write) -> Item:
        """Do one write by itself; returns the item as an update left it, {} otherwise.

        Raises:
            Refused: its condition failed.
            botocore's errors: DynamoDB did not answer, or would not.
        """
        request: Any = one.request()
        if one.action == "Update":
            request["ReturnValues"] = "ALL_NEW"
        send: Any = {"Put": self.client.put_item, "Update": self.client.update_item, "Delete": self.client.delete_item}
        try:
            answer = send[one.action](**request)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            response: Any = error.response
            raise Refused([from_item(response.get("Item", {}))]) from error
        return from_item(answer.get("Attributes", {}))

    def written(self, one: Write) -> bool:
        """Do one write by itself; False if its condition failed. Raises botocore's errors, as `write`."""
        try:
            self.write(one)
        except Refused:
            return False
        return True

    def claim(self, one: Write) -> bool:
        """Do a write that makes something ours: a Put, or an Update that begins with SET; False if it is another's.

        The client repeats a write whose answer was lost, and then meets its own: a mark tells that it is ours.
        """
        mark = secrets.token_hex(8)
        if one.action == "Put":
            marked = self.put({**one.item, _MARK: mark}, one.condition, one.values)
        else:
            update = one.update.replace("SET ", f"SET {_MARK} = :{_MARK}, ", 1)
            marked = self.update(one.item, update, one.condition, {**one.values, f":{_MARK}": mark}, **one.names)
        try:
            self.write(marked)
        except Refused as refused:
            return (refused.old[0] or {}).get(_MARK) == mark
        return True

    # --- inside -----------------------------------------------------------------------------------------------

    def _pages(self, **query: Any) -> Iterator[Item]:
        while True:
            page = self.client.query(TableName=self.name, **query)
            yield from map(from_item, page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _batch(self, keys: Sequence[Key]) -> Iterator[Item]:
        wanted: Any = {self.name: {"Keys": [to_item(key) for key in keys], "ConsistentRead": True}}
        for pause in pauses():
            found = self.client.batch_get_item(RequestItems=wanted)
            yield from map(from_item, found["Responses"].get(self.name, []))
            wanted = found.get("UnprocessedKeys")
            if not wanted:
                return
            time.sleep(pause)
        raise Unknown
