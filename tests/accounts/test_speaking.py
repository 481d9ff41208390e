"""A message comes from the account that the citizen follows: the office's own, its province's, or none; and once."""

from datetime import timedelta

import pytest

from accounts.account import Account
from cccd.dynamodb import client
from cccd.hashes import ChatUserHash
from cccd.observability import flush_metrics
from local.zalo import FakeZalo
from notifications.sender import Post
from tests.notifications.conftest import hands, outbox_clock, post, zalo
from tests.notifications.post import EVENING, LAN, MINH, NOW, confirmed, run
from tests.zalo.accounts import HOME, OA, PROVINCE, SECOND, connect

__all__ = ["hands", "outbox_clock", "post", "zalo"]  # fixtures

WARD = Account(SECOND, "", offices=(str(LAN.office_id),))
PC06 = Account(PROVINCE, "", offices=("pc06-79",))


@pytest.fixture
def three(post: Post, zalo: FakeZalo) -> Post:
    """Lan follows the ward's account, the province's, and that of everywhere."""
    for account in (WARD, PC06):
        connect(client(), zalo, NOW, account)
        post.acquaintances.meet(LAN.citizen, account.link, f"{account.id[-1]}77", NOW, ChatUserHash(f"of {account.id}"))
    return post


def sent(zalo: FakeZalo) -> list[str]:
    return [each["from"] for each in zalo.accounts.sent]


def test_the_office_s_own_account_speaks_and_once(three: Post, zalo: FakeZalo) -> None:
    confirmed(three)
    assert run(three, NOW) == 1 and run(three, NOW) == 0
    assert sent(zalo) == [SECOND]
    assert zalo.accounts.sent[0]["recipient"] == {"user_id": "277"}, "by the id that this account knows"


def test_who_leaves_it_hears_of_the_next_from_the_province(three: Post, zalo: FakeZalo) -> None:
    confirmed(three)
    assert run(three, NOW) == 1
    three.acquaintances.part(LAN.citizen, WARD.link, NOW, NOW)
    assert run(three, EVENING) == 1
    assert sent(zalo) == [SECOND, PROVINCE]


def test_who_follows_only_another_office_hears_nothing_and_is_counted(
    post: Post, zalo: FakeZalo, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Account(SECOND, "", offices=("ca-27004",))
    connect(client(), zalo, NOW, other)
    post.acquaintances.part(LAN.citizen, HOME.link, NOW, NOW)
    post.acquaintances.meet(LAN.citizen, other.link, "555", NOW, ChatUserHash("of 555"))
    confirmed(post)
    assert run(post, NOW) == 0
    assert zalo.accounts.sent == []
    flush_metrics()
    assert '"MessagesUnreachable":[1.0]' in capsys.readouterr().out


def test_the_quota_of_one_account_does_not_stop_another_s_messages(three: Post, zalo: FakeZalo) -> None:
    three.acquaintances.meet(MINH.citizen, PC06.link, "888", NOW, ChatUserHash("of 888"))
    confirmed(three)
    confirmed(three, wanted=MINH)
    zalo.accounts.by_id[SECOND].refuse = [-211]
    assert run(three, NOW) == 1
    assert sent(zalo) == [PROVINCE]
    assert run(three, NOW + timedelta(minutes=2)) == 1
    assert sent(zalo).count(SECOND) == 1


def test_an_account_that_is_disconnected_meanwhile_sends_nothing_more(three: Post, zalo: FakeZalo) -> None:
    confirmed(three)
    three.accounts.disconnect(WARD)
    assert run(three, NOW) == 1
    assert sent(zalo) == [PROVINCE], "the province's speaks in its place"


def test_an_account_whose_pair_is_lost_keeps_its_messages_for_later(three: Post, zalo: FakeZalo) -> None:
    fake = zalo.accounts.by_id[SECOND]
    granted, fake.refresh_token = fake.refresh_token, "known to nobody"
    confirmed(three)
    assert run(three, NOW) == 0 and run(three, NOW + timedelta(minutes=5)) == 0
    fake.refresh_token = granted
    connect(client(), zalo, NOW, WARD)
    assert run(three, NOW + timedelta(minutes=11)) == 1
    assert sent(zalo) == [SECOND]
    assert OA not in sent(zalo)
