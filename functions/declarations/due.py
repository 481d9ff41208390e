"""Declarations past their time: found through the sparse index `due`, erased one by one under a condition."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from cccd.clock import epoch
from cccd.dynamodb import from_item, to_item
from cccd.transactions import Refused, Write, commit
from consent.journal import erased_item
from consent.retention import RECORDS
from declarations.items import DUE_SHARDS, Key, due_shard, retention_run_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def due_keys(client: "DynamoDBClient", table: str, now: datetime) -> Iterator[Key]:
    """Keys of declarations whose time is over by `now`, oldest first in a shard; read a moment late."""
    for shard in range(DUE_SHARDS):
        pages = client.get_paginator("query").paginate(
            TableName=table,
            IndexName="due",
            KeyConditionExpression="due = :due AND dueAt <= :now",
            ExpressionAttributeValues=to_item({":due": due_shard(shard), ":now": epoch(now)}),
        )
        for page in pages:
            for found in page["Items"]:
                item = from_item(found)
                yield {"pk": item["pk"], "sk": item["sk"]}


def erase_due(client: "DynamoDBClient", table: str, key: Key, now: datetime) -> str | None:
    """Erase that declaration if its time is over, and record it; its last status, or None if there was nothing to do.

    Raises:
        cccd.transactions.Unknown: storage did not answer; the next run tries again.
    """
    found = client.get_item(TableName=table, Key=to_item(dict(key)), ConsistentRead=True).get("Item")
    if not found:
        return None
    item = from_item(found)
    status: str = item["status"]
    gone = Write(
        "Delete",
        table,
        dict(key),
        "dueAt <= :now AND #version = :version",
        {"#version": "version"},
        {":now": epoch(now), ":version": item["version"]},
    )
    record = erased_item(item["citizen"], f"declaration-{status}", 1, "retention", now)
    try:
        commit(client, [gone, Write("Put", table, {}, "attribute_not_exists(pk)", {}, {}, item=record)])
    except Refused:
        return None  # revised or erased in this moment
    return status


def note_run(client: "DynamoDBClient", table: str, erased: Mapping[str, int], now: datetime) -> None:
    """Keep what a run erased, by status: the proof that periods are kept to."""
    item = {**retention_run_key(now), "at": epoch(now), "erased": dict(erased), "ttl": epoch(now + RECORDS.kept)}
    client.put_item(TableName=table, Item=to_item(item))
