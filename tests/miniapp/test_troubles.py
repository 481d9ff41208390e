"""What goes wrong on the way: a full slot, a hold that ran out, a lost answer, no network, a slow one, a refused session."""

import json
import re
from datetime import datetime

from playwright.sync_api import expect

from tests.miniapp.phone import OFFICE, Phone, personal_id_of
from tests.miniapp.world import Answer
from tests.served import ask

LOST = Answer(lost=True)
BOOKING = r"/bookings/[^/]+"


def test_a_full_slot_offers_other_times_in_one_tap(phone: Phone) -> None:
    phone.open()
    phone.choose_office()
    phone.tap("Bấm số CCCD")
    phone.choose("Thứ Sáu", "10:00")
    phone.introduce()
    take_every_seat(phone, "2026-11-27T10:00:00+07:00")
    phone.tap("Giữ chỗ 10:00 Thứ Sáu 27/11/2026")
    alert = phone.page.get_by_role("alert")
    expect(alert).to_have_attribute("data-code", "slot_full")
    offered = alert.get_by_role("button", name=re.compile(r"^\d\d:\d\d .* còn \d+ chỗ")).first
    time = offered.inner_text()[:5]
    offered.click()
    phone.at("Phiếu hẹn")
    [booking] = phone.bookings()
    assert booking["status"] == "held" and booking["start"][11:16] == time
    assert booking["applicant"]["fullName"] == "NGUYỄN VĂN THỬ"  # nothing had to be typed again


def take_every_seat(phone: Phone, start: str) -> None:
    url = phone.service.url
    for number in range(50):
        _, session = ask("POST", f"{url}/sessions", {"zaloAccessToken": f"demo-rival{number}"})
        wanted = {
            "officeId": OFFICE,
            "procedure": "cap-cccd",
            "start": start,
            "applicant": {
                "fullName": "Trần Văn Rival",
                "personalId": personal_id_of(f"rival{number}"),
                "dateOfBirth": "1990-02-01",
                "phone": f"09123{number:05}",
            },
        }
        headers = {"Authorization": f"Bearer {session['token']}", "Idempotency-Key": f"rival-{number:04}"}
        status, answer = ask("POST", f"{url}/bookings", wanted, **headers)
        if status == 409 and answer["code"] == "slot_full":
            return
        assert status == 201, answer
    raise AssertionError("the slot never got full")


def test_a_hold_that_ran_out_in_the_background_is_held_again_in_one_tap(phone: Phone) -> None:
    phone.open()
    phone.choose_office()
    phone.tap("Bấm số CCCD")
    phone.choose("Thứ Sáu", "09:00")
    phone.introduce()
    phone.tap("Giữ chỗ 09:00")
    phone.at("Phiếu hẹn")
    phone.sees("Đang giữ chỗ, chưa xác nhận")
    ask("POST", f"{phone.service.zalo}/clock", {"minutes": 16})
    phone.comes_back()
    phone.sees("Bạn chưa xác nhận kịp nên chỗ này đã được trả lại.")
    phone.sees(re.compile(r"^Khung giờ 09:00 còn \d+ chỗ\.$"))
    phone.tap("Giữ lại chỗ này")
    phone.sees("Đang giữ chỗ, chưa xác nhận")
    phone.tap("Xác nhận")
    phone.sees("Đã xác nhận")
    assert sorted(each["status"] for each in phone.bookings()) == ["confirmed", "lapsed"]


def test_a_lost_answer_becomes_no_second_booking(phone: Phone) -> None:
    phone.open()
    phone.choose_office()
    phone.tap("Bấm số CCCD")
    phone.choose("Thứ Sáu", "14:00")
    phone.introduce()
    phone.world.plan("POST", "/bookings", LOST, times=2)
    phone.tap("Giữ chỗ 14:00")
    phone.at("Phiếu hẹn")
    phone.world.plan("POST", f"{BOOKING}/confirm", LOST)
    phone.tap("Xác nhận")
    phone.sees("Đã xác nhận")
    assert [each["status"] for each in phone.bookings()] == ["confirmed"]
    for path in ("/bookings", f"{BOOKING}/confirm"):
        sent = phone.world.asked("POST", path)
        assert len(sent) >= 2
        assert len({(each.headers["idempotency-key"], each.body) for each in sent}) == 1


def test_the_key_outlives_the_app(phone: Phone) -> None:
    """Every answer is lost, the app is closed and opened, and the same is asked for again."""

    phone.open()
    phone.choose_office()
    phone.world.plan("POST", "/bookings", LOST, times=20)
    phone.tap("Bấm số CCCD")
    phone.choose("Thứ Sáu", "14:30")
    phone.introduce()
    phone.page.clock.install()
    phone.tap("Giữ chỗ 14:30")
    for seconds in (1, 2, 5):
        phone.sees(f"Tự thử lại sau {seconds} giây…")
        phone.page.clock.fast_forward(seconds * 1000)
    phone.sees("Không kết nối được")
    phone.world.calm_down()
    phone.open()
    phone.tap("Bấm số CCCD")
    phone.choose("Thứ Sáu", "14:30")
    expect(phone.page.get_by_label("Họ, chữ đệm và tên")).to_have_value("Nguyễn Văn Thử")
    phone.tap("Giữ chỗ 14:30")
    phone.at("Phiếu hẹn")
    assert len(phone.bookings()) == 1
    assert len({each.headers["idempotency-key"] for each in phone.world.asked("POST", "/bookings")}) == 1


def test_a_double_tap_is_one_request(phone: Phone) -> None:
    phone.has("2026-11-27T15:00:00+07:00", confirmed=False)
    phone.open("/phieu-hen")
    phone.open("/lich-hen")
    phone.tap(re.compile("^15:00"))
    button = phone.page.get_by_role("button", name="Xác nhận")
    button.evaluate("(button) => { button.click(); button.click(); button.click(); }")
    phone.sees("Đã xác nhận")
    assert len(phone.world.asked("POST", f"{BOOKING}/confirm")) == 1


def test_another_wish_has_another_key(phone: Phone) -> None:
    phone.open()
    phone.choose_office()
    phone.tap("Bấm số CCCD")
    phone.choose("Thứ Hai", "14:00")
    phone.introduce()
    phone.page.get_by_label("Số định danh cá nhân").fill("123")
    phone.tap("Giữ chỗ 14:00")
    phone.sees(re.compile("^Số định danh gồm 12 chữ số"))
    expect(phone.page.get_by_label("Số định danh cá nhân")).to_have_attribute("aria-invalid", "true")
    phone.page.get_by_label("Số định danh cá nhân").fill(phone.personal_id)
    phone.tap("Giữ chỗ 14:00")
    phone.at("Phiếu hẹn")
    assert len({each.headers["idempotency-key"] for each in phone.world.asked("POST", "/bookings")}) == 2


def test_without_a_network_the_ticket_stays_readable(phone: Phone) -> None:
    phone.has("2026-11-27T16:00:00+07:00")
    phone.open()
    phone.tap("Xem phiếu hẹn")
    phone.sees("Đã xác nhận")
    phone.sees("Công an phường Sài Gòn")
    phone.tap("Quay lại")
    phone.context.set_offline(True)
    phone.sees("Máy đang không có mạng.")
    phone.tap("Xem phiếu hẹn")
    phone.sees("Đang xem bản lưu trên máy.")
    phone.sees(re.compile("^Số thứ tự 1600-0"))
    phone.sees("Công an phường Sài Gòn")
    paper = phone.page.get_by_role("checkbox").first
    paper.check()
    phone.tap("Huỷ lịch hẹn")
    phone.tap("Đồng ý huỷ")
    phone.sees("Chưa có mạng")
    phone.context.set_offline(False)
    phone.open("/phieu-hen")
    expect(phone.page.get_by_role("checkbox").first).to_be_checked()
    assert [each["status"] for each in phone.bookings()] == ["confirmed"]


def test_a_slow_network_is_told_and_waited_for(phone: Phone) -> None:
    phone.world.plan("GET", "/faq", Answer(delay=5.0))
    phone.open("/hoi-dap")
    phone.sees("Mạng đang chậm, vui lòng chờ trong giây lát…")
    phone.sees("Làm căn cước (CCCD) ở đâu?")
    expect(phone.page.get_by_text("Mạng đang chậm")).to_have_count(0)


def test_an_answer_is_asked_for_again_after_growing_pauses(phone: Phone) -> None:
    phone.page.clock.install()
    phone.world.plan("GET", "/faq", Answer(502, {}, b"<html>"), times=3)
    phone.open("/hoi-dap")
    for seconds in (1, 2, 5):
        phone.sees(f"Tự thử lại sau {seconds} giây…")
        phone.page.clock.fast_forward(seconds * 1000)
    phone.sees("Làm căn cước (CCCD) ở đâu?")
    assert [each.status for each in phone.world.asked("GET", "/faq")] == [502, 502, 502, 200]


def test_a_busy_server_is_asked_again_as_it_wishes(phone: Phone) -> None:
    phone.world.plan("GET", "/faq", Answer(503, {"retry-after": "2"}))
    phone.open("/hoi-dap")
    phone.sees("Hệ thống đang bận. Tự thử lại sau 2 giây…")
    phone.sees("Làm căn cước (CCCD) ở đâu?")
    assert [each.status for each in phone.world.asked("GET", "/faq")] == [503, 200]


def test_a_long_wait_is_told_and_left_to_the_citizen(phone: Phone) -> None:
    problem = {
        "status": 429,
        "code": "rate_limited",
        "title": "Nhiều lần quá",
        "detail": "Hôm nay bạn đã xem đủ số lần.",
    }
    phone.world.plan("GET", "/me/data", Answer(429, {"retry-after": "3600"}, json.dumps(problem).encode()))
    phone.open("/du-lieu")
    phone.tap("Xem dữ liệu đang được giữ")
    phone.sees("Hôm nay bạn đã xem đủ số lần.")
    phone.sees("Có thể thử lại sau 60 phút.")
    assert len(phone.world.asked("GET", "/me/data")) == 1
    expect(phone.page.get_by_role("button", name="Thử lại")).to_have_count(0)


def test_a_server_in_trouble_has_words_even_without_its_own(phone: Phone) -> None:
    phone.world.plan("PUT", "/me/consents", Answer(500, {}, b"<html>"))
    phone.open("/du-lieu")
    phone.page.get_by_label("Tôi đồng ý nhận tin nhắn Zalo").click()
    phone.sees("Hệ thống đang gặp trục trặc.")
    phone.page.get_by_label("Tôi đồng ý nhận tin nhắn Zalo").click()
    phone.sees("Đã ghi nhận.")
    expect(phone.page.get_by_label("Tôi đồng ý nhận tin nhắn Zalo")).to_be_checked()


def test_an_answer_that_never_comes_is_given_up_in_words(phone: Phone) -> None:
    phone.page.clock.install()
    phone.open("/du-lieu")
    phone.sees("Tôi đồng ý nhận tin nhắn Zalo")
    phone.world.plan("PUT", "/me/consents", Answer(delay=3.0))
    phone.page.get_by_label("Tôi đồng ý nhận tin nhắn Zalo").click()
    phone.page.clock.fast_forward(25_000)
    phone.sees("Mạng quá chậm")


def test_a_refused_session_is_replaced_unseen(phone: Phone) -> None:
    phone.has("2026-11-27T15:30:00+07:00", confirmed=False)
    phone.open()
    phone.sees("Lịch hẹn sắp tới")
    phone.world.plan("POST", f"{BOOKING}/confirm", Answer(strip=True))
    phone.tap("Xác nhận ngay")
    phone.tap("Xác nhận")
    phone.sees("Đã xác nhận")
    assert [each.status for each in phone.world.asked("POST", f"{BOOKING}/confirm")] == [401, 200]
    assert len(phone.world.asked("POST", "/sessions")) == 2
    expect(phone.page.get_by_role("alert")).to_have_count(0)


def test_a_session_that_is_refused_twice_is_told(phone: Phone) -> None:
    phone.world.plan("GET", "/bookings", Answer(strip=True), times=2)
    phone.open("/lich-hen")
    expect(phone.page.get_by_role("alert")).to_have_attribute("data-code", "unauthenticated")
    assert [each.status for each in phone.world.asked("GET", "/bookings")] == [401, 401]


def test_the_hold_runs_down_by_the_servers_clock(phone: Phone) -> None:
    """The phone's own clock is a day off."""
    phone.page.clock.set_fixed_time(datetime.fromisoformat("2026-11-24T03:00:00+07:00"))
    phone.has("2026-11-30T15:00:00+07:00", confirmed=False)
    phone.open("/lich-hen")
    phone.tap(re.compile("^15:00"))
    expect(phone.page.get_by_role("timer")).to_have_text(re.compile("^1[45]:[0-5][0-9]$"))


def test_in_a_crowd_the_sign_in_is_tried_again(phone: Phone) -> None:
    """API Gateway itself refuses what is too much at one moment, without a word of ours."""
    phone.world.plan(
        "POST", "/sessions", Answer(429, {"content-type": "application/json"}, b'{"message":"Too Many Requests"}')
    )
    phone.open("/lich-hen")
    phone.sees("Bạn chưa có lịch hẹn nào.")
    assert [each.status for each in phone.world.asked("POST", "/sessions")] == [429, 201]


def test_where_zalo_signs_nobody_in_the_rest_can_be_read(phone: Phone) -> None:
    phone.world.zalo_signs_in = False
    phone.open()
    phone.sees("Zalo chưa cho biết bạn là ai.")
    phone.tap("Cấp CCCD")
    phone.sees("Thẻ CCCD hoặc thẻ căn cước đang có")
    phone.world.zalo_signs_in = True
    phone.open("/lich-hen")
    phone.sees("Bạn chưa có lịch hẹn nào.")
