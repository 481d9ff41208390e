"""Calls a handler as API Gateway's HTTP API does, and reads its answer as a front end does."""

import gzip
import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

CONTEXT: Any = SimpleNamespace(
    aws_request_id="5f2c9b1e-7d43-4a6f-9c08-b1d2e3f4a5c6",
    function_name="test",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:ap-southeast-1:000000000000:function:test",
    get_remaining_time_in_millis=lambda: 50_000,
)


@dataclass(frozen=True)
class Answer:
    """Status, parsed body (None when empty) and lower-case headers."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The stable code of a refusal."""
        assert self.headers["content-type"] == "application/problem+json", self
        assert self.body["status"] == self.status
        assert {"type", "title", "detail", "code"} <= set(self.body)
        found = self.body["code"]
        assert isinstance(found, str)
        return found


def event(
    method: str,
    path: str,
    *,
    query: dict[str, str] | None = None,
    body: Any = None,
    raw: str | None = None,
    headers: dict[str, str] | None = None,
    route: str | None = None,
    base64: bool = False,
) -> dict[str, Any]:
    """An event of payload format 2.0; `raw` is a body that is sent as it is."""
    text = raw if raw is not None else None if body is None else json.dumps(body)
    return {
        "version": "2.0",
        "routeKey": route or f"{method} {path}",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "queryStringParameters": query,
        "headers": {"content-type": "application/json", **(headers or {})},
        "requestContext": {"http": {"method": method, "path": path}, "stage": "$default", "requestId": "1"},
        "body": text,
        "isBase64Encoded": base64,
    }


def call(handler: Handler, method: str, path: str, **parts: Any) -> Answer:
    """The handler's answer to that request."""
    given = handler(event(method, path, **parts), CONTEXT)
    headers = {name.lower(): value for name, value in given["headers"].items()}
    content = received(given)
    return Answer(given["statusCode"], json.loads(content) if content else None, headers)


def received(answer: dict[str, Any]) -> bytes:
    """The body of a handler's answer as a front end has it: out of base64, and out of gzip."""
    body = answer.get("body") or ""
    content = b64decode(body, validate=True) if answer.get("isBase64Encoded") else body.encode()
    codings = [value for name, value in answer["headers"].items() if name.lower() == "content-encoding"]
    assert codings in ([], ["gzip"]), codings
    return gzip.decompress(content) if codings else content
