"""What the smoke test's template has otherwise than the one that is deployed: as little as the engine needs."""

from infra.intrinsics import read
from smoke.template import for_engine, kept, left_out
from tests.conftest import TEMPLATE

URL = "http://127.0.0.1:1"


def test_only_alarms_over_several_metrics_are_left_out() -> None:
    template = read(TEMPLATE)
    changed = for_engine(template, URL)
    assert set(template["Resources"]) - set(changed["Resources"]) == set(left_out(template))
    for name in left_out(template):
        assert template["Resources"][name]["Type"] == "AWS::CloudWatch::Alarm"
        assert "MetricName" not in template["Resources"][name]["Properties"]
    assert {name: template["Resources"][name] for name in changed["Resources"]} == changed["Resources"]


def test_the_functions_call_the_engine_and_nothing_else_differs() -> None:
    template = read(TEMPLATE)
    changed = for_engine(template, URL)
    variables = changed["Globals"]["Function"]["Environment"]["Variables"]
    assert variables.pop("AWS_ENDPOINT_URL") == URL
    assert template["Globals"]["Function"]["Environment"]["Variables"].pop("AWS_ENDPOINT_URL") == ""
    changed.pop("Resources")
    template.pop("Resources")
    assert changed == template


def test_what_people_entrusted_to_the_service_outlives_the_stack() -> None:
    """Tables, the keys that read them, the key of the hashes, and the officers."""
    template = read(TEMPLATE)
    resources = template["Resources"]
    tables = {name for name, each in resources.items() if each["Type"] == "AWS::DynamoDB::Table"}
    keys = {name for name, each in resources.items() if each["Type"] == "AWS::KMS::Key"}
    assert tables | {"DataKey", "SensitiveKey", "IdentityKey", "OfficersPool"} <= kept(template)
    assert keys >= {"DataKey", "SensitiveKey"}
    for name in kept(template):
        assert resources[name]["UpdateReplacePolicy"] == "Retain", name
