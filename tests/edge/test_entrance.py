"""Who calls is known for a week, and behind CloudFront nobody calls around it."""

import json
from typing import Any

import pytest

from bookings.api import handler as bookings
from cccd import clock, http, session
from cccd.http import lambda_handler, resolver
from declarations.settings import DeclarationsSettings
from infra.intrinsics import read
from infra.template import load
from tests.bookings.people import signed_in
from tests.conftest import TEMPLATE
from tests.gateway import CONTEXT, event

SECRET = "what only CloudFront knows"


def behind_the_edge(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function of a stack whose Edge is on."""
    monkeypatch.setenv("EDGE_SECRET", SECRET)
    app = resolver()

    @app.get("/open")
    def answer() -> dict[str, str]:
        return {"address": http.address(app)}

    return lambda_handler(app, traced=True)


@pytest.mark.parametrize("sent", [None, "", "x", SECRET + " ", SECRET.upper(), "🙂"])
def test_a_call_around_cloudfront_is_refused(monkeypatch: pytest.MonkeyPatch, sent: str | None) -> None:
    headers = {} if sent is None else {"x-edge-secret": sent}
    answer = behind_the_edge(monkeypatch)(event("GET", "/open", headers=headers), CONTEXT)
    assert answer["statusCode"] == 403
    assert json.loads(answer["body"])["code"] == "wrong_entrance"
    assert answer["headers"]["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.9, 130.176.1.1", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9, 130.176.1.1", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6, 130.176.1.1", "2001:db8:1:2::"),
        ("130.176.1.1", ""),
        ("no address, 130.176.1.1", ""),
    ],
)
def test_behind_cloudfront_the_address_is_the_one_that_it_saw(
    monkeypatch: pytest.MonkeyPatch, forwarded: str, address: str
) -> None:
    """Whatever the caller wrote before it."""
    asked = event("GET", "/open", headers={"X-Edge-Secret": SECRET, "X-Forwarded-For": forwarded})
    asked["requestContext"]["http"]["sourceIp"] = "130.176.1.1"
    answer = behind_the_edge(monkeypatch)(asked, CONTEXT)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"address": address}


def test_without_cloudfront_the_address_is_the_gateways() -> None:
    app = resolver()

    @app.get("/open")
    def answer() -> dict[str, str]:
        return {"address": http.address(app)}

    asked = event("GET", "/open", headers={"x-forwarded-for": "1.1.1.1, 2.2.2.2"})
    asked["requestContext"]["http"]["sourceIp"] = "203.0.113.9"
    assert json.loads(lambda_handler(app, traced=True)(asked, CONTEXT)["body"]) == {"address": "203.0.113.9"}


def test_a_citizens_record_tells_the_address_and_a_part_of_their_hash(
    aws: None, caplog: pytest.LogCaptureFixture
) -> None:
    who = signed_in("lan")
    asked = event("GET", "/bookings", headers=who)
    asked["requestContext"]["http"]["sourceIp"] = "113.161.100.200"
    bookings(asked, CONTEXT)
    told = vars(caplog.records[-1])
    assert told["source"] == "113_161_100_200", "as the scrubber lets it pass"
    settings = DeclarationsSettings.load()
    number = session.verify(who["authorization"], settings.session_keys(clock.now()), clock.now())
    full = settings.hash_of(number)
    assert told["citizen"] == full[:8]
    assert full not in str(told) and number.id not in str(told)


def test_what_tells_the_address_lives_a_week() -> None:
    resources = read(TEMPLATE)["Resources"]
    for name in ("CitizenLogs", "AccessLogs"):
        assert resources[name]["Properties"]["RetentionInDays"] == 7
    for name, function in load(TEMPLATE).functions.items():
        logs = resources[name]["Properties"].get("LoggingConfig", {}).get("LogGroup")
        by_http = {each["Type"] for each in resources[name]["Properties"].get("Events", {}).values()} == {"HttpApi"}
        if by_http and "SESSION_KEY_SECRET" in function.environment:
            assert logs == {"Ref": "CitizenLogs"}, name
    assert "$context.identity.sourceIp" in resources["Api"]["Properties"]["AccessLogSettings"]["Format"]


def test_with_the_edge_on_there_is_a_secret_and_without_it_none() -> None:
    assert "EdgeSecret" not in load(TEMPLATE).secrets
    assert not any("EDGE_SECRET" in each.environment for each in load(TEMPLATE).functions.values())
    assert "EdgeSecret" in load(TEMPLATE, {"Edge": "on"}).secrets
    for function in load(TEMPLATE, {"Edge": "on"}).functions.values():
        assert function.environment["EDGE_SECRET"] == "{{resolve:secretsmanager:EdgeSecret:SecretString}}"


def test_every_limit_of_a_route_is_of_a_route_that_exists() -> None:
    template = read(TEMPLATE)
    routes = {route.key for route in load(TEMPLATE).routes}
    assert set(template["Resources"]["Api"]["Properties"]["RouteSettings"]) <= routes


def test_a_new_account_reserves_nothing() -> None:
    """Its whole concurrency is 10, and a deploy that reserves any of it fails."""
    template = read(TEMPLATE)
    for name, resource in template["Resources"].items():
        reserved = resource["Properties"].get("ReservedConcurrentExecutions")
        if reserved is None:
            continue
        condition, wanted, otherwise = reserved["Fn::If"]
        assert otherwise == {"Ref": "AWS::NoValue"}, name
        assert template["Parameters"][wanted["Ref"]]["Default"] == 0
        assert template["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [wanted, 0]}]}
