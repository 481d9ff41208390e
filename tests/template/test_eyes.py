"""What an operator sees: no alarm and no graph watches a metric that nobody writes, or a resource that is not there."""

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

from bookings.telemetry import Counted
from cccd.sweeps import Sweep
from infra.intrinsics import read
from notifications.store import Outcome
from tests.conftest import ROOT, TEMPLATE

RESOURCES = read(TEMPLATE)["Resources"]
OURS = ("CCCD", "cccd-${Stage}")  # what functions count, and what CloudWatch counts in a stage's own logs
REFERENCE = re.compile(r"\$\{([A-Za-z]+)(?:\.[A-Za-z]+)?\}")


def written() -> set[str]:
    """The metrics that the code counts, and those that CloudWatch counts in our logs."""
    sources = [
        path.read_text(encoding="utf-8")
        for folder in ("functions", "layers/common/cccd")
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "telemetry.py"  # it has the names; who counts them says them too
    ]
    named = {name for source in sources for name in re.findall(r'add_metric\(\s*"(\w+)"', source)}
    counted = {name for name in get_args(Counted.__value__) if any(f'"{name}"' in source for source in sources)}
    lag = {"PurgeLag"} if any("purge_lag(" in source for source in sources) else set()
    composed = {f"{sweep}PassedBy" for sweep in get_args(Sweep.__value__)}
    composed |= {f"Messages{outcome.capitalize()}" for outcome in get_args(Outcome.__value__)}
    composed |= {f"{kind}Events{what}" for kind in ("Chat", "Consent") for what in ("Accepted", "Refused")}
    filtered = {
        each["MetricName"]
        for resource in RESOURCES.values()
        if resource["Type"] == "AWS::Logs::MetricFilter"
        for each in resource["Properties"]["MetricTransformations"]
    }
    return named | counted | lag | composed | filtered


def widgets() -> list[dict[str, Any]]:
    body = RESOURCES["Overview"]["Properties"]["DashboardBody"]["Fn::Sub"]
    found: list[dict[str, Any]] = json.loads(body)["widgets"]
    return found


def graphed() -> Iterator[tuple[str, str]]:
    """Namespace and name of each metric on the dashboard, searches included."""
    for widget in widgets():
        for metric in widget["properties"].get("metrics", []):
            if isinstance(metric[0], str):
                yield metric[0], metric[1]
            elif found := re.search(r"\{(\S+?),.*MetricName=\"(\w+)\"", metric[0]["expression"]):
                yield found[1], found[2]


def alarmed() -> Iterator[tuple[str, str]]:
    for resource in RESOURCES.values():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            properties = resource["Properties"]
            inner = [each["MetricStat"]["Metric"] for each in properties.get("Metrics", []) if "MetricStat" in each]
            for metric in inner or [properties]:
                namespace = metric["Namespace"]
                yield namespace if isinstance(namespace, str) else namespace["Fn::Sub"], metric["MetricName"]


def test_every_metric_of_ours_that_is_watched_is_written() -> None:
    watched = {name for namespace, name in [*graphed(), *alarmed()] if namespace in OURS}
    assert len(watched) > 30
    assert watched <= written(), watched - written()


def test_every_metric_of_aws_that_is_watched_is_one() -> None:
    """As CloudFormation checks no name: AWS's documents list these (API Gateway's HTTP APIs, Lambda, SQS, DynamoDB, Logs)."""
    known = {
        "AWS/ApiGateway": {"Count", "Latency", "5xx"},
        "AWS/DynamoDB": {
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
            "ReadThrottleEvents",
            "WriteThrottleEvents",
        },
        "AWS/Lambda": {"ConcurrentExecutions", "Duration", "Errors", "Invocations", "IteratorAge", "Throttles"},
        "AWS/Logs": {"IncomingBytes"},
        "AWS/SQS": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
    }
    for namespace, name in [*graphed(), *alarmed()]:
        assert namespace in OURS or name in known[namespace], (namespace, name)


def test_the_dashboard_shows_every_alarm_and_what_it_names_is_there() -> None:
    alarms = {name for name, each in RESOURCES.items() if each["Type"] == "AWS::CloudWatch::Alarm"}
    [shown] = [each["properties"]["alarms"] for each in widgets() if each["type"] == "alarm"]
    assert {REFERENCE.fullmatch(each)[1] for each in shown} == alarms  # type: ignore[index]  # each is such a reference
    named = set(REFERENCE.findall(json.dumps(widgets()))) - {"Stage"}
    assert named <= RESOURCES.keys()


def test_what_an_operator_asks_first_has_a_graph() -> None:
    shown = {name for _, name in graphed()}
    assert {"BookingsConfirmed", "SeatsLostToRivals", "WaitsBegun", "MessagesSent", "PurgeLag", "IteratorAge"} <= shown
    assert {
        "5xx",
        "Latency",
        "CallsRefusedAtTheDoor",
        "ConsumedWriteCapacityUnits",
        "Duration",
        "IncomingBytes",
    } <= shown


def test_the_graphs_stand_side_by_side() -> None:
    """24 columns; two that overlap would be moved by the console, each time elsewhere."""
    taken: set[tuple[int, int]] = set()
    for each in widgets():
        cells = {
            (x, y)
            for x in range(each["x"], each["x"] + each["width"])
            for y in range(each["y"], each["y"] + each["height"])
        }
        assert not cells & taken and max(x for x, _ in cells) < 24
        taken |= cells


def test_a_call_that_met_no_function_is_told_apart_in_the_log() -> None:
    """The filter compares what the gateway writes: a function's own 429 has the id of its invocation."""
    logged = json.loads(RESOURCES["Api"]["Properties"]["AccessLogSettings"]["Format"])
    asked = set(re.findall(r"\$\.(\w+)", RESOURCES["CallsRefusedAtTheDoor"]["Properties"]["FilterPattern"]))
    assert asked == {"status", "function"} <= logged.keys()
    assert logged["function"] == "$context.integration.requestId"
