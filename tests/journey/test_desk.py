"""What citizens read of what the desk does: their time is closed, and their turn comes soon. The whole service, and the fake Zalo."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journey.citizen import CLOCK, TOMORROW, Citizen
from tests.served import Served, ask, served

OFFICE = "ca-26740"
DAY = f"/desk/offices/{OFFICE}/days/{TOMORROW[:10]}"


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    with served(CLOCK) as running:
        yield running


def officer(service: Served, method: str, path: str, body: Any = None, **headers: str) -> Any:
    _, given = ask("GET", f"{service.url}/officers/demo/chi-huy")
    token: Any = {"authorization": f"Bearer {given['access_token']}"}
    status, answer = ask(method, f"{service.url}{path}", body, **token, **headers)
    assert status in (200, 201), answer
    return answer


def test_who_is_moved_reads_why_and_moves_with_one_press_and_is_told_of_the_turn(service: Served) -> None:
    lan = Citizen(service, "lan", "1001")
    lan.follows()
    booking = lan.books_for_tomorrow()
    lan.read("Lịch hẹn làm căn cước (CCCD) đã được xác nhận")

    sessions = [{"from": "13:30", "to": "17:00", "seats": 4}]
    closed = officer(service, "PUT", DAY, {"sessions": sessions, "reason": "Mất điện buổi sáng."})
    assert closed["told"] == 1
    (told,) = lan.read("Rất tiếc")
    _, mine = lan.asks("GET", f"/bookings/{booking['id']}")
    kept = [each["start"] for each in mine["closed"]["kept"]]
    assert len(kept) == 3 and "Mất điện buổi sáng" in told
    assert all(start[11:16] in told for start in kept)
    status, moved = lan.asks("POST", f"/bookings/{booking['id']}/reschedule", {"start": kept[0]})
    assert (status, moved["start"], moved["closed"]) == (200, kept[0], None)
    assert moved["ticket"] in lan.read("Lịch hẹn làm căn cước (CCCD) đã đổi sang")[0]

    minh = Citizen(service, "minh", "1002")
    minh.follows()
    his = minh.books(kept[0])

    ask("POST", f"{service.zalo}/clock", {"minutes": 20 * 60})  # one in the afternoon of the day
    for each in (moved, his):
        officer(service, "POST", f"{DAY}/check-ins", {"code": each["id"]})
    called = officer(service, "POST", f"{DAY}/calls", {"counter": "1"}, **{"idempotency-key": "first-press"})
    next_one = {moved["ticket"]: minh, his["ticket"]: lan}[called["ticket"]]
    (soon,) = next_one.read("Sắp đến lượt")
    assert ({moved["ticket"], his["ticket"]} - {called["ticket"]}).pop() in soon
