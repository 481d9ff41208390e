"""Hostile posts to the webhook, over HTTP: they are refused or ignored, and the next honest event is answered."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.journey.citizen import CLOCK, Citizen
from tests.served import Served, served
from tests.zalo.accounts import OA

START = datetime.fromisoformat(CLOCK)


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    with served(CLOCK, SCHEDULES="off") as running:
        yield running


_users = iter(range(2001, 3000))


@pytest.fixture
def somebody(service: Served) -> Citizen:
    """A citizen that the service does not know."""
    user = next(_users)
    return Citizen(service, f"somebody-{user}", str(user))


def milliseconds(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))


def only_the_menu_arrived(citizen: Citizen) -> None:
    """The queue keeps the order for one citizen: an answer to an earlier event would arrive before the menu."""
    citizen.says("menu")
    (only,) = citizen.received(1)
    assert only["text"].startswith("Chào bạn.")


@pytest.mark.parametrize("signature", [None, "", "mac=", "mac=" + "0" * 64, "0" * 64, "sha256=1", "m" * 5000])
def test_an_event_without_zalos_signature(somebody: Citizen, signature: str | None) -> None:
    status, problem = somebody.posted(somebody.typed("xin chào"), signature)
    assert (status, problem["code"]) == (401, "bad_signature")
    only_the_menu_arrived(somebody)


def test_a_signature_of_another_event(somebody: Citizen) -> None:
    signature = somebody.signature(somebody.typed("xin chào"))
    status, problem = somebody.posted(somebody.typed("xin chào"), signature)
    assert (status, problem["code"]) == (401, "bad_signature")


@pytest.mark.parametrize("ago", [timedelta(hours=4), timedelta(days=30), -timedelta(hours=1)])
def test_an_old_or_future_event_rightly_signed(somebody: Citizen, ago: timedelta) -> None:
    event = somebody.event("follow", oa_id=OA, follower={"id": "2"}, timestamp=milliseconds(START - ago))
    status, problem = somebody.posted(event, somebody.signature(event))
    assert (status, problem["code"]) == (401, "bad_signature")


def test_an_event_replayed_with_its_own_signature(somebody: Citizen) -> None:
    event = somebody.typed("menu")
    signature = somebody.signature(event)
    for _ in range(3):
        assert somebody.posted(event, signature)[0] == 200
    somebody.says("hoc phi dai hoc bao nhieu")
    assert len(somebody.received(2)) == 2


def test_a_follow_told_after_the_unfollow_that_ended_it(somebody: Citizen) -> None:
    follow = somebody.event("follow", oa_id=OA, follower={"id": somebody.user})
    somebody.leaves()
    somebody.zalo_posts(follow)
    only_the_menu_arrived(somebody)


@pytest.mark.parametrize(
    "half",
    [
        {"event_name": "follow", "follower": None},
        {"event_name": "follow", "follower": {"id": 7}},
        {"event_name": "user_send_text", "sender": {"id": "not a number"}, "message": "chào"},
        {"event_name": "user_send_text"},
        {"event_name": "user_shared_the_moon", "sender": {"id": "7"}},
        {"event_name": {"a": ["b"]}},
    ],
)
def test_half_and_unknown_events_are_received_and_left_alone(somebody: Citizen, half: dict[str, Any]) -> None:
    event = json.dumps({**half, "timestamp": milliseconds(START)}).encode()
    assert somebody.posted(event, somebody.signature(event)) == (200, {"received": True})
    only_the_menu_arrived(somebody)


def test_a_megabyte(somebody: Citizen) -> None:
    event = somebody.typed("x" * 1_000_000)
    status, problem = somebody.posted(event, somebody.signature(event))
    assert (status, problem["code"]) == (413, "payload_too_large")
    only_the_menu_arrived(somebody)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'"x"', b"nu"])
def test_what_is_no_event(somebody: Citizen, body: bytes) -> None:
    status, problem = somebody.posted(body, "mac=00")
    assert (status, problem["code"]) == (400, "malformed_json")
