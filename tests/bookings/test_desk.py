"""The officer's tool marks a ticket as served, and citizens see the result."""

from datetime import datetime
from typing import Any

import pytest

from bookings import desk, release
from cccd.clock import VIETNAM
from privacy.api import handler as privacy
from tests.bookings.calls import OFFICE, START, act, book, person, read
from tests.bookings.people import signed_in
from tests.gateway import CONTEXT, call

pytestmark = pytest.mark.usefixtures("aws", "clock")


def test_people_ahead_are_told_on_the_day(clock: Any) -> None:
    first = book("an", start="2026-11-26T07:30:00+07:00")
    act(first, "confirm", "an")
    mine = book()
    act(mine, "confirm")
    assert read(mine).body["peopleAhead"] is None
    clock.move_to(datetime(2026, 11, 26, 7, 0, tzinfo=VIETNAM))
    assert read(mine).body["peopleAhead"] == 1
    assert desk.handler({"officeId": OFFICE, "date": "2026-11-26", "ticket": first.body["ticket"]}, CONTEXT) == {
        "status": "served",
        "ticket": first.body["ticket"],
    }
    assert read(mine).body["peopleAhead"] == 0


@pytest.mark.parametrize(
    ("served", "code"),
    [
        ({}, "invalid_request"),
        ({"officeId": OFFICE, "date": "2026-11-26", "ticket": "soon"}, "invalid_request"),
        ({"officeId": OFFICE, "date": "2026-11-26", "ticket": "0800-09"}, "not_found"),
    ],
)
def test_the_desk_is_told_what_is_wrong(served: dict[str, str], code: str) -> None:
    assert desk.handler(served, CONTEXT)["code"] == code


def test_a_hold_cannot_be_served() -> None:
    held = book()
    answer = desk.handler({"officeId": OFFICE, "date": "2026-11-26", "ticket": held.body["ticket"]}, CONTEXT)
    assert answer["code"] == "not_servable"
    assert answer["detail"] == "Lịch hẹn này chưa được xác nhận, người dân cần xác nhận trước."


def serve(ticket: str, day: str = START[:10]) -> dict[str, Any]:
    return dict(desk.handler({"officeId": OFFICE, "date": day, "ticket": ticket}, CONTEXT))


def test_a_ticket_is_served_on_its_own_day_and_again_after_a_lost_answer(clock: Any) -> None:
    mine = book()
    ticket = act(mine, "confirm").body["ticket"]
    refused = serve(ticket)
    assert (refused["code"], read(mine).body["status"]) == ("not_servable", "confirmed"), "today is the day before"
    assert "26/11/2026" in refused["detail"]
    clock.move_to(datetime(2026, 11, 26, 7, 50, tzinfo=VIETNAM))
    for _ in range(2):
        assert serve(ticket) == {"status": "served", "ticket": ticket}
    assert read(mine).body["status"] == "served"


@pytest.mark.parametrize(("asked", "code"), [({}, "invalid_request"), ({"personalId": "079190001234"}, "not_found")])
def test_the_office_is_told_why_it_cannot_release(asked: dict[str, str], code: str) -> None:
    assert release.handler(asked, CONTEXT)["code"] == code


def test_the_office_releases_what_its_applicant_did_not_make(capsys: pytest.CaptureFixture[str]) -> None:
    theirs = book("a thief", applicant=person("lan"))
    act(theirs, "confirm", "a thief")
    number = person("lan")["personalId"]
    released = release.handler({"personalId": number}, CONTEXT)
    assert (released["status"], released["ticket"]) == ("released", theirs.body["ticket"])
    assert read(theirs, "a thief").body["status"] == "released"
    assert book("lan").status == 201, "the person can book"
    seen = call(privacy, "GET", "/me/data", headers=signed_in("a thief")).body["accesses"]
    assert [(each["what"], each["by"]) for each in seen][0] == ("release", "office"), "on the record"
    assert number not in capsys.readouterr().out
