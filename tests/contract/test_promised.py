"""The comparison with the contract finds a wrong answer; otherwise the whole suite would prove nothing."""

import json
from typing import Any

import pytest

from bookings.api import app as bookings
from cccd.http import SAFE
from desk.office_api import app as office
from offices.api import app as offices
from tests.gateway import event
from tests.promised import hold

OFFICES: dict[str, Any] = {"items": [], "nextCursor": None, "confident": False, "message": None}
NOT_FOUND: dict[str, Any] = {"type": "about:blank", "title": "…", "status": 404, "detail": "…", "code": "not_found"}


def answer(body: Any, status: int = 200, media: str = "application/json") -> dict[str, Any]:
    headers = {"Content-Type": media, "ETag": '"1"', "Vary": "Accept-Encoding", **SAFE}
    headers["Cache-Control"] = "public, max-age=60" if status < 400 else "no-store"
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def without(name: str, given: dict[str, Any]) -> dict[str, Any]:
    return given | {"headers": {each: value for each, value in given["headers"].items() if each != name}}


def kept(given: dict[str, Any]) -> dict[str, Any]:
    return given | {"headers": given["headers"] | {"Cache-Control": "public, max-age=60"}}


def problem(**changes: Any) -> dict[str, Any]:
    told = NOT_FOUND | changes
    return answer(told, told["status"], "application/problem+json")


def test_right_answers_pass() -> None:
    hold(offices, event("GET", "/offices"), answer(OFFICES))
    hold(office, event("GET", "/offices/ca-1"), problem())
    hold(offices, event("GET", "/nowhere"), problem())


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/offices", answer(OFFICES | {"more": 1})),
        ("/offices", answer({"items": []})),
        ("/offices", answer(OFFICES | {"items": [{"id": 7}]})),
        ("/offices", answer(OFFICES, 201)),
        ("/offices", answer(OFFICES, 200, "text/html")),
        ("/offices", problem()),
        ("/offices/ca-1", problem(code="slot_full")),
        ("/offices/ca-1", problem(status=403)),
        ("/offices/ca-1", problem(more="than is promised")),
        ("/nowhere", problem(code="slot_full")),
        ("/offices", without("X-Content-Type-Options", answer(OFFICES))),
        ("/offices/ca-1", kept(problem())),
        ("/offices/ca-1", without("Cache-Control", problem())),
        ("/nowhere", kept(problem())),
    ],
)
def test_wrong_answers_do_not(path: str, given: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        hold(office if path == "/offices/ca-1" else offices, event("GET", path), given)


@pytest.mark.parametrize("start", ["2026-11-26", "2026-11-26T08:00:00", "2026-11-26T01:00:00+00:00", "soon"])
def test_instants_are_vietnams(start: str) -> None:
    slot = {"start": "2026-11-26T08:00:00+07:00", "end": "2026-11-26T08:30:00+07:00", "seatsLeft": 1}
    full = {"status": 409, "code": "slot_full"}
    asked = event("POST", "/bookings")
    hold(bookings, asked, problem(**full, alternatives=[slot]))
    with pytest.raises(AssertionError):
        hold(bookings, asked, problem(**full, alternatives=[slot | {"start": start}]))
