"""What functions do to tables and keys, and what the template allows them, in IAM's words."""

from collections.abc import Iterator
from typing import Any

import pytest

from cccd import dynamodb
from declarations import sealing
from images import store
from infra.intrinsics import read
from tests.conftest import TEMPLATE
from tests.stale import SHADOW

OBJECT_ACTIONS = {
    "PutObject": ["PutObject"],
    "CopyObject": ["PutObject"],
    "GetObject": ["GetObject"],
    "DeleteObjects": ["DeleteObject"],
    "ListObjectsV2": ["ListBucket"],
}
ACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


@pytest.fixture
def performed(aws: None) -> Iterator[set[tuple[str, str]]]:
    """The actions and their resources since the set was last cleared, in IAM's names."""
    seen: set[tuple[str, str]] = set()

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        if model.name == "TransactWriteItems":
            parts = [(ACTIONS[kind], part) for each in params["TransactItems"] for kind, part in each.items()]
            seen.update((f"dynamodb:{action}", part["TableName"]) for action, part in parts)
        elif model.name == "BatchGetItem":
            seen.update((f"dynamodb:{model.name}", table) for table in params["RequestItems"])
        else:
            index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
            seen.add((f"dynamodb:{model.name}", params["TableName"].removesuffix(SHADOW) + index))

    def note_key(model: Any, **_: object) -> None:
        seen.add((f"kms:{model.name}", "SensitiveKey"))

    def note_object(params: dict[str, Any], model: Any, **_: object) -> None:
        actions = OBJECT_ACTIONS[model.name]
        several = params.get("Delete", {}).get("Objects", [])
        folder = params.get("Key", params.get("Prefix", several[0]["Key"] if several else "")).partition("/")[0]
        seen.update(
            (f"s3:{action}", "ImagesBucket" if action == "ListBucket" else f"ImagesBucket/{folder}/*")
            for action in actions
        )
        if "CopySource" in params:
            seen.add(("s3:GetObject", f"ImagesBucket/{params['CopySource']['Key'].partition('/')[0]}/*"))

    dynamodb.client().meta.events.register("provide-client-params.dynamodb", note)
    sealing._kms().meta.events.register("provide-client-params.kms", note_key)
    store.client().meta.events.register("provide-client-params.s3", note_object)
    yield seen
    store.client().meta.events.unregister("provide-client-params.s3", note_object)
    dynamodb.client().meta.events.unregister("provide-client-params.dynamodb", note)
    sealing._kms().meta.events.unregister("provide-client-params.kms", note_key)


def allowed(function: str) -> set[tuple[str, str]]:
    """The actions on tables and keys that the template allows, with their resources."""
    found = set()
    for policy in read(TEMPLATE)["Resources"][function]["Properties"]["Policies"]:
        for statement in policy["Statement"]:
            actions, resource = statement["Action"], statement["Resource"]
            for action in actions if isinstance(actions, list) else [actions]:
                if action.startswith(("dynamodb:", "kms:", "s3:")):
                    found |= {
                        (action, _name(each)) for each in (resource if isinstance(resource, list) else [resource])
                    }
    return found


def _name(resource: dict[str, Any]) -> str:
    """The logical id that a GetAtt or a Sub names, with the index that may end it."""
    if "Fn::Sub" in resource:
        return str(resource["Fn::Sub"]).replace("${", "").replace(".Arn}", "")
    named = resource["Fn::GetAtt"]
    return str(named[0] if isinstance(named, list) else named.partition(".")[0])
