"""What the template shows of an appointment that is not simply confirmed, and of a dossier with one."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings import drawing, lifecycle
from bookings.api import handler as bookings
from bookings.booking_id import BookingId
from bookings.store import BookingStore
from cccd.clock import VIETNAM, now
from cccd.dynamodb import client
from declarations.api import handler as declarations
from local.zalo import FakeZalo
from offices.configuration import configured
from offices.directory import directory
from tests.bookings.test_drawing import OFFICES
from tests.contract.egovernment.conftest import OFFICE, Template, Thrown
from tests.contract.egovernment.test_template import WISH, held_at_our_door, signed_in
from tests.declarations.people import FORM_2026
from tests.gateway import CONTEXT, call

NEW = {"date": "12-02-2026"}  # the last day of the window: at an office that draws, nobody can hold a seat of it yet


def test_on_a_day_that_is_drawn_it_is_pending_then_approved_or_rejected(
    template: Template, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(directory().offices, OFFICE, configured(OFFICES)[OFFICE])
    phones = [Template(name) for name in ("lan", "minh", "hoa")]
    for phone in phones:
        wished = phone("POST", "/create_schedule_api", WISH | NEW)
        assert (wished["status"], wished["yourNumber"], wished["rejectedInfo"]) == ("pending", "", None)
        assert phone("POST", "/create_schedule_api", WISH | NEW) == wished == phone("GET", "/get_schedule_api")
    clock.move_to(datetime(2026, 11, 25, 10, 1, tzinfo=VIETNAM))
    assert drawing.handler({}, CONTEXT) == {"drawn": 2, "notDrawn": 1}
    shown = sorted((phone("GET", "/get_schedule_api") for phone in phones), key=lambda each: each["yourNumber"])
    assert [each["status"] for each in shown] == ["rejected", "approved", "approved"]
    assert [each["yourNumber"] for each in shown] == ["", "0800-01", "0830-01"]
    assert [each["rejectedInfo"] for each in shown] == ["Lịch hẹn không được bốc thăm.", None, None]


def test_while_a_day_is_being_drawn_it_is_told_when_to_come_back(
    template: Template, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(directory().offices, OFFICE, configured(OFFICES)[OFFICE])
    clock.move_to(datetime(2026, 11, 25, 10, 1, tzinfo=VIETNAM))
    with pytest.raises(Thrown) as thrown:
        template("POST", "/create_schedule_api", WISH | NEW)
    assert "10:15" in thrown.value.message


def test_what_the_office_released_is_rejected_until_another_is_made(
    template: Template, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    template("POST", "/create_schedule_api", WISH)
    (ours,) = call(bookings, "GET", "/bookings", headers=signed_in("lan", zalo, monkeypatch)).body["items"]
    booking_id = BookingId.parse(ours["id"])
    assert booking_id is not None
    lifecycle.release(BookingStore(client(), "BookingsTable"), booking_id.applicant, now())
    told = template("GET", "/get_schedule_api")
    assert (told["status"], told["rejectedInfo"]) == ("rejected", "Lịch hẹn đã được cơ quan Công an huỷ.")
    clock.shift(timedelta(days=2))
    assert template("GET", "/get_schedule_api") is None, "its day is over"


def test_a_dossier_tells_its_appointment(template: Template, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = signed_in("lan", zalo, monkeypatch)
    code = call(declarations, "POST", "/declarations", body=FORM_2026, headers=mine).body["id"]

    def dossier() -> tuple[str, list[str]]:
        (found,) = template("GET", "/search_profiles_api", profileCode=code, organizationId=OFFICE)
        assert {each["createdAt"] for each in found["notifications"]} == {"2026-11-25"}
        return found["dueDate"], [each["message"] for each in found["notifications"]]

    sent = "Tờ khai đã gửi tới Công an phường Sài Gòn."
    assert dossier() == ("", [sent])
    held = held_at_our_door(mine, "2026-11-27T08:00:00+07:00", declarationId=code).body
    assert dossier() == ("2026-11-27", [sent, "Lịch hẹn 08:00 27/11/2026: đang giữ chỗ."])
    call(bookings, "POST", f"/bookings/{held['id']}/confirm", headers=mine)
    assert dossier() == ("2026-11-27", [sent, "Lịch hẹn 08:00 27/11/2026: đã xác nhận."])
    call(bookings, "POST", f"/bookings/{held['id']}/cancel", headers=mine)
    assert dossier() == ("", [sent, "Lịch hẹn 08:00 27/11/2026: đã huỷ."])
