"""Compares every answer of every handler, in any test, with the published contract.

`tests/conftest.py` wraps `watched` around the making of handlers, so no test can forget it.
"""

import json
import re
import sys
from collections.abc import Callable
from datetime import datetime
from functools import cache, wraps
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from contract.openapi import API_MODULES, OPENAPI_FILE, routes_of
from tests.gateway import received

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

# The answers so far: the operation's name and the status.
SEEN: set[tuple[str, int]] = set()

# The answers to a request that no route of the handler takes.
UNROUTED = {404: "not_found", 405: "method_not_allowed"}
# The answers of any handler: it looks at the body and the session before it looks for a route.
BEFORE_THE_ROUTE = {
    400: "malformed_json",
    413: "payload_too_large",
    401: "unauthenticated",
    403: "wrong_entrance",
    503: "temporarily_unavailable",
    500: "internal_error",
}

_formats = FormatChecker(formats=["date"])


@_formats.checks("date-time", raises=ValueError)
def _an_instant(value: object) -> bool:
    """Whether an instant has an offset, and it is Vietnam's."""
    return not isinstance(value, str) or str(datetime.fromisoformat(value).utcoffset()) == "7:00:00"


def watched[M: Callable[..., Handler]](make: M) -> M:
    """`cccd.http.lambda_handler`; an answer of its handlers that breaks the contract fails the test."""

    @wraps(make)
    def making(app: APIGatewayHttpResolver, *given: Any, **named: Any) -> Handler:
        handler = make(app, *given, **named)

        def watching(event: dict[str, Any], context: Any) -> dict[str, Any]:
            answer = handler(event, context)
            hold(app, event, answer)
            return answer

        return watching

    return making  # type: ignore[return-value]  # it takes the same parameters as `make`


def hold(app: APIGatewayHttpResolver, event: dict[str, Any], answer: dict[str, Any]) -> None:
    """Fail if the contract does not promise this answer to this request."""
    method, path = event["requestContext"]["http"]["method"], event.get("rawPath", "")
    status, headers = answer["statusCode"], {name.lower(): value for name, value in answer["headers"].items()}
    media, _, _ = headers.get("content-type", "").partition(";")
    assert headers.get("x-content-type-options") == "nosniff"
    assert headers.get("strict-transport-security") == "max-age=63072000; includeSubDomains"
    forgotten = headers.get("cache-control") == "no-store"
    assert forgotten or ("cache-control" in headers and "etag" in headers and status < 400), f"{method} {path} is kept"
    if not _routes(app):
        return  # a test made the resolver for itself
    operation = _operation(app, method, path)
    asked = f"{method} {operation or path}, {status}"
    if operation is None:
        code = json.loads(answer["body"])["code"]
        assert code == (UNROUTED | BEFORE_THE_ROUTE)[status], f"{asked}: no route, and yet {code}"
        return
    promised = _promises(operation)
    assert status in promised, f"{asked} is not in the contract, which has {sorted(promised)}: {answer['body']}"
    by_media = promised[status]
    body = _body(answer, media)
    if by_media:
        assert media in by_media, f"{asked}: {media} is not in the contract, which has {sorted(by_media)}"
        wrong = best_match(by_media[media].iter_errors(body))
        assert wrong is None, f"{asked}: {wrong.json_path} {wrong.message}"
    else:
        assert not answer.get("body"), f"{asked}: the contract has no body"
    for name, value in _fixed_headers(operation)[status].items():
        assert headers.get(name.lower()) == value, f"{asked}: {name}"
    if "content-encoding" in headers:
        assert operations()[operation]["responses"][str(status)]["headers"]["Content-Encoding"], asked
        assert headers["vary"] == "Accept-Encoding", f"{asked}: a cache would give it to those who cannot read it"
    SEEN.add((operation, status))


@cache
def document() -> dict[str, Any]:
    """The contract as it is published."""
    found = json.loads(OPENAPI_FILE.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@cache
def operations() -> dict[str, dict[str, Any]]:
    """The operations of the contract by their names, each with its method and path."""
    return {
        operation["operationId"]: {"method": method.upper(), "path": path, **operation}
        for path, every in document()["paths"].items()
        for method, operation in every.items()
    }


@cache
def _routes(app: APIGatewayHttpResolver) -> list[tuple[str, re.Pattern[str], str]]:
    """Method, path pattern and operation of each route, fixed paths first; none if a test made the resolver for itself."""
    if not any(getattr(sys.modules.get(name), "app", None) is app for name in API_MODULES):
        return []
    names = {(each["method"], each["path"]): name for name, each in operations().items()}
    return [
        (route.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", route.openapi_path)), name)
        for route in routes_of(app)
        if (name := names.get((route.method, route.openapi_path)))
    ]


def _operation(app: APIGatewayHttpResolver, method: str, path: str) -> str | None:
    for its_method, pattern, name in _routes(app):
        if its_method == method and pattern.fullmatch(path):
            return name
    return None


@cache
def _promises(operation: str) -> dict[int, dict[str, Draft202012Validator]]:
    """For each status of an operation, the schemas of the body by content type; none if there is no body."""
    components = _closed_components()
    found: dict[int, dict[str, Draft202012Validator]] = {}
    for status, answer in operations()[operation]["responses"].items():
        if "$ref" in answer:
            answer = document()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        found[int(status)] = {
            media: Draft202012Validator(
                {**_strict(content["schema"]), "components": components}, format_checker=_formats
            )
            for media, content in answer.get("content", {}).items()
        }
    return found


@cache
def _fixed_headers(operation: str) -> dict[int, dict[str, str]]:
    """For each status of an operation, the headers that it always has, and their values."""
    found: dict[int, dict[str, str]] = {}
    for status, answer in operations()[operation]["responses"].items():
        if "$ref" in answer:
            answer = document()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        every = {
            name: document()["components"]["headers"][each["$ref"].rpartition("/")[2]] if "$ref" in each else each
            for name, each in answer.get("headers", {}).items()
        }
        found[int(status)] = {name: each["schema"]["const"] for name, each in every.items() if each.get("required")}
    return found


@cache
def _closed_components() -> Any:
    return _strict(document()["components"])


def _strict(schema: Any) -> Any:
    """The schema without room for other members: an answer has no member that the contract does not list."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _strict(value) for name, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        closed.setdefault("additionalProperties", False)
    return closed


def _body(answer: dict[str, Any], media: str) -> Any:
    """The body as a front end reads it."""
    content = received(answer)
    if media.endswith("json"):
        return json.loads(content)
    return content.decode("latin-1" if answer.get("isBase64Encoded") else "utf-8")
