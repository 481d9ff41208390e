"""The authorizer in front of /desk, and the double of the pool that signs officers in."""

import base64
import hashlib
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from cccd.session import Citizen, issue
from infra.template import Function, Stack
from local.clock import Clock
from local.gateway import Gateway
from local.http import Request, Response
from local.officers import Officers

BACK = "http://127.0.0.1:3000/desk/"


@pytest.fixture
def officers(stack: Stack) -> Officers:
    return Officers(stack.authorizers["OfficerAuthorizer"], Clock())


def asked(stack: Stack, officers: Officers, method: str, path: str, token: str | None) -> tuple[Response, list[Any]]:
    """The gateway's answer, and the events that reached a function."""
    events: list[Any] = []

    def invoke(_: Function, event: Any) -> Any:
        events.append(event)
        return {"statusCode": 200, "body": "{}"}

    gateway = Gateway(stack, invoke, Clock(), lambda _: None, officers.claims)
    headers = [("authorization", token)] if token else []
    return gateway.answer(Request(method, path, headers)), events


def desk_routes(stack: Stack) -> list[tuple[str, str]]:
    found = [(route.method, route.path) for route in stack.routes if route.path and route.path.startswith("/desk")]
    return [
        (str(method), str(path).replace("{officeId}", "ca-26740").replace("{date}", "2026-11-25"))
        for method, path in found
    ]


def test_every_route_of_the_desk_is_guarded_and_no_other(stack: Stack) -> None:
    guarded = {route.key for route in stack.routes if route.authorizer == "OfficerAuthorizer"}
    assert guarded == {route.key for route in stack.routes if route.path and route.path.startswith("/desk")}
    assert len(guarded) >= 7


def test_no_other_token_than_an_officer_s_reaches_a_function(stack: Stack, officers: Officers) -> None:
    clock = Clock()
    session, _ = issue(Citizen("1001"), b"a key of sessions", clock.now())
    past = int(clock.now().timestamp()) - 1
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    good = jwt.decode(officers.token("chi-huy"), options={"verify_signature": False})
    tokens = {
        "none": None,
        "not a bearer": officers.token("chi-huy"),
        "empty": "Bearer ",
        "a citizen's session": f"Bearer {session}",
        "expired": f"Bearer {officers.token('chi-huy', exp=past)}",
        "without an end": f"Bearer {officers.token('chi-huy', exp=None)}",
        "of another issuer": f"Bearer {officers.token('chi-huy', iss='https://evil.example')}",
        "for another client": f"Bearer {officers.token('chi-huy', client_id='another')}",
        "for another audience": f"Bearer {officers.token('chi-huy', aud='another')}",
        "signed by somebody else": f"Bearer {jwt.encode(good, stranger, algorithm='RS256')}",
        "signed by nobody": f"Bearer {jwt.encode(good, '', algorithm='none')}",
        "changed": f"Bearer {officers.token('chi-huy')[:-4]}AAAA",
    }
    for method, path in desk_routes(stack):
        for name, token in tokens.items():
            answer, events = asked(stack, officers, method, path, token)
            assert (answer.status, json.loads(answer.body), events) == (401, {"message": "Unauthorized"}, []), (
                path,
                name,
            )


def test_a_function_gets_the_claims_as_api_gateway_writes_them(stack: Stack, officers: Officers) -> None:
    answer, (event,) = asked(stack, officers, "GET", "/desk/me", f"Bearer {officers.token('can-bo')}")
    assert answer.status == 200
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    assert claims["cognito:groups"] == "[ca-26740.officer pc06-79.officer]"
    assert all(isinstance(value, str) for value in claims.values())


def test_an_officer_s_token_is_no_citizen_s_session(stack: Stack, officers: Officers) -> None:
    """It passes to the function, whose own check of sessions refuses it: no claims are given there."""
    _, (event,) = asked(stack, officers, "GET", "/bookings", f"Bearer {officers.token('chi-huy')}")
    assert "authorizer" not in event["requestContext"]


def sign_in(officers: Officers, **changes: str) -> Response | None:
    verifier = "a-verifier-of-at-least-forty-three-characters-1"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": "DeskClient",
        "redirect_uri": BACK,
        "state": "a state",
        "code_challenge_method": "S256",
        "code_challenge": challenge,
    } | changes
    return officers.answer(Request("GET", f"/officers/oauth2/authorize?{urlencode(query)}"))


def exchange(officers: Officers, **form: str) -> Any:
    answer = officers.answer(Request("POST", "/officers/oauth2/token", body=urlencode(form).encode()))
    assert answer is not None
    return json.loads(answer.body)


def test_signing_in_with_a_code_and_its_proof(officers: Officers) -> None:
    page = sign_in(officers)
    assert page is not None and page.status == 200 and "Chỉ huy Hạnh" in page.body.decode()
    back = sign_in(officers, user="chi-huy")
    assert back is not None and back.status == 302
    query = parse_qs(urlsplit(dict(back.headers)["location"]).query)
    assert query["state"] == ["a state"]
    form = {"grant_type": "authorization_code", "code": query["code"][0], "redirect_uri": BACK}
    tokens = exchange(officers, **form, code_verifier="a-verifier-of-at-least-forty-three-characters-1")
    request = Request("GET", "/desk/me", [("authorization", f"Bearer {tokens['access_token']}")])
    assert (officers.claims(request) or {})["username"] == "chi-huy"
    assert exchange(officers, **form, code_verifier="x")["error"] == "invalid_grant", "a code counts once"
    again = exchange(officers, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again["expires_in"] == int(timedelta(hours=1).total_seconds())


def test_a_code_without_its_proof_is_worth_nothing(officers: Officers) -> None:
    back = sign_in(officers, user="can-bo")
    assert back is not None
    code = parse_qs(urlsplit(dict(back.headers)["location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": "another"}
    assert exchange(officers, **form) == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    "change", [{"client_id": "another"}, {"redirect_uri": "https://evil.example/"}, {"response_type": "token"}]
)
def test_a_code_goes_nowhere_else(officers: Officers, change: dict[str, str]) -> None:
    answer = sign_in(officers, user="can-bo", **change)
    assert answer is not None and answer.status == 400
