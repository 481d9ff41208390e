"""The chat window: what Zalo tells us, and what the citizen reads."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from bookings.holding import hold
from bookings.lifecycle import Ask, confirm
from cccd.dynamodb import from_item
from cccd.hashes import CitizenHash
from chat import worker
from chat.worker import Chat, work_on
from local.zalo import FakeZalo, Mood
from tests.bookings.wishes import LIMIT, RULES, SLOT_START, slot, wish
from tests.chat.conftest import MINI_APP
from tests.gateway import CONTEXT
from tests.zalo.conftest import NOW
from zalo.official_account import NotSent
from zalo.tokens import LEASE, TokenKeeper, TokensUnavailable

FOLLOW = {"event_name": "follow", "follower": {"id": "777"}, "user_id_by_app": "1001"}


def said(text: str, user: str = "777", app_user: str | None = "1001") -> dict[str, Any]:
    return {
        "event_name": "user_send_text",
        "sender": {"id": user},
        "recipient": {"id": "1"},
        "message": {"text": text, "msg_id": f"id of {text}"},
        **({"user_id_by_app": app_user} if app_user else {}),
    }


def tell(chat: Chat, event: dict[str, Any], known_as: str = "an event") -> None:
    work_on(chat, known_as, event, NOW)


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


def test_an_event_delivered_twice_is_answered_once(chat: Chat, zalo: FakeZalo) -> None:
    tell(chat, FOLLOW)
    tell(chat, FOLLOW)
    assert len(zalo.account.sent) == 1


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"event_name": "follow"},
        {"event_name": "follow", "follower": {"id": 7}},
        {"event_name": "follow", "follower": "777"},
        {"event_name": "user_send_text", "sender": {"id": "not a number"}},
        {"event_name": "user_seen_message", "sender": {"id": "777"}},
        {"event_name": "oa_send_text", "sender": {"id": "777"}, "message": {"text": "our own"}},
        {"event_name": ["a", "list"]},
    ],
)
def test_half_and_unknown_events_are_left_alone(chat: Chat, zalo: FakeZalo, event: dict[str, Any]) -> None:
    tell(chat, event)
    assert zalo.account.sent == []


@pytest.mark.parametrize(
    "event",
    [
        {"event_name": "unfollow", "follower": {"id": "777"}, "user_id_by_app": "1001"},
        {"event_name": "user_withdraw", "sender": {"id": "777"}, "user_id_by_app": "1001"},
        {"event_name": "user_withdraw", "sender": {"id": "777"}},
        {"event_name": "unfollow", "follower": {"id": "777"}},
        {"event": "user.revoke.consent", "appId": "1", "userId": "1001"},
    ],
)
def test_who_withdraws_is_forgotten(chat: Chat, zalo: FakeZalo, event: dict[str, Any]) -> None:
    tell(chat, FOLLOW, "1")
    citizen = chat.citizen("1001")
    assert citizen and chat.acquaintances.find(citizen)
    hold(chat.bookings, wish("lan", citizen=citizen, at=slot(4)), RULES, LIMIT, NOW)
    tell(chat, event, "2")
    assert chat.acquaintances.find(citizen) is None
    assert chat.bookings.of_citizen(citizen) == []
    assert chat.declarations.journal.erasures(citizen), "that it was erased is on record"


def at(seconds: int) -> dict[str, str]:
    return {"timestamp": str((int(NOW.timestamp()) - 100 + seconds) * 1000)}


def test_what_was_said_earlier_does_not_shorten_the_seven_days(chat: Chat) -> None:
    citizen = chat.citizen("1001")
    assert citizen
    tell(chat, said("sau") | at(9), "1")
    tell(chat, said("trước") | at(1), "2")
    friend = chat.acquaintances.find(citizen)
    assert friend and friend.last_seen == NOW - timedelta(seconds=91)


def test_who_left_leaves_no_trace_after_two_days(chat: Chat) -> None:
    tell(chat, FOLLOW | at(1), "1")
    tell(chat, {"event_name": "unfollow", "follower": {"id": "777"}, "user_id_by_app": "1001"} | at(2), "2")
    left = [from_item(item) for item in boto3.client("dynamodb").scan(TableName="ChatTable")["Items"]]
    kept = [item["pk"] for item in left if "ttl" not in item]
    assert kept == ["TOKENS"], "all else goes by itself"
    assert "777" not in repr([item for item in left if item["pk"] != "TOKENS"])
    tell(chat, FOLLOW | at(3), "3")
    back = [from_item(item) for item in boto3.client("dynamodb").scan(TableName="ChatTable")["Items"]]
    assert not [item["pk"] for item in back if "ttl" in item and item["sk"] in ("CHAT", "CITIZEN")]


def test_who_leaves_and_comes_back_within_a_second_is_answered(chat: Chat, zalo: FakeZalo) -> None:
    left = int(NOW.timestamp() * 1000) + 100
    unfollow = {"event_name": "unfollow", "follower": {"id": "777"}, "user_id_by_app": "1001", "timestamp": str(left)}
    tell(chat, unfollow, "1")
    tell(chat, FOLLOW | {"timestamp": str(left + 1)}, "2")
    assert len(zalo.account.sent) == 1
    assert chat.acquaintances.find(CitizenHash(chat.citizen("1001") or ""))


def test_an_earlier_unfollow_told_after_a_later_one_changes_nothing(chat: Chat) -> None:
    unfollow = {"event_name": "unfollow", "follower": {"id": "777"}, "user_id_by_app": "1001"}
    tell(chat, unfollow | at(5), "1")
    tell(chat, unfollow | at(3), "2")
    tell(chat, FOLLOW | at(4), "3")
    assert chat.acquaintances.find(CitizenHash(chat.citizen("1001") or "")) is None


def test_events_out_of_order_do_not_undo_each_other(chat: Chat, zalo: FakeZalo) -> None:
    citizen = chat.citizen("1001")
    assert citizen
    unfollow = {"event_name": "unfollow", "follower": {"id": "777"}, "user_id_by_app": "1001"}
    tell(chat, unfollow | at(2), "1")
    tell(chat, FOLLOW | at(1), "2")
    assert chat.acquaintances.find(citizen) is None, "the follow was before the unfollow"
    assert zalo.account.sent == []
    tell(chat, FOLLOW | at(9), "3")
    hold(chat.bookings, wish("lan", citizen=citizen, at=slot(4)), RULES, LIMIT, NOW)
    tell(chat, unfollow | at(5), "4")
    assert chat.acquaintances.find(citizen), "the unfollow was before the second follow"
    assert len(chat.bookings.of_citizen(citizen)) == 1


@pytest.mark.parametrize("mood", [Mood.SERVER_ERROR, Mood.HTML, Mood.WRONG_JSON, Mood.CLOSED, Mood.SLOW])
def test_an_answer_that_may_have_gone_out_is_not_sent_twice(chat: Chat, zalo: FakeZalo, mood: Mood) -> None:
    chat.tokens.access()
    zalo.mood = mood
    tell(chat, FOLLOW)
    zalo.mood = Mood.WELL
    tell(chat, FOLLOW)
    assert zalo.account.sent == []


class Died(BaseException):
    """The process died here."""


def test_a_worker_that_dies_before_it_sends_loses_no_answer(
    chat: Chat, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(TokenKeeper, "access", lambda self: (_ for _ in ()).throw(Died()))
        with pytest.raises(Died):
            tell(chat, FOLLOW)
    tell(chat, FOLLOW)
    assert len(zalo.account.sent) == 1


def test_two_workers_with_the_same_event_answer_it_once(chat: Chat, zalo: FakeZalo) -> None:
    """The rival claims it after we looked and before we claim it ourselves."""

    class Rivalled(TokenKeeper):
        def access(self) -> str:
            tell(chat, FOLLOW)
            return chat.tokens.access()

    rivalled: Any = object.__new__(Rivalled)
    tell(replace(chat, tokens=rivalled), FOLLOW)
    assert len(zalo.account.sent) == 1


@pytest.mark.parametrize("error", [-32, -211])
def test_an_answer_that_surely_did_not_go_out_comes_again(chat: Chat, zalo: FakeZalo, error: int) -> None:
    zalo.account.refuse = [error]
    with pytest.raises(NotSent):
        tell(chat, FOLLOW)
    tell(chat, FOLLOW)
    assert len(zalo.account.sent) == 1


def test_what_can_never_pass_is_given_up(chat: Chat, zalo: FakeZalo) -> None:
    zalo.account.refuse = [-230]
    tell(chat, FOLLOW)
    tell(chat, FOLLOW)
    assert zalo.account.sent == []


def test_an_old_token_is_refreshed_once_and_the_answer_sent(chat: Chat, zalo: FakeZalo) -> None:
    chat.tokens.access()
    zalo.account.refuse = [-216]
    tell(chat, FOLLOW)
    assert len(zalo.account.sent) == 1
    assert zalo.account.refreshed == 2


def test_without_tokens_the_event_waits(chat: Chat, zalo: FakeZalo) -> None:
    zalo.mood = Mood.SERVER_ERROR
    with pytest.raises(TokensUnavailable):
        tell(chat, FOLLOW)
    zalo.mood = Mood.WELL


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


def test_a_token_that_cannot_be_renewed_on_the_way_leaves_the_event_to_come_again(chat: Chat, zalo: FakeZalo) -> None:
    chat.tokens.access()
    zalo.account.refuse = [-216]
    with zalo_that_gives_no_tokens(zalo), pytest.raises(TokensUnavailable):
        tell(chat, FOLLOW)
    hands: Any = chat.tokens._now
    hands.at = NOW + LEASE
    tell(chat, FOLLOW)
    assert len(zalo.account.sent) == 1


@contextmanager
def zalo_that_gives_no_tokens(zalo: FakeZalo) -> Iterator[None]:
    gives = zalo.endpoints["POST", "/v4/oa/access_token"]
    zalo.endpoints["POST", "/v4/oa/access_token"] = lambda request: {"error": -1}
    yield
    zalo.endpoints["POST", "/v4/oa/access_token"] = gives


def test_who_leaves_at_the_very_moment_of_a_word_has_left(chat: Chat) -> None:
    tell(chat, {"event_name": "unfollow", "follower": {"id": "777"}, "user_id_by_app": "1001"} | at(5), "1")
    tell(chat, FOLLOW | at(5), "2")
    assert chat.acquaintances.find(CitizenHash(chat.citizen("1001") or "")) is None


def test_the_seven_days_end_to_the_second(chat: Chat) -> None:
    tell(chat, FOLLOW)
    friend = chat.acquaintances.find(CitizenHash(chat.citizen("1001") or ""))
    assert friend
    assert friend.in_window(NOW + timedelta(days=7, seconds=-1))
    assert not friend.in_window(NOW + timedelta(days=7))


def test_an_answer_is_remembered_for_longer_than_zalo_repeats(chat: Chat) -> None:
    tell(chat, FOLLOW, "an event")
    marks = [from_item(item) for item in boto3.client("dynamodb").scan(TableName="ChatTable")["Items"]]
    (until,) = [item["ttl"] for item in marks if item["pk"] == "SEEN#an event"]
    assert until > (NOW + timedelta(hours=3)).timestamp()


def test_a_time_to_come_is_taken_for_now(chat: Chat) -> None:
    tell(chat, FOLLOW | {"timestamp": str(int((NOW + timedelta(hours=2)).timestamp() * 1000))})
    friend = chat.acquaintances.find(CitizenHash(chat.citizen("1001") or ""))
    assert friend and friend.last_seen < NOW + timedelta(seconds=1)


def test_an_unexpected_error_is_not_quoted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, chat: Chat
) -> None:
    monkeypatch.setattr(worker, "chat", lambda: chat)
    monkeypatch.setattr(worker, "parse", lambda event: {}[event["message"]["text"]])
    body = json.dumps({"id": "1", "event": said("tôi là NGUYỄN THỊ LAN")})
    record = {"messageId": "7", "body": body, "eventSource": "aws:sqs"}
    assert worker.handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "7"}]}
    assert caplog.messages == ["unexpected error"]


def test_a_farewell_told_again_erases_nothing_that_came_after_it(chat: Chat) -> None:
    """Zalo repeats, dead letters are driven back, and a signed event can be replayed."""
    citizen = chat.citizen("1001")
    assert citizen
    left = {"event_name": "unfollow", "follower": {"id": "777"}, "user_id_by_app": "1001"} | at(2)
    tell(chat, FOLLOW | at(1), "1")
    tell(chat, left, "2")
    hold(chat.bookings, wish("lan", citizen=citizen, at=slot(4)), RULES, LIMIT, NOW)
    tell(chat, left, "2")
    assert len(chat.bookings.of_citizen(citizen)) == 1


def test_a_farewell_that_could_not_be_finished_is_finished_when_it_comes_again(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    citizen = chat.citizen("1001")
    assert citizen
    left = {"event_name": "unfollow", "follower": {"id": "777"}} | at(2)
    tell(chat, FOLLOW | at(1), "1")
    hold(chat.bookings, wish("lan", citizen=citizen, at=slot(4)), RULES, LIMIT, NOW)
    with monkeypatch.context() as broken:
        broken.setattr(worker, "erase_all", lambda *_: (_ for _ in ()).throw(Died()))
        with pytest.raises(Died):
            tell(chat, left, "2")
    tell(chat, left, "2")
    assert chat.bookings.of_citizen(citizen) == []
    assert {each["what"] for each in chat.declarations.journal.erasures(citizen)} == {"booking", "chat"}


def test_our_own_claim_is_known_when_it_had_to_be_repeated(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to the first try was lost, and the client tried again by itself."""
    monkeypatch.setattr("cccd.table.secrets.token_hex", lambda size: "the same")
    assert chat.acquaintances.claim("an event", NOW)
    assert chat.acquaintances.claim("an event", NOW)
    monkeypatch.setattr("cccd.table.secrets.token_hex", lambda size: "another")
    assert not chat.acquaintances.claim("an event", NOW)


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
