"""A citizen's appointments through the handlers: the requests of front ends, and the answers."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bookings.api import handler
from bookings.availability_api import handler as availability
from offices.directory import Directory, directory
from tests.bookings.calls import NOW, OFFICE, START, act, book, read, seats_left
from tests.bookings.calls import person as applicant_of
from tests.bookings.people import signed_in
from tests.gateway import CONTEXT, call, event
from tests.stale import settle

pytestmark = pytest.mark.usefixtures("aws", "clock")


SATURDAY = "2026-11-28T08:00:00+07:00"  # so far away that a seat which comes back does not rest


def test_hold_confirm_read_cancel() -> None:
    held = book(start=SATURDAY)
    assert held.status == 201
    assert held.body["status"] == "held"
    assert held.body["holdExpiresAt"] == "2026-11-25T09:15:00+07:00"
    assert held.body["applicant"]["personalId"].startswith("079*****")
    assert held.body["documentsToBring"]
    assert seats_left(SATURDAY) == 3
    confirmed = act(held, "confirm")
    assert (confirmed.status, confirmed.body["status"], confirmed.body["holdExpiresAt"]) == (200, "confirmed", None)
    assert read(held).body == confirmed.body
    assert call(handler, "GET", "/bookings", headers=signed_in("lan")).body["items"] == [confirmed.body]
    cancelled = act(held, "cancel")
    assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")
    assert seats_left(SATURDAY) == 4
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
    held = book(start=SATURDAY)
    clock.shift(timedelta(minutes=15))
    assert seats_left(SATURDAY) == 4, "free at once, though nothing was purged"
    assert read(held).body["status"] == "lapsed"
    refused = act(held, "confirm")
    assert refused.code == "hold_expired"
    assert "còn chỗ" in refused.body["detail"]


def test_moves_to_another_slot_and_back() -> None:
    held = book(start=SATURDAY)
    act(held, "confirm")
    there = "2026-11-27T13:30:00+07:00"
    moved = act(held, "reschedule", body={"start": there})
    assert (moved.status, moved.body["start"], moved.body["status"]) == (200, there, "confirmed")
    assert moved.body["ticket"].startswith("1330-")
    assert (seats_left(SATURDAY), seats_left(there)) == (4, 3)
    assert act(held, "reschedule", body={"start": there}).body == moved.body
    assert act(held, "reschedule", body={"start": SATURDAY}).body["start"] == SATURDAY


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


def test_an_applicant_whose_number_says_a_year_to_come_is_refused_as_on_the_form() -> None:
    child = {"fullName": "Em Bé", "dateOfBirth": "2026-01-05", "phone": "0912345678"}
    newborn, not_yet = (book(applicant=child | {"personalId": number}) for number in ("079226001234", "079299001234"))
    assert newborn.status == 201
    assert (not_yet.status, not_yet.code) == (422, "invalid_request")
    (error,) = not_yet.body["errors"]
    assert (error["field"], error["code"]) == ("applicant.personalId", "personal_id")
    assert "sinh năm 2099, là năm chưa tới" in error["message"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("20/05/1990", "1990-05-20"), ("1990-05-20", "1990-05-20"), ("5/1950", "1950-05"), ("1950", "1950")],
)
def test_a_day_of_birth_is_read_as_the_form_reads_it(typed: str, kept: str) -> None:
    """Some old papers give only a year, and their owners need an appointment too."""
    held = book(applicant=applicant_of("lan") | {"dateOfBirth": typed})
    assert (held.status, held.body["applicant"]["dateOfBirth"]) == (201, kept)
    assert (
        book(applicant=applicant_of("lan") | {"dateOfBirth": kept}).status == 200
    )  # the same press, written otherwise


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("31/02/1990", "wrong_date"),
        ("hôm qua", "wrong_date"),
        ("", "wrong_date"),
        ("1/1/2027", "in_the_future"),
        ("1899", "too_long_ago"),
    ],
)
def test_a_day_of_birth_that_cannot_be_is_refused(typed: str, code: str) -> None:
    refused = book(applicant=applicant_of("lan") | {"dateOfBirth": typed})
    assert refused.status == 422
    assert [(each["field"], each["code"]) for each in refused.body["errors"]] == [("applicant.dateOfBirth", code)]


@pytest.mark.parametrize("typed", [19900520, None, True, ["1990"]])
def test_a_day_of_birth_is_text(typed: Any) -> None:
    refused = book(applicant=applicant_of("lan") | {"dateOfBirth": typed})
    assert (refused.status, refused.body["errors"][0]["code"]) == (422, "wrong_type")
