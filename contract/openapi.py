"""The OpenAPI document, made from the handlers themselves: `make openapi` writes it.

It is written where the edge function reads it; docs/openapi.json is a link to that file.
"""

import importlib
import json
import os
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from cccd.problems import PROBLEMS
from infra.template import load

ROOT = Path(__file__).parents[1]
OPENAPI_FILE = ROOT / "functions" / "edge" / "openapi.json"

# Modules with routes, in the order of the journey; True where every route needs a session.
API_MODULES = {
    "sessions.api": False,
    "offices.api": False,
    "bookings.availability_api": False,
    "procedures.api": False,
    "forms.api": False,
    "places.api": False,
    "declarations.api": True,
    "declarations.print_api": True,
    "privacy.api": True,
    "bookings.api": True,
    "faq.api": False,
    "chat.webhook": False,
    "edge.api": False,
}

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457; `code` is stable, the sentences are Vietnamese.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"enum": sorted([*{problem.code for problem in PROBLEMS.values()}, "internal_error"])},
        "instance": {"type": "string"},
        "requestId": {"type": "string", "description": "With `internal_error`: what to tell the office."},
        "alternatives": {"type": "array", "items": {"type": "object"}, "description": "With `slot_full`: open slots."},
        "closed": {"type": "object", "description": "With `slot_closed`: code and reason."},
        "booking": {"type": "object", "description": "With `already_booked`, to its owner: which."},
        "bookingStatus": {"type": "string", "description": "With `not_…able`: the state that does not allow it."},
        "current": {"type": "object", "description": "With `stale_version`: the declaration as it stands."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "message")},
            },
        },
    },
}


def document() -> dict[str, Any]:
    """The whole document."""
    for function in load(ROOT / "infra" / "template.yaml").functions.values():
        for name, value in function.environment.items():
            os.environ.setdefault(name, value)  # a handler reads its settings when it is imported
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": _PROBLEM}
    for name, signed_in in API_MODULES.items():
        app: APIGatewayHttpResolver = importlib.import_module(name).app
        part = json.loads(app.get_openapi_json_schema(title="", version=""))
        schemas |= part.get("components", {}).get("schemas", {})
        for path, operations in part["paths"].items():
            wire_path = path.replace("<", "{").replace(">", "}")
            for method, operation in operations.items():
                paths.setdefault(wire_path, {})[method] = _operation(operation, method, wire_path, signed_in)
    for unused in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(unused, None)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Đặt lịch làm căn cước (CCCD) qua Zalo",
            "version": "1",
            "description": "What a Mini App front end calls. JSON in camelCase; instants carry +07:00; ids are strings. "
            "Bodies have at most 64 KB: more is refused with 413 `payload_too_large`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def text() -> str:
    """The document as it is committed."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def _operation(operation: dict[str, Any], method: str, path: str, signed_in: bool) -> dict[str, Any]:
    operation.pop("tags", None)
    operation["operationId"] = _operation_id(method, path)
    for powertools_own in ("422", "500"):  # ours are problem documents, as `default` says
        operation.get("responses", {}).pop(powertools_own, None)
    operation["responses"]["default"] = {
        "description": "A refusal",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if method == "post" and path in ("/sessions", "/declarations", "/bookings"):
        operation["responses"] = {
            "201" if status == "200" else status: answer for status, answer in operation["responses"].items()
        }
        if path != "/sessions":
            operation["responses"]["200"] = operation["responses"]["201"] | {"description": "The same request again"}
    if path.endswith("/print"):
        pdf = {"schema": {"type": "string", "contentMediaType": "application/pdf", "contentEncoding": "binary"}}
        operation["responses"]["200"]["content"] = {"application/pdf": pdf}
    if method == "delete" and path.startswith("/declarations"):
        operation["responses"]["204"] = {"description": "Erased"}
        del operation["responses"]["200"]
    if signed_in:
        operation["security"] = [{"session": []}]
    return operation


def _operation_id(method: str, path: str) -> str:
    words = [word.strip("{}").replace(".json", "") for word in path.split("/") if word]
    return method + "".join(word[0].upper() + word[1:] for word in words)


if __name__ == "__main__":
    OPENAPI_FILE.write_text(text(), encoding="utf-8")
