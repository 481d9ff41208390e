"""infra/template.yaml compared with the code: routes, events, handlers, and the permissions of each function."""

import importlib
import json
import re
from typing import get_args

import pytest
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from cccd.sweeps import Sweep
from contract.openapi import ADAPTERS, API_MODULES
from infra.intrinsics import read
from infra.template import Stack
from tests.conftest import ROOT, TEMPLATE
from tests.gateway import CONTEXT

EVENTS = ROOT / "events"


def routes_of(app: APIGatewayHttpResolver) -> set[str]:
    routes = [*app._static_routes, *app._dynamic_routes]
    return {f"{route.method} {re.sub(r'<(\w+)>', r'{\1}', route.path)}" for route in routes}


def test_the_templates_routes_are_the_handlers_routes(stack: Stack) -> None:
    declared: dict[str, set[str]] = {}
    for route in stack.routes:
        declared.setdefault(stack.functions[route.function].handler, set()).add(route.key)
    served = {f"{name}.handler": routes_of(importlib.import_module(name).app) for name in (*API_MODULES, *ADAPTERS)}
    served["edge.api.handler"].add("$default")
    assert served == declared


def test_every_handler_can_be_imported(stack: Stack) -> None:
    for function in stack.functions.values():
        module, _, name = function.handler.rpartition(".")
        assert callable(getattr(importlib.import_module(module), name)), function.handler


def test_every_function_has_an_event_of_its_own(stack: Stack) -> None:
    assert {path.stem.partition(".")[0] for path in EVENTS.glob("*.json")} == set(stack.functions)


@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.json")), ids=lambda path: path.stem)
def test_every_event_runs_against_its_handler(path, stack: Stack, aws: None) -> None:  # type: ignore[no-untyped-def]  # parametrized
    function = stack.functions[path.stem.partition(".")[0]]
    module, _, name = function.handler.rpartition(".")
    answer = getattr(importlib.import_module(module), name)(json.loads(path.read_text(encoding="utf-8")), CONTEXT)
    if "statusCode" not in answer:
        return  # nobody waits for a scheduled function's answer
    # Without a real session token, a citizen's routes refuse; without Zalo, sign-in refuses; no ticket is in the table yet.
    assert answer["statusCode"] in (200, 401, 404, 503), answer
    assert answer["statusCode"] != 404 or path.stem == "DeskDeclarationFunction"
    assert answer["statusCode"] == 200 or "code" in json.loads(answer["body"])


def test_no_function_may_do_anything_to_everything() -> None:
    functions = {
        name: resource["Properties"]
        for name, resource in read(TEMPLATE)["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }
    for name, properties in functions.items():
        for policy in properties.get("Policies", []):
            for statement in policy["Statement"]:
                actions = statement["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    assert "*" not in action, f"{name}: {action}"
                assert statement["Resource"] != "*", name


def test_every_alarm_tells_somebody_and_is_explained() -> None:
    alarms = {
        name: resource["Properties"]
        for name, resource in read(TEMPLATE)["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }
    explained = re.findall(r"^\| ([A-Z]\w+) \|", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.M)
    assert sorted(alarms) == sorted(explained)
    assert all(alarm["AlarmActions"] == [{"Ref": "Alarms"}] for alarm in alarms.values())


def test_every_sweep_has_an_alarm_of_its_own_name() -> None:
    metrics = {
        name: resource["Properties"].get("MetricName")
        for name, resource in read(TEMPLATE)["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }
    for sweep in get_args(Sweep.__value__):
        assert metrics[f"{sweep}PassesBy"] == f"{sweep}PassedBy"


def test_every_function_that_nobody_calls_has_an_alarm() -> None:
    """A caller notices a failed call; only an alarm reports the failure of a schedule, a queue or a stream."""
    resources = read(TEMPLATE)["Resources"]
    alarms = json.dumps([each for each in resources.values() if each["Type"] == "AWS::CloudWatch::Alarm"])
    for name, resource in resources.items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        kinds = {event["Type"] for event in resource["Properties"].get("Events", {}).values()}
        if "SQS" in kinds:
            assert '"ChatDeadLetters.QueueName"' in alarms or '["ChatDeadLetters", "QueueName"]' in alarms
        elif kinds - {"HttpApi"}:
            assert f'{{"Ref": "{name}"}}' in alarms, name


def test_a_changed_layer_or_setting_is_published() -> None:
    """Events call the alias of a published version. By SAM's default only a function's own code makes a new one."""
    for name, resource in read(TEMPLATE)["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            assert resource["Properties"]["AutoPublishAliasAllProperties"] is True, name
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            assert resource["Properties"]["PublishLambdaVersion"] is True, name
