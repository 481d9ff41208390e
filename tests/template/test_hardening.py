"""What the template does so that nothing is open that need not be: keys, names, TLS, tracing."""

import json
from typing import Any

import pytest

from cccd.hashes import CitizenHash
from declarations import store
from infra.intrinsics import Values, read
from tests.conftest import TEMPLATE
from tests.template.transformed import resources, transformed


def test_the_key_of_sensitive_answers_opens_only_a_declaration_of_a_citizen() -> None:
    """IAM compares what the code sends along with each call (the encryption context), so it has to ask for what is sent."""
    asked: set[str] = set()
    statements = 0
    functions = [each for each in read(TEMPLATE)["Resources"].values() if each["Type"] == "AWS::Serverless::Function"]
    for function in functions:
        for policy in function["Properties"].get("Policies", []):
            for statement in policy["Statement"]:
                if "kms:" in json.dumps(statement["Action"]):
                    statements += 1
                    assert statement["Condition"]["StringEquals"] == {"kms:EncryptionContext:purpose": "declaration"}
                    asked |= statement["Condition"]["StringEquals"].keys() | statement["Condition"]["Null"].keys()
                    assert set(statement["Condition"]["Null"].values()) == {"false"}
    sent = store.sealing_context(CitizenHash("somebody"), "a declaration")
    assert statements == 4
    assert {f"kms:EncryptionContext:{name}" for name in sent} == asked
    assert sent["purpose"] == "declaration"


def test_an_alarm_can_ring_through_its_encrypted_topic() -> None:
    declared = read(TEMPLATE)["Resources"]
    assert declared["Alarms"]["Properties"]["KmsMasterKeyId"] == {"Fn::GetAtt": ["AlarmsKey", "Arn"]}
    ours = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    for policy, actions in (
        (declared["AlarmsKey"]["Properties"]["KeyPolicy"], ["kms:Decrypt", "kms:GenerateDataKey*"]),
        (declared["AlarmsMayRing"]["Properties"]["PolicyDocument"], "sns:Publish"),
    ):
        by_alarms = [
            each for each in policy["Statement"] if each["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        ]
        assert [(each["Action"], each["Condition"]) for each in by_alarms] == [(actions, ours)]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, set()),
        ({"DomainName": "api.example.vn"}, {"ApiName", "ApiNameMapping"}),
        ({"DomainName": "api.example.vn", "Edge": "on"}, {"EdgeDistribution"}),
        ({"DeskDomainName": "canbo.example.vn", "DeskPage": "on"}, {"DeskDistribution"}),
    ],
)
def test_a_name_of_ones_own_stands_at_one_door_with_its_certificate(given: dict[str, str], named: set[str]) -> None:
    template = read(TEMPLATE)
    values = Values(template, given, lambda name: name, lambda name, attribute: f"{name}.{attribute}")
    made = {
        name: values.resolve(template["Resources"][name]["Properties"])
        for name in ("ApiName", "ApiNameMapping", "EdgeDistribution", "DeskDistribution")
        if values.holds(template["Resources"][name]["Condition"])
    }
    found = {name for name, each in made.items() if "Aliases" in each.get("DistributionConfig", {"Aliases": []})}
    assert found == named
    for name in named & {"EdgeDistribution", "DeskDistribution"}:
        assert made[name]["DistributionConfig"]["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"


def test_without_its_certificate_a_name_is_refused_before_anything_is_made() -> None:
    """A deploy whose certificate is missing would otherwise fail half way, and roll back."""
    template = read(TEMPLATE)
    none = template["Parameters"]["CertificateArn"]["Default"]
    asserted = [each["Assert"] for rule in template["Rules"].values() for each in rule["Assertions"]]
    assert asserted == [
        {"Fn::Not": [{"Fn::Equals": [{"Ref": certificate}, none]}]}
        for certificate in ("CertificateArn", "DeskCertificateArn")
    ]
    assert {each["RuleCondition"]["Fn::Not"][0]["Fn::Equals"][0]["Ref"] for each in template["Rules"].values()} == {
        "DomainName",
        "DeskDomainName",
    }


def test_functions_are_traced_only_where_that_is_wanted() -> None:
    def modes(**given: str) -> set[Any]:
        functions = resources("AWS::Lambda::Function", **given)
        return {str((each.get("TracingConfig") or {}).get("Mode")) for each in functions.values()}

    def traced(**given: str) -> bool:
        return "xray" in json.dumps(resources("AWS::IAM::Role", **given)).lower()

    assert (modes(), traced()) == ({"None"}, False)
    assert (modes(Tracing="Active"), traced(Tracing="Active")) == ({"{'Ref': 'Tracing'}"}, True)


def test_the_whole_stays_far_below_the_limits_of_a_stack() -> None:
    """500 resources, 200 parameters, 1 MB: a stack that meets them cannot be deployed until it is cut in two."""
    template = transformed()
    assert len(template["Resources"]) < 400
    assert len(template["Parameters"]) < 100
    assert len(json.dumps(template)) < 700_000
