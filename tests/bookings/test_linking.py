"""A booking and its declaration: which ones may be linked, how long it is kept, and what it says to bring."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.api import handler
from cccd.clock import VIETNAM
from cccd.personal_id import PersonalId
from declarations.api import handler as declarations
from privacy.retention_run import handler as retention_run
from tests.bookings.calls import act, book, person, read, seats_left
from tests.bookings.people import signed_in
from tests.declarations.people import FORM_2026
from tests.gateway import CONTEXT, call

pytestmark = pytest.mark.usefixtures("aws", "clock")


def declare(who: str = "lan", **changes: Any) -> dict[str, Any]:
    body = FORM_2026 | person(who) | changes
    made = call(declarations, "POST", "/declarations", body=body, headers=signed_in(who))
    assert made.status == 201, made.body
    return dict(made.body)


def kept_until(declaration: dict[str, Any], who: str = "lan") -> datetime:
    found = call(declarations, "GET", f"/declarations/{declaration['id']}", headers=signed_in(who))
    return datetime.fromisoformat(found.body["keptUntil"])


def test_only_a_submitted_declaration_of_ones_own_can_be_linked() -> None:
    submitted, draft, anothers = declare(), declare(draft=True), declare("minh")
    for unlinkable in (draft["id"], anothers["id"], "a" * 26):
        refused = book(declarationId=unlinkable)
        assert [(error["field"], error["code"]) for error in refused.body["errors"]] == [("declarationId", "not_found")]
    assert seats_left() == 4, "nothing was held"
    linked = book(declarationId=submitted["id"])
    assert (linked.status, linked.body["declarationId"]) == (201, submitted["id"])


@pytest.mark.parametrize(
    ("declared", "codes"),
    [
        ({"personalId": "079190009999"}, ["other_person"]),
        ({"dateOfBirth": "1985-03-03"}, ["other_person"]),
        ({"personalId": None, "fullName": "Trần Văn Minh"}, ["other_person"]),
        ({"personalId": None, "dateOfBirth": "1991"}, ["other_person"]),
        ({"personalId": None, "dateOfBirth": "1990"}, []),
        ({"fullName": "Lan Nguyễn"}, []),
        ({"officeId": "ca-26737"}, ["other_office"]),
        ({"procedure": "cap-cccd-tam-tru"}, ["other_procedure"]),
        ({"procedure": "cap-cccd-tam-tru", "officeId": "ca-26737"}, ["other_office", "other_procedure"]),
    ],
)
def test_a_declaration_about_something_else_is_not_linked(declared: dict[str, Any], codes: list[str]) -> None:
    answer = book(declarationId=declare(**declared)["id"])
    assert [error["code"] for error in answer.body.get("errors", [])] == codes
    assert answer.status == (422 if codes else 201)


def test_a_linked_declaration_is_kept_past_its_appointment_and_as_long_as_told(clock: Any) -> None:
    made = declare()
    clock.shift(timedelta(days=44))
    assert book(start="2027-01-15T08:00:00+07:00", declarationId=made["id"]).status == 201
    told = kept_until(made)
    assert told == datetime(2027, 1, 15, 8, 30, tzinfo=VIETNAM) + timedelta(days=30)
    clock.move_to(told - timedelta(seconds=1))
    assert kept_until(made) == told
    clock.move_to(told)
    assert retention_run({}, CONTEXT) == {"submitted": 1}


def test_linking_never_makes_a_declaration_go_sooner(clock: Any) -> None:
    made = declare()
    told = kept_until(made)
    assert book(declarationId=made["id"]).status == 201
    assert kept_until(made) == told, "the appointment is tomorrow, and 30 days after it come sooner"


def test_a_declaration_revised_after_it_was_linked_stays_as_long_as_it_was_told(clock: Any) -> None:
    made = declare()
    clock.shift(timedelta(days=44))
    book(start="2027-01-15T08:00:00+07:00", declarationId=made["id"])
    told = kept_until(made)
    clock.move_to(datetime(2026, 12, 1, 9, tzinfo=VIETNAM))
    body = FORM_2026 | person("lan") | {"version": 1}
    revised = call(declarations, "PUT", f"/declarations/{made['id']}", body=body, headers=signed_in("lan"))
    assert revised.status == 200 and datetime.fromisoformat(revised.body["keptUntil"]) == told == kept_until(made)


def test_a_later_appointment_makes_its_declaration_last_longer(clock: Any) -> None:
    made = declare()
    clock.shift(timedelta(days=44))
    booked = book(start="2027-01-12T08:00:00+07:00", declarationId=made["id"])
    first = kept_until(made)
    assert act(booked, "reschedule", body={"start": "2027-01-15T08:00:00+07:00"}).status == 200
    assert kept_until(made) == first + timedelta(days=3)


def test_a_booking_lists_what_its_own_declaration_calls_for() -> None:
    made = declare(currentCard="Thẻ CCCD")
    declared = [paper["code"] for paper in made["documentsToBring"]]
    booked = book(declarationId=made["id"])
    listed = call(handler, "GET", "/bookings", headers=signed_in("lan")).body["items"]
    for answer in (booked.body, read(booked).body, *listed):
        assert [paper["code"] for paper in answer["documentsToBring"]] == declared
    without = [paper["code"] for paper in book("minh").body["documentsToBring"]]
    assert set(declared) < set(without), "who declared nothing reads all that may be asked for"
    call(declarations, "POST", f"/declarations/{made['id']}/withdraw", headers=signed_in("lan"))
    assert [paper["code"] for paper in read(booked).body["documentsToBring"]] == without


def test_forms_that_are_filled_in_at_the_office_are_told_apart() -> None:
    at_office = {paper["code"]: paper["atOffice"] for paper in book().body["documentsToBring"]}
    assert at_office["phieu-dc02"] and not at_office["the-dang-co"]


def test_a_number_that_looks_the_same_where_it_is_masked_is_another_persons() -> None:
    number = person("lan")["personalId"]
    alike = f"{number[:3]}1{number[4:6]}99{number[8:]}"
    assert PersonalId(alike).masked == PersonalId(number).masked
    refused = book(declarationId=declare(personalId=alike)["id"])
    assert [error["code"] for error in refused.body["errors"]] == ["other_person"]
