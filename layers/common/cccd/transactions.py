"""Conditional writes that separate three outcomes: done, refused by a condition, or unknown.

DynamoDB cancels a transaction that meets another one on the same item (`TransactionConflict`). It has then written
nothing, and a moment later the transaction may pass. A failed condition is final and brings the item that failed it.
After a time-out nobody knows the outcome: the caller reads the store.
"""

import random
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from cccd.dynamodb import Item, from_item, passing, to_item
from cccd.observability import metrics

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_TRIES = 8
FIRST_PAUSE = 0.02  # seconds; doubled at each try, and each pause is random between zero and that ("full jitter")
LONGEST_PAUSE = 0.5

_PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
_REFUSED = "ConditionalCheckFailed"
_NAME = re.compile(r"#(\w+)")
_random = random.SystemRandom()  # it has no state that a snapshot of the process could hand to all its copies


@dataclass(frozen=True)
class Write:
    """One write of one item, with the condition that protects it.

    `item` is the whole item of a Put, and the key of any other write. In the expressions `#word` stands for the
    attribute `word`, unless `names` gives it another one. `:word` is in `values`, as plain Python.
    """

    action: Literal["Put", "Update", "Delete", "ConditionCheck"]
    table: str
    item: Item
    condition: str = ""
    update: str = ""
    values: Item = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def request(self) -> dict[str, Any]:
        """The write as boto3 takes it, alone or in a transaction; a failed condition returns the old item."""
        body: dict[str, Any] = {
            "TableName": self.table,
            "Item" if self.action == "Put" else "Key": to_item(self.item),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if self.update:
            body["UpdateExpression"] = self.update
        if self.condition:
            body["ConditionExpression"] = self.condition
        if words := _NAME.findall(f"{self.update} {self.condition}"):
            body["ExpressionAttributeNames"] = {f"#{word}": self.names.get(word, word) for word in words}
        if self.values:
            body["ExpressionAttributeValues"] = to_item(self.values)
        return body


class Refused(Exception):
    """A condition failed. `old` has an entry per write: the item that failed it, {} if there was none, or None."""

    def __init__(self, old: list[Item | None]):
        super().__init__("refused")
        self.old = old


class Unknown(Exception):
    """No reliable answer after all retries: nobody knows whether the writes were done."""


def commit(client: "DynamoDBClient", writes: Sequence[Write]) -> int:
    """Write all of `writes` or none; returns how many transactions it took.

    Raises:
        Refused: a condition failed; nothing was written.
        Unknown: DynamoDB did not answer, or kept cancelling for temporary reasons.
    """
    request: Any = [{write.action: write.request()} for write in writes]
    for tries, pause in enumerate(pauses(), start=1):
        try:
            client.transact_write_items(TransactItems=request)
            return tries
        except (BotoCoreError, ClientError) as error:
            reasons = _cancellation(error)
            if any(reason.get("Code") == _REFUSED for reason in reasons):
                raise Refused([_old(reason) for reason in reasons]) from error
            if not any(reason.get("Code") in _PASSING for reason in reasons):
                if not passing(error):
                    raise
                raise Unknown from error
        metrics.add_metric("TransactionRetries", MetricUnit.Count, 1)
        time.sleep(pause)
    raise Unknown


def pauses() -> Iterator[float]:
    """A pause in seconds after each try; the number of tries is limited."""
    for tries in range(MAX_TRIES):
        yield _random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**tries))


def _cancellation(error: BotoCoreError | ClientError) -> list[dict[str, Any]]:
    """Why the transaction was cancelled, item by item; empty for any other error."""
    if not isinstance(error, ClientError) or error.response["Error"]["Code"] != "TransactionCanceledException":
        return []
    reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]  # as documented
    return reasons


def _old(reason: Any) -> Item | None:
    if reason.get("Code") != _REFUSED:
        return None
    return from_item(reason.get("Item", {}))
