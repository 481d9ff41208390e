"""The chat's answers."""

from datetime import timedelta

import pytest

from bookings.holding import hold
from bookings.lifecycle import Ask, confirm
from cccd.hashes import CitizenHash
from chat.worker import Chat
from local.zalo import FakeZalo
from tests.bookings.wishes import LIMIT, RULES, SLOT_START, slot, wish
from tests.chat.conftest import MINI_APP
from tests.chat.events import said, tell
from tests.zalo.conftest import NOW

FOLLOW = {"event_name": "follow", "follower": {"id": "777"}, "user_id_by_app": "1001"}


def test_a_follower_is_welcomed_with_the_function_buttons(chat: Chat, zalo: FakeZalo) -> None:
    tell(chat, FOLLOW)
    (message,) = zalo.account.sent
    assert message["recipient"] == {"user_id": "777"}
    buttons = message["message"]["attachment"]["payload"]["buttons"]
    titles = [button["title"] for button in buttons]
    assert titles == ["Cấp CCCD", "Cấp CCCD tạm trú", "Bấm số CCCD", "Hỏi đáp CCCD", "Lịch hẹn của tôi"]
    assert buttons[0] == {
        "title": "Cấp CCCD",
        "type": "oa.open.url",
        "payload": {"url": f"{MINI_APP}/thu-tuc/cap-cccd"},
    }
    assert buttons[3] == {"title": "Hỏi đáp CCCD", "type": "oa.query.show", "payload": "#hoidap"}


def test_a_question_gets_the_answer_in_force(chat: Chat, zalo: FakeZalo) -> None:
    tell(chat, said("lam can cuoc bao nhieu tien"))
    assert "15.000" in zalo.account.sent[0]["message"]["text"]


@pytest.mark.parametrize("text", ["lam ho chieu o dau", "thoi tiet hom nay", "asdfgh", "🙂", "x" * 3000])
def test_what_is_not_understood_is_told_honestly(chat: Chat, zalo: FakeZalo, text: str) -> None:
    tell(chat, said(text))
    (message,) = zalo.account.sent
    assert 0 < len(message["message"]["text"]) <= 2000
    assert "bạn cũng có thể hỏi cơ quan Công an" in message["message"]["text"].replace("Bạn", "bạn")
    assert message["message"]["attachment"]["payload"]["buttons"]


def test_help_and_menu(chat: Chat, zalo: FakeZalo) -> None:
    tell(chat, said("#hoidap"), "1")
    tell(chat, said("Xin chào"), "2")
    topics, menu = (sent["message"]["attachment"]["payload"]["buttons"] for sent in zalo.account.sent)
    assert all(button["type"] == "oa.query.show" for button in topics)
    assert menu[0]["title"] == "Cấp CCCD"


def test_my_appointment(chat: Chat, zalo: FakeZalo) -> None:
    citizen = chat.citizen("1001")
    assert citizen
    hold(chat.bookings, wish("lan", citizen=citizen, at=slot(4)), RULES, LIMIT, NOW)
    booking = confirm(chat.bookings, Ask(wish("lan", citizen=citizen).id, citizen, NOW))
    tell(chat, said("lịch hẹn của tôi"), "1")
    tell(chat, said("lich hen cua toi", app_user="2002"), "2")
    tell(chat, said("lich hen cua toi", app_user=None), "3")
    mine, none, stranger = (sent["message"]["text"] for sent in zalo.account.sent)
    assert booking.ticket in mine and "08:00 Thứ Năm 26/11/2026" in mine and "LAN" not in mine
    assert "chưa có lịch hẹn" in none
    assert "mở ứng dụng" in stranger


def at(seconds: int) -> dict[str, str]:
    return {"timestamp": str((int(NOW.timestamp()) - 100 + seconds) * 1000)}


def test_only_what_stands_is_told_and_the_next_one_first(chat: Chat, zalo: FakeZalo) -> None:
    citizen = chat.citizen("1001")
    assert citizen
    later = wish("lan", key="key-2", citizen=citizen, at=slot(4, SLOT_START + timedelta(days=1)))
    hold(chat.bookings, wish("minh", citizen=citizen, at=slot(4)), RULES, LIMIT, NOW)
    hold(chat.bookings, later, RULES, LIMIT, NOW)
    hold(chat.bookings, wish("an", key="key-3", citizen=citizen, at=slot(4)), RULES, LIMIT, NOW - timedelta(minutes=16))
    tell(chat, said("lịch hẹn của tôi"))
    first, second = zalo.account.sent[0]["message"]["text"].split("\n\n")
    assert "26/11/2026" in first and "27/11/2026" in second, "and not the hold that has lapsed"


def test_a_time_to_come_is_taken_for_now(chat: Chat) -> None:
    tell(chat, FOLLOW | {"timestamp": str(int((NOW + timedelta(hours=2)).timestamp() * 1000))})
    friend = chat.acquaintances.find(CitizenHash(chat.citizen("1001") or ""))
    assert friend and friend.last_seen < NOW + timedelta(seconds=1)


@pytest.mark.parametrize("kind", ["user_send_sticker", "user_send_image", "user_send_location"])
def test_a_picture_or_sticker_gets_the_menu_and_counts_as_a_word(chat: Chat, zalo: FakeZalo, kind: str) -> None:
    event = {"event_name": kind, "sender": {"id": "777"}, "user_id_by_app": "1001", "message": {"msg_id": "1"}}
    tell(chat, event)
    assert zalo.account.sent[0]["message"]["text"].startswith("Bạn cần gì?")
    assert chat.acquaintances.find(CitizenHash(chat.citizen("1001") or ""))


@pytest.mark.parametrize("text", ["lịch hẹn", "huỷ lịch hẹn", "doi lich hen", "Xem lịch hẹn"])
def test_whoever_speaks_of_their_appointment_reads_it(chat: Chat, zalo: FakeZalo, text: str) -> None:
    tell(chat, said(text))
    assert "chưa có lịch hẹn" in zalo.account.sent[0]["message"]["text"]
