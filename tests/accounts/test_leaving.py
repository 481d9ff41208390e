"""Who leaves which account, and what that erases; events of accounts that are not connected here."""

from typing import Any

import pytest

from accounts.account import Account
from cccd.dynamodb import client, to_item
from cccd.hashes import CitizenHash
from chat.worker import Chat
from local.zalo import FakeZalo
from tests.chat.conftest import api, chat, hands, tokens, zalo
from tests.chat.events import said, tell
from tests.zalo.accounts import HOME, OA, PROVINCE, SECOND, connect
from tests.zalo.conftest import NOW
from zalo.tokens import TokensUnavailable

__all__ = ["api", "chat", "hands", "tokens", "zalo"]  # fixtures

WARD = Account(SECOND, "", offices=("ca-26740",))


def follow(account: str, user: str, app_user: str = "1001") -> dict[str, Any]:
    return {"event_name": "follow", "oa_id": account, "follower": {"id": user}, "user_id_by_app": app_user}


def unfollow(account: str, user: str, app_user: str | None = "1001") -> dict[str, Any]:
    left = follow(account, user) | {"event_name": "unfollow"}
    return left | {"user_id_by_app": app_user}


def citizen(chat: Chat, app_user: str = "1001") -> CitizenHash:
    return CitizenHash(chat.citizen(app_user) or "")


def erased(chat: Chat, app_user: str = "1001") -> bool:
    return bool(chat.declarations.journal.erasures(citizen(chat, app_user)))


@pytest.fixture
def both(chat: Chat, zalo: FakeZalo) -> Chat:
    connect(client(), zalo, NOW, WARD)
    return chat


def test_who_leaves_one_of_two_keeps_everything_and_who_leaves_the_last_is_erased(both: Chat) -> None:
    tell(both, follow(OA, "777"), "1")
    tell(both, follow(SECOND, "888"), "2")
    tell(both, unfollow(OA, "777"), "3")
    assert not erased(both) and list(both.acquaintances.of(citizen(both))) == [WARD.link]
    tell(both, unfollow(SECOND, "888"), "4")
    assert erased(both) and both.acquaintances.of(citizen(both)) == {}


def test_an_unfollow_of_an_account_that_is_not_connected_here_erases_nobody(both: Chat) -> None:
    for user in ("777", "999"):
        tell(both, unfollow("999", user), f"of {user}")
    assert not erased(both)


def test_the_people_of_a_disconnected_account_may_still_leave(both: Chat) -> None:
    tell(both, follow(SECOND, "888"), "1")
    both.accounts.disconnect(WARD)
    tell(both, unfollow(SECOND, "888", None), "2")
    assert erased(both)


def test_the_next_account_that_speaks_everywhere_does_not_inherit_the_people_of_the_one_before(
    both: Chat, zalo: FakeZalo
) -> None:
    tell(both, follow(OA, "777"), "1")
    both.accounts.disconnect(HOME)
    connect(client(), zalo, NOW, Account(PROVINCE, "", everywhere=True))
    other = both.accounts.find(PROVINCE)
    assert other and other.link not in both.acquaintances.of(citizen(both))
    remembered = both.accounts.remembered(OA)
    assert remembered and remembered.link in both.acquaintances.of(citizen(both))


def test_two_people_of_the_same_id_in_two_accounts_are_two(both: Chat) -> None:
    tell(both, follow(OA, "777", "1001"), "1")
    tell(both, follow(SECOND, "777", "2002"), "2")
    withdrew = {"event_name": "user_withdraw", "sender": {"id": "777"}, "recipient": {"id": OA}}
    tell(both, withdrew, "3")
    assert erased(both, "1001") and not erased(both, "2002")
    tell(both, unfollow(SECOND, "777", None), "4")
    assert erased(both, "2002")


def test_while_the_former_account_has_not_moved_its_events_come_again_unless_it_is_lost(chat: Chat) -> None:
    chat.accounts.disconnect(HOME)
    item: dict[str, Any] = {"access": "-", "refresh": "-", "accessEnds": 0, "grantedAt": 0, "version": 1}
    former = {"pk": "TOKENS", "sk": "TOKENS"} | item
    client().put_item(TableName="ChatTable", Item=to_item(former))
    with pytest.raises(TokensUnavailable):
        tell(chat, said("xin chào"), "1")
    client().put_item(TableName="ChatTable", Item=to_item(former | {"lost": True}))
    tell(chat, said("xin chào"), "2")


def test_a_second_press_that_comes_late_does_not_disconnect_what_another_has_connected_since(
    both: Chat, zalo: FakeZalo
) -> None:
    both.accounts.disconnect(WARD)
    connect(client(), zalo, NOW, Account(SECOND, "", offices=("ca-26743",)))
    both.accounts.disconnect(WARD)
    theirs = both.accounts.own("ca-26743")
    assert theirs and theirs.id == SECOND and both.accounts.tokens(SECOND).read() is not None
