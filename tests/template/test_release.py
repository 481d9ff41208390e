"""A gradual deployment: every event still calls what is released, and an alarm takes it back."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.intrinsics import read
from tests.conftest import ROOT
from tests.template.transformed import resources, transformed

ALIAS = re.compile(r"\w+Aliaslive")
GRADUAL = {"GradualDeployment": "true"}


def refers(value: Any) -> Iterator[str]:
    """The logical ids that a part of a template refers to."""
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [name, *_]}:
            yield name
        case {"Fn::GetAtt": str(name)}:
            yield name.partition(".")[0]
        case {"Fn::Sub": text}:
            yield from re.findall(r"\$\{(\w+)(?:\.\w+)*\}", text if isinstance(text, str) else text[0])
            if not isinstance(text, str):
                yield from refers(text[1])
        case dict():
            for each in value.values():
                yield from refers(each)
        case list():
            for each in value:
                yield from refers(each)


def depends(**given: str) -> dict[str, set[str]]:
    """For each resource those that must be there before it."""
    declared = transformed(**given)["Resources"]
    return {
        name: (
            set(refers(each))
            | {*([each["DependsOn"]] if isinstance(each.get("DependsOn"), str) else each.get("DependsOn", []))}
        )
        & declared.keys()
        for name, each in declared.items()
    }


@pytest.mark.parametrize("given", [{}, GRADUAL])
def test_whatever_calls_a_function_calls_what_is_released(given: dict[str, str]) -> None:
    callers = {
        "AWS::Lambda::Permission": "FunctionName",
        "AWS::Lambda::EventSourceMapping": "FunctionName",
        "AWS::Scheduler::Schedule": "Target",
    }
    for kind, property_ in callers.items():
        found = resources(kind, **given)
        assert found
        for name, each in found.items():
            assert ALIAS.search(json.dumps(each[property_])), name
    [api] = resources("AWS::ApiGatewayV2::Api", **given).values()
    integrations = [
        operation["x-amazon-apigateway-integration"]["uri"]
        for path in api["Body"]["paths"].values()
        for operation in path.values()
        if "x-amazon-apigateway-integration" in operation
    ]
    assert len(integrations) > 50
    assert all(ALIAS.search(json.dumps(uri)) for uri in integrations)


def test_without_it_a_deploy_makes_nothing_of_codedeploy() -> None:
    assert not [each for each in transformed()["Resources"].values() if each["Type"].startswith("AWS::CodeDeploy")]
    assert all("UpdatePolicy" not in each for each in transformed()["Resources"].values())


def test_with_it_every_function_goes_over_by_a_tenth_and_back_when_an_alarm_rings() -> None:
    groups = resources("AWS::CodeDeploy::DeploymentGroup", **GRADUAL)
    aliases = {
        name: each for name, each in transformed(**GRADUAL)["Resources"].items() if each["Type"] == "AWS::Lambda::Alias"
    }
    assert len(groups) == len(aliases) == len(resources("AWS::Lambda::Function", **GRADUAL))
    assert all("CodeDeployLambdaAliasUpdate" in each["UpdatePolicy"] for each in aliases.values())
    for group in groups.values():
        assert "Canary10Percent5Minutes" in json.dumps(group["DeploymentConfigName"])
        assert [each["Name"] for each in group["AlarmConfiguration"]["Alarms"]] == [
            {"Ref": "CallsFail"},
            {"Ref": "RunsFail"},
        ]
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


def test_an_alarm_of_the_release_sees_a_failure_while_a_tenth_meets_it() -> None:
    alarms = resources("AWS::CloudWatch::Alarm", **GRADUAL)
    for name in ("CallsFail", "RunsFail"):
        inner = [each["MetricStat"]["Period"] for each in alarms[name].get("Metrics", []) if "MetricStat" in each]
        assert set(inner or [alarms[name]["Period"]]) == {60} and alarms[name]["EvaluationPeriods"] == 1


@pytest.mark.parametrize("given", [{}, GRADUAL, {**GRADUAL, "Tracing": "Active", "Stage": "prod"}])
def test_nothing_waits_for_itself(given: dict[str, str]) -> None:
    """CloudFormation refuses a template with a circle, and cfn-lint looks at the default parameters alone."""
    waiting = depends(**given)
    while ready := {name for name, before in waiting.items() if not before}:
        waiting = {name: before - ready for name, before in waiting.items() if name not in ready}
    assert not waiting, sorted(waiting)[:10]


def test_the_limits_of_a_stack_are_far_with_it_too() -> None:
    assert len(transformed(**GRADUAL)["Resources"]) < 450


def test_only_a_job_of_the_stages_environment_becomes_the_role_that_deploys() -> None:
    role = read(ROOT / "infra" / "delivery.yaml")["Resources"]["DeployRole"]["Properties"]
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["StringEquals"] == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": {"Fn::Sub": "repo:${Repository}:environment:${Stage}"},
    }
    actions = {
        action
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert not [action for action in actions if "*" in action]
