"""How the contract tells of refusals: one schema for each code, and for each route the codes it can answer with.

What a route refuses by its own rules stands beside it (`@refuses`); what any route of its kind refuses follows from the kind.
"""

from collections.abc import Iterable
from typing import Any

from cccd import errors
from cccd.errors import Refusal
from cccd.http import PROBLEM_JSON
from cccd.problems import PROBLEMS, unexpected

type Schema = dict[str, Any]

# What `problems.unexpected` tells; it has no refusal, as nobody meant it.
INTERNAL_ERROR = "InternalError"

_FIELD_ERROR: Schema = {
    "type": "object",
    "required": ["field", "code", "message"],
    "properties": {name: {"type": "string"} for name in ("field", "code", "message")},
}
_STATE_OF_BOOKING: Schema = {"bookingStatus": {"$ref": "#/components/schemas/BookingStatus"}}

# What a refusal tells besides its sentences. Members are always there, but for those in `_SOMETIMES`.
_MEMBERS: dict[type[Refusal], Schema] = {
    errors.InvalidRequest: {
        "errors": {"type": "array", "items": _FIELD_ERROR, "description": "Every field that does not fit."}
    },
    errors.SlotClosed: {"closed": {"$ref": "#/components/schemas/ClosedDay"}},
    errors.SlotFull: {
        "alternatives": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/SlotView"},
            "description": "The nearest open slots.",
        }
    },
    errors.AlreadyBooked: {
        "booking": {
            "type": "object",
            "description": "Which, told to its owner alone.",
            "required": ["id", "status", "officeId", "start", "ticket"],
            "properties": {
                "id": {"type": "string"},
                "status": {"$ref": "#/components/schemas/BookingStatus"},
                "officeId": {"type": "string"},
                "start": {"type": "string", "format": "date-time"},
                "ticket": {"type": "string"},
            },
        }
    },
    errors.StaleVersion: {"current": {"$ref": "#/components/schemas/DeclarationView"}},
    errors.NotWithdrawable: {"declarationStatus": {"$ref": "#/components/schemas/DeclarationStatus"}},
    errors.NotConfirmable: _STATE_OF_BOOKING,
    errors.NotReschedulable: _STATE_OF_BOOKING,
    errors.NotCancellable: _STATE_OF_BOOKING,
}
_SOMETIMES = {"booking"}

_RETRY_AFTER: Schema = {
    "Retry-After": {"description": "Seconds to wait, where they are known.", "schema": {"type": "integer"}}
}


# A body that is not ours is refused wherever it comes, also with a GET.
OF_EVERY_ROUTE = (errors.MalformedJson, errors.PayloadTooLarge)
# The last one because the key of the sessions has to be read.
OF_ROUTES_WITH_A_SESSION = (errors.Unauthenticated, errors.SessionExpired, errors.TemporarilyUnavailable)
# In the query or the headers, or a body.
OF_ROUTES_WITH_PARAMETERS = (errors.InvalidRequest,)


def schemas(refusals: Iterable[type[Refusal]]) -> dict[str, Schema]:
    """A schema for each of those refusals, named like it, and for the error that is nobody's refusal."""
    found = {each.__name__: _schema(each) for each in refusals}
    told = unexpected("")
    members = {"requestId": {"type": "string", "description": "What to tell the office."}}
    found[INTERNAL_ERROR] = _problem("We failed.", told["status"], told["code"], members)
    return found


def components(refusals: Iterable[type[Refusal]]) -> dict[str, Schema]:
    """An answer for each of them, for the routes where it is the only one of its status."""
    found = {each.__name__: _answer([each]) for each in refusals}
    title = unexpected("")["title"]
    found[INTERNAL_ERROR] = {
        "description": f"`internal_error` {title}.",
        "content": {PROBLEM_JSON: {"schema": {"$ref": f"#/components/schemas/{INTERNAL_ERROR}"}}},
    }
    return found


def answers(refusals: Iterable[type[Refusal]]) -> dict[str, Schema]:
    """The answers of a route that may refuse so, by status."""
    by_status: dict[int, list[type[Refusal]]] = {}
    for each in sorted(set(refusals), key=lambda each: PROBLEMS[each].code):
        by_status.setdefault(PROBLEMS[each].status, []).append(each)
    found = {
        str(status): {"$ref": f"#/components/responses/{every[0].__name__}"} if len(every) == 1 else _answer(every)
        for status, every in by_status.items()
    }
    return dict(sorted((found | {"500": {"$ref": f"#/components/responses/{INTERNAL_ERROR}"}}).items()))


def _answer(refusals: list[type[Refusal]]) -> Schema:
    told = [f"`{PROBLEMS[each].code}` {PROBLEMS[each].title}." for each in refusals]
    schemas = [{"$ref": f"#/components/schemas/{each.__name__}"} for each in refusals]
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
    answer: Schema = {"description": "\n".join(told), "content": {PROBLEM_JSON: {"schema": schema}}}
    return answer | ({"headers": _RETRY_AFTER} if PROBLEMS[refusals[0]].status in (429, 503) else {})


def _schema(refusal: type[Refusal]) -> Schema:
    problem = PROBLEMS[refusal]
    return _problem(refusal.__doc__ or "", problem.status, problem.code, _MEMBERS.get(refusal, {}))


def _problem(description: str, status: int, code: str, members: Schema) -> Schema:
    """A problem document of one code (RFC 9457)."""
    properties: Schema = {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer", "const": status},
        "detail": {"type": "string", "description": "What to do next, in Vietnamese."},
        "code": {"type": "string", "const": code},
    }
    return {
        "type": "object",
        "description": description,
        "required": [*properties, *(name for name in members if name not in _SOMETIMES)],
        "properties": properties | members,
    }
