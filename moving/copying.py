"""Items from one table, or from an export of it, into another table, as they are.

An item that is there already is left alone, so a copy that was interrupted goes on where it ended, and nothing that was
written since is overwritten.
"""

import gzip
import json
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cccd.table import COPIED

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Attributes = dict[str, Any]  # an item as DynamoDB has it: {"pk": {"S": "…"}, …}

AT_ONCE = 16


@dataclass(frozen=True)
class Copied:
    """How many items are new in the target, were the same there, and are other ones there, which stayed."""

    new: int = 0
    same: int = 0
    other: int = 0


def items_of(client: "DynamoDBClient", table: str) -> Iterator[Attributes]:
    """Every item of a table."""
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]


def items_in(folder: Path) -> Iterator[Attributes]:
    """Every item of an export to S3 in DYNAMODB_JSON: the folder has its `data/*.json.gz`, as AWS wrote them.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
    """
    for path in sorted(folder.rglob("*.json.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield {name: _from_json(value) for name, value in json.loads(line)["Item"].items()}


def copy(
    source: Iterable[Attributes],
    client: "DynamoDBClient",
    table: str,
    changed: Callable[[Attributes], Attributes] = lambda item: item,
) -> Copied:
    """Put the items into the table, each as `changed` makes it. It must run while nobody else writes there.

    The bookings' items are marked as copied, or the table's stream would tell everybody of their appointment once more.
    """

    def put(item: Attributes) -> str:
        marked = _marked(changed(item))
        try:
            client.put_item(
                TableName=table,
                Item=marked,
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except client.exceptions.ConditionalCheckFailedException as refused:
            response: dict[str, Any] = {**refused.response}
            return "same" if _content(response["Item"]) == _content(item) else "other"
        return "new"

    done = {"new": 0, "same": 0, "other": 0}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for some in batched(source, 50 * AT_ONCE, strict=False):
            for outcome in pool.map(put, some):
                done[outcome] += 1
    return Copied(**done)


def _marked(item: Attributes) -> Attributes:
    """The item, marked if the outbox reads it: a booking, or one that waits for an earlier seat."""
    told = item["pk"]["S"].startswith("APPLICANT#") or item["sk"]["S"].startswith("WAIT#")
    return {**item, COPIED: {"BOOL": True}} if told else item


def _content(item: Attributes) -> Attributes:
    """What makes two items the same: not the mark, and not the sealing, which is another one each time."""
    return {name: value for name, value in item.items() if name not in (COPIED, "sealed")}


def _from_json(value: Attributes) -> Attributes:
    """A value of the export, in which bytes are text in base64."""
    ((kind, inner),) = value.items()
    match kind:
        case "B":
            return {"B": b64decode(inner)}
        case "M":
            return {"M": {name: _from_json(each) for name, each in inner.items()}}
        case "L":
            return {"L": [_from_json(each) for each in inner]}
    return value
