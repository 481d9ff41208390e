"""What strangers send: every route, every kind of nonsense. Never a 500, never a page, never a stack trace."""

import base64
import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from bookings.api import handler as bookings
from bookings.availability_api import handler as availability
from cccd import clock, http
from cccd.http import MAX_BODY_BYTES, resolver
from cccd.observability import logger
from cccd.wire import Model
from declarations.api import handler as declarations
from edge.api import handler as edge
from forms.api import handler as forms
from offices.api import handler as offices
from offices.directory import Directory, Listed
from sessions.api import handler as sessions
from tests.bookings.people import signed_in
from tests.gateway import CONTEXT, call, event

JSON_ROUTES = [(sessions, "/sessions"), (bookings, "/bookings"), (declarations, "/declarations")]

NOT_JSON = [
    "{",
    "",
    "not json",
    "[]",
    '"text"',
    "1",
    "null",
    "NaN",
    '{"a": NaN}',
    '{"a": 1e999999}{',
    "[" * 50_000,
    '{"a": ' + "9" * 5_000 + "}",
    "\x00",
]


@pytest.mark.parametrize("raw", NOT_JSON, ids=lambda raw: repr(raw[:12]))
@pytest.mark.parametrize(("handler", "path"), JSON_ROUTES, ids=lambda each: str(each)[:20])
def test_what_is_not_a_json_object_is_refused(aws: None, handler: Any, path: str, raw: str) -> None:
    answer = call(handler, "POST", path, raw=raw, headers=signed_in("lan"))
    assert answer.status in (400, 422)
    assert answer.code in ("malformed_json", "invalid_request")


@pytest.mark.parametrize("depth", [33, 1_000, 9_990, 20_000])
@pytest.mark.parametrize(("before", "after"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize(("handler", "path"), JSON_ROUTES, ids=lambda each: str(each)[:20])
def test_json_nested_beyond_all_need_is_refused(
    aws: None, handler: Any, path: str, before: str, after: str, depth: int
) -> None:
    if len(before) * depth > MAX_BODY_BYTES // 2:
        depth = MAX_BODY_BYTES // (2 * len(before)) - 20
    raw = f'{{"zaloAccessToken": {before * depth}1{after * depth}}}'
    assert call(handler, "POST", path, raw=raw, headers=signed_in("lan")).code == "malformed_json"


@pytest.mark.parametrize(("handler", "path"), JSON_ROUTES, ids=lambda each: str(each)[:20])
def test_a_body_of_a_megabyte_is_refused(aws: None, handler: Any, path: str) -> None:
    big = json.dumps({"zaloAccessToken": "x" * 1_000_000})
    assert call(handler, "POST", path, raw=big, headers=signed_in("lan")).code == "payload_too_large"
    encoded = base64.b64encode(big.encode()).decode()
    answer = call(handler, "POST", path, raw=encoded, base64=True, headers=signed_in("lan"))
    assert answer.code == "payload_too_large"


@pytest.mark.parametrize("raw", ["!!!", base64.b64encode(b"\xff\xfe").decode()])
def test_a_body_that_cannot_be_decoded_is_refused(raw: str) -> None:
    assert call(sessions, "POST", "/sessions", raw=raw, base64=True).code == "malformed_json"


def test_all_wrong_fields_are_told_at_once(aws: None) -> None:
    body = {
        "officeId": 7,
        "start": "tomorrow",
        "applicant": {"fullName": "R2D2", "personalId": "12", "dateOfBirth": "1990-02-30", "phone": "call me"},
    }
    answer = call(bookings, "POST", "/bookings", body=body, headers=signed_in("lan"))
    assert answer.code == "invalid_request"
    assert {error["field"] for error in answer.body["errors"]} == {
        "Idempotency-Key",
        "officeId",
        "procedure",
        "start",
        "applicant.fullName",
        "applicant.personalId",
        "applicant.dateOfBirth",
        "applicant.phone",
    }
    assert all(error["message"].endswith(".") for error in answer.body["errors"])


@pytest.mark.parametrize(
    "value", [None, 1, True, [], {}, "", " ", "x" * 10_000, "\ud800", "\u202e1", "１２", "🙂", "'; --"]
)
@pytest.mark.parametrize("field", ["fullName", "personalId", "dateOfBirth", "phone"])
def test_any_value_of_any_field_is_accepted_or_refused_by_name(aws: None, field: str, value: Any) -> None:
    applicant = {"fullName": "Lan", "personalId": "079190001234", "dateOfBirth": "1990-05-20", "phone": "0912345678"}
    body = {
        "officeId": "ca-26740",
        "procedure": "cap-cccd",
        "start": "2021-01-04T08:00:00+07:00",
        "applicant": applicant | {field: value},
    }
    answer = call(bookings, "POST", "/bookings", body=body, headers={**signed_in("lan"), "idempotency-key": "12345678"})
    if answer.code == "invalid_request":
        assert [error["field"] for error in answer.body["errors"]] == [f"applicant.{field}"]
    else:
        assert answer.code == "slot_closed", "the start is in the past"


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        "Bearer",
        "Bearer x",
        "Basic abc",
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIiwiZXhwIjo5OTk5OTk5OTk5LCJpc3MiOiJjY2NkIn0.",  # checkov:skip=CKV_SECRET_9: an example
        "Bearer " + "x" * 9_000,
        "Bearer 🙂.🙂.🙂",
    ],
)
@pytest.mark.parametrize(
    ("handler", "method", "path"),
    [
        (bookings, "GET", "/bookings"),
        (bookings, "POST", "/bookings"),
        (bookings, "POST", "/bookings/x/confirm"),
        (declarations, "GET", "/declarations"),
        (declarations, "POST", "/declarations"),
    ],
    ids=lambda each: str(each)[:20],
)
def test_a_missing_or_forged_token_is_refused(
    aws: None, handler: Any, method: str, path: str, token: str | None
) -> None:
    headers = {} if token is None else {"authorization": token}
    assert call(handler, method, path, headers=headers).code == "unauthenticated"


@pytest.mark.parametrize(
    "start",
    [
        None,
        "",
        "soon",
        1764118800,
        "1764118800",
        "2026-11-26",
        "2026-11-26T08:00:00",
        "2026-02-30T08:00:00+07:00",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00+07:00",
        "2026-11-26T08:00:00+99:00",
        [],
    ],
)
def test_a_start_that_is_no_instant_of_ours_is_refused_by_name(aws: None, start: Any) -> None:
    applicant = {"fullName": "Lan", "personalId": "079190001234", "dateOfBirth": "1990-05-20", "phone": "0912345678"}
    body = {"officeId": "ca-26740", "procedure": "cap-cccd", "start": start, "applicant": applicant}
    headers = {**signed_in("lan"), "idempotency-key": "12345678"}
    held = call(bookings, "POST", "/bookings", body=body, headers=headers)
    moved = call(bookings, "POST", f"/bookings/{'a' * 42}/reschedule", body={"start": start}, headers=headers)
    for answer in (held, moved):
        assert answer.code == "invalid_request"
        assert [error["field"] for error in answer.body["errors"]] == ["start"]


LONG = "x" * 10_000


@pytest.mark.parametrize(
    "id_", [LONG, "a" * 42, "..", "%00", "🙂", "' OR 1=1", "a b", "\u202e"], ids=lambda each: each[:8]
)
def test_an_id_that_cannot_be_is_not_found(aws: None, id_: str) -> None:
    headers = signed_in("lan")
    assert call(bookings, "GET", f"/bookings/{id_}", headers=headers).code == "not_found"
    assert call(bookings, "POST", f"/bookings/{id_}/confirm", headers=headers).code == "not_found"
    assert call(declarations, "GET", f"/declarations/{id_}", headers=headers).code == "not_found"
    assert call(offices, "GET", f"/offices/{id_}").code == "not_found"
    assert call(availability, "GET", f"/offices/{id_}/slots").code == "not_found"
    assert call(forms, "GET", f"/forms/{id_}").code == "not_found"


@pytest.mark.parametrize(
    ("handler", "path", "query", "field"),
    [
        (offices, "/offices", {"limit": "-1"}, "limit"),
        (offices, "/offices", {"limit": "1000000"}, "limit"),
        (offices, "/offices", {"limit": "many"}, "limit"),
        (offices, "/offices", {"q": LONG}, "q"),
        (availability, "/offices/ca-26740/slots", {"days": "0"}, "days"),
        (availability, "/offices/ca-26740/slots", {"days": "8"}, "days"),
        (availability, "/offices/ca-26740/slots", {"from": "soon"}, "from"),
        (availability, "/offices/ca-26740/slots", {"from": "9999-12-31"}, "from"),
        (availability, "/offices/ca-26740/slots", {"residence": "nowhere"}, "residence"),
        (forms, "/forms/cap-cccd", {"on": "2021-02-30"}, "on"),
    ],
)
def test_a_query_that_does_not_fit_names_its_field(aws: None, handler: Any, path: str, query: Any, field: str) -> None:
    answer = call(handler, "GET", path, query=query)
    assert answer.code == "invalid_request"
    assert [error["field"] for error in answer.body["errors"]] == [field]


@pytest.mark.parametrize(
    ("method", "path", "code", "allow"),
    [
        ("GET", "/nowhere", "not_found", None),
        ("GET", f"/{LONG}", "not_found", None),
        ("GET", "/", "not_found", None),
        ("DELETE", "/offices", "method_not_allowed", "GET"),
        ("GET", "/sessions", "method_not_allowed", "POST"),
        ("PUT", "/bookings/x/confirm", "method_not_allowed", "POST"),
    ],
)
def test_an_unknown_route_or_method_is_told_apart(method: str, path: str, code: str, allow: str | None) -> None:
    answer = call(edge, method, path, route="$default")
    assert answer.code == code
    assert answer.headers.get("allow") == allow


def test_an_unexpected_error_tells_nothing_but_a_number(aws: None, monkeypatch: Any) -> None:
    logged = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", logged)

    def broken(*_: object) -> None:
        raise RuntimeError("personal id 079190001234 of Lan")

    monkeypatch.setattr("offices.api.directory", broken)
    answer = call(offices, "GET", "/offices", query={"q": "kept for nobody: it breaks"})
    assert (answer.status, answer.code) == (500, "internal_error")
    (record,) = [each for each in map(json.loads, logged.getvalue().splitlines()) if each["level"] == "ERROR"]
    assert record["error"] == "RuntimeError", "an engineer finds what failed"
    assert record["request_id"] == answer.body["requestId"] == CONTEXT.aws_request_id, "by the number that was told"
    assert "079190001234" not in logged.getvalue() + json.dumps(answer.body)
    assert "Traceback" not in json.dumps(answer.body)


def test_a_request_happens_at_one_instant(aws: None) -> None:
    """However long it takes: a midnight between two readings of the clock would tear it apart."""
    seen: list[datetime] = []

    def slow(text: str, *_: object, **__: object) -> Listed:
        seen.append(clock.now())
        at.shift(timedelta(seconds=90))
        seen.append(clock.now())
        return Listed([], True)

    with time_machine.travel(datetime(2026, 11, 25, 23, 59, 30, tzinfo=clock.VIETNAM), tick=False) as at:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Directory, "search", slow)
            assert call(offices, "GET", "/offices", query={"q": "kept for nobody: it is slow"}).status == 200
        assert seen[0] == seen[1]
        assert clock.now() == seen[0] + timedelta(seconds=90), "the next request has an instant of its own"


def test_an_answer_of_ours_that_does_not_fit_its_model_is_logged_and_told_as_our_failure(monkeypatch: Any) -> None:
    app = resolver()

    @app.get("/number")
    def number() -> Number:
        return {"value": "none"}  # type: ignore[return-value]  # the mistake

    logged = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", logged)
    given = http.lambda_handler(app)(event("GET", "/number"), CONTEXT)
    problem = json.loads(given["body"])
    assert (given["statusCode"], problem["code"]) == (500, "internal_error")
    assert "value" not in given["body"] and problem["requestId"] in logged.getvalue()


class Number(Model):
    """A model that an answer may miss."""

    value: int
