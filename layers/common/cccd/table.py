"""One of our tables, with the few operations that every store uses.

Keys are `pk` and `sk`. The sparse index `due` (due, dueAt) tells for which items something is due. The index is read a
moment late, so its reader reads the item first and then acts. All other reads are consistent, unless told otherwise.

A store builds its writes as `Write`s, each with its condition. Several go into one transaction (`commit`); a single
one goes alone (`write`), at half the price of a transaction.
"""

import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
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
COPIED = "copied"  # the mark of an item that was there before, in another table (moving/copying.py)
_MARK = "claimedBy"
_MAX_BATCH = 100  # keys in one BatchGetItem


class Table:
    """The table `name`, through `client`."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self.client = client
        self.name = name

    # --- reads ------------------------------------------------------------------------------------------------

    def get(self, key: Key, only: Sequence[str] = ()) -> Item | None:
        """The item under that key, or `only` these of its attributes: a function's policy may allow no others."""
        found = self.client.get_item(TableName=self.name, Key=to_item(key), ConsistentRead=True, **_part(only))
        return from_item(found["Item"]) if found.get("Item") else None

    def get_all(self, keys: Sequence[Key]) -> Iterator[Item]:
        """The existing items under those keys, in no order, each once: an index may show an item twice while it changes.

        Raises:
            Unknown: DynamoDB gave only some of them, after several requests.
        """
        different = list({(key["pk"], key["sk"]): key for key in keys}.values())
        for first in range(0, len(different), _MAX_BATCH):
            yield from self._batch(different[first : first + _MAX_BATCH])

    def query(self, pk: str, begins: str = "", *, consistent: bool = True, only: Sequence[str] = ()) -> Iterator[Item]:
        """The items of a partition whose sort key begins with `begins`, in its order; `only` as in `get`."""
        return self._pages(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :begins)" if begins else "pk = :pk",
            ExpressionAttributeValues=to_item({":pk": pk, ":begins": begins or None}),
            ConsistentRead=consistent,
            **_part(only),
        )

    def between(self, pk: str, low: str, high: str, *, consistent: bool = True) -> Iterator[Item]:
        """The items of a partition from one sort key to another, both included, in the order of the sort key."""
        return self._pages(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
            ExpressionAttributeValues=to_item({":pk": pk, ":low": low, ":high": high}),
            ConsistentRead=consistent,
        )

    def latest(self, pk: str, begins: str, most: int, before: str = "") -> list[Item]:
        """The last `most` items of a partition whose sort key begins with `begins`, the last first; with `before`, of those before it.

        `before` is a whole sort key that begins so too. It need not be there (any more).
        """
        found = self._pages(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :begins)",
            ExpressionAttributeValues=to_item({":pk": pk, ":begins": begins}),
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=most,
            **({"ExclusiveStartKey": to_item({"pk": pk, "sk": before})} if before else {}),
        )
        return list(islice(found, most))

    def due(self, partition: str, now: datetime, most: int | None = None) -> Iterator[Item]:
        """What is due by `now` in a partition of the index, as the index shows it; the item due longest comes first.

        Without `most` all of it, page by page; with it, the first so many.
        """
        found = self._pages(
            IndexName="due",
            KeyConditionExpression="due = :due AND dueAt <= :now",
            ExpressionAttributeValues=to_item({":due": partition, ":now": epoch(now)}),
            **({"Limit": most} if most else {}),
        )
        return islice(found, most)

    def in_partition(self, partition: str) -> Iterator[Item]:
        """Everything in a partition of the index, due or not."""
        values = to_item({":due": partition})
        return self._pages(IndexName="due", KeyConditionExpression="due = :due", ExpressionAttributeValues=values)

    # --- writes -----------------------------------------------------------------------------------------------

    def put(self, item: Item, condition: str = "", values: Item | None = None) -> Write:
        """Write the whole item, in place of any other under its key."""
        return Write("Put", self.name, item, condition, values=values or {})

    def update(self, key: Key, update: str, condition: str = "", values: Item | None = None, **names: str) -> Write:
        """Change the item under that key; `names` gives attributes whose names are values of ours."""
        return Write("Update", self.name, dict(key), condition, update, values or {}, names)

    def delete(self, key: Key, condition: str = "", values: Item | None = None) -> Write:
        """Delete the item under that key."""
        return Write("Delete", self.name, dict(key), condition, values=values or {})

    def check(self, key: Key, condition: str, values: Item | None = None) -> Write:
        """Change nothing; the item under that key must meet the condition."""
        return Write("ConditionCheck", self.name, dict(key), condition, values=values or {})

    def commit(self, writes: Sequence[Write]) -> int:
        """As `transactions.commit`."""
        return transactions.commit(self.client, writes)

    def write(self, one: Write) -> Item:
        """Do one write alone; returns the item as an update left it, {} otherwise.

        Raises:
            Refused: its condition failed.
            botocore's errors: DynamoDB did not answer, or refused.
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
        """Do one write alone; False if its condition failed. Raises botocore's errors, as `write`."""
        try:
            self.write(one)
        except Refused:
            return False
        return True

    def claim(self, one: Write) -> bool:
        """Do a write that makes something ours: a Put, or an Update that begins with SET; False if it is another's.

        When an answer is lost, the client repeats the write and then meets its own earlier write. A mark shows that it
        is ours.
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


def _part(only: Sequence[str]) -> Any:
    """The members of a read that asks for these attributes alone; none for whole items."""
    if not only:
        return {}
    names = {f"#{name}": name for name in only}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
