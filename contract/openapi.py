"""The OpenAPI document, made from the handlers themselves: `make openapi` writes it.

It is written where the edge function reads it; docs/openapi.json is a link to that file.
"""

import importlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic.alias_generators import to_camel

from cccd.errors import Refusal
from contract import refusals
from contract.examples import add_examples
from contract.refusals import Schema
from infra.template import load

ROOT = Path(__file__).parents[1]
OPENAPI_FILE = ROOT / "functions" / "edge" / "openapi.json"

PUBLIC: list[Schema] = []
SESSION: list[Schema] = [{"session": []}]
ZALO: list[Schema] = [{"zaloSignature": []}]
OFFICER: list[Schema] = [{"officer": []}]


@dataclass(frozen=True)
class Door:
    """A module with routes: their tag, and what they ask of a caller."""

    tag: str
    security: list[Schema]


# Modules with routes of a contract that is not ours, so it is told elsewhere: docs/egovernment.md.
ADAPTERS = ("egovernment.api", "egovernment.upload_api")

# Modules with routes, in the order of the journey.
API_MODULES = {
    "sessions.api": Door("Sign-in", PUBLIC),
    "offices.api": Door("Offices", PUBLIC),
    "bookings.availability_api": Door("Offices", PUBLIC),
    "desk.office_api": Door("Offices", PUBLIC),
    "procedures.api": Door("Procedures", PUBLIC),
    "forms.api": Door("Declarations", PUBLIC),
    "places.api": Door("Declarations", PUBLIC),
    "declarations.api": Door("Declarations", SESSION),
    "declarations.print_api": Door("Declarations", SESSION),
    "privacy.api": Door("My data", SESSION),
    "bookings.api": Door("Bookings", SESSION),
    "bookings.waiting_api": Door("Bookings", SESSION),
    "faq.api": Door("Questions", PUBLIC),
    "chat.webhook": Door("Zalo", ZALO),
    "desk.api": Door("Desk", OFFICER),
    "desk.declaration_api": Door("Desk", OFFICER),
    "feedback.desk_api": Door("Desk", OFFICER),
    "accounts.desk_api": Door("Desk", OFFICER),
    "chat.following_api": Door("Offices", SESSION),
    "edge.api": Door("Service", PUBLIC),
}

TAGS = {
    "Sign-in": "Zalo's token in, our session token out. A citizen's own data needs it as `Authorization: Bearer …`.",
    "Offices": "Police offices, their opening hours, and the slots that can be booked.",
    "Procedures": "What to bring, time, place and fee, as of a day, each with its source.",
    "Declarations": "The form, the lists for its addresses, and the citizen's own declarations.",
    "My data": "What is held about the citizen, its erasure, and what they agree to.",
    "Bookings": "Hold a seat, confirm it within fifteen minutes, move it, cancel it.",
    "Questions": "Hỏi đáp: search and browse.",
    "Zalo": "What Zalo calls, not a front end.",
    "Desk": "What officers do, with an access token of the officers' pool; API Gateway itself answers 401 to any other.",
    "Service": "Health, and this document.",
}

SERVERS = [
    {"url": "/", "description": "Where this document came from"},
    {"url": "http://127.0.0.1:3000", "description": "`make run`"},
    {
        "url": "https://{api}.execute-api.{region}.amazonaws.com",
        "description": "A deployed stack",
        "variables": {
            "api": {"default": "api-id", "description": "Part of the stack's output `ApiUrl`."},
            "region": {"default": "ap-southeast-1"},
        },
    },
]

_CACHE_HEADERS: Schema = {
    **refusals.SAFE_HEADERS,
    "ETag": {
        "description": "A later request sends it as `If-None-Match`.",
        "schema": {"type": "string"},
    },
    "Cache-Control": {"schema": {"type": "string"}},
    "Vary": {"schema": {"type": "string", "const": "Accept-Encoding"}},
}
_CODING_HEADER: Schema = {
    "Content-Encoding": {
        "description": "Larger answers come gzipped to whoever accepts that.",
        "schema": {"type": "string", "const": "gzip"},
    }
}


class NameClash(Exception):
    """Two models have the same name and different schemas: one of them needs another name."""


def document() -> Schema:
    """The whole document."""
    for function in load(ROOT / "infra" / "template.yaml").functions.values():
        for name, value in function.environment.items():
            os.environ.setdefault(name, value)  # a handler reads its settings when it is imported
    paths: Schema = {}
    schemas: Schema = {}
    refused: set[type[Refusal]] = set()
    for name, door in API_MODULES.items():
        app: APIGatewayHttpResolver = importlib.import_module(name).app
        part = json.loads(app.get_openapi_json_schema(title="", version=""))
        add_schemas(schemas, part.get("components", {}).get("schemas", {}), name)
        for route in routes_of(app):
            operation = part["paths"][route.openapi_path][route.method.lower()]
            mine = {*_implied(operation, door), *getattr(route.func, "refusals", ())}
            refused |= mine
            paths.setdefault(route.openapi_path, {})[route.method.lower()] = _operation(
                operation, route.func, door, mine
            )
    add_examples({each["operationId"]: each for every in paths.values() for each in every.values()})
    for powertools_own in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(powertools_own, None)
    _require_all(schemas, but=_asked_for(paths, schemas))
    ordered = sorted(refused, key=lambda each: each.__name__)
    add_schemas(schemas, refusals.schemas(ordered), "cccd.errors")
    used = json.dumps(paths)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Đặt lịch làm căn cước (CCCD) qua Zalo",
            "version": "1",
            "description": "What a Mini App front end calls. JSON in camelCase; instants carry +07:00; ids are strings. "
            "Bodies have at most 64 KB. A refusal is a problem document (RFC 9457): its `code` is stable, its sentences are "
            "Vietnamese and say what to do next. A method that a path does not have, HEAD included, is a 405.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": SERVERS,
        "tags": [{"name": name, "description": description} for name, description in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "responses": {
                name: answer
                for name, answer in refusals.components(ordered).items()
                if f'"#/components/responses/{name}"' in used
            },
            "headers": refusals.HEADERS,
            "securitySchemes": {
                "session": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "officer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "zaloSignature": {"type": "apiKey", "in": "header", "name": "X-ZEvent-Signature"},
            },
        },
    }


def text() -> str:
    """The document as it is committed."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def add_schemas(schemas: Schema, more: Mapping[str, Schema], whose: str) -> None:
    """Add a module's schemas to the others.

    Raises:
        NameClash: another schema has the same name.
    """
    for name, schema in more.items():
        found = _without_titles(schema)
        if schemas.setdefault(name, found) != found:
            raise NameClash(
                f"{whose} has another {name} than a module before it: one of the two models needs another name"
            )


def routes_of(app: APIGatewayHttpResolver) -> Iterator[Any]:
    """A resolver's routes. Powertools has no public list of them, and its document does not name their functions."""
    yield from [*app._static_routes, *app._dynamic_routes]


def _implied(operation: Schema, door: Door) -> Iterator[type[Refusal]]:
    """What any route of this kind refuses."""
    yield from refusals.OF_EVERY_ROUTE
    if door.security is SESSION:
        yield from refusals.OF_ROUTES_WITH_A_SESSION
    if door.security is OFFICER:
        yield from refusals.OF_OFFICERS_ROUTES
    if "requestBody" in operation or any(each["in"] != "path" for each in operation.get("parameters", [])):
        yield from refusals.OF_ROUTES_WITH_PARAMETERS


def _operation(operation: Schema, route: Callable[..., Any], door: Door, refused: set[type[Refusal]]) -> Schema:
    """An operation, named after the function that answers it."""
    found = {
        "operationId": to_camel(route.__name__),
        "tags": [door.tag],
        "security": door.security,
        **{name: value for name, value in operation.items() if name in ("summary", "description")},
    }
    if parameters := operation.get("parameters"):
        found["parameters"] = [_parameter(each) for each in parameters]
    if "requestBody" in operation:
        found["requestBody"] = operation["requestBody"]
    made = {status: answer for status, answer in operation["responses"].items() if status < "400"}
    found["responses"] = _successes(made, found, getattr(route, "max_age", None)) | refusals.answers(refused)
    return found


def _asked_for(paths: Schema, schemas: Schema) -> set[str]:
    """The schemas that occur in requests."""
    operations = [operation for every in paths.values() for operation in every.values()]
    waiting = _references([[each.get("requestBody"), each.get("parameters")] for each in operations])
    found: set[str] = set()
    while waiting:
        found |= waiting
        waiting = _references([schemas[name] for name in waiting]) - found
    return found


def _references(part: Any) -> set[str]:
    return set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(part)))


def _require_all(schemas: Schema, but: set[str]) -> None:
    """Require every member of an answer, as we always send all; Pydantic makes those with a default optional."""
    for name, schema in schemas.items():
        if "properties" in schema and name not in but:
            schema["required"] = list(schema["properties"])


def _parameter(parameter: Schema) -> Schema:
    name = parameter["name"]
    if parameter["in"] == "header":  # Powertools looks headers up in lower case
        name = "-".join(word.capitalize() for word in name.split("-"))
    schema = _without_titles(parameter["schema"])
    if parameter.get("description") == schema.get("description"):
        schema.pop("description", None)
    return {**parameter, "name": name, "schema": schema}


def _successes(made: Schema, operation: Schema, max_age: int | None) -> Schema:
    """The answers of a route that are no refusals."""
    for empty in made.keys() & {"204", "304"}:
        made[empty].pop("content")  # Powertools gives every answer one
    for answer in made.values():
        answer["headers"] = refusals.SAFE_HEADERS
    with_key = any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", []))
    for status, answer in made.items():
        if answer["description"] == "Successful Response":
            made[status]["description"] = "Made" if status == "201" else operation["summary"]
    if with_key and "201" in made:
        made = {"200": deepcopy(made["201"]) | {"description": "The same request again"}} | made
    if max_age is not None:
        made["200"]["headers"] = _CACHE_HEADERS | _CODING_HEADER
        made["304"] = {
            "description": "The answer that `If-None-Match` names is still current",
            "headers": _CACHE_HEADERS,
        }
    return made


def _without_titles(schema: Any) -> Any:
    """The schema without the titles that Pydantic makes of names ("Officeid")."""
    if isinstance(schema, list):
        return [_without_titles(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _without_titles(value)
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str))
    }


if __name__ == "__main__":
    OPENAPI_FILE.write_text(text(), encoding="utf-8")
