"""A citizen's appointments over the handlers: what front ends send, and what they get."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from bookings import desk
from bookings.api import handler
from bookings.availability_api import handler as availability
from cccd.clock import VIETNAM
from declarations.api import handler as declarations
from offices.directory import Directory, directory
from privacy.retention_run import handler as retention_run
from tests.bookings.people import signed_in
from tests.declarations.people import FORM_2026
from tests.gateway import CONTEXT, Answer, call, event
from tests.stale import settle

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=VIETNAM)
OFFICE = "ca-26740"
START = "2026-11-26T08:00:00+07:00"

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def person(who: str) -> dict[str, str]:
    """Somebody of that name, with a number of their own."""
    number = f"0791900{sum(map(ord, who)):05d}"
    return {"fullName": who, "personalId": number, "dateOfBirth": "1990-05-20", "phone": "0912345678"}


def book(who: str = "lan", key: str = "the first press", **changes: Any) -> Answer:
    body = {"officeId": OFFICE, "procedure": "cap-cccd", "start": START, "applicant": person(who)}
    headers = signed_in(who) | {"idempotency-key": key.replace(" ", "-")}
    return call(handler, "POST", "/bookings", body=body | changes, headers=headers)


def act(booking: Answer, what: str, who: str = "lan", **parts: Any) -> Answer:
    headers = signed_in(who) | parts.pop("headers", {})
    return call(handler, "POST", f"/bookings/{booking.body['id']}/{what}", headers=headers, **parts)


def read(booking: Answer, who: str = "lan") -> Answer:
    return call(handler, "GET", f"/bookings/{booking.body['id']}", headers=signed_in(who))


def seats_left(start: str = START) -> int:
    """As told a moment later: availability is read without consistency."""
    settle()
    days = call(availability, "GET", f"/offices/{OFFICE}/slots", query={"from": start[:10], "days": "1"}).body["days"]
    return next(int(slot["seatsLeft"]) for day in days for slot in day["slots"] if slot["start"] == start)


def test_hold_confirm_read_cancel() -> None:
    held = book()
    assert held.status == 201
    assert held.body["status"] == "held"
    assert held.body["holdExpiresAt"] == "2026-11-25T09:15:00+07:00"
    assert held.body["applicant"]["personalId"].startswith("079*****")
    assert held.body["documentsToBring"]
    assert seats_left() == 3
    confirmed = act(held, "confirm")
    assert (confirmed.status, confirmed.body["status"], confirmed.body["holdExpiresAt"]) == (200, "confirmed", None)
    assert read(held).body == confirmed.body
    assert call(handler, "GET", "/bookings", headers=signed_in("lan")).body["items"] == [confirmed.body]
    cancelled = act(held, "cancel")
    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")
    assert seats_left() == 4
    assert act(held, "cancel").status == 200, "twice is the same as once"
    refused = act(held, "confirm")
    assert (refused.code, refused.body["bookingStatus"]) == ("not_confirmable", "cancelled")


def test_the_same_press_again_is_the_same_booking_even_when_it_is_late(clock: Any) -> None:
    held = book()
    again = book()
    assert (again.status, again.body) == (200, held.body)
    clock.move_to(NOW + timedelta(days=2))
    late = book()
    assert (late.status, late.body["id"], late.body["status"]) == (200, held.body["id"], "lapsed")


def test_the_same_press_again_is_the_same_booking_whatever_became_of_the_office(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = book()
    known = directory().find(OFFICE)
    assert known and known.opening
    one_queue = tuple(replace(each, capacity={"temporary": 3}) for each in known.opening.weekly[3])
    without_seats = replace(known.opening, weekly={**known.opening.weekly, 3: one_queue})
    for now_is in (replace(known, opening=without_seats), replace(known, opening=None), None):
        monkeypatch.setattr(
            "bookings.intake.directory", lambda now_is=now_is: Directory({OFFICE: now_is} if now_is else {})
        )
        again = book()
        assert (again.status, again.body["id"]) == (200, held.body["id"])
        assert book("minh").status in (409, 422)


def test_the_same_key_with_another_body_is_refused() -> None:
    book()
    assert book(start="2026-11-26T08:30:00+07:00").code == "idempotency_key_reused"


def test_somebody_elses_booking_is_not_found() -> None:
    held = book()
    for answer in (read(held, "minh"), act(held, "confirm", "minh"), act(held, "cancel", "minh")):
        assert answer.code == "not_found"
    assert act(held, "reschedule", "minh", body={"start": START}).code == "not_found"


def test_a_full_slot_offers_the_nearest_ones() -> None:
    for person in ("an", "binh", "chi", "dung"):
        assert book(person).status == 201
    refused = book("lan")
    assert refused.code == "slot_full"
    starts = [each["start"][11:16] for each in refused.body["alternatives"]]
    assert starts == ["07:30", "08:30", "09:00"]


@pytest.mark.parametrize(
    ("start", "closed"),
    [
        ("2026-11-29T08:00:00+07:00", "weekly_day_off"),
        ("2026-11-28T13:30:00+07:00", "not_a_slot"),
        ("2026-11-24T08:00:00+07:00", "past"),
        ("2026-12-20T08:00:00+07:00", "outside_window"),
        ("2026-11-26T01:00:00Z", None),
    ],
)
def test_what_is_no_slot_is_refused_with_its_reason(start: str, closed: str | None) -> None:
    answer = book(start=start)
    if closed is None:
        assert answer.body["start"] == START, "an instant is the same in any zone"
    else:
        assert (answer.code, answer.body["closed"]["code"]) == ("slot_closed", closed)


def test_a_hold_that_lapsed_cannot_be_confirmed(clock: Any) -> None:
    held = book()
    clock.shift(timedelta(minutes=15))
    assert seats_left() == 4, "free at once, though nothing was purged"
    assert read(held).body["status"] == "lapsed"
    refused = act(held, "confirm")
    assert refused.code == "hold_expired"
    assert "còn chỗ" in refused.body["detail"]


def test_moves_to_another_slot_and_back() -> None:
    held = book()
    act(held, "confirm")
    there = "2026-11-27T13:30:00+07:00"
    moved = act(held, "reschedule", body={"start": there})
    assert (moved.status, moved.body["start"], moved.body["status"]) == (200, there, "confirmed")
    assert moved.body["ticket"].startswith("1330-")
    assert (seats_left(START), seats_left(there)) == (4, 3)
    assert act(held, "reschedule", body={"start": there}).body == moved.body
    assert act(held, "reschedule", body={"start": START}).body["start"] == START


def test_a_lost_answer_to_a_move_can_be_asked_for_again() -> None:
    held = book()
    key: dict[str, Any] = {"headers": {"idempotency-key": "move-press"}}
    moved = act(held, "reschedule", body={"start": "2026-11-27T13:30:00+07:00"}, **key)
    act(held, "reschedule", body={"start": START})
    again = act(held, "reschedule", body={"start": "2026-11-27T13:30:00+07:00"}, **key)
    assert moved.status == again.status == 200
    assert again.body["start"] == START, "done once, not twice"
    other = act(held, "reschedule", body={"start": "2026-11-27T14:00:00+07:00"}, **key)
    assert other.code == "idempotency_key_reused"


def test_a_move_that_cannot_be_leaves_the_seat() -> None:
    held = book()
    for person in ("an", "binh", "chi", "dung"):
        book(person, start="2026-11-26T09:00:00+07:00")
    full = act(held, "reschedule", body={"start": "2026-11-26T09:00:00+07:00"})
    assert full.code == "slot_full" and len(full.body["alternatives"]) == 3
    assert act(held, "reschedule", body={"start": "2026-11-29T09:00:00+07:00"}).code == "slot_closed"
    assert act(held, "reschedule", body={"start": "soon"}).code == "invalid_request"
    assert read(held).body["start"] == START
    act(held, "cancel")
    assert act(held, "reschedule", body={"start": "2026-11-26T10:00:00+07:00"}).code == "not_reschedulable"


def test_temporary_residents_have_their_own_seats_where_the_office_says_so() -> None:
    def left(residence: str) -> int:
        settle()
        query = {"from": START[:10], "days": "1", "residence": residence}
        days = call(availability, "GET", "/offices/pc06-79/slots", query=query).body["days"]
        return int(days[0]["slots"][1]["seatsLeft"])

    assert (left("permanent"), left("temporary")) == (6, 2)
    for person in ("an", "binh"):
        made = book(person, officeId="pc06-79", procedure="cap-cccd-tam-tru")
        assert made.body["ticket"].startswith("0800-T")
    assert book("chi", officeId="pc06-79", procedure="cap-cccd-tam-tru").code == "slot_full"
    assert book("dung", officeId="pc06-79").body["ticket"].startswith("0800-P")
    assert (left("permanent"), left("temporary")) == (5, 0)


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


def test_the_calendar_entry_names_nobody() -> None:
    held = book("lan")
    event_path = f"/bookings/{held.body['id']}/calendar"
    given = handler(event("GET", event_path, headers=signed_in("lan")), CONTEXT)
    text = given["body"]
    assert given["statusCode"] == 200 and given["headers"]["Content-Type"].startswith("text/calendar")
    assert "DTSTART:20261126T010000Z" in text and "STATUS:TENTATIVE" in text
    assert "LAN" not in text.replace("CALENDAR", "") and "0912345678" not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_a_confirmation_faster_than_typing_is_counted(clock: Any, capsys: pytest.CaptureFixture[str]) -> None:
    quick, slow = book("an"), book("binh")
    act(quick, "confirm", "an")
    clock.shift(timedelta(seconds=10))
    capsys.readouterr()
    act(slow, "confirm", "binh")
    printed = capsys.readouterr().out
    assert "BookingsConfirmed" in printed and "ConfirmedFasterThanTyping" not in printed


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
