"""Citizens follow, leave and come back: in any order, however late Zalo reports it."""

from datetime import timedelta
from typing import Any

import boto3
import pytest

from bookings.holding import hold
from cccd.dynamodb import from_item
from cccd.hashes import CitizenHash
from chat import worker
from chat.worker import Chat
from local.zalo import FakeZalo
from tests.bookings.wishes import LIMIT, RULES, slot, wish
from tests.chat.events import said, tell
from tests.zalo.accounts import HOME, OA
from tests.zalo.conftest import NOW

FOLLOW = {"event_name": "follow", "oa_id": OA, "follower": {"id": "777"}, "user_id_by_app": "1001"}


@pytest.mark.parametrize(
    "event",
    [
        {"event_name": "unfollow", "oa_id": OA, "follower": {"id": "777"}, "user_id_by_app": "1001"},
        {"event_name": "user_withdraw", "sender": {"id": "777"}, "user_id_by_app": "1001"},
        {"event_name": "user_withdraw", "sender": {"id": "777"}},
        {"event_name": "unfollow", "oa_id": OA, "follower": {"id": "777"}},
        {"event": "user.revoke.consent", "appId": "1", "userId": "1001"},
    ],
)
def test_who_withdraws_is_forgotten(chat: Chat, zalo: FakeZalo, event: dict[str, Any]) -> None:
    tell(chat, FOLLOW, "1")
    citizen = chat.citizen("1001")
    assert citizen and chat.acquaintances.of(citizen).get(HOME.link)
    hold(chat.bookings, wish("lan", citizen=citizen, at=slot(4)), RULES, LIMIT, NOW)
    tell(chat, event, "2")
    assert chat.acquaintances.of(citizen).get(HOME.link) is None
    assert chat.bookings.of_citizen(citizen) == []
    assert chat.declarations.journal.erasures(citizen), "that it was erased is on record"


def at(seconds: int) -> dict[str, str]:
    return {"timestamp": str((int(NOW.timestamp()) - 100 + seconds) * 1000)}


def test_what_was_said_earlier_does_not_shorten_the_seven_days(chat: Chat) -> None:
    citizen = chat.citizen("1001")
    assert citizen
    tell(chat, said("sau") | at(9), "1")
    tell(chat, said("trước") | at(1), "2")
    friend = chat.acquaintances.of(citizen).get(HOME.link)
    assert friend and friend.last_seen == NOW - timedelta(seconds=91)


def test_who_left_leaves_no_trace_after_two_days(chat: Chat) -> None:
    tell(chat, FOLLOW | at(1), "1")
    tell(
        chat, {"event_name": "unfollow", "oa_id": OA, "follower": {"id": "777"}, "user_id_by_app": "1001"} | at(2), "2"
    )
    left = [from_item(item) for item in boto3.client("dynamodb").scan(TableName="ChatTable")["Items"]]
    kept = [item["pk"] for item in left if "ttl" not in item]
    assert {pk.partition("#")[0] for pk in kept} == {"ACCOUNT", "SPEAKS", "TOKENS"}, "all else goes by itself"
    assert "777" not in repr([item for item in left if item["sk"] != "TOKENS"])
    tell(chat, FOLLOW | at(3), "3")
    back = [from_item(item) for item in boto3.client("dynamodb").scan(TableName="ChatTable")["Items"]]
    assert not [item["pk"] for item in back if "ttl" in item and item["sk"] in ("CHAT", "CITIZEN")]


def test_who_leaves_and_comes_back_within_a_second_is_answered(chat: Chat, zalo: FakeZalo) -> None:
    left = int(NOW.timestamp() * 1000) + 100
    unfollow = {
        "event_name": "unfollow",
        "oa_id": OA,
        "follower": {"id": "777"},
        "user_id_by_app": "1001",
        "timestamp": str(left),
    }
    tell(chat, unfollow, "1")
    tell(chat, FOLLOW | {"timestamp": str(left + 1)}, "2")
    assert len(zalo.account.sent) == 1
    assert chat.acquaintances.of(CitizenHash(chat.citizen("1001") or "")).get(HOME.link)


def test_an_earlier_unfollow_told_after_a_later_one_changes_nothing(chat: Chat) -> None:
    unfollow = {"event_name": "unfollow", "oa_id": OA, "follower": {"id": "777"}, "user_id_by_app": "1001"}
    tell(chat, unfollow | at(5), "1")
    tell(chat, unfollow | at(3), "2")
    tell(chat, FOLLOW | at(4), "3")
    assert chat.acquaintances.of(CitizenHash(chat.citizen("1001") or "")).get(HOME.link) is None


def test_events_out_of_order_do_not_undo_each_other(chat: Chat, zalo: FakeZalo) -> None:
    citizen = chat.citizen("1001")
    assert citizen
    unfollow = {"event_name": "unfollow", "oa_id": OA, "follower": {"id": "777"}, "user_id_by_app": "1001"}
    tell(chat, unfollow | at(2), "1")
    tell(chat, FOLLOW | at(1), "2")
    assert chat.acquaintances.of(citizen).get(HOME.link) is None, "the follow was before the unfollow"
    assert zalo.account.sent == []
    tell(chat, FOLLOW | at(9), "3")
    hold(chat.bookings, wish("lan", citizen=citizen, at=slot(4)), RULES, LIMIT, NOW)
    tell(chat, unfollow | at(5), "4")
    assert chat.acquaintances.of(citizen).get(HOME.link), "the unfollow was before the second follow"
    assert len(chat.bookings.of_citizen(citizen)) == 1


class Died(BaseException):
    """The process died here."""


def test_who_leaves_at_the_very_moment_of_a_word_has_left(chat: Chat) -> None:
    tell(
        chat, {"event_name": "unfollow", "oa_id": OA, "follower": {"id": "777"}, "user_id_by_app": "1001"} | at(5), "1"
    )
    tell(chat, FOLLOW | at(5), "2")
    assert chat.acquaintances.of(CitizenHash(chat.citizen("1001") or "")).get(HOME.link) is None


def test_the_seven_days_end_to_the_second(chat: Chat) -> None:
    tell(chat, FOLLOW)
    friend = chat.acquaintances.of(CitizenHash(chat.citizen("1001") or "")).get(HOME.link)
    assert friend
    assert friend.in_window(NOW + timedelta(days=7, seconds=-1))
    assert not friend.in_window(NOW + timedelta(days=7))


def test_a_farewell_told_again_erases_nothing_that_came_after_it(chat: Chat) -> None:
    """Zalo repeats events, dead letters are redriven, and a signed event can be replayed."""
    citizen = chat.citizen("1001")
    assert citizen
    left = {"event_name": "unfollow", "oa_id": OA, "follower": {"id": "777"}, "user_id_by_app": "1001"} | at(2)
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
    left = {"event_name": "unfollow", "oa_id": OA, "follower": {"id": "777"}} | at(2)
    tell(chat, FOLLOW | at(1), "1")
    hold(chat.bookings, wish("lan", citizen=citizen, at=slot(4)), RULES, LIMIT, NOW)
    with monkeypatch.context() as broken:
        broken.setattr(worker, "erase_all", lambda *_: (_ for _ in ()).throw(Died()))
        with pytest.raises(Died):
            tell(chat, left, "2")
    tell(chat, left, "2")
    assert chat.bookings.of_citizen(citizen) == []
    assert {each["what"] for each in chat.declarations.journal.erasures(citizen)} == {"booking", "chat"}
