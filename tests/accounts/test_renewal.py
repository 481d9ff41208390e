"""Pairs are renewed in time, each once; the account of a deployment that had one moves over; the unwell are named."""

from datetime import timedelta
from typing import Any

import pytest

from accounts import renewal
from accounts.account import Account
from accounts.connecting import App, begin, finish
from accounts.former import move_former
from accounts.renewal import renew_due, unwell_accounts
from accounts.store import AccountStore
from cccd.dynamodb import client, to_item
from cccd.table import Table
from local.zalo import FakeZalo, Mood
from local.zalo_account import ACCESS_SECONDS, FakeOfficialAccount
from tests.accounts.conftest import consented
from tests.gateway import CONTEXT
from tests.zalo.accounts import HOME, OA, SECOND, connect, keeper_of
from tests.zalo.conftest import NOW, Hands
from zalo.official_account import OfficialAccountApi, Tokens
from zalo.tokens import EARLY, LEASE, LOST, SPREAD, TRIED_AGAIN

TABLE = "ChatTable"


@pytest.fixture
def run(accounts: AccountStore, zalo: FakeZalo, api: OfficialAccountApi, hands: Hands) -> Any:
    return lambda: renew_due(accounts, keeper_of(zalo, api, hands), Table(client(), TABLE), hands.at)


def unwell(accounts: AccountStore, hands: Hands) -> list[str]:
    return unwell_accounts(accounts, Table(client(), TABLE), hands.at)


def test_each_is_renewed_before_its_end_and_once(
    accounts: AccountStore, zalo: FakeZalo, hands: Hands, run: Any
) -> None:
    offices = {OA: "ca-26740", SECOND: "ca-26743"}
    for each, office in offices.items():
        connect(client(), zalo, NOW, Account(each, "", (office,)))
    assert run() == 2 and run() == 0
    hands.at = NOW + timedelta(hours=25) - EARLY - SPREAD - timedelta(seconds=1)
    assert run() == 0
    hands.at = NOW + timedelta(hours=25) - EARLY
    assert run() == 2 and run() == 0
    assert [zalo.accounts.by_id[each].refreshed for each in offices] == [2, 2]
    assert unwell(accounts, hands) == []


def test_accounts_of_one_day_are_renewed_over_an_hour_each_once(
    accounts: AccountStore, zalo: FakeZalo, hands: Hands, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [str(5 * 10**18 + n) for n in range(120)]
    zalo.accounts.by_id = {each: FakeOfficialAccount(each, "") for each in many}
    for each in many:
        fake = zalo.accounts.by_id[each]
        pair = Tokens(fake.access_token, fake.refresh_token, ACCESS_SECONDS)
        assert accounts.connect(Account(each, "", ()), pair, "a test", NOW)
    in_a_minute = []
    hands.at = NOW + timedelta(hours=25) - EARLY - SPREAD
    while hands.at <= NOW + timedelta(hours=25) - EARLY + timedelta(minutes=1):
        in_a_minute.append(run())
        hands.at += timedelta(minutes=1)
    assert sum(in_a_minute) == len(many) == zalo.accounts.asked
    assert {each.refreshed for each in zalo.accounts.by_id.values()} == {1}
    assert max(in_a_minute) <= 10, "of 120, in sixty minutes"


def test_one_that_is_lost_stops_no_other_and_is_named_until_it_is_connected_anew(
    accounts: AccountStore, zalo: FakeZalo, hands: Hands, run: Any
) -> None:
    connect(client(), zalo, NOW, Account(OA, "", ("ca-26740",)))
    connect(client(), zalo, NOW, Account(SECOND, "", ("ca-26743",)))
    zalo.account.refresh_token = "known to nobody"
    assert run() == 1
    assert unwell(accounts, hands) == [OA]
    asked = zalo.accounts.asked
    hands.at += timedelta(hours=1)
    assert run() == 0 and zalo.accounts.asked == asked, "what is lost is not tried again"
    assert [item["pk"] for item in Table(client(), TABLE).in_partition(LOST)] == [f"TOKENS#{OA}"], (
        "and not as one that is tried again"
    )
    connect(client(), zalo, hands.at, Account(OA, "", ("ca-26740",)))
    assert run() == 1
    assert unwell(accounts, hands) == []


def test_while_zalo_is_down_each_is_tried_again_later(
    accounts: AccountStore, zalo: FakeZalo, hands: Hands, run: Any
) -> None:
    connect(client(), zalo, NOW)
    zalo.mood = Mood.SERVER_ERROR
    assert run() == 0
    assert unwell(accounts, hands) == [OA], "its access token has ended"
    zalo.mood = Mood.WELL
    hands.at += LEASE
    assert run() == 0
    hands.at = NOW + TRIED_AGAIN
    assert run() == 1
    assert unwell(accounts, hands) == []


def former(zalo: FakeZalo, **changes: Any) -> None:
    """The item of a deployment that had one account, as it was written before accounts had ids here."""
    item = {
        "pk": "TOKENS",
        "sk": "TOKENS",
        "access": zalo.account.access_token,
        "refresh": zalo.account.refresh_token,
        "accessEnds": int(NOW.timestamp()) + 3600,
        "grantedAt": int(NOW.timestamp()),
        "grantedBy": "0123456789abcdef",
        "version": 41,
    }
    client().put_item(TableName=TABLE, Item=to_item(item | changes))


def test_the_account_of_a_deployment_that_had_one_moves_over_by_itself(
    accounts: AccountStore, zalo: FakeZalo, api: OfficialAccountApi, hands: Hands, run: Any
) -> None:
    former(zalo)
    keeper = lambda store, _: keeper_of(zalo, api, hands)(store)  # noqa: E731 - the settings' own shape
    assert move_former(accounts, keeper, api, NOW)
    assert accounts.find(OA) == HOME
    assert accounts.former_tokens().read() is None
    assert keeper_of(zalo, api, hands)(accounts.tokens(OA)).access() == zalo.account.access_token
    assert zalo.account.refreshed == 0, "the pair moved as it was"
    assert not move_former(accounts, keeper, api, NOW)
    hands.at = NOW + timedelta(hours=1)
    assert run() == 1, "and is renewed in time from now on"
    assert HOME.link == "CHAT", "its people stay where they are"


@pytest.mark.parametrize("changes", [{"lost": True}, {"refresh": "known to nobody", "accessEnds": 0}])
def test_a_former_account_that_is_lost_stays_until_it_is_connected_anew(
    accounts: AccountStore, zalo: FakeZalo, api: OfficialAccountApi, hands: Hands, changes: dict[str, Any]
) -> None:
    former(zalo, **changes)
    keeper = lambda store, _: keeper_of(zalo, api, hands)(store)  # noqa: E731 - the settings' own shape
    assert not move_former(accounts, keeper, api, NOW)
    assert accounts.find(OA) is None
    app = App(zalo.app_id, zalo.app_secret.encode(), zalo.url, "https://desk.example/")
    url, state = begin(accounts, app, [], "operator", NOW)
    finish(accounts, app, api, state, consented(url, OA), "operator", NOW)
    found = accounts.find(OA)
    assert found is not None and found.link == "CHAT", "its people are found again"
    assert accounts.former_tokens().read() is None


def test_a_run_names_the_unwell_in_one_line(
    aws: None, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch, caplog: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    addresses = {"zalo_openapi_url": zalo.url, "zalo_oauth_url": zalo.url, "zalo_app_id": zalo.app_id}
    monkeypatch.setattr(renewal, "settings", renewal.settings.model_copy(update=addresses))
    monkeypatch.setattr("accounts.settings.secret", lambda name: b"wrong")
    connect(client(), zalo, NOW)
    assert renewal.handler({}, CONTEXT) == {"renewed": 0, "unwell": 1}
    (line,) = [each for each in caplog.records if each.message == "accounts are unwell"]
    assert (line.count, line.accounts) == (1, [OA])
    assert '"AccountsUnwell":[1.0]' in capsys.readouterr().out
