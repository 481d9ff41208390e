"""Citizens in the chat, over HTTP: the whole service with its queue, its stream and its timers, and the fake Zalo.

The tests post what Zalo would post, signed as Zalo signs it. A citizen would read what the fake Zalo received.
"""

import time
from collections.abc import Iterator

import pytest

from tests.journey.citizen import CLOCK, EVENTS, GIVE_UP, Citizen
from tests.served import Served, ask, served

BUTTONS = ["Cấp CCCD", "Cấp CCCD tạm trú", "Bấm số CCCD", "Hỏi đáp CCCD", "Lịch hẹn của tôi"]
WELCOME, CONFIRMATION, REMINDER = "Cảm ơn bạn đã quan tâm", "Lịch hẹn làm căn cước (CCCD) đã được xác nhận", "Nhắc lịch"
MENU = "Chào bạn. Bạn cần gì?"
QUESTION = "lam can cuoc het bao nhieu tien"


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    with served(CLOCK) as running:
        yield running


@pytest.fixture(scope="module")
def lan(service: Served) -> Citizen:
    """Lan follows, and has an appointment tomorrow that was confirmed before 17:00."""
    citizen = Citizen(service, "lan", "1001")
    citizen.follows()
    citizen.books_for_tomorrow()
    return citizen


@pytest.fixture(autouse=True)
def _lan_is_first(lan: Citizen) -> None:
    """Her appointment is confirmed before the day's reminders are due, in any order of the tests."""


def test_who_follows_is_welcomed_with_the_five_functions(service: Served) -> None:
    minh = Citizen(service, "minh", "1002")
    minh.follows()
    (welcome,) = minh.received(1)
    assert welcome["text"].startswith(WELCOME)
    assert [button["title"] for button in welcome["attachment"]["payload"]["buttons"]] == BUTTONS


def test_a_question_has_its_answer(service: Served) -> None:
    an = Citizen(service, "an", "1003")
    an.says(QUESTION)
    (answer,) = an.received(1)
    _, found = ask("GET", f"{service.url}/faq?q={QUESTION.replace(' ', '+')}&limit=1")
    assert answer["text"] == found["items"][0]["answer"]


def test_who_asks_for_their_appointments_reads_them(service: Served) -> None:
    hoa = Citizen(service, "hoa", "1004")
    hoa.says("lịch hẹn của tôi")
    assert hoa.received(1)[0]["text"].startswith("Bạn chưa có lịch hẹn")
    ticket = hoa.books_for_tomorrow()["ticket"]
    hoa.says("lịch hẹn của tôi")
    (line,) = hoa.read("Lịch hẹn đã xác nhận")
    assert "08:00 Thứ Năm 26/11/2026" in line and ticket in line and "phường Sài Gòn" in line


def test_what_zalo_delivers_twice_is_answered_once(service: Served) -> None:
    ba = Citizen(service, "ba", "1005")
    ba.says(QUESTION, times=2)
    ba.says("menu")
    _, last = ba.received(2)
    assert last["text"].startswith(MENU)


def test_what_zalo_did_not_sign_is_refused_and_not_answered(service: Served) -> None:
    tu = Citizen(service, "tu", "1006")
    forged = {"x-zevent-signature": f"mac={'0' * 64}"}
    status, problem = ask("POST", f"{service.url}{EVENTS}", tu.typed(QUESTION), **forged)
    assert (status, problem["code"]) == (401, "bad_signature")
    tu.says("menu")
    (only,) = tu.received(1)
    assert only["text"].startswith(MENU)


def test_who_leaves_is_forgotten_and_not_written_to(service: Served, lan: Citizen) -> None:
    mai = Citizen(service, "mai", "1007")
    mai.follows()
    mai.received(1)
    mai.books_for_tomorrow()
    _, known = mai.asks("GET", "/me/data")
    assert known["chat"]["userId"] == "1007" and len(known["bookings"]) == 1
    mai.leaves()
    deadline = time.monotonic() + GIVE_UP
    while Citizen(service, "mai", "1007").asks("GET", "/bookings")[1]["items"]:  # her old session ended
        assert time.monotonic() < deadline
        time.sleep(0.5)
    status, left = Citizen(service, "mai", "1007").asks("GET", "/me/data")
    while status != 200:  # who signs in while the erasure is on its way is signed out by its end
        assert time.monotonic() < deadline
        status, left = Citizen(service, "mai", "1007").asks("GET", "/me/data")
    assert left["chat"] is None and left["bookings"] == []
    lan.read(REMINDER)  # by now all due messages have been sent
    assert [message["text"].startswith(WELCOME) for message in mai.received()] == [True]


def test_an_appointment_is_confirmed_and_reminded_of_once_each(lan: Citizen) -> None:
    (reminder,), (confirmation,) = lan.read(REMINDER), lan.read(CONFIRMATION)
    for text in (reminder, confirmation):
        assert "08:00 Thứ Năm 26/11/2026" in text and "phường Sài Gòn" in text
    assert "ngày mai" in reminder
    assert len(lan.received()) == 3  # the third is the welcome
