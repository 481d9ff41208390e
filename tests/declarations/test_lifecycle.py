"""Drafts, revisions, withdrawal, erasure; each condition passes once and is refused once."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
import time_machine

from cccd.clock import VIETNAM, epoch
from cccd.dynamodb import client, from_item, to_item
from declarations.api import handler
from tests.bookings.people import signed_in
from tests.declarations.people import CONSENT, FORM_2021, FORM_2026
from tests.gateway import Answer, call

TODAY = datetime(2026, 11, 23, 9, tzinfo=VIETNAM)
THE_ARTICLES_DAY = datetime(2021, 6, 24, 9, tzinfo=VIETNAM)
DRAFT: dict[str, Any] = {
    "draft": True,
    "edition": "2026",
    "procedure": "cap-cccd",
    "consent": CONSENT,
    "fullName": "Nguyễn Thị Lan",
    "dateOfBirth": "30/02/1990",
    "phone": "09123",
}


@pytest.fixture(autouse=True)
def _today(aws: None) -> Any:
    with time_machine.travel(TODAY, tick=False) as clock:
        yield clock


def post(body: Any, who: str = "lan", **headers: str) -> Answer:
    return call(handler, "POST", "/declarations", body=body, headers=signed_in(who) | headers)


def put(made: Answer, body: Any, who: str = "lan", version: Any = None) -> Answer:
    sent = body | {"version": made.body["version"] if version is None else version}
    return call(handler, "PUT", f"/declarations/{made.body['id']}", body=sent, headers=signed_in(who))


def get(made: Answer, who: str = "lan") -> Answer:
    return call(handler, "GET", f"/declarations/{made.body['id']}", headers=signed_in(who))


def withdraw(made: Answer, who: str = "lan") -> Answer:
    return call(handler, "POST", f"/declarations/{made.body['id']}/withdraw", headers=signed_in(who))


def erase(made: Answer, who: str = "lan") -> Answer:
    return call(handler, "DELETE", f"/declarations/{made.body['id']}", headers=signed_in(who))


def items() -> list[dict[str, Any]]:
    return [from_item(item) for item in boto3.client("dynamodb").scan(TableName="DeclarationsTable")["Items"]]


def test_a_draft_keeps_what_was_typed_right_or_wrong() -> None:
    made = post(DRAFT)
    assert (made.status, made.body["status"], made.body["submittedAt"]) == (201, "draft", None)
    assert made.body["data"]["fullName"] == "NGUYỄN THỊ LAN"
    assert (made.body["data"]["dateOfBirth"], made.body["data"]["phone"]) == ("30/02/1990", "09123")
    unfinished = {told["field"]: told["code"] for told in made.body["unfinished"]}
    assert unfinished["dateOfBirth"] == "wrong_date"
    assert unfinished["residence"] == "required"
    assert get(made).body == made.body


def test_a_draft_keeps_numbers_as_text() -> None:
    address = {"province": 79, "ward": "26740", "street": 12}
    made = post(DRAFT | {"phone": 5, "personalId": 79190001234, "residence": address, "otherRequests": [1.5]})
    kept = made.body["data"]
    assert (kept["phone"], kept["personalId"], kept["otherRequests"]) == ("5", "79190001234", ["1.5"])
    assert kept["residence"] == {"province": "79", "ward": "26740", "street": "12"}
    assert "phone" in {told["field"] for told in made.body["unfinished"]}
    assert get(made).body == made.body


@pytest.mark.parametrize("missing", ["edition", "procedure", "consent"])
def test_a_draft_needs_a_form_and_consent(missing: str) -> None:
    told = post({name: value for name, value in DRAFT.items() if name != missing})
    assert [error["field"] for error in told.body["errors"]] == [missing]


@pytest.mark.parametrize("value", [1.5, 10**40, "\ud800", [], {}, [1.5], {"ward": 2.5}, "x" * 5_000, {"a": "\ud800"}])
def test_a_draft_survives_any_value(value: Any) -> None:
    for name in ("fullName", "dateOfBirth", "residence", "otherRequests", "truthful"):
        assert post(DRAFT | {name: value}).status == 201
        made = call(handler, "GET", "/declarations", headers=signed_in("lan")).body["items"]
        for each in made:
            call(handler, "DELETE", f"/declarations/{each['id']}", headers=signed_in("lan"))


@pytest.mark.parametrize("value", ["🙂" * 900, "ộ" * 999, ["ộ" * 200] * 10, {"ward": "ộ" * 2_000}, "\ud800"])
def test_a_draft_survives_any_value_of_what_is_sealed(_today: Any, value: Any) -> None:
    _today.move_to(THE_ARTICLES_DAY)
    made = post(FORM_2021 | {"draft": True} | dict.fromkeys(("ethnicity", "religion", "bloodGroup"), value))
    assert made.status == 201
    assert get(made).body == made.body


def test_a_draft_is_corrected_and_submitted() -> None:
    made = post(DRAFT)
    refused = put(made, DRAFT | {"draft": False})
    assert refused.code == "invalid_request"
    assert get(made).body == made.body, "a refused submission leaves the draft as it was"
    saved = put(made, DRAFT | {"dateOfBirth": "1990-05-20"})
    assert (saved.body["status"], saved.body["version"]) == ("draft", 2)
    submitted = put(saved, FORM_2026)
    assert (submitted.body["status"], submitted.body["version"], submitted.body["unfinished"]) == ("submitted", 3, [])
    assert submitted.body["submittedAt"] == "2026-11-23T09:00:00+07:00"


def test_a_submitted_declaration_does_not_become_a_draft_again() -> None:
    made = post(FORM_2026)
    refused = put(made, FORM_2026 | {"draft": True})
    assert [(error["field"], error["code"]) for error in refused.body["errors"]] == [("draft", "already_submitted")]


def test_an_old_reading_is_refused_with_what_stands() -> None:
    made = post(FORM_2026)
    first = put(made, FORM_2026 | {"phone": "0987654321"})
    assert (first.status, first.body["version"]) == (200, 2)
    second = put(made, FORM_2026 | {"phone": "0900000000"})
    assert (second.status, second.code) == (409, "stale_version")
    assert second.body["current"] == first.body
    assert put(first, FORM_2026).status == 200


@pytest.mark.parametrize("version", ["1", 1.0, True, [], 0, 10**60, -1])
def test_a_version_that_cannot_be_is_refused(version: Any) -> None:
    made = post(FORM_2026)
    assert put(made, FORM_2026, version=version).code in ("invalid_request", "stale_version")
    assert get(made).body == made.body


@pytest.mark.parametrize("rival", ["revises", "withdraws", "erases"])
def test_a_rival_who_acts_between_reading_and_writing_is_first(rival: str) -> None:
    made = post(FORM_2026)
    acts: dict[str, Callable[[], Answer]] = {
        "revises": lambda: put(made, FORM_2026 | {"phone": "0987654321"}),
        "withdraws": lambda: withdraw(made),
        "erases": lambda: erase(made),
    }
    with before_the_next_transaction(acts[rival]):
        answer = put(made, FORM_2026 | {"phone": "0900000000"})
    if rival == "erases":
        assert answer.code == "not_found"
        assert get(made).code == "not_found"
        return
    assert answer.code == "stale_version"
    assert answer.body["current"] == get(made).body
    assert get(made).body["version"] == 2


@pytest.mark.parametrize("action", [withdraw, erase])
def test_withdrawing_or_erasing_what_a_rival_erased_is_told(action: Callable[[Answer], Answer]) -> None:
    made = post(FORM_2026)
    with before_the_next_transaction(lambda: erase(made)):
        assert action(made).code == "not_found"
    assert [item["what"] for item in items() if item["sk"].startswith("ERASED#")] == ["declaration"], "recorded once"


def test_withdrawn_twice_is_once_and_can_be_submitted_again() -> None:
    made = post(FORM_2026)
    gone = withdraw(made)
    assert (gone.body["status"], gone.body["version"]) == ("withdrawn", 2)
    assert withdraw(made).body == gone.body
    assert put(gone, FORM_2026).body["status"] == "submitted"
    draft = post(DRAFT)
    assert (withdraw(draft).status, withdraw(draft).code) == (409, "not_withdrawable")


def test_erased_is_gone_and_only_that_it_was_is_remembered() -> None:
    made = post(FORM_2026)
    answer = erase(made)
    assert (answer.status, answer.body) == (204, None)
    assert get(made).code == erase(made).code == "not_found"
    rest = items()
    assert {item["sk"].partition("#")[0] for item in rest} == {"CONSENT", "ERASED", "USE"}
    assert "NGUYỄN" not in repr(rest)


@pytest.mark.parametrize("act", [get, withdraw, erase, lambda made, who: put(made, FORM_2026, who)])
def test_nobody_reaches_anothers(act: Callable[[Answer, str], Answer]) -> None:
    made = post(FORM_2026)
    assert act(made, "minh").code == "not_found"
    assert get(made).body == made.body


def test_the_same_key_finds_its_own_and_another_body_is_refused() -> None:
    key = {"idempotency-key": "12345678-abc"}
    made = post(FORM_2026, **key)
    again = post(FORM_2026, **key)
    assert (made.status, again.status, again.body["id"]) == (201, 200, made.body["id"])
    assert post(FORM_2026 | {"phone": "0987654321"}, **key).code == "idempotency_key_reused"
    assert post(FORM_2026, "minh", **key).body["id"] != made.body["id"]


@pytest.mark.parametrize("other", [{"officeId": "ca-00004"}, {"draft": True}, {"consent": CONSENT | {"purposes": [
    "declaration", "statistics"]}}, {"procedure": "cap-doi"}])  # fmt: skip
def test_the_same_key_with_anything_else_asked_is_refused(other: dict[str, Any]) -> None:
    key = {"idempotency-key": "12345678-abc"}
    made = post(FORM_2026, **key)
    refused = post(FORM_2026 | other, **key)
    assert (refused.status, refused.code) == (422, "idempotency_key_reused")
    assert get(made).body == made.body


def test_a_request_repeated_after_a_revision_finds_what_stands() -> None:
    key = {"idempotency-key": "12345678-abc"}
    made = post(FORM_2026, **key)
    revised = put(made, FORM_2026 | {"phone": "0987654321"})
    again = post(FORM_2026, **key)
    assert (again.status, again.body) == (200, revised.body)


def test_a_citizen_keeps_twenty_and_no_more() -> None:
    for number in range(20):
        assert post(DRAFT, **{"idempotency-key": f"a key {number:04}".replace(" ", "-")}).status == 201
    assert post(DRAFT).code == "too_many_declarations"
    assert post(DRAFT, **{"idempotency-key": "a-key-0019"}).status == 200, "a repetition finds its own"
    assert post(DRAFT, "minh").status == 201


def test_what_is_past_its_time_is_gone_before_anybody_erases_it(_today: Any) -> None:
    made, kept = post(DRAFT), post(FORM_2026)
    assert made.body["keptUntil"] == "2026-11-30T09:00:00+07:00"
    _today.move_to(TODAY + timedelta(days=7, seconds=-1))
    assert get(made).status == 200
    _today.move_to(TODAY + timedelta(days=7))
    assert get(made).code == "not_found"
    listed = call(handler, "GET", "/declarations", headers=signed_in("lan")).body["items"]
    assert [each["id"] for each in listed] == [kept.body["id"]]


def test_sensitive_answers_are_sealed_under_their_own_key_and_bound_to_their_place(_today: Any) -> None:
    _today.move_to(THE_ARTICLES_DAY)
    made = post(FORM_2021 | {"bloodGroup": "AB", "religion": "Công giáo"})
    item = next(item for item in items() if item["sk"].startswith("DECLARATION#"))
    stored = repr(item)
    for answer in ("Ê Đê", "Công giáo"):
        assert answer not in stored and json.dumps(answer)[1:-1] not in item["answers"]
    assert "ethnicity" not in item["answers"] and "bloodGroup" not in item["answers"]
    assert get(made).body["data"]["ethnicity"] == "Ê Đê"
    assert list(get(made).body["data"]) == list(made.body["data"]), "in the form's order"
    moved = item | {"sk": "DECLARATION#" + "a" * 26, "id": "a" * 26}
    boto3.client("dynamodb").put_item(TableName="DeclarationsTable", Item=to_item(moved))
    copied = call(handler, "GET", f"/declarations/{'a' * 26}", headers=signed_in("lan"))
    assert copied.status == 500, "sealed for another place, it does not open"


def test_consent_is_recorded_with_version_and_hash_and_only_ever_appended() -> None:
    both = CONSENT | {"purposes": ["declaration", "notifications"]}
    made = post(FORM_2026 | {"consent": both})
    revised = put(made, FORM_2026)
    put(revised, FORM_2026 | {"phone": "0987654321"})
    found = sorted((item for item in items() if item["sk"].startswith("CONSENT#")), key=lambda item: item["sk"])
    assert [(item["purpose"], item["given"]) for item in found] == [
        ("declaration", True),
        ("notifications", True),
        ("notifications", False),
    ]
    assert all(len(item["sha256"]) == 64 and item["version"] == "2026-11-25" for item in found)
    assert all(item["ttl"] > epoch(TODAY + timedelta(days=4 * 365)) for item in found)


@contextmanager
def before_the_next_transaction(rival: Callable[[], object]) -> Iterator[None]:
    """Runs a rival's whole operation just before our next transaction reaches DynamoDB."""
    pending = [rival]

    def act(**_: object) -> None:
        if pending:
            pending.pop()()

    events = client().meta.events
    events.register("provide-client-params.dynamodb.TransactWriteItems", act)
    yield
    events.unregister("provide-client-params.dynamodb.TransactWriteItems", act)
