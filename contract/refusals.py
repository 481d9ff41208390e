"""Refusals in the contract: a schema for each code, and for each route the codes it can answer with.

`@refuses` beside a route names what it refuses by its own rules. The tuples here name what every route of a kind refuses.
"""

from collections.abc import Iterable
from typing import Any

from cccd import errors
from cccd.errors import Refusal
from cccd.http import PROBLEM_JSON, SAFE
from cccd.problems import PROBLEMS, unexpected

type Schema = dict[str, Any]

# The name of what `problems.unexpected` makes; no `Refusal` stands for it.
INTERNAL_ERROR = "InternalError"

_FIELD_ERROR: Schema = {
    "type": "object",
    "required": ["field", "code", "message"],
    "properties": {name: {"type": "string"} for name in ("field", "code", "message")},
}
_STATE_OF_BOOKING: Schema = {"bookingStatus": {"$ref": "#/components/schemas/BookingStatus"}}

# The members of a refusal besides its sentences. They are always there, except those in `_SOMETIMES`.
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
            "description": "The booking; only its owner sees it.",
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
    errors.WrongTicketState: {"ticketState": {"$ref": "#/components/schemas/TicketState"}},
    errors.CounterBusy: {"ticket": {"type": "string"}},
    errors.NotConfirmable: _STATE_OF_BOOKING,
    errors.NotReschedulable: _STATE_OF_BOOKING,
    errors.NotCancellable: _STATE_OF_BOOKING,
}
_SOMETIMES = {"booking"}

_RETRY_AFTER: Schema = {
    "Retry-After": {"description": "Seconds to wait, if we know them.", "schema": {"type": "integer"}}
}
# Headers of every answer, unless a route says how long its answers may be kept. That of HTTPS is between gateway and browser.
_PROMISED = [name for name in SAFE if name != "Strict-Transport-Security"]
HEADERS: dict[str, Schema] = {
    "".join(word.capitalize() for word in SAFE[name].split("-")): {
        "required": True,
        "schema": {"type": "string", "const": SAFE[name]},
    }
    for name in _PROMISED
}
SAFE_HEADERS: Schema = {
    name: {"$ref": f"#/components/headers/{component}"} for name, component in zip(_PROMISED, HEADERS, strict=True)
}


# Every route refuses a body that it cannot read, a GET too; and, behind CloudFront, a call that went around it.
OF_EVERY_ROUTE = (errors.MalformedJson, errors.PayloadTooLarge, errors.WrongEntrance)
# The last one, because each of them reads the key of the sessions.
OF_ROUTES_WITH_A_SESSION = (errors.Unauthenticated, errors.SessionExpired, errors.TemporarilyUnavailable)
# An officer's routes: their token opens them, and says for which offices.
OF_OFFICERS_ROUTES = (errors.Unauthenticated, errors.TemporarilyUnavailable)
# Parameters in the query or the headers, or a body.
OF_ROUTES_WITH_PARAMETERS = (errors.InvalidRequest,)


def schemas(refusals: Iterable[type[Refusal]]) -> dict[str, Schema]:
    """A schema for each refusal, named after it, and one for an internal error."""
    found = {each.__name__: _schema(each) for each in refusals}
    told = unexpected("")
    members = {"requestId": {"type": "string", "description": "The number to tell the office."}}
    found[INTERNAL_ERROR] = _problem("We failed.", told["status"], told["code"], members)
    return found


def components(refusals: Iterable[type[Refusal]]) -> dict[str, Schema]:
    """An answer for each refusal, for the routes where no other one has the same status."""
    found = {each.__name__: _answer([each]) for each in refusals}
    title = unexpected("")["title"]
    found[INTERNAL_ERROR] = {
        "description": f"`internal_error` {title}.",
        "headers": SAFE_HEADERS,
        "content": {PROBLEM_JSON: {"schema": {"$ref": f"#/components/schemas/{INTERNAL_ERROR}"}}},
    }
    return found


def answers(refusals: Iterable[type[Refusal]]) -> dict[str, Schema]:
    """The answers of a route with these refusals, by status."""
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
    retry = _RETRY_AFTER if PROBLEMS[refusals[0]].status in (429, 503) else {}
    return answer | {"headers": SAFE_HEADERS | retry}


def _schema(refusal: type[Refusal]) -> Schema:
    problem = PROBLEMS[refusal]
    return _problem(refusal.__doc__ or "", problem.status, problem.code, _MEMBERS.get(refusal, {}))


def _problem(description: str, status: int, code: str, members: Schema) -> Schema:
    """The schema of a problem document (RFC 9457) with this code."""
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
