"""What `sam deploy --guided` asks, and what a stack may share with another one of the same account."""

import json
import re
import tomllib
from typing import Any

import pytest

from infra.intrinsics import read
from tests.conftest import ROOT, TEMPLATE

DECLARED: dict[str, dict[str, Any]] = read(TEMPLATE)["Parameters"]
RESOURCES: dict[str, dict[str, Any]] = read(TEMPLATE)["Resources"]


@pytest.mark.parametrize("name", DECLARED)
def test_a_parameter_says_what_it_is_has_a_default_and_refuses_what_is_none(name: str) -> None:
    parameter = DECLARED[name]
    assert parameter["Description"] and "Default" in parameter
    if parameter["Type"] == "Number":
        assert parameter["MinValue"] <= parameter["Default"] <= parameter["MaxValue"]
    elif "AllowedValues" in parameter:
        assert parameter["Default"] in parameter["AllowedValues"]
        return
    else:
        assert re.fullmatch(parameter["AllowedPattern"], parameter["Default"])
    assert parameter["ConstraintDescription"]


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("ZaloGraphUrl", "https://relay.example.vn/zalo", "https://relay.example.vn/"),
        ("ZaloOpenApiUrl", "http://127.0.0.1:3001", "http://relay.example.vn"),
        ("ZaloAppId", "1234567890123456789", "my app"),
        ("MiniAppUrl", "https://zalo.me/s/1234567890/", "zalo.me/s/1234567890"),
        ("DeskUrl", "https://desk.example.vn/desk/", "http://desk.example.vn/desk/"),
        ("AlarmEmail", "truc@congan.example.vn", "truc@congan"),
        ("EdgeWebAcl", "arn:aws:wafv2:us-east-1:123456789012:global/webacl/cccd/1a", "arn:aws:wafv2:ap-southeast-1:123456789012:regional/webacl/cccd/1a"),
    ],
)  # fmt: skip
def test_a_pattern_takes_what_is_right_and_refuses_the_likely_mistake(name: str, good: str, bad: str) -> None:
    assert re.fullmatch(DECLARED[name]["AllowedPattern"], good)
    assert not re.fullmatch(DECLARED[name]["AllowedPattern"], bad)


def test_two_stages_in_one_account_share_no_name() -> None:
    """AWS refuses the second resource of a name; SAM by itself gives a schedule the name of its event alone."""
    for name, resource in RESOURCES.items():
        for key in (
            "Name",
            "LogGroupName",
            "LayerName",
            "FunctionName",
            "TableName",
            "QueueName",
            "TopicName",
            "Domain",
            "BucketName",
            "AlarmName",
        ):
            if key in resource.get("Properties", {}):
                if isinstance(named := resource["Properties"][key], dict) and named.get("Ref") in RESOURCES:
                    continue  # that resource says its name itself
                assert "${Stage}" in json.dumps(resource["Properties"][key]), f"{name}: {key}"
        for event in resource.get("Properties", {}).get("Events", {}).values():
            if event["Type"] in ("Schedule", "ScheduleV2"):
                assert event["Properties"].get("OmitName") is True, f"{name}: a schedule needs OmitName"


def test_what_outlives_its_stack_is_in_the_way_of_no_other() -> None:
    """A second deploy after a deletion makes all of it anew: none may have a name that must be the only one."""
    for name, resource in RESOURCES.items():
        if resource.get("DeletionPolicy") == "Retain":
            assert not resource["Properties"].keys() & {
                "TableName",
                "Name",
                "BucketName",
                "FunctionName",
                "AliasName",
            }, name


def test_every_setting_of_samconfig_is_one_that_the_template_takes() -> None:
    stages = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    del stages["version"]
    assert {each["deploy"]["parameters"]["stack_name"] for each in stages.values()} == {
        "cccd-dev",
        "cccd-staging",
        "cccd-prod",
    }
    for stage in stages.values():
        settings = stage["deploy"]["parameters"]
        assert stage["build"]["parameters"]["template_file"] == "infra/template.yaml"
        given = dict(each.split("=", 1) for each in settings["parameter_overrides"].split())
        assert settings["stack_name"] == f"cccd-{given['Stage']}"
        for name, value in given.items():
            assert value in DECLARED[name].get("AllowedValues", [value]), name
        assert settings["capabilities"] == "CAPABILITY_IAM" and settings["fail_on_empty_changeset"] is False
