"""The chat's buttons open the app at the screen that they name."""

import tomllib

import pytest
from playwright.sync_api import expect

from tests.conftest import ROOT
from tests.miniapp.phone import Phone

SCREENS = {
    "thu-tuc/cap-cccd": "Cấp CCCD: cần mang gì",
    "thu-tuc/cap-cccd-tam-tru": "Cấp CCCD: cần mang gì",
    "dat-lich?procedure=cap-cccd": "Chọn ngày giờ",
    "lich-hen": "Lịch hẹn của tôi",
}


def test_every_path_of_the_chat_is_known_here() -> None:
    content = tomllib.loads((ROOT / "functions/chat/content/chat.toml").read_text(encoding="utf-8"))
    paths = {row["path"] for row in [*content["button"], *content["topic"]] if row.get("path")}
    assert paths and {*paths, "lich-hen"} == set(SCREENS)


@pytest.mark.parametrize("path", SCREENS)
def test_a_button_opens_its_screen(phone: Phone, path: str) -> None:
    phone.open(f"/{path}")
    phone.at(SCREENS[path])
    if path.endswith("tam-tru"):
        expect(phone.page.get_by_label("Tạm trú")).to_be_checked()
        expect(phone.page.get_by_label("Thủ tục")).to_have_value("cap-cccd-tam-tru")
