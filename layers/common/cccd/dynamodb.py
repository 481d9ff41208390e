"""DynamoDB's client, and items as Python values."""

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cccd.aws import make_client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Item = dict[str, Any]

READ_TIMEOUT = 1.5  # seconds
ATTEMPTS = 2


@cache
def client() -> "DynamoDBClient":
    """The process's client.

    Time-outs are short, as a citizen waits, and all that a request may wait for fits into its function's time; botocore
    repeats once what was throttled, timed out or failed inside, with jitter and, for a transaction, under the same
    ClientRequestToken, so that it is applied once.
    """
    found: DynamoDBClient = make_client(
        "dynamodb",
        Config(
            connect_timeout=1,
            read_timeout=READ_TIMEOUT,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            tcp_keepalive=True,
        ),
    )
    return found


def to_item(values: Item) -> dict[str, Any]:
    """Python values as DynamoDB's; `None` is left out."""
    return {name: _attribute(value) for name, value in values.items() if value is not None}


def from_item(attributes: dict[str, Any]) -> Item:
    """DynamoDB's values as Python's; numbers are whole, as all of ours are."""
    return {name: _plain(value) for name, value in attributes.items()}


_PASSING = {
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "TransactionInProgressException",
}


def passing(error: Exception) -> bool:
    """Whether botocore gave up on something that passes: throttling, a time-out, an error inside AWS."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or error.response["Error"]["Code"] in _PASSING
    return isinstance(error, BotoCoreError)


def _attribute(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case bytes():
            return {"B": value}
        case dict():
            return {"M": {name: _attribute(inner) for name, inner in value.items()}}
        case list() | tuple():
            return {"L": [_attribute(inner) for inner in value]}
    raise TypeError(f"no item of ours holds a {type(value).__name__}")


def _plain(attribute: dict[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return int(value)
        case "M":
            return {name: _plain(inner) for name, inner in value.items()}
        case "L":
            return [_plain(inner) for inner in value]
        case "NULL":
            return None
    return value  # S, B, BOOL
