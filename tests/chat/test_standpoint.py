"""The chat knows where it is: an office's own account, a province's, another; and who names a place is answered for that place."""

from datetime import datetime

import pytest

from accounts.account import Account
from cccd.clock import VIETNAM
from cccd.observability import flush_metrics
from chat.standpoint import Asked, Standpoint, standpoint
from chat.worker import Chat
from local.zalo import FakeZalo
from tests.chat.events import said, tell
from tests.zalo.accounts import OA, connect

NOW = datetime(2026, 11, 25, 9, tzinfo=VIETNAM)
TODAY = NOW.date()
OWN = standpoint(Account(OA, "", offices=("ca-26740",)), TODAY)
PROVINCE = standpoint(Account(OA, "", offices=("pc06-79",)), TODAY)
NOWHERE = standpoint(Account(OA, "", everywhere=True), TODAY)


def office_of(asked: Asked | None) -> str | None:
    return asked.office.name if asked else None


@pytest.mark.parametrize(
    "text",
    [
        "mấy giờ mở cửa vậy ad",
        "cho hỏi giờ làm việc",
        "địa chỉ ở đâu ạ",
        "cho xin số điện thoại",
        "đang gọi số mấy rồi",
        "den so may roi",
        "Công an phường Sài Gòn mở cửa mấy giờ",
        "số điện thoại",
        "số điện thoại của công an phường",
    ],
)
def test_an_office_s_own_account_answers_for_the_office(text: str) -> None:
    asked = OWN.asked(text, TODAY)
    assert office_of(asked) == "Công an phường Sài Gòn"
    assert asked and "Giờ tiếp: " in asked.reply([], NOW).text


def test_the_numbers_at_the_counters_are_told() -> None:
    asked = OWN.asked("đang gọi số mấy", TODAY)
    assert asked and asked.queue
    assert "Đang gọi số: 0730-01, 0730-02." in asked.reply(["0730-01", "0730-02"], NOW).text
    assert "Hiện chưa gọi số nào." in asked.reply([], NOW).text


@pytest.mark.parametrize(
    "text",
    [
        "công an phường Bến Thành mấy giờ mở cửa",
        "cho hỏi địa chỉ công an phuong ben thanh ạ",
        "Công an phường Bến Thành",
        "Bến Thành mấy giờ mở cửa",
        "ở Bến Thành đang gọi số mấy",
        "Bến Thành",
    ],
)
@pytest.mark.parametrize("at", [OWN, PROVINCE, NOWHERE], ids=["own", "province", "everywhere"])
def test_who_names_another_place_is_answered_for_that_place(at: Standpoint, text: str) -> None:
    assert office_of(at.asked(text, TODAY)) == "Công an phường Bến Thành"


@pytest.mark.parametrize(
    "text",
    [
        "làm căn cước cần mang giấy tờ gì",
        "con tôi 6 tuổi có làm được không",
        "tôi ở xã khác có làm được không",
        "mất căn cước thì báo công an phường hay quận",
        "đổi số điện thoại thì có phải làm lại không",
        "làm ở công an xã được không",
        "đổi địa chỉ thường trú có phải làm lại căn cước không",
        "căn cước cũ sai địa chỉ thì sửa thế nào",
        "Hà Nội mở cửa mấy giờ",
        "công an phường hẹn lấy thẻ mà chưa có",
        "",
        "ok",
    ],
)
def test_a_question_about_the_card_is_left_to_the_answers(text: str) -> None:
    for at in (OWN, PROVINCE, NOWHERE):
        assert at.asked(text, TODAY) is None


def test_a_province_s_account_offers_its_offices() -> None:
    told = PROVINCE.welcome("Chào bạn.")
    assert "Trong Thành phố Hồ Chí Minh" in told and "Công an phường Bến Thành" in told
    assert NOWHERE.welcome("Chào bạn.") == "Chào bạn."
    assert PROVINCE.asked("mấy giờ mở cửa", TODAY) is None, "of which of them?"


def test_the_welcome_of_an_office_s_account_says_where_it_is(chat: Chat, zalo: FakeZalo) -> None:
    account = Account(OA, "", offices=("ca-26740",))
    chat.accounts.disconnect(Account(OA, "", everywhere=True))
    connect(chat.acquaintances._table.client, zalo, NOW, account)
    tell(chat, said("xin chào"), "1")
    assert "Công an phường Sài Gòn" in zalo.account.sent[0]["message"]["text"]
    tell(chat, said("đang gọi số mấy"), "2")
    assert "Hiện chưa gọi số nào." in zalo.account.sent[1]["message"]["text"]


@pytest.mark.parametrize(
    "change", [{"recipient": {"id": "999"}}, {"recipient": {}}, {"recipient": None}, {"recipient": {"id": 7}}]
)
def test_an_event_of_no_account_of_ours_is_counted_and_answered_by_nobody(
    chat: Chat, zalo: FakeZalo, change: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    tell(chat, said("xin chào") | change)
    assert zalo.accounts.sent == []
    flush_metrics()
    assert '"EventsOfNoAccount":[1.0]' in capsys.readouterr().out
