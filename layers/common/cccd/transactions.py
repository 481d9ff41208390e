"""TransactWriteItems with its three endings told apart: done, refused by a condition, or unknown.

DynamoDB cancels a transaction that meets another one on the same item (`TransactionConflict`); nothing was
written, and a moment later it may pass. A failed condition is final and comes with the item that failed it.
After a time-out nobody knows: the caller reads what stands.
"""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from cccd.dynamodb import Item, from_item, passing, to_item
from cccd.observability import metrics

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_TRIES = 8
FIRST_PAUSE = 0.02  # seconds; doubled at each try, each pause drawn from nought to that ("full jitter")
LONGEST_PAUSE = 0.5

_PASSING = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
_REFUSED = "ConditionalCheckFailed"


@dataclass(frozen=True)
class Write:
    """One item's part of a transaction: `action` is Put, Update, Delete or ConditionCheck."""

    action: str
    table: str
    key: Item
    condition: str
    names: dict[str, str]
    values: Item
    update: str = ""
    item: Item | None = None

    def request(self) -> dict[str, Any]:
        """As boto3's TransactWriteItems takes it; a failed condition sends the old item back."""
        body: dict[str, Any] = {"TableName": self.table, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        if self.item is not None:
            body["Item"] = to_item(self.item)
        else:
            body["Key"] = to_item(self.key)
        if self.update:
            body["UpdateExpression"] = self.update
        if self.condition:
            body["ConditionExpression"] = self.condition
        if self.names:
            body["ExpressionAttributeNames"] = self.names
        if self.values:
            body["ExpressionAttributeValues"] = to_item(self.values)
        return {self.action: body}


class Refused(Exception):
    """A condition failed. `old` has an entry per write: the item that failed it, {} if there was none, or None."""

    def __init__(self, old: list[Item | None]):
        super().__init__("refused")
        self.old = old


class Unknown(Exception):
    """No answer that can be relied on, after all retries: the writes may stand or not."""


def commit(client: "DynamoDBClient", writes: Sequence[Write]) -> int:
    """Write all of `writes` or none; returns how many transactions it took.

    Raises:
        Refused: a condition failed; nothing was written.
        Unknown: DynamoDB did not answer, or kept cancelling for reasons that pass.
    """
    request = [write.request() for write in writes]
    for tries, pause in enumerate(pauses(), start=1):
        try:
            client.transact_write_items(TransactItems=request)  # type: ignore[arg-type]  # built above, from typed parts
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
    """A pause in seconds after each of a bounded number of tries."""
    for tries in range(MAX_TRIES):
        yield random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**tries))


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
