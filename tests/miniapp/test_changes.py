"""What a citizen changes: the day of an appointment, a form while it is filled in, what is held about them."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import expect

from tests.miniapp.phone import OFFICE, Phone
from tests.miniapp.world import Answer
from tests.zalo.accounts import OA


def test_an_appointment_is_moved_and_cancelled(phone: Phone) -> None:
    phone.has("2026-11-30T08:00:00+07:00")
    phone.open()
    phone.tap("Xem phiếu hẹn")
    phone.tap("Đổi ngày giờ")
    phone.choose("Thứ Ba", "09:30")
    phone.tap("Đổi sang 09:30 Thứ Ba 01/12/2026")
    phone.at("Phiếu hẹn")
    phone.sees(re.compile("^Số thứ tự 0930-0"))
    assert [each["start"] for each in phone.bookings()] == ["2026-12-01T09:30:00+07:00"]
    phone.tap("Huỷ lịch hẹn")
    phone.sees("Huỷ lịch hẹn này?")
    phone.tap("Giữ lịch hẹn")
    assert phone.world.asked("POST", "/bookings/[^/]+/cancel") == []
    phone.tap("Huỷ lịch hẹn")
    phone.tap("Đồng ý huỷ")
    phone.sees("Đã huỷ")
    assert [each["status"] for each in phone.bookings()] == ["cancelled"]
    phone.open("/lich-hen")
    phone.sees("Đã huỷ")


def test_somebody_waits_for_an_earlier_seat(phone: Phone) -> None:
    phone.has("2026-11-30T09:00:00+07:00")
    phone.open()
    phone.tap("Xem phiếu hẹn")
    phone.page.get_by_text("Muốn đến sớm hơn?").click()
    phone.tap("Báo tôi khi có giờ sớm hơn")
    phone.tap("Thôi không chờ")
    expect(phone.page.get_by_role("button", name="Báo tôi khi có giờ sớm hơn")).to_be_visible()


def test_a_form_survives_the_end_of_the_app(phone: Phone) -> None:
    page = phone.page
    phone.open("/khai")
    expect(page.get_by_role("button", name="Bắt đầu khai")).to_be_disabled()
    for purpose in page.get_by_role("checkbox").all():
        expect(purpose).not_to_be_checked()
    page.get_by_label("Tôi đồng ý để cơ quan Công an").check()
    phone.tap("Bắt đầu khai")
    page.get_by_label("Họ, chữ đệm và tên khai sinh").fill("Nguyễn Văn Th")
    phone.open("/khai")
    expect(page.get_by_label("Họ, chữ đệm và tên khai sinh")).to_have_value("Nguyễn Văn Th")
    page.get_by_label("Ngày, tháng, năm sinh").fill("20/05/1991")
    page.get_by_label("Số định danh cá nhân").fill(phone.personal_id)
    phone.sees("Đã lưu bản nháp.")
    [draft] = phone.api("GET", "/declarations")["items"]
    assert draft["status"] == "draft" and draft["data"]["fullName"] == "NGUYỄN VĂN TH"
    expect(page.locator(".doubt").first).to_be_visible()  # the year of birth is not the number's


def test_what_was_typed_is_forgotten_when_a_draft_has_had_its_time(phone: Phone) -> None:
    """The words of consent promise seven days, and a phone must not keep it longer than the server."""
    page = phone.page
    phone.open("/khai")
    page.get_by_label("Tôi đồng ý để cơ quan Công an").check()
    phone.tap("Bắt đầu khai")
    page.get_by_label("Họ, chữ đệm và tên khai sinh").fill("Nguyễn Văn Thử")
    there = "Object.keys(localStorage).filter((name) => name.includes('draft')).length"
    assert page.evaluate(there) == 1
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=6))
    phone.open("/hoi-dap")
    phone.at("Hỏi đáp CCCD")
    assert page.evaluate(there) == 1
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=8))
    phone.open("/hoi-dap")
    phone.at("Hỏi đáp CCCD")
    assert page.evaluate(there) == 0


def test_the_draft_of_another_phone_is_found(phone: Phone) -> None:
    consent = {"version": "2026-11-25", "purposes": ["declaration"]}
    draft = {
        "edition": "2026",
        "procedure": "cap-cccd",
        "draft": True,
        "consent": consent,
        "fullName": "Nguyễn Văn Thử",
    }
    phone.api("POST", "/declarations", draft)
    phone.open("/khai")
    expect(phone.page.get_by_label("Tôi đồng ý để cơ quan Công an")).to_be_checked()
    phone.tap("Bắt đầu khai")
    expect(phone.page.get_by_label("Họ, chữ đệm và tên khai sinh")).to_have_value("NGUYỄN VĂN THỬ")


def test_a_sent_declaration_is_mended_as_people_write(phone: Phone) -> None:
    page = phone.page
    phone.open()
    phone.choose_office()
    phone.open("/khai")
    phone.declare_2026()
    phone.at("Tờ khai đã lưu")
    phone.tap("Sửa tờ khai")
    expect(page.get_by_label("Tôi đồng ý để cơ quan Công an")).to_be_checked()
    phone.tap("Bắt đầu khai")
    expect(page.get_by_label("Ngày, tháng, năm sinh")).to_have_value("20/05/1990")
    expect(page.get_by_label("Số điện thoại")).to_have_value("0987654321")
    page.get_by_label("Số nhà, đường").fill("2 Đường Thử")
    for _ in range(3):
        phone.tap("Tiếp tục")
    phone.tap("Gửi tờ khai")
    phone.at("Tờ khai đã lưu")
    [declaration] = phone.api("GET", "/declarations")["items"]
    assert declaration["status"] == "submitted"
    assert declaration["data"]["residence"]["street"] == "2 Đường Thử"


def test_other_words_of_consent_are_asked_anew(phone: Phone) -> None:
    """The words that were agreed to on this phone were others: what was typed stays, what was ticked does not."""
    page = phone.page
    phone.open("/khai")
    page.get_by_label("Tôi đồng ý để cơ quan Công an").check()
    phone.tap("Bắt đầu khai")
    page.get_by_label("Họ, chữ đệm và tên khai sinh").fill("Nguyễn Văn Thử")
    page.evaluate(
        "const name = 'native draft:cap-cccd', kept = JSON.parse(localStorage[name]);"
        "localStorage[name] = JSON.stringify({...kept, value: {...kept.value, version: '2026-01-01'}});"
    )
    phone.open("/khai")
    expect(page.get_by_label("Tôi đồng ý để cơ quan Công an")).not_to_be_checked()
    page.get_by_label("Tôi đồng ý để cơ quan Công an").check()
    phone.tap("Bắt đầu khai")
    expect(page.get_by_label("Họ, chữ đệm và tên khai sinh")).to_have_value("Nguyễn Văn Thử")


def test_mistakes_stand_at_their_fields_and_lead_there(phone: Phone) -> None:
    page = phone.page
    phone.open()
    phone.choose_office()
    phone.open("/khai")
    page.get_by_label("Tôi đồng ý để cơ quan Công an").check()
    phone.tap("Bắt đầu khai")
    page.get_by_label("Số định danh cá nhân").fill("12345")
    for _ in range(3):
        phone.tap("Tiếp tục")
    phone.tap("Gửi tờ khai")
    alert = page.get_by_role("alert")
    expect(alert.get_by_role("button", name=re.compile("^Họ, chữ đệm và tên khai sinh: "))).to_be_visible()
    alert.get_by_role("button", name=re.compile("^Số định danh cá nhân: ")).click()
    number = page.get_by_label("Số định danh cá nhân").first
    expect(number).to_be_focused()
    expect(number).to_have_value("12345")
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(number).to_have_accessible_description(re.compile("12 chữ số"))


def test_erasing_leaves_nothing_there_or_here(phone: Phone) -> None:
    phone.has("2026-11-30T10:00:00+07:00")
    consent = {"version": "2026-11-25", "purposes": ["declaration"]}
    draft = {"edition": "2026", "procedure": "cap-cccd", "draft": True, "consent": consent, "officeId": OFFICE}
    phone.api("POST", "/declarations", draft)
    phone.open()
    phone.choose_office()
    phone.open("/du-lieu")
    phone.tap("Xem dữ liệu đang được giữ")
    phone.sees(["Lịch hẹn", " giữ 30 ngày sau ngày hẹn."][0])
    phone.tap("Xoá dữ liệu của tôi")
    phone.tap("Đồng ý xoá tất cả")
    phone.sees("Đã xoá 1 tờ khai và 1 lịch hẹn.")
    assert phone.page.evaluate("Object.keys(localStorage)") == []  # where the double keeps what Zalo would keep
    assert phone.bookings() == [] and phone.api("GET", "/declarations")["items"] == []


def test_a_closed_time_offers_the_seats_that_are_kept(phone: Phone) -> None:
    """The office's own closing is walked in tests/desk: here the answer is a real one with what such a booking says."""
    id = phone.has("2026-12-01T15:00:00+07:00")
    kept = [{"start": f"2026-12-02T{time}:00+07:00", "end": "2026-12-02T16:00:00+07:00"} for time in ("14:00", "15:30")]
    closed = {"reason": "Chiều 01/12 cơ quan mất điện.", "kept": kept, "keptUntil": "2026-11-27T09:00:00+07:00"}
    answer = as_answer(phone.api("GET", f"/bookings/{id}") | {"closed": closed})
    phone.open("/lich-hen")
    phone.world.plan("GET", f"/bookings/{id}", answer)
    phone.tap(re.compile("^15:00"))
    phone.sees("Chiều 01/12 cơ quan mất điện.")
    phone.sees("Chỗ được giữ riêng cho bạn đến 09:00 Thứ Sáu 27/11/2026.")
    phone.tap("15:30 Thứ Tư 02/12/2026")
    phone.sees(re.compile("^Số thứ tự 1530-0"))
    assert [each["start"] for each in phone.bookings()] == ["2026-12-02T15:30:00+07:00"]


def test_what_was_agreed_to_is_taken_back(phone: Phone) -> None:
    consent = {"version": "2026-11-25", "purposes": ["declaration", "notifications"]}
    phone.api("POST", "/declarations", {"edition": "2026", "procedure": "cap-cccd", "draft": True, "consent": consent})
    phone.open("/du-lieu")
    messages = phone.page.get_by_label("Tôi đồng ý nhận tin nhắn Zalo")
    expect(messages).to_be_checked()
    expect(phone.page.get_by_label("Tôi đồng ý để số liệu")).not_to_be_checked()
    messages.click()
    phone.sees("Đã ghi nhận.")
    expect(messages).not_to_be_checked()
    assert phone.api("GET", "/me/consents") == {"purposes": ["declaration"]}


def test_a_family_shares_its_phone_number_for_a_second_appointment(phone: Phone) -> None:
    phone.has("2026-11-30T10:30:00+07:00")
    phone.open()
    phone.choose_office()
    phone.tap("Bấm số CCCD")
    phone.choose("Thứ Hai", "15:00")
    phone.introduce()
    phone.page.get_by_label("Số định danh cá nhân").fill("079190001111")
    phone.tap("Giữ chỗ 15:00")
    phone.tap("Chia sẻ số điện thoại Zalo")
    expect(phone.page.get_by_label("Số điện thoại")).to_have_value("0912345678")
    phone.tap("Giữ chỗ 15:00")
    phone.at("Phiếu hẹn")
    assert len(phone.bookings()) == 2


def test_another_citizen_on_the_same_phone_sees_nothing_of_the_first(phone: Phone) -> None:
    phone.has("2026-11-30T14:00:00+07:00")
    phone.open()
    phone.choose_office()
    phone.tap("Xem phiếu hẹn")
    phone.sees("Đã xác nhận")
    phone.context.add_init_script("window.SOMEBODY_ELSE = true")
    phone.open()
    phone.sees("Bạn chưa chọn nơi làm thẻ.")
    expect(phone.page.get_by_text("Lịch hẹn sắp tới")).to_have_count(0)


def test_a_wish_waits_for_its_draw(phone: Phone) -> None:
    """No office of the demo draws its days: the answer is a real one, changed as the contract describes a wish."""
    id = phone.has("2026-11-30T14:30:00+07:00", confirmed=False)
    wished = phone.api("GET", f"/bookings/{id}") | {
        "status": "wished",
        "ticket": "",
        "holdExpiresAt": None,
        "drawAt": "2026-11-26T08:30:00+07:00",
        "drawCode": "k7qd",
    }
    phone.open("/lich-hen")
    phone.world.plan("GET", f"/bookings/{id}", as_answer(wished))
    phone.tap(re.compile("^14:30"))
    phone.sees(re.compile("^Chỗ của ngày này được xếp lúc 08:30 Thứ Năm 26/11/2026."))
    phone.sees("k7qd")
    expect(phone.page.locator(".number")).to_have_count(0)
    expect(phone.page.get_by_role("button", name="Xác nhận")).to_have_count(0)
    expect(phone.page.get_by_role("button", name="Huỷ lịch hẹn")).to_be_visible()


def test_an_office_is_followed_and_called(phone: Phone) -> None:
    """No office of the demo has a number: the answer is a real one with one. Whether she follows is the server's word."""
    office = phone.api("GET", f"/offices/{OFFICE}") | {
        "phone": "028 3829 7643",
        "notices": ["Sáng thứ Hai 30/11 cơ quan nghỉ họp."],
    }
    phone.open()
    phone.tap("Quan tâm")
    phone.sees("Bạn chọn cơ quan ở dưới trước nhé.")
    phone.world.plan("GET", f"/offices/{OFFICE}", as_answer(office))
    phone.choose_office()
    phone.sees("Sáng thứ Hai 30/11 cơ quan nghỉ họp.")
    phone.tap("Quan tâm")
    phone.tap("Gọi 028 3829 7643")
    expect(phone.page.get_by_role("alert")).to_have_count(0)
    assert [each["uid"] for each in phone.asked_of_zalo("action.follow.oa")] == [OA]
    follows = {"account": office["officialAccount"], "follows": True}
    phone.world.plan("GET", f"/offices/{OFFICE}/following", as_answer(follows))
    phone.tap("Quan tâm")
    phone.sees("Bạn đã quan tâm trang Zalo của cơ quan. Tin về lịch hẹn sẽ đến trong Zalo.")
    assert len(phone.asked_of_zalo("action.follow.oa")) == 1, "who follows is not asked again"
    assert [each["phoneNum"] for each in phone.asked_of_zalo("action.open.phone")] == ["02838297643"]


def test_on_the_day_the_number_is_called(phone: Phone) -> None:
    """The service books for tomorrow at the earliest: the answers are real ones, moved to today."""
    id = phone.has("2026-11-26T11:00:00+07:00")
    ahead = phone.api("GET", f"/bookings/{id}") | {
        "start": "2026-11-25T11:00:00+07:00",
        "end": "2026-11-25T11:30:00+07:00",
        "peopleAhead": 2,
    }
    queue = phone.api("GET", f"/offices/{OFFICE}/queue")
    waits = queue | {"waiting": 3, "wait": {"p50": 10, "p90": 25}, "counters": [{"counter": "1", "ticket": "1030-01"}]}
    comes = queue | {"waiting": 2, "counters": [{"counter": "2", "ticket": ahead["ticket"]}]}
    phone.open("/lich-hen")
    phone.world.plan("GET", f"/bookings/{id}", as_answer(ahead), times=9)
    phone.world.plan("GET", f"/offices/{OFFICE}/queue", as_answer(waits))
    phone.world.plan("GET", f"/offices/{OFFICE}/queue", as_answer(comes), times=9)
    phone.page.clock.install()
    phone.tap(re.compile("^11:00"))
    phone.sees("Trước bạn còn 2 người.")
    phone.sees("Quầy 1: số 1030-01")
    phone.sees("3 người đang chờ. Giờ này thường chờ 10 đến 25 phút.")
    phone.page.clock.fast_forward(21_000)
    phone.sees("Mời bạn đến quầy 2.")


def as_answer(body: dict[str, Any]) -> Answer:
    return Answer(200, {"content-type": "application/json"}, json.dumps(body).encode())
