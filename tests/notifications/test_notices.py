"""Messages to citizens: which, when, what they say, and that each is sent at most once."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from bookings import items
from bookings.booking import Booking, Status
from bookings.holding import hold
from bookings.lifecycle import cancel, confirm, reschedule
from bookings.store import BookingStore
from cccd.clock import VIETNAM
from cccd.dynamodb import to_item
from declarations.consents import Consents
from local.zalo import FakeZalo, Mood
from notifications import outbox
from notifications.notice import MAX_TRIES, Kind, Notice, is_night, next_try, notices_of, obsolete
from notifications.sender import Post, send_due
from notifications.store import NoticeStore
from official_account.acquaintances import Acquaintances
from official_account.tokens import TokenKeeper, TokenStore
from official_account.zalo import OfficialAccountApi
from tests.bookings.wishes import LIMIT, RULES, SLOT_START, rules_of, slot, wish
from tests.gateway import CONTEXT

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=VIETNAM)
EVENING = datetime(2026, 11, 25, 17, 0, tzinfo=VIETNAM)  # of the day before
LAN = wish("lan", at=slot(4))


@pytest.fixture
def zalo() -> Iterator[FakeZalo]:
    with FakeZalo() as fake:
        yield fake


@pytest.fixture
def post(aws: None, zalo: FakeZalo) -> Iterator[Post]:
    client = boto3.client("dynamodb")
    api = OfficialAccountApi(zalo.url, zalo.url, seconds=1)
    grant = zalo.account.refresh_token.encode()
    friends = Acquaintances(client, "ChatTable")
    friends.meet(LAN.citizen, "777", NOW)
    yield Post(
        notices=NoticeStore(client, "NoticesTable"),
        bookings=BookingStore(client, "BookingsTable"),
        acquaintances=friends,
        consents=Consents(client, "DeclarationsTable"),
        tokens=TokenKeeper(TokenStore(client, "ChatTable"), api, zalo.app_id, zalo.app_secret.encode(), lambda: grant),
        api=api,
        mini_app_url="https://zalo.me/s/1",
        template=None,
    )
    api.close()


_numbers = itertools.count(1)


def told(before: Booking | None, after: Booking) -> None:
    """The stream tells a change."""
    images = {"NewImage": to_item(items.booking_item(after))}
    if before:
        images["OldImage"] = to_item(items.booking_item(before))
    record = {"eventName": "MODIFY", "dynamodb": {**images, "SequenceNumber": str(next(_numbers))}}
    assert outbox.handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}


def confirmed(post: Post, now: datetime = NOW) -> Booking:
    held = hold(post.bookings, LAN, RULES, LIMIT, now)[0]
    told(None, held)
    firm = confirm(post.bookings, LAN.id, LAN.citizen, now)
    told(held, firm)
    return firm


def texts(zalo: FakeZalo) -> list[str]:
    return [each["message"]["text"] for each in zalo.account.sent]


def run(post: Post, now: datetime) -> int:
    return send_due(post, now, lambda: True)


@pytest.fixture(autouse=True)
def outbox_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.outbox.clock.now", lambda: NOW)


def test_a_confirmed_booking_is_told_at_once_and_reminded_the_day_before(post: Post, zalo: FakeZalo) -> None:
    booking = confirmed(post)
    assert run(post, NOW) == 1
    assert booking.ticket in texts(zalo)[0] and "08:00 Thứ Năm 26/11/2026" in texts(zalo)[0]
    assert run(post, EVENING - timedelta(minutes=1)) == 0
    assert run(post, EVENING) == 1
    assert texts(zalo)[1].startswith("Nhắc lịch: ngày mai")
    assert "Thẻ CCCD hoặc thẻ căn cước đang có" in texts(zalo)[1]
    assert "chưa gắn tờ khai" in texts(zalo)[1], "what is still missing"
    assert run(post, EVENING + timedelta(minutes=5)) == 0
    assert "LAN" not in "".join(texts(zalo)), "a chat is read over shoulders"


def test_the_stream_may_tell_twice_and_runs_may_overlap(post: Post, zalo: FakeZalo) -> None:
    booking = confirmed(post)
    told(replace(booking, status=Status.HELD, version=1), booking)
    (due,) = [notice for notice, _ in post.notices.due(NOW)]
    assert post.notices.claim(due, NOW)
    assert not post.notices.claim(due, NOW), "another run has it"
    assert run(post, NOW) == 0
    assert zalo.account.sent == []


def test_a_move_is_told_and_the_old_reminder_is_not(post: Post, zalo: FakeZalo) -> None:
    before = confirmed(post)
    run(post, NOW)
    to = slot(4, SLOT_START + timedelta(days=1))
    moved = reschedule(post.bookings, LAN.id, LAN.citizen, to.start, lambda _: (to, "shared"), rules_of, NOW)
    told(before, moved)
    run(post, NOW)
    assert "đã đổi sang 08:00 Thứ Sáu 27/11/2026" in texts(zalo)[1]
    assert run(post, EVENING) == 0, "the reminder of the first date is dropped"
    assert run(post, EVENING + timedelta(days=1)) == 1


def test_a_cancellation_is_told_and_nothing_after_it(post: Post, zalo: FakeZalo) -> None:
    firm = confirmed(post)
    run(post, NOW)
    told(None, cancel(post.bookings, LAN.id, LAN.citizen, rules_of, NOW))
    run(post, NOW)
    assert "đã được huỷ" in texts(zalo)[1]
    assert run(post, EVENING) == 0
    assert notices_of(firm, replace(firm, status=Status.NO_SHOW), NOW) == [], "who did not come is told nothing"


def test_a_hold_and_its_cancellation_are_told_to_nobody(post: Post, zalo: FakeZalo) -> None:
    held = hold(post.bookings, LAN, RULES, LIMIT, NOW)[0]
    told(None, held)
    told(None, cancel(post.bookings, LAN.id, LAN.citizen, rules_of, NOW))
    assert run(post, NOW) == 0


def test_slots_and_tallies_of_the_stream_are_left_alone(aws: None) -> None:
    event = {
        "Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": {"pk": {"S": "OFFICE#x"}}, "SequenceNumber": "1"}}]
    }
    assert outbox.handler(event, CONTEXT) == {"batchItemFailures": []}


@pytest.mark.parametrize(("hour", "night"), [(21, False), (22, True), (0, True), (5, True), (6, False)])
def test_nothing_is_sent_at_night(post: Post, zalo: FakeZalo, hour: int, night: bool) -> None:
    confirmed(post)
    now = NOW.replace(hour=hour) + timedelta(days=hour < 9)
    assert is_night(now) is night
    assert run(post, now) == (0 if night else 1)


def test_nothing_is_sent_after_the_appointment(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    assert run(post, SLOT_START) == 0
    assert zalo.account.sent == []


def test_who_does_not_follow_is_not_written_to(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    post.acquaintances.part(LAN.citizen, NOW, NOW)
    assert run(post, NOW) == 0
    post.acquaintances.meet(LAN.citizen, "777", NOW + timedelta(seconds=1))
    assert run(post, NOW) == 0, "and it does not come late"


class Standing:
    """Consents as they stand."""

    def __init__(self, **standing: bool):
        self._standing = standing

    def standing(self, citizen: str) -> dict[str, bool]:
        return self._standing


@pytest.mark.parametrize(
    ("standing", "sent"),
    [
        ({}, 1),
        ({"declaration": True}, 0),
        ({"declaration": True, "notifications": False}, 0),
        ({"notifications": True}, 1),
    ],
)
def test_who_has_not_agreed_is_not_written_to(post: Post, zalo: FakeZalo, standing: dict[str, bool], sent: int) -> None:
    confirmed(post)
    asked: Any = Standing(**standing)
    assert run(replace(post, consents=asked), NOW) == sent


def test_outside_the_window_a_template_goes_out_where_there_is_one(post: Post, zalo: FakeZalo) -> None:
    post.acquaintances.meet(LAN.citizen, "777", NOW - timedelta(days=8))
    confirmed(post)
    assert run(replace(post, template="300"), NOW) == 1
    (sent,) = zalo.account.sent
    assert (sent["template_id"], sent["template_data"]["time"]) == ("300", "08:00 26/11/2026")


def test_outside_the_window_without_a_template_it_fails_and_is_counted(
    post: Post, zalo: FakeZalo, capsys: pytest.CaptureFixture[str]
) -> None:
    post.acquaintances.meet(LAN.citizen, "777", NOW - timedelta(days=8))
    confirmed(post)
    (due,) = [notice for notice, _ in post.notices.due(NOW)]
    assert run(post, NOW) == 0
    assert post.notices.state(due) == "failed"


@pytest.mark.parametrize("error", [-32, -211])
def test_what_surely_was_not_sent_is_sent_later(post: Post, zalo: FakeZalo, error: int) -> None:
    confirmed(post)
    zalo.account.refuse = [error, error]
    assert run(post, NOW) == 0
    assert run(post, NOW + timedelta(seconds=30)) == 0, "not at once"
    assert run(post, NOW + timedelta(minutes=1)) == 0
    assert run(post, NOW + timedelta(minutes=4)) == 1
    assert len(zalo.account.sent) == 1


def test_an_old_token_is_renewed_on_the_way(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    zalo.account.refuse = [-216]
    assert run(post, NOW) == 1


@pytest.mark.parametrize("mood", [Mood.SERVER_ERROR, Mood.HTML, Mood.WRONG_JSON, Mood.CLOSED, Mood.SLOW])
def test_what_may_have_been_sent_is_not_sent_again(post: Post, zalo: FakeZalo, mood: Mood) -> None:
    confirmed(post)
    post.tokens.access(NOW)
    (due,) = [notice for notice, _ in post.notices.due(NOW)]
    zalo.mood = mood
    assert run(post, NOW) == 0
    zalo.mood = Mood.WELL
    assert run(post, NOW + timedelta(hours=1)) == 0
    assert (post.notices.state(due), zalo.account.sent) == ("uncertain", [])


def test_a_process_that_died_while_sending_leaves_no_second_message(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    (due,) = [notice for notice, _ in post.notices.due(NOW)]
    assert post.notices.claim(due, NOW)
    assert run(post, NOW + timedelta(minutes=11)) == 0
    assert post.notices.state(due) == "uncertain"


def test_tries_end_before_the_appointment() -> None:
    assert next_try(0, NOW) == NOW + timedelta(minutes=1)
    assert next_try(50, NOW) == NOW + timedelta(minutes=64)
    assert MAX_TRIES < 20


def test_a_message_that_is_no_longer_true_is_obsolete(post: Post) -> None:
    booking = confirmed(post)
    notice = Notice(Kind.REMINDER, booking.id, booking.version, booking.citizen, booking.start, NOW)
    assert not obsolete(notice, booking, NOW)
    assert obsolete(notice, None, NOW)
    assert obsolete(notice, replace(booking, status=Status.CANCELLED), NOW)
    assert obsolete(notice, replace(booking, version=booking.version + 1), NOW), "it was moved, even there and back"
    assert obsolete(notice, booking, SLOT_START - timedelta(hours=1)), "on the day itself it is not tomorrow"
