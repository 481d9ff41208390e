"""The chat's answers."""

from datetime import timedelta

import pytest

from bookings.holding import hold
from bookings.lifecycle import Ask, confirm
from cccd.hashes import CitizenHash
from chat.replies import words
from chat.worker import Chat
from local.zalo import FakeZalo
from tests.bookings.wishes import LIMIT, RULES, SLOT_START, slot, wish
from tests.chat.conftest import MINI_APP
from tests.chat.events import said, tell
from tests.zalo.accounts import HOME, OA
from tests.zalo.conftest import NOW

FOLLOW = {"event_name": "follow", "oa_id": OA, "follower": {"id": "777"}, "user_id_by_app": "1001"}


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


@pytest.mark.parametrize("text", ["asdfgh", "quy định nuôi yến", "x" * 3000])
def test_what_is_not_understood_is_told_honestly(chat: Chat, zalo: FakeZalo, text: str) -> None:
    tell(chat, said(text))
    (message,) = zalo.account.sent
    assert 0 < len(message["message"]["text"]) <= 2000
    assert "bạn cũng có thể hỏi cơ quan Công an" in message["message"]["text"].replace("Bạn", "bạn")
    assert message["message"]["attachment"]["payload"]["buttons"]


@pytest.mark.parametrize(
    ("text", "door"), [("lam ho chieu o dau", "xuất nhập cảnh"), ("thoi tiet hom nay", "căn cước")]
)
def test_another_offices_question_is_sent_to_its_door_only(chat: Chat, zalo: FakeZalo, text: str, door: str) -> None:
    tell(chat, said(text))
    (message,) = zalo.account.sent
    assert door in message["message"]["text"]
    assert "bạn cũng có thể hỏi" not in message["message"]["text"].lower(), "one door, not two"


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("cảm ơn ad nhiều nhé", words().thanks),
        ("tks", words().thanks),
        ("ok", words().understood),
        ("dạ", words().understood),
        ("vâng ạ", words().understood),
        ("👍", words().understood),
        ("🙂", words().understood),
        ("hi ad", words().menu),
        ("alo", words().menu),
        ("em chào anh chị ạ", words().menu),
        ("bye shop", words().goodbye),
    ],
)
def test_courtesy_gets_what_a_person_would_say_and_the_menu(chat: Chat, zalo: FakeZalo, text: str, reply: str) -> None:
    tell(chat, said(text))
    (message,) = zalo.account.sent
    assert message["message"]["text"] == reply
    assert len(message["message"]["attachment"]["payload"]["buttons"]) == 5


@pytest.mark.parametrize("text", ["đm", "ngu vậy", "làm ăn như óc chó", "vcl thật"])
def test_an_insult_gets_no_answer(chat: Chat, zalo: FakeZalo, text: str) -> None:
    tell(chat, said(text))
    assert zalo.account.sent == []


def test_a_question_among_bad_words_is_answered(chat: Chat, zalo: FakeZalo) -> None:
    tell(chat, said("làm căn cước ở đâu vcl"))
    assert "Công an cấp xã" in zalo.account.sent[0]["message"]["text"]


def test_two_questions_get_two_answers_each_under_its_question(chat: Chat, zalo: FakeZalo) -> None:
    tell(chat, said("Làm căn cước ở đâu và mất bao nhiêu tiền?"))
    text = zalo.account.sent[0]["message"]["text"]
    assert "Công an cấp xã" in text and "15.000" in text
    assert "Làm căn cước (CCCD) ở đâu?" in text and "mất bao nhiêu tiền?" in text
    assert len(text) <= 2000


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
    friend = chat.acquaintances.of(CitizenHash(chat.citizen("1001") or "")).get(HOME.link)
    assert friend and friend.last_seen < NOW + timedelta(seconds=1)


@pytest.mark.parametrize("kind", ["user_send_sticker", "user_send_image", "user_send_location"])
def test_a_picture_or_sticker_gets_the_menu_and_counts_as_a_word(chat: Chat, zalo: FakeZalo, kind: str) -> None:
    event = {
        "event_name": kind,
        "sender": {"id": "777"},
        "recipient": {"id": OA},
        "user_id_by_app": "1001",
        "message": {"msg_id": "1"},
    }
    tell(chat, event)
    assert zalo.account.sent[0]["message"]["text"].startswith("Chào bạn.")
    assert chat.acquaintances.of(CitizenHash(chat.citizen("1001") or "")).get(HOME.link)


@pytest.mark.parametrize("text", ["lịch hẹn", "huỷ lịch hẹn", "doi lich hen", "Xem lịch hẹn"])
def test_whoever_speaks_of_their_appointment_reads_it(chat: Chat, zalo: FakeZalo, text: str) -> None:
    tell(chat, said(text))
    assert "chưa có lịch hẹn" in zalo.account.sent[0]["message"]["text"]
