"""One whole day at two counters, in a real browser, on appointments that citizens made through their own API."""

import json
import os
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import AXE
from tests.conftest import ROOT
from tests.declarations.people import FORM_2026
from tests.journey.citizen import Citizen
from tests.served import Served, ask
from tests.web.conftest import YESTERDAY

OFFICE = "ca-26740"
DAY = "2026-11-26"
BOOKED = 40
SCREENS = ROOT / "docs/screens"


def book(service: Served, number: int, start: str) -> dict[str, Any]:
    """A confirmed appointment of a citizen of their own."""
    _, session = ask("POST", f"{service.url}/sessions", {"zaloAccessToken": f"demo-nguoi-{number}"})
    token: Any = {"authorization": f"Bearer {session['token']}"}
    key: Any = {"idempotency-key": f"press-{number:04d}"}
    applicant = {
        "fullName": f"Nguyễn Văn {chr(65 + number // 26)}{chr(97 + number % 26)}",
        "personalId": f"0790900{number:05d}",
        "dateOfBirth": "1990-05-20",
        "phone": "0987654321",
    }
    body = {"officeId": OFFICE, "procedure": "cap-cccd", "start": start, "applicant": applicant}
    if number == 0:  # the first one has filled in the declaration
        declaration = FORM_2026 | {"fullName": applicant["fullName"], "personalId": applicant["personalId"]}
        _, declared = ask("POST", f"{service.url}/declarations", declaration, **token)
        body["declarationId"] = declared["id"]
    status, held = ask("POST", f"{service.url}/bookings", body, **token, **key)
    assert status == 201, held
    status, confirmed = ask("POST", f"{service.url}/bookings/{held['id']}/confirm", **token)
    assert status == 200, confirmed
    assert isinstance(confirmed, dict)
    return confirmed


def starts(service: Served) -> list[str]:
    _, found = ask("GET", f"{service.url}/offices/{OFFICE}/slots?from={DAY}&days=1")
    return [slot["start"] for slot in found["days"][0]["slots"] for _ in range(slot["seatsLeft"])]


def sign_in(page: Page, service: Served, who: str, counter: str, office: str = "Công an phường Sài Gòn") -> None:
    page.goto(f"{service.url}/desk/")
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("link", name=who).click()
    page.get_by_role("button", name=office).click()
    page.get_by_label("Quầy số").fill(counter)


def check_in(page: Page, typed: str) -> None:
    box = page.get_by_placeholder("0730-03")
    box.fill(typed)
    box.press("Enter")


def said(page: Page, words: str) -> None:
    expect(page.get_by_role("status")).to_contain_text(words)


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())  # as the developer's console does: the page's own policy lets no script in
    found = page.evaluate("axe.run()")
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found["violations"]]


def picture(page: Page, name: str) -> None:
    """The page in docs/screens, with SCREENS=write."""
    if os.environ.get("SCREENS") == "write":
        page.screenshot(path=SCREENS / f"{name}.jpg", type="jpeg", quality=60)


def called(page: Page) -> str:
    return page.locator(".called .number").inner_text()


@pytest.fixture(scope="session")
def follower(stack_of_the_desk: Served) -> tuple[Citizen, dict[str, Any]]:
    """Somebody who follows the account, and their appointment at the end of the day."""
    lan = Citizen(stack_of_the_desk, "lan", "1001", YESTERDAY)
    lan.follows()
    return lan, lan.books(f"{DAY}T16:30:00+07:00")


@pytest.fixture(scope="session")
def day_of_forty(stack_of_the_desk: Served, follower: Any) -> list[dict[str, Any]]:
    """Forty appointments of the day, at twenty past seven of it."""
    _ = follower  # who books first
    times = starts(stack_of_the_desk)
    mine = [book(stack_of_the_desk, number, times[number]) for number in range(BOOKED)]
    status, _ = ask("POST", f"{stack_of_the_desk.zalo}/clock", {"minutes": 24 * 60 + 20})
    assert status == 200
    return mine


def test_a_whole_day_at_two_counters(
    counters: tuple[Page, Page], stack_of_the_desk: Served, day_of_forty: list[dict[str, Any]]
) -> None:
    service = stack_of_the_desk
    one, two = counters
    mine = day_of_forty
    sign_in(one, service, "Cán bộ Minh", "1")
    sign_in(two, service, "Chỉ huy Hạnh", "2")
    expect(one.locator("tbody tr")).to_have_count(BOOKED + 1)  # and the follower
    assert violations(one) == []

    for booking in mine[:6]:
        check_in(one, booking["id"])  # as the scanner types what the QR code says
        said(one, f"Số {booking['ticket']} đã đến")
    check_in(one, mine[6]["ticket"])  # as the person reads it out
    said(one, f"Số {mine[6]['ticket']} đã đến")

    one.locator("h2").first.click()
    one.keyboard.press("n")
    two.get_by_role("button", name=re.compile("Gọi người tiếp theo")).click()
    expect(one.locator(".called .number")).to_be_visible()
    expect(two.locator(".called .number")).to_be_visible()
    first_two = sorted(each["ticket"] for each in mine[:7])[:2]
    assert sorted([called(one), called(two)]) == first_two, "two counters, two people"
    assert violations(one) == []
    picture(one, "quay")

    _, queue = ask("GET", f"{service.url}/offices/{OFFICE}/queue")
    assert {each["counter"] for each in queue["counters"]} == {"1", "2"} and queue["waiting"] == 5

    for page, number in ((one, called(one)), (two, called(two))):
        if number == mine[0]["ticket"]:
            page.get_by_role("button", name="Xem tờ khai").click()
            expect(page.get_by_text("NGUYỄN VĂN AA").first).to_be_visible()
            assert violations(page) == []
            page.get_by_role("button", name="Cất tờ khai").click()
        else:
            expect(page.get_by_text("Chưa khai tờ khai.")).to_be_visible()

    first = called(one)
    one.keyboard.press("x")
    said(one, f"Số {first}: đã xong")
    one.get_by_role("row", name=re.compile(first)).get_by_role("button", name="Hoàn tác").click()
    expect(one.locator(".called .number")).to_have_text(first)
    one.keyboard.press("x")
    said(one, f"Số {first}: đã xong")

    absent = called(two)
    two.get_by_role("button", name="Vắng mặt").click()
    said(two, f"Số {absent}: vắng mặt")
    two.get_by_role("button", name=re.compile("Gọi người tiếp theo")).click()
    expect(two.locator(".called .number")).to_be_visible()
    aside = called(two)
    two.get_by_role("button", name="Để lại").click()
    said(two, f"Số {aside}: tạm để lại")
    two.get_by_role("row", name=re.compile(absent)).get_by_role("button", name="Trở lại hàng").click()
    said(two, f"Số {absent}: đang chờ")
    two.get_by_role("row", name=re.compile(aside)).get_by_role("button", name="Trở lại hàng").click()
    said(two, f"Số {aside}: đang chờ")
    two.get_by_role("button", name=re.compile("Gọi người tiếp theo")).click()
    expect(two.locator(".called .number")).to_have_text(aside)

    one.get_by_text("Người chưa đặt lịch", exact=True).click()
    expect(one.get_by_label("Thủ tục").locator("option")).not_to_have_count(0)
    one.get_by_role("button", name="Phát phiếu").click()
    said(one, "-W01")

    one.get_by_text("Có lịch hẹn do người khác đặt").click()
    one.get_by_label("Số định danh của người đang đứng trước quầy").fill(f"0790900{BOOKED - 1:05d}")
    one.get_by_role("button", name="Huỷ lịch hẹn đó").click()
    said(one, f"Đã huỷ lịch hẹn {mine[-1]['ticket']}")
    expect(one.get_by_role("row", name=re.compile(mine[-1]["ticket"]))).to_have_count(0)

    check_in(one, "0000-00")
    said(one, "Không tìm thấy")
    expect(one.get_by_placeholder("0730-03")).to_have_value("0000-00")  # what was typed is still there


def test_the_chief_closes_the_afternoon_and_reads_the_figures(
    counters: tuple[Page, Page], stack_of_the_desk: Served, day_of_forty: Any, follower: tuple[Citizen, Any]
) -> None:
    page, officer = counters
    sign_in(page, stack_of_the_desk, "Chỉ huy Hạnh", "2")
    page.get_by_role("button", name="Chỉ huy").click()
    expect(page.get_by_label("Từ").nth(1)).to_have_value("13:30")  # the office's own sessions
    expect(page.get_by_role("note")).to_have_count(0)
    page.get_by_role("button", name="Bỏ buổi 2").click()
    expect(page.get_by_role("note")).to_contain_text("người đã hẹn vào giờ sẽ đóng")
    page.get_by_label("Lý do, người dân sẽ đọc").fill("Mất điện buổi chiều.")
    assert violations(page) == []
    page.get_by_role("button", name="Áp dụng ngay").click()
    said(page, "Đã áp dụng ngay")
    _, slots = ask("GET", f"{stack_of_the_desk.url}/offices/{OFFICE}/slots?from={DAY}&days=1")
    assert not [each for each in slots["days"][0]["slots"] if each["start"] > f"{DAY}T12"]
    lan, booking = follower
    assert "Mất điện buổi chiều" in lan.read("Rất tiếc")[0]
    lan = Citizen(stack_of_the_desk, "lan", lan.user)  # yesterday's session has ended
    _, closed = lan.asks("GET", f"/bookings/{booking['id']}")
    kept = closed["closed"]["kept"]
    status, moved = lan.asks("POST", f"/bookings/{booking['id']}/reschedule", {"start": kept[0]["start"]})
    assert (status, len(kept)) == (200, 3)
    assert moved["ticket"] in lan.read("Lịch hẹn làm căn cước (CCCD) đã đổi sang")[0]
    page.get_by_label("Nội dung").fill("Bãi xe ở cổng sau.")
    page.get_by_role("button", name="Thông báo", exact=True).click()
    said(page, "Đã thông báo")
    _, office = ask("GET", f"{stack_of_the_desk.url}/offices/{OFFICE}")
    assert office["notices"] == ["Bãi xe ở cổng sau."]
    page.get_by_role("button", name="Gỡ thông báo").click()
    said(page, "Đã gỡ thông báo")
    page.get_by_role("button", name="Xem").click()
    expect(page.get_by_text(re.compile("người đã tiếp nhận"))).to_be_visible()
    assert violations(page) == []
    picture(page, "chi-huy")
    page.get_by_role("button", name="Hôm nay").click()
    page.evaluate("window.print = () => {}")  # no printer, and Chromium complains of a second one within seconds
    for button, day in (("In danh sách", "26/11/2026"), ("In ngày mai", "27/11/2026")):
        page.get_by_role("button", name=button).click()
        page.emulate_media(media="print")
        expect(page.get_by_role("heading", name=f"Danh sách ngày {day}")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("Gọi người tiếp theo"))).to_be_hidden()
        page.emulate_media(media="screen")
    sign_in(officer, stack_of_the_desk, "Cán bộ Minh", "1")
    expect(officer.get_by_role("button", name="Chỉ huy", exact=True)).to_have_count(0)


def test_the_chief_connects_the_office_s_account_at_zalo_and_comes_back(
    counters: tuple[Page, Page], stack_of_the_desk: Served
) -> None:
    page, _ = counters
    sign_in(page, stack_of_the_desk, "Chỉ huy Hạnh", "1", office="Công an phường Tân Bình")
    page.get_by_role("button", name="Chỉ huy").click()
    expect(page.get_by_text("chưa kết nối trang Zalo nào")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Kết nối OA").click()
    page.get_by_role("link", name="Đồng ý: Công an phường Tân Bình").click()
    said(page, "Đã kết nối trang Zalo Công an phường Tân Bình")
    expect(page.get_by_text("Đang kết nối.")).to_be_visible()
    assert page.url == f"{stack_of_the_desk.url}/desk/", "neither code nor state stays in the address"
    page.get_by_role("button", name="Kết nối lại OA").click()
    page.get_by_role("link", name="Đồng ý: Công an phường Sài Gòn").click()
    said(page, "đang gắn với")
    expect(page.get_by_text("Đang kết nối.")).to_be_visible()
    page.get_by_role("button", name="Ngắt kết nối").click()
    page.get_by_role("button", name="Chắc chắn ngắt kết nối").click()
    said(page, "Đã ngắt kết nối")
    expect(page.get_by_text("chưa kết nối trang Zalo nào")).to_be_visible()


def test_the_waiting_room_sees_numbers_and_no_names(counters: tuple[Page, Page], stack_of_the_desk: Served) -> None:
    page, _ = counters
    page.goto(f"{stack_of_the_desk.url}/desk/screen.html?office={OFFICE}")
    expect(page.get_by_text(re.compile("người đang chờ"))).to_be_visible()
    assert "Nguyễn" not in page.content()
    assert violations(page) == []
    picture(page, "phong-cho")


def test_nothing_of_a_person_is_kept_in_the_browser_or_its_address(
    counters: tuple[Page, Page], stack_of_the_desk: Served, day_of_forty: Any
) -> None:
    page, _ = counters
    sign_in(page, stack_of_the_desk, "Cán bộ Minh", "1")
    expect(page.locator("tbody tr").first).to_be_visible()
    kept = json.dumps(page.evaluate("({...localStorage})")) + page.url
    assert "Nguy" not in kept and "eyJ" not in kept, "the token ends with the tab"
