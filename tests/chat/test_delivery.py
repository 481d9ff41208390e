"""Each event is answered once, even if a step fails."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from cccd.dynamodb import from_item
from chat import worker
from chat.worker import Chat
from local.zalo import FakeZalo, Mood
from tests.chat.events import said, tell
from tests.gateway import CONTEXT
from tests.zalo.accounts import HOME, OA
from tests.zalo.conftest import NOW
from zalo.official_account import NotSent
from zalo.tokens import LEASE, TokenKeeper, TokensUnavailable

FOLLOW = {"event_name": "follow", "oa_id": OA, "follower": {"id": "777"}, "user_id_by_app": "1001"}


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


def at(seconds: int) -> dict[str, str]:
    return {"timestamp": str((int(NOW.timestamp()) - 100 + seconds) * 1000)}


@pytest.mark.parametrize("mood", [Mood.SERVER_ERROR, Mood.HTML, Mood.WRONG_JSON, Mood.CLOSED, Mood.SLOW])
def test_an_answer_that_may_have_gone_out_is_not_sent_twice(chat: Chat, zalo: FakeZalo, mood: Mood) -> None:
    chat.tokens(HOME).access()
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
    """The rival claims the event after we looked and before our own claim."""

    class Rivalled(TokenKeeper):
        def access(self) -> str:
            tell(chat, FOLLOW)
            return chat.tokens(HOME).access()

    rivalled: Any = object.__new__(Rivalled)
    tell(replace(chat, keeper=lambda _: rivalled), FOLLOW)
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
    chat.tokens(HOME).access()
    zalo.account.refuse = [-216]
    tell(chat, FOLLOW)
    assert len(zalo.account.sent) == 1
    assert zalo.account.refreshed == 2


def test_without_tokens_the_event_waits(chat: Chat, zalo: FakeZalo) -> None:
    zalo.mood = Mood.SERVER_ERROR
    with pytest.raises(TokensUnavailable):
        tell(chat, FOLLOW)
    zalo.mood = Mood.WELL


def test_a_token_that_cannot_be_renewed_on_the_way_leaves_the_event_to_come_again(chat: Chat, zalo: FakeZalo) -> None:
    chat.tokens(HOME).access()
    zalo.account.refuse = [-216]
    with zalo_that_gives_no_tokens(zalo), pytest.raises(TokensUnavailable):
        tell(chat, FOLLOW)
    hands: Any = chat.tokens(HOME)._now
    hands.at = NOW + LEASE
    tell(chat, FOLLOW)
    assert len(zalo.account.sent) == 1


@contextmanager
def zalo_that_gives_no_tokens(zalo: FakeZalo) -> Iterator[None]:
    gives = zalo.endpoints["POST", "/v4/oa/access_token"]
    zalo.endpoints["POST", "/v4/oa/access_token"] = lambda request: {"error": -1}
    yield
    zalo.endpoints["POST", "/v4/oa/access_token"] = gives


def test_an_answer_is_remembered_for_longer_than_zalo_repeats(chat: Chat) -> None:
    tell(chat, FOLLOW, "an event")
    marks = [from_item(item) for item in boto3.client("dynamodb").scan(TableName="ChatTable")["Items"]]
    (until,) = [item["ttl"] for item in marks if item["pk"] == "SEEN#an event"]
    assert until > (NOW + timedelta(hours=3)).timestamp()


def test_an_unexpected_error_is_not_quoted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, chat: Chat
) -> None:
    monkeypatch.setattr(worker, "chat", lambda: chat)
    monkeypatch.setattr(worker, "parse", lambda event: {}[event["message"]["text"]])
    body = json.dumps({"id": "1", "event": said("tôi là NGUYỄN THỊ LAN")})
    record = {"messageId": "7", "body": body, "eventSource": "aws:sqs"}
    assert worker.handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "7"}]}
    assert caplog.messages == ["unexpected error"]


@pytest.mark.parametrize("spoilt", ["no JSON", "{}", '{"id": "2", "event": []}'])
def test_an_event_that_nobody_can_read_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, chat: Chat, zalo: FakeZalo, capsys: pytest.CaptureFixture[str], spoilt: str
) -> None:
    monkeypatch.setattr(worker, "chat", lambda: chat)
    bodies = [json.dumps({"id": "1", "event": said("a")}), spoilt, json.dumps({"id": "3", "event": said("b")})]
    records = [{"messageId": str(i), "body": body, "eventSource": "aws:sqs"} for i, body in enumerate(bodies, 1)]
    assert worker.handler({"Records": records}, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert len(zalo.account.sent) == 2
    assert '"ChatPassedBy":[1.0]' in capsys.readouterr().out


def test_our_own_claim_is_known_when_it_had_to_be_repeated(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to the first try was lost, and the client tried again by itself."""
    monkeypatch.setattr("cccd.table.secrets.token_hex", lambda size: "the same")
    assert chat.acquaintances.claim("an event", NOW)
    assert chat.acquaintances.claim("an event", NOW)
    monkeypatch.setattr("cccd.table.secrets.token_hex", lambda size: "another")
    assert not chat.acquaintances.claim("an event", NOW)
