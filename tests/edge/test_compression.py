"""Answers that many ask for, over every handler that gives them: gzipped for those who take it, and asked about by ETag."""

import importlib
import json
from typing import Any

import pytest

from local.events import response_of
from tests.gateway import CONTEXT, event, received

LARGE = {
    "edge": "/openapi.json",
    "faq": "/faq",
    "forms": "/forms/cap-cccd",
    "offices": "/offices",
    "places": "/provinces",
    "procedures": "/procedures/cap-cccd",
    "bookings.availability_api": "/offices/ca-26740/slots",
}


def ask(module: str, path: str, method: str = "GET", **headers: str) -> dict[str, Any]:
    name = module if "." in module else f"{module}.api"
    made = event(method, path, headers={each.replace("_", "-"): value for each, value in headers.items()})
    answer: dict[str, Any] = importlib.import_module(name).handler(made, CONTEXT)
    return answer


@pytest.mark.parametrize(("module", "path"), LARGE.items())
def test_gzipped_for_those_who_take_it_and_current_in_both_forms(module: str, path: str, aws: None) -> None:
    plain, packed = ask(module, path), ask(module, path, accept_encoding="br, gzip")
    assert plain["statusCode"] == packed["statusCode"] == 200
    assert "Content-Encoding" not in plain["headers"] and not plain["isBase64Encoded"]
    assert packed["headers"]["Content-Encoding"] == "gzip" and packed["isBase64Encoded"]
    assert received(packed) == received(plain) == plain["body"].encode()
    assert len(packed["body"]) * 3 / 4 < len(plain["body"].encode()) / 2
    assert plain["headers"]["Vary"] == packed["headers"]["Vary"] == "Accept-Encoding"
    for first, codings in ((plain, ""), (plain, "gzip"), (packed, "gzip")):
        again = ask(module, path, accept_encoding=codings, if_none_match=first["headers"]["ETag"])
        assert (again["statusCode"], again["body"]) == (304, None)
        assert again["headers"]["ETag"] == first["headers"]["ETag"]
        assert again["headers"]["Vary"] == "Accept-Encoding" and "Content-Encoding" not in again["headers"]
    assert ask(module, path, if_none_match=packed["headers"]["ETag"])["statusCode"] == 200


@pytest.mark.parametrize("codings", ["", "br", "gzip;q=0", "identity", "g z i p", ";q=1", "\u00ff" * 5_000])
def test_as_it_is_for_everybody_else(codings: str) -> None:
    answer = ask("procedures", "/procedures/cap-cccd", accept_encoding=codings)
    assert answer["statusCode"] == 200 and not answer["isBase64Encoded"]
    assert json.loads(answer["body"])["code"] == "cap-cccd"


def test_small_answers_and_refusals_stay_as_they_are() -> None:
    small = ask("offices", "/offices/ca-26737x", accept_encoding="gzip")
    assert small["statusCode"] == 404 and "Content-Encoding" not in small["headers"]
    health = ask("edge", "/health", accept_encoding="gzip")
    assert health["body"] == '{"status":"ok"}'


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_other_methods_are_refused_as_before(method: str) -> None:
    answer = ask("edge", "/faq", method, accept_encoding="gzip")
    assert answer["statusCode"] == 405 and json.loads(answer["body"])["code"] == "method_not_allowed"
    assert answer["headers"]["Allow"] == "GET" and "Content-Encoding" not in answer["headers"]


def test_the_gateway_sends_the_bytes() -> None:
    packed = ask("faq", "/faq", accept_encoding="gzip")
    sent = response_of(packed)
    assert dict(sent.headers)["content-encoding"] == "gzip"
    assert sent.body.startswith(b"\x1f\x8b") and received(packed).decode() == ask("faq", "/faq")["body"]
