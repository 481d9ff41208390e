"""The whole way of the README, on the screen: today, and on the day of the newspaper article."""

import base64
import io
import re
import subprocess
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.conftest import ROOT
from tests.miniapp.phone import NAME, OFFICE_NAME, Phone


def test_from_the_first_screen_to_the_ticket(phone: Phone) -> None:
    phone.open()
    phone.at("Đặt lịch làm căn cước")
    phone.choose_office()
    phone.sees("Cơ quan của bạn")

    phone.tap("Cấp CCCD")
    phone.sees("Thẻ CCCD hoặc thẻ căn cước đang có")
    phone.tap("Khai tờ khai trước")
    phone.declare_2026()
    phone.at("Tờ khai đã lưu")
    phone.sees("Thẻ CCCD hoặc thẻ căn cước đang có")
    assert NAME in printed(phone)

    phone.tap("Chọn ngày giờ")
    phone.choose("Thứ Năm", "08:00")
    expect(phone.page.get_by_label("Họ, chữ đệm và tên")).to_have_value(NAME)
    phone.tap("Giữ chỗ 08:00 Thứ Năm 26/11/2026")

    phone.at("Phiếu hẹn")
    expect(phone.page.get_by_role("timer")).to_have_text(re.compile("^(15:00|14:[0-5][0-9])$"))
    phone.tap("Xác nhận")
    phone.sees("Đã xác nhận")
    expect(phone.page.get_by_text(re.compile("^Số thứ tự 0800-0"))).to_be_visible()
    [booking] = phone.bookings()
    assert booking["status"] == "confirmed" and booking["declarationId"]
    code = phone.page.get_by_alt_text(re.compile("Mã QR của số 0800-0"))
    expect(code).to_be_visible()
    assert unquote(code.get_attribute("src") or "").endswith(qr_of(booking["id"].upper()))  # as the desk reads it

    phone.tap("Mở bản đồ")
    phone.tap("Thêm vào lịch của máy")
    phone.sees("Đã lưu lịch hẹn vào máy.")
    [map_] = phone.asked_of_zalo("action.open.outapp")
    assert map_["url"].startswith("https://www.google.com/maps/search/?api=1&query=C%C3%B4ng%20an")
    calendar = content_of(phone.asked_of_zalo("action.save.file")[-1], "text/calendar").decode()
    assert "BEGIN:VEVENT" in calendar and "DTSTART:20261126T010000Z" in calendar

    phone.tap("Quay lại")
    phone.open()
    phone.sees("Lịch hẹn sắp tới")
    phone.sees(OFFICE_NAME)


def test_the_sdk_of_an_iphone_signs_in_and_remembers(iphone: Phone) -> None:
    """Zalo calls back in another way there. The browser is Chromium all the same."""
    iphone.open()
    iphone.choose_office()
    iphone.tap("Bấm số CCCD")
    iphone.choose("Thứ Hai", "16:00")
    iphone.introduce()
    iphone.tap("Giữ chỗ 16:00")
    iphone.tap("Xác nhận")
    iphone.sees("Đã xác nhận")
    iphone.open()
    iphone.sees(OFFICE_NAME)


def test_on_the_day_of_the_article(phone_2021: Phone) -> None:
    phone, page = phone_2021, phone_2021.page
    phone.open()
    phone.tap("Tìm cơ quan")
    page.get_by_label("Phường, xã").fill("cong an quan 1")
    phone.tap("Công an Quận 1")
    phone.tap("Cấp CCCD")
    phone.sees("Sổ hộ khẩu")
    phone.tap("Khai tờ khai trước")
    declare_2021(phone)
    phone.at("Tờ khai đã lưu")
    phone.sees("Sổ hộ khẩu")
    assert NAME in printed(phone)
    phone.tap("Chọn ngày giờ")
    phone.tap(re.compile("^Thứ Sáu"))
    phone.tap(re.compile("^08:00"))
    page.get_by_label("Số định danh cá nhân").fill(phone.personal_id)
    phone.tap("Giữ chỗ 08:00 Thứ Sáu 25/06/2021")
    phone.tap("Xác nhận")
    phone.sees("Đã xác nhận")
    assert [each["start"] for each in phone.bookings()] == ["2021-06-25T08:00:00+07:00"]


def declare_2021(phone: Phone) -> None:
    """All that the form of 2021 asks of somebody who has an old card."""
    page = phone.page
    page.get_by_label("Tôi đồng ý để cơ quan Công an").check()
    phone.tap("Bắt đầu khai")
    fill(page, "Họ, chữ đệm và tên", "Nguyễn Văn Thử")
    fill(page, "Ngày, tháng, năm sinh", "20/05/1990")
    page.get_by_label("Nam", exact=True).check()
    pick(page, "Dân tộc", "Kinh")
    pick(page, "Tôn giáo", "Không")
    page.get_by_label("Đang có vợ/chồng").check()
    fill(page, "Nơi đăng ký khai sinh", "Quận 1, TP Hồ Chí Minh")
    fill(page, "Quê quán", "Quận 1, TP Hồ Chí Minh")
    for place in ("Nơi thường trú", "Nơi ở hiện tại"):
        group = page.get_by_role("group", name=place)
        group.get_by_label("Ghi liền địa chỉ trong một dòng").check()
        group.get_by_label("Địa chỉ ghi liền").fill("1 Đường Thử, phường Bến Nghé, Quận 1, TP Hồ Chí Minh")
    fill(page, "Nghề nghiệp", "Thợ điện")
    pick(page, "Trình độ học vấn", "Trung học phổ thông")
    phone.tap("Tiếp tục")
    fill(page, "Họ, chữ đệm và tên của vợ (chồng)", "Trần Thị Mẫu")
    fill(page, "Họ, chữ đệm và tên của chủ hộ", "Nguyễn Văn Thử")
    pick(page, "Quan hệ với chủ hộ", "Chủ hộ")
    phone.tap("Tiếp tục")
    page.get_by_label("Đổi", exact=True).check()
    fill(page, "Số điện thoại", "0987 654 321")
    page.get_by_label("Tôi xin chịu trách nhiệm").check()
    phone.tap("Tiếp tục")
    phone.tap("Gửi tờ khai")


def fill(page: Page, label: str, text: str) -> None:
    page.get_by_label(re.compile(f"^{re.escape(label)}")).first.fill(text)


def pick(page: Page, label: str, choice: str) -> None:
    page.get_by_label(re.compile(f"^{re.escape(label)}")).first.select_option(label=choice)


def printed(phone: Phone) -> str:
    """The text of the PDF that the app handed to Zalo to save."""
    phone.tap("Tải bản in (PDF)")
    phone.sees("Đã lưu tờ khai vào máy.")
    content = content_of(phone.asked_of_zalo("action.save.file")[-1], "application/pdf")
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def qr_of(text: str) -> str:
    """The picture of a QR code that says the text."""
    draw = "import('uqr').then((uqr) => process.stdout.write(uqr.renderSVG(process.argv[1], {border: 2})))"
    node = ROOT / ".tools/node/bin/node"
    return subprocess.run(
        [node, "-e", draw, text], cwd=ROOT / "miniapp", capture_output=True, text=True, check=True
    ).stdout


def content_of(saved: dict[str, Any], kind: str) -> bytes:
    """What the app handed to Zalo to save."""
    head, _, content = saved["fileBase64Data"].partition(";base64,")
    assert head.startswith(f"data:{kind}")
    return base64.b64decode(content)
