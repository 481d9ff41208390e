"""Citizens in the chat, over HTTP: the whole service with its queue, its stream and its timers, and the fake Zalo.

What Zalo would post is posted, signed as Zalo signs it; what a citizen would read is what the fake received.
"""

import json
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from tests.served import Served, ask, served

# Tomorrow's appointments are reminded of at 17:00. The timers ring a minute after the start and every minute from then
# on: here the first ring is just past 17:00, and whatever is booked right after the start is reminded of at that ring.
CLOCK = "2026-11-25T16:59:02+07:00"
TOMORROW = "2026-11-26T08:00:00+07:00"
GIVE_UP = 150  # seconds

EVENTS = "/zalo/official-account/events"
BUTTONS = ["Cấp CCCD", "Cấp CCCD tạm trú", "Bấm số CCCD", "Hỏi đáp CCCD", "Lịch hẹn của tôi"]
WELCOME, CONFIRMATION, REMINDER = "Cảm ơn bạn đã quan tâm", "Lịch hẹn làm căn cước (CCCD) đã được xác nhận", "Nhắc lịch"
MENU = "Bạn cần gì?"
QUESTION = "lam can cuoc het bao nhieu tien"

_milliseconds = count(int(datetime.fromisoformat(CLOCK).timestamp() * 1000))


class Citizen:
    """`demo-<name>`: signed in to the Mini App, and the user `user` of the chat."""

    def __init__(self, service: Served, name: str, user: str):
        self._service = service
        self._name = name
        _, session = ask("POST", f"{service.url}/sessions", {"zaloAccessToken": f"demo-{name}"})
        self._app_user = session["citizen"]["id"]
        self._bearer = {"authorization": f"Bearer {session['token']}"}
        self._user = user

    def follows(self) -> None:
        self._zalo_posts(self._event("follow", follower={"id": self._user}))

    def leaves(self) -> None:
        self._zalo_posts(self._event("unfollow", follower={"id": self._user}))

    def says(self, text: str, times: int = 1) -> None:
        """The citizen types something, and Zalo delivers it that many times."""
        said = self.typed(text)
        for _ in range(times):
            self._zalo_posts(said)

    def typed(self, text: str) -> bytes:
        """The event of something typed, in Zalo's form."""
        message = {"text": text, "msg_id": f"message-{next(_milliseconds)}"}
        return self._event("user_send_text", sender={"id": self._user}, message=message)

    def books_for_tomorrow(self) -> dict[str, Any]:
        """A held and confirmed appointment."""
        wish = {
            "officeId": "ca-26740",
            "procedure": "cap-cccd",
            "start": TOMORROW,
            "applicant": {
                "fullName": self._name,
                "personalId": f"07919000{self._user}",
                "dateOfBirth": "1990-05-20",
                "phone": "0987654321",
            },
        }
        status, held = self.asks("POST", "/bookings", wish, **{"idempotency-key": f"press-of-{self._name}"})
        assert status == 201, held
        status, confirmed = self.asks("POST", f"/bookings/{held['id']}/confirm")
        assert (status, confirmed["status"]) == (200, "confirmed")
        found: dict[str, Any] = confirmed
        return found

    def asks(self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> tuple[int, Any]:
        """Ask the API as this citizen."""
        return ask(method, f"{self._service.url}{path}", body, **self._bearer, **headers)

    def received(self, at_least: int = 0) -> list[dict[str, Any]]:
        """The messages that arrived, once there are that many."""
        deadline = time.monotonic() + GIVE_UP
        while True:
            _, found = ask("GET", f"{self._service.zalo}/sent?to={self._user}&wait_for={at_least}")
            messages = [each["message"] for each in found["sent"]]
            if len(messages) >= at_least:
                return messages
            assert time.monotonic() < deadline, f"{at_least} messages never arrived, only {messages}"

    def read(self, beginning: str) -> list[str]:
        """The texts that begin so, once there is one."""
        arrived = 0
        while True:
            texts = [message["text"] for message in self.received(arrived)]
            if found := [text for text in texts if text.startswith(beginning)]:
                return found
            arrived = len(texts) + 1

    def _event(self, kind: str, **more: Any) -> bytes:
        event = {
            "event_name": kind,
            "user_id_by_app": self._app_user,
            "timestamp": str(next(_milliseconds)),
            **more,
        }
        return json.dumps(event, ensure_ascii=False).encode()

    def _zalo_posts(self, event: bytes) -> None:
        _, signed = ask("POST", f"{self._service.zalo}/sign", event)
        posted = ask("POST", f"{self._service.url}{EVENTS}", event, **{"x-zevent-signature": f"mac={signed['mac']}"})
        assert posted == (200, {"received": True})


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    with served(CLOCK) as running:
        yield running


@pytest.fixture(scope="module")
def lan(service: Served) -> Citizen:
    """Follows, and has an appointment tomorrow that was confirmed before 17:00."""
    citizen = Citizen(service, "lan", "1001")
    citizen.follows()
    citizen.books_for_tomorrow()
    return citizen


@pytest.fixture(autouse=True)
def _lan_is_first(lan: Citizen) -> None:
    """Whichever test runs first, her appointment is confirmed before the day's reminders are due."""


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
    while (known := mai.asks("GET", "/me/data")[1])["chat"] or known["bookings"]:
        assert time.monotonic() < deadline, known
        time.sleep(0.2)
    lan.read(REMINDER)  # by now whatever was due has been sent
    assert [message["text"].startswith(WELCOME) for message in mai.received()] == [True]


def test_an_appointment_is_confirmed_and_reminded_of_once_each(lan: Citizen) -> None:
    (reminder,), (confirmation,) = lan.read(REMINDER), lan.read(CONFIRMATION)
    for text in (reminder, confirmation):
        assert "08:00 Thứ Năm 26/11/2026" in text and "phường Sài Gòn" in text
    assert "ngày mai" in reminder
    assert len(lan.received()) == 3  # and the welcome
