"""The one place where DynamoDB clients are made, and items become Python values."""

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Item = dict[str, Any]

READ_TIMEOUT = 1.5  # seconds
ATTEMPTS = 2

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


@cache
def client() -> "DynamoDBClient":
    """The process's client.

    Time-outs are short, as a citizen waits, and all that a request may wait for fits into its function's time; botocore
    repeats once what was throttled, timed out or failed inside, with jitter and, for a transaction, under the same
    ClientRequestToken, so that it is applied once.
    """
    return boto3.client(
        "dynamodb",
        config=Config(
            connect_timeout=1,
            read_timeout=READ_TIMEOUT,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            tcp_keepalive=True,
        ),
    )


def to_item(values: Item) -> dict[str, Any]:
    """Python values as DynamoDB's; `None` is left out."""
    return {name: _serializer.serialize(value) for name, value in values.items() if value is not None}


def from_item(attributes: dict[str, Any]) -> Item:
    """DynamoDB's values as Python's; whole numbers as int."""
    return {name: _plain(_deserializer.deserialize(value)) for name, value in attributes.items()}


_PASSING = {
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "TransactionInProgressException",
}


def passing(error: BotoCoreError | ClientError) -> bool:
    """Whether botocore gave up on something that passes: throttling, a time-out, an error inside AWS."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or error.response["Error"]["Code"] in _PASSING
    return True


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else value
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case _:
            return value
