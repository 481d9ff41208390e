"""Least privilege, proved: the functions of declarations and privacy are allowed exactly what they do."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from cccd import dynamodb
from declarations import api as declarations_api
from declarations import print_api, sealing
from local.intrinsics import read
from privacy import api as privacy_api
from privacy import retention_run
from tests.bookings.people import signed_in
from tests.conftest import TEMPLATE
from tests.declarations.people import FORM_2021, FORM_2026
from tests.gateway import CONTEXT, Answer, call, event
from tests.privacy.conftest import NOW, at, book, declare

type Act = Callable[..., Answer]

__all__ = ["at", "book", "declare"]  # fixtures

ACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


@pytest.fixture
def performed(aws: None) -> Iterator[set[tuple[str, str]]]:
    """What was done to what, as IAM names it, since the set was last cleared."""
    seen: set[tuple[str, str]] = set()

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        if model.name == "TransactWriteItems":
            parts = [(ACTIONS[kind], part) for each in params["TransactItems"] for kind, part in each.items()]
            seen.update((f"dynamodb:{action}", part["TableName"]) for action, part in parts)
        elif model.name == "BatchGetItem":
            seen.update((f"dynamodb:{model.name}", table) for table in params["RequestItems"])
        else:
            index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
            seen.add((f"dynamodb:{model.name}", params["TableName"] + index))

    def note_key(model: Any, **_: object) -> None:
        seen.add((f"kms:{model.name}", "SensitiveKey"))

    dynamodb.client().meta.events.register("provide-client-params.dynamodb", note)
    sealing._kms().meta.events.register("provide-client-params.kms", note_key)
    yield seen
    dynamodb.client().meta.events.unregister("provide-client-params.dynamodb", note)
    sealing._kms().meta.events.unregister("provide-client-params.kms", note_key)


def allowed(function: str) -> set[tuple[str, str]]:
    """Actions and resources of the template; secrets apart."""
    found = set()
    for policy in read(TEMPLATE)["Resources"][function]["Properties"]["Policies"]:
        for statement in policy["Statement"]:
            actions, resource = statement["Action"], statement["Resource"]
            for action in actions if isinstance(actions, list) else [actions]:
                if not action.startswith("secretsmanager:"):
                    found.add((action, _name(resource)))
    return found


def _name(resource: dict[str, Any]) -> str:
    """The logical id that a GetAtt or a Sub names, with the index it may end in."""
    if "Fn::Sub" in resource:
        return str(resource["Fn::Sub"]).replace("${", "").replace(".Arn}", "")
    named = resource["Fn::GetAtt"]
    return str(named[0] if isinstance(named, list) else named.partition(".")[0])


def test_each_function_may_do_exactly_what_it_does(
    performed: set[tuple[str, str]], at: Any, declare: Act, book: Act
) -> None:
    who = signed_in("lan")
    at.move_to(NOW.replace(year=2021, month=6, day=24))
    old = declare(**FORM_2021)
    path = f"/declarations/{old.body['id']}"
    call(declarations_api.handler, "PUT", path, body=FORM_2021 | {"version": 1}, headers=who)
    call(declarations_api.handler, "GET", path, headers=who)
    call(declarations_api.handler, "DELETE", path, headers=who)
    old = declare(**FORM_2021)
    assert performed == allowed("DeclarationsFunction")

    performed.clear()
    printed = print_api.handler(event("GET", f"/declarations/{old.body['id']}/print", headers=who), CONTEXT)
    assert printed["statusCode"] == 200
    assert performed == allowed("PrintFunction")

    performed.clear()
    assert call(privacy_api.handler, "GET", "/me/data", headers=who).status == 200
    seen = set(performed)
    at.move_to(NOW)
    declare()
    book()
    performed.clear()
    assert call(privacy_api.handler, "DELETE", "/me/data", headers=signed_in("lan")).status == 200
    assert performed | seen == allowed("PrivacyFunction")

    declare(**FORM_2026 | {"draft": True})
    performed.clear()
    at.move_to(NOW + timedelta(days=8))
    assert retention_run.handler({}, CONTEXT) == {"draft": 1}
    assert performed == allowed("RetentionFunction")
