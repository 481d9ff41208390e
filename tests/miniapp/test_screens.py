"""Every screen without a barrier that axe knows, in large type too; and its picture in docs/screens, with SCREENS=write."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import AXE
from tests.conftest import ROOT
from tests.miniapp.phone import Phone

PICTURES = ROOT / "docs/screens"
LARGEST = 150 * 1024  # bytes
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

type Visit = Callable[[Phone], None]


def home(phone: Phone) -> None:
    phone.has("2026-11-26T09:00:00+07:00")
    phone.open()
    phone.choose_office()
    phone.sees("Thứ Hai - Thứ Sáu")
    phone.sees("Lịch hẹn sắp tới")


def office(phone: Phone) -> None:
    phone.open("/co-quan")
    phone.page.get_by_label("Phường, xã").fill("ben nghe")
    phone.sees("1 cơ quan phù hợp nhất")


def what_to_bring(phone: Phone) -> None:
    phone.open("/thu-tuc")
    phone.sees("Khai tờ khai trước")


def consent(phone: Phone) -> None:
    phone.open("/khai")
    phone.sees("Bắt đầu khai")


def form(phone: Phone) -> None:
    phone.open("/khai")
    phone.page.get_by_label("Tôi đồng ý để cơ quan Công an").check()
    phone.tap("Bắt đầu khai")
    phone.page.get_by_label("Tỉnh, thành phố").select_option(label="Thành phố Hồ Chí Minh")


def mistakes(phone: Phone) -> None:
    phone.open()
    phone.choose_office()
    phone.open("/khai")
    phone.page.get_by_label("Tôi đồng ý để cơ quan Công an").check()
    phone.tap("Bắt đầu khai")
    phone.page.get_by_label("Số định danh cá nhân").fill("12345")
    for _ in range(3):
        phone.tap("Tiếp tục")
    phone.tap("Gửi tờ khai")
    phone.page.get_by_role("alert").get_by_role("button", name=re.compile("^Số định danh")).click()
    phone.page.evaluate("window.scrollTo(0, 0)")


def declared(phone: Phone) -> None:
    phone.open()
    phone.choose_office()
    phone.open("/khai")
    phone.declare_2026()
    phone.at("Tờ khai đã lưu")
    phone.sees("Giấy tờ mang theo")


def schedule(phone: Phone) -> None:
    phone.open()
    phone.choose_office()
    phone.tap("Bấm số CCCD")
    phone.choose("Thứ Sáu", "08:00")
    phone.sees("Người làm thẻ")
    phone.page.evaluate("window.scrollTo(0, 330)")


def hold(phone: Phone) -> None:
    phone.has("2026-11-26T10:00:00+07:00", confirmed=False)
    phone.open("/lich-hen")
    phone.tap(re.compile("^10:00"))
    expect(phone.page.get_by_role("timer")).to_be_visible()
    phone.sees("Nơi đến")


def ticket(phone: Phone) -> None:
    phone.has("2026-11-26T10:30:00+07:00")
    phone.open("/lich-hen")
    phone.tap(re.compile("^10:30"))
    phone.sees("Nơi đến")


def appointments(phone: Phone) -> None:
    phone.api("POST", f"/bookings/{phone.has('2026-11-27T08:30:00+07:00')}/cancel")
    phone.open("/lich-hen")
    phone.sees("Đã huỷ")


def questions(phone: Phone) -> None:
    phone.open("/hoi-dap")
    phone.page.get_by_label("Bạn muốn hỏi gì?").fill("lam can cuoc bao nhieu tien")
    phone.sees("Mức gốc")


def my_data(phone: Phone) -> None:
    phone.open("/du-lieu")
    phone.tap("Xem dữ liệu đang được giữ")
    phone.sees("Điều tôi đồng ý")
    phone.sees("Tôi đồng ý nhận tin nhắn Zalo")


VISITS: dict[str, Visit] = {
    "trang-dau": home,
    "tim-co-quan": office,
    "can-mang-gi": what_to_bring,
    "dong-y": consent,
    "to-khai": form,
    "loi-o-tung-muc": mistakes,
    "to-khai-da-luu": declared,
    "chon-ngay-gio": schedule,
    "giu-cho": hold,
    "phieu-hen": ticket,
    "hoi-dap": questions,
    "du-lieu": my_data,
}


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[Path]:
    folder = PICTURES if os.environ.get("SCREENS") == "write" else tmp_path
    folder.mkdir(exist_ok=True)
    yield folder


@pytest.mark.parametrize("name", VISITS)
def test_a_screen_has_no_barrier(phone: Phone, pictures: Path, name: str) -> None:
    VISITS[name](phone)
    picture = pictures / f"{name}.jpg"
    phone.page.screenshot(path=picture, type="jpeg", quality=70)
    assert 5_000 < picture.stat().st_size < LARGEST
    barriers(phone.page)
    at_most_as_wide_as_the_phone(phone.page)
    # Large type, as a reader sets it in the phone: everything must still fit in the width.
    phone.page.add_style_tag(content="html { font-size: 225% }")
    at_most_as_wide_as_the_phone(phone.page)
    assert phone.page.evaluate("document.querySelector('header').offsetHeight < innerHeight / 5")


def test_the_list_of_appointments_has_no_barrier(phone: Phone) -> None:
    appointments(phone)
    barriers(phone.page)


def test_every_screen_has_its_picture() -> None:
    missing = [name for name in VISITS if not (PICTURES / f"{name}.jpg").is_file()]
    assert missing == [], "make screens"
    assert all((PICTURES / f"{name}.jpg").stat().st_size < LARGEST for name in VISITS)


def test_axe_finds_a_barrier_where_there_is_one(phone: Phone) -> None:
    phone.open("/hoi-dap")
    phone.sees("Làm căn cước (CCCD) ở đâu?")
    phone.page.evaluate("document.querySelector('label[for]').remove()")
    with pytest.raises(AssertionError, match="label"):
        barriers(phone.page)


def barriers(page: Page) -> None:
    """Fails with what axe finds in the page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "(rules) => axe.run({runOnly: {type: 'tag', values: rules}}).then((result) => result.violations)", RULES
    )
    assert [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found] == []


def at_most_as_wide_as_the_phone(page: Page) -> None:
    wide = page.evaluate(
        "[...document.querySelectorAll('main *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1"
        " && !each.closest('.days')).map((each) => each.outerHTML.slice(0, 120))"
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
