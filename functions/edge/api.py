"""GET /health, GET /openapi.json, and the answer to every route there is not."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import Response

from cccd.errors import MethodNotAllowed, NotFound, Refusal
from cccd.http import cacheable, lambda_handler, problem_response, resolver
from cccd.invocation import Event
from cccd.wire import Model

MAX_AGE = 3600

app = resolver()


class Health(Model):
    """Alive."""

    status: str


@app.get("/health", summary="Alive")
def read_health() -> Health:
    return Health(status="ok")


@app.get("/openapi.json", summary="This document")
@cacheable(app, MAX_AGE, kept=1)
def read_openapi() -> dict[str, Any]:
    return openapi()


@cache
def openapi() -> dict[str, Any]:
    """The document that `edge.document` made."""
    found = json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def unrouted(method: str, path: str) -> Refusal:
    """Why no route took the request: the path has other methods, or there is no such path."""
    for template, operations in openapi()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            allow = sorted(each.upper() for each in operations)
            return NotFound() if method in allow else MethodNotAllowed(allow)
    return NotFound()


@app.not_found
def answer_unrouted(_: Exception) -> Response[Any]:
    event: Event = app.current_event.raw_event
    return problem_response(unrouted(event["requestContext"]["http"]["method"], event.get("rawPath", "")))


handler = lambda_handler(app)
