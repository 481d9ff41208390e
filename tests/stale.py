"""DynamoDB as it may answer a read without consistency: every item in the version before the last.

Moto always answers fresh, so a read that has lost its `ConsistentRead` would pass every test. `answer_stale` makes a
client keep a shadow of each table with the earlier version of each item. It answers from the shadow every read that may
be late. An index can only be read late; those reads stay fresh here, as their callers read the item before they act.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

SHADOW = "-before"
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems")


@contextmanager
def answer_stale(client: Any, side: Any, tables: list[dict[str, Any]]) -> Iterator[None]:
    """Until the end, `client` answers inconsistent reads of those tables with the version before; used once per
    account.

    `side` is another client of the same account; it keeps the shadows.
    """
    for definition in tables:
        plain = {name: value for name, value in definition.items() if name != "StreamSpecification"}
        side.create_table(**{**plain, "TableName": definition["TableName"] + SHADOW})
    shadowed = {definition["TableName"] for definition in tables}

    def read(params: Any, **_: Any) -> Any:
        """The request that is really sent: to the shadow, if it does not ask for consistency."""
        if params.get("ConsistentRead") or "IndexName" in params or params.get("TableName") not in shadowed:
            return params
        return {**params, "TableName": params["TableName"] + SHADOW}

    def read_many(params: Any, **_: Any) -> Any:
        wanted = params["RequestItems"]
        late = {
            name: each for name, each in wanted.items() if name in shadowed and not each.get("ConsistentRead", False)
        }
        assert not late, f"a batch of {[*late]} is read without consistency"
        return params

    def about_to_write(params: Any, context: Any, **_: Any) -> Any:
        """Remember the current version."""
        seen = context["stood before"] = []
        parts = [part for each in params.get("TransactItems", ()) for part in each.values()] or [params]
        for part in parts:
            if part["TableName"] in shadowed:
                full = part.get("Key") or part["Item"]
                key = {name: full[name] for name in ("pk", "sk")}
                found = side.get_item(TableName=part["TableName"], Key=key, ConsistentRead=True)
                seen.append((part["TableName"], key, found.get("Item")))
        return params

    def written(http_response: Any, context: Any, **_: Any) -> None:
        """The remembered version is now the version before."""
        if http_response.status_code == 200:
            for name, key, item in context["stood before"]:
                if item is None:
                    side.delete_item(TableName=name + SHADOW, Key=key)
                else:
                    side.put_item(TableName=name + SHADOW, Item=item)

    hooks: list[tuple[str, str, Any]] = [("provide-client-params", each, read) for each in ("GetItem", "Query", "Scan")]
    hooks += [("provide-client-params", "BatchGetItem", read_many)]
    hooks += [("provide-client-params", each, about_to_write) for each in _WRITES]
    hooks += [("after-call", each, written) for each in _WRITES]
    for when, operation, act in hooks:
        client.meta.events.register(f"{when}.dynamodb.{operation}", act)
    try:
        yield
    finally:
        for when, operation, act in hooks:
            client.meta.events.unregister(f"{when}.dynamodb.{operation}", act)


def settle() -> None:
    """A moment passes: every shadow now equals its table."""
    side = boto3.client("dynamodb")
    for shadow in [name for name in side.list_tables()["TableNames"] if name.endswith(SHADOW)]:
        table = shadow.removesuffix(SHADOW)
        stands = {(item["pk"]["S"], item["sk"]["S"]): item for item in side.scan(TableName=table)["Items"]}
        for item in side.scan(TableName=shadow)["Items"]:
            if (item["pk"]["S"], item["sk"]["S"]) not in stands:
                side.delete_item(TableName=shadow, Key={"pk": item["pk"], "sk": item["sk"]})
        for item in stands.values():
            side.put_item(TableName=shadow, Item=item)
    side.close()
