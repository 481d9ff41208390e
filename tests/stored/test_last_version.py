"""What earlier versions stored, read and gone on with by this one.

Each file beside this one is a morning in the tables, as the version of its name wrote it. No file is ever changed; a release adds
its own with `STORED=write pytest tests/stored`, under a new name (CONTRIBUTING: "Change what is stored").
"""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import time_machine

from bookings import audit, close_day, purge
from declarations.api import handler as declarations
from privacy.api import handler as privacy
from tests.bookings.calls import NOW, OFFICE, act, book, read
from tests.bookings.people import signed_in
from tests.declarations.people import CONSENT, FORM_2026
from tests.desk.officers import at_desk
from tests.gateway import CONTEXT, Answer, call
from tests.privacy.me import mine
from tests.stale import settle

FOLDER = Path(__file__).parent
NEXT = FOLDER / "2026-11-29.json"
TABLES = ("BookingsTable", "DeclarationsTable")
APPLICANT = ("fullName", "personalId", "dateOfBirth", "phone")
PEOPLE = ("lan", "minh", "hoa")  # confirmed with a declaration; held; cancelled


def morning() -> None:
    """What the file has: a declaration, a confirmed, a held and a cancelled appointment, and what citizens agreed to."""
    consent = CONSENT | {"purposes": ["declaration", "notifications"]}
    declared = call(
        declarations, "POST", "/declarations", body=FORM_2026 | {"consent": consent}, headers=signed_in("lan")
    )
    assert declared.status == 201
    for who in PEOPLE:
        made = book_for_lan(declared.body["id"]) if who == "lan" else book(who)
        assert made.status == 201, made.body
        if who != "minh":
            assert act(made, "confirm", who).status == 200
        if who == "hoa":
            assert act(made, "cancel", who).status == 200


def book_for_lan(declaration: str) -> Answer:
    """The appointment of whom the declaration is for."""
    return book("lan", declarationId=declaration, applicant={name: FORM_2026[name] for name in APPLICANT})


def dump() -> dict[str, list[dict[str, Any]]]:
    tables = boto3.client("dynamodb")
    return {
        name: sorted(tables.scan(TableName=name)["Items"], key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
        for name in TABLES
    }


@pytest.fixture
def today(aws: None) -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture(params=sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def stored(today: Any, request: pytest.FixtureRequest) -> Any:
    """The tables as that version left them."""
    for name, items in json.loads(request.param.read_text(encoding="utf-8")).items():
        for item in items:
            boto3.client("dynamodb").put_item(TableName=name, Item=item)
    settle()
    return today


@pytest.mark.skipif(os.environ.get("STORED") != "write", reason="writes a release's file")
def test_write_what_this_version_stores(today: Any) -> None:
    assert not NEXT.exists(), "a release's file is never changed: give NEXT another name"
    morning()
    NEXT.write_text(json.dumps(dump(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def listed(who: str) -> list[Any]:
    found: list[Any] = mine(who)["bookings"]
    return found


def test_citizens_find_all_that_they_had(stored: Any) -> None:
    (confirmed,), (held,), (cancelled,) = map(listed, PEOPLE)
    assert [each["status"] for each in (confirmed, held, cancelled)] == ["confirmed", "held", "cancelled"]
    (declaration,) = mine("lan")["declarations"]
    assert (declaration["status"], declaration["data"]["residence"]) == ("submitted", FORM_2026["residence"])
    consents = call(privacy, "GET", "/me/consents", headers=signed_in("lan")).body
    assert consents == {"purposes": ["declaration", "notifications"]}


def test_the_audit_finds_nothing_and_the_schedules_do_their_work(stored: Any) -> None:
    assert audit.handler({}, CONTEXT)["differences"] == 0
    stored.move_to(NOW + timedelta(minutes=16))
    assert purge.handler({}, CONTEXT) == {"lapsed": 1}
    stored.move_to(NOW + timedelta(days=2))
    settle()
    assert close_day.handler({}, CONTEXT) == {"closed": 1}
    assert audit.handler({}, CONTEXT)["differences"] == 0


def test_citizens_go_on_with_what_they_had(stored: Any) -> None:
    again = book("minh")
    assert again.status == 200, "the same press of the button, from before the new version"
    assert act(again, "confirm", "minh").status == 200
    first = book_for_lan(mine("lan")["declarations"][0]["id"])
    assert (first.status, first.body["status"]) == (200, "confirmed")
    assert act(first, "cancel").status == 200
    assert read(first).body["status"] == "cancelled"
    settle()
    assert audit.handler({}, CONTEXT)["differences"] == 0
    assert call(privacy, "DELETE", "/me/data", headers=signed_in("lan")).status == 200
    assert listed("lan") == []


def test_the_desk_serves_whom_the_last_version_booked(stored: Any) -> None:
    day = f"/desk/offices/{OFFICE}/days/2026-11-26"
    stored.move_to(NOW + timedelta(days=1, hours=-1))
    (ticket,) = [each["ticket"] for each in listed("lan")]
    assert at_desk("POST", f"{day}/check-ins", body={"ticket": ticket}).status == 200
    called = at_desk("POST", f"{day}/calls", body={"counter": "1"}, headers={"idempotency-key": "the-first-call"})
    assert (called.status, called.body["ticket"]) == (200, ticket)
