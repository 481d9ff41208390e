"""A chief connects the office's account: the grant is theirs, once, and in time; and an account is one office's."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.account import Account
from accounts.connecting import App, begin, finish
from accounts.store import AccountStore
from cccd.errors import AccountTaken, GrantOver, ZaloUnavailable
from local.zalo import FakeZalo, Mood
from tests.accounts.conftest import consented, state_of
from tests.zalo.accounts import OA, PROVINCE, SECOND, keeper_of
from tests.zalo.conftest import NOW, Hands
from zalo.official_account import OfficialAccountApi
from zalo.tokens import TokensUnavailable

SAI_GON, BEN_THANH, PC06 = "ca-26740", "ca-26743", "pc06-79"
CHIEF = "the chief"


@pytest.fixture
def connect(accounts: AccountStore, app: App, api: OfficialAccountApi) -> Any:
    def connect(office: str = SAI_GON, account: str = OA, by: str = CHIEF, **changes: Any) -> Account:
        url, state = begin(accounts, app, [office], CHIEF, NOW)
        said: dict[str, Any] = {"state": state, "code": consented(url, account), "by": by, "now": NOW} | changes
        return finish(accounts, app, api, **said)

    return connect


def test_the_account_that_was_granted_speaks_for_the_office_and_its_tokens_work(
    connect: Any, accounts: AccountStore, zalo: FakeZalo, api: OfficialAccountApi, hands: Hands
) -> None:
    account = connect()
    assert account == Account(OA, "Công an phường Sài Gòn", offices=(SAI_GON,)) == accounts.own(SAI_GON)
    assert keeper_of(zalo, api, hands)(accounts.tokens(OA)).access() == zalo.account.access_token
    assert zalo.account.refreshed == 1, "the code gave the pair, and nothing was renewed"


def test_a_province_is_spoken_for_by_its_pc06(connect: Any, accounts: AccountStore) -> None:
    from offices.directory import directory

    ward = directory().find(BEN_THANH)
    assert ward and accounts.of_office(ward) == []
    connect(PC06, PROVINCE)
    assert [each.id for each in accounts.of_office(ward)] == [PROVINCE]
    connect(BEN_THANH, SECOND)
    assert [each.id for each in accounts.of_office(ward)] == [SECOND, PROVINCE], "the office's own is nearer"


@pytest.mark.parametrize(
    "changes",
    [
        {"by": "another chief"},
        {"state": "a state of nobody"},
        {"state": "\ud800 broken"},
        {"now": NOW + timedelta(minutes=10)},
        {"code": "a wrong code"},
    ],
)
def test_a_grant_that_is_not_theirs_or_over_connects_nothing(
    connect: Any, accounts: AccountStore, changes: dict[str, Any]
) -> None:
    with pytest.raises(GrantOver):
        connect(**changes)
    assert accounts.find(OA) is None and accounts.tokens(OA).read() is None


def test_a_grant_is_answered_once(accounts: AccountStore, app: App, api: OfficialAccountApi) -> None:
    url, state = begin(accounts, app, [SAI_GON], CHIEF, NOW)
    finish(accounts, app, api, state, consented(url, OA), CHIEF, NOW)
    with pytest.raises(GrantOver):
        finish(accounts, app, api, state, consented(url, OA), CHIEF, NOW)


def test_a_code_of_another_grant_is_refused_by_its_proof(
    accounts: AccountStore, app: App, api: OfficialAccountApi
) -> None:
    """Whoever sees a code on its way cannot use it with a grant of their own: PKCE."""
    theirs, _ = begin(accounts, app, [SAI_GON], CHIEF, NOW)
    _, mine = begin(accounts, app, [BEN_THANH], "a thief", NOW)
    with pytest.raises(GrantOver):
        finish(accounts, app, api, mine, consented(theirs, OA), "a thief", NOW)
    assert accounts.own(BEN_THANH) is None


def test_an_account_is_one_office_s_until_it_is_disconnected(
    connect: Any, accounts: AccountStore, zalo: FakeZalo, api: OfficialAccountApi, hands: Hands
) -> None:
    account = connect(SAI_GON, OA)
    with pytest.raises(AccountTaken):
        connect(BEN_THANH, OA)
    assert accounts.own(BEN_THANH) is None
    assert keeper_of(zalo, api, hands)(accounts.tokens(OA)).access() == zalo.account.access_token, "it still sends"
    with pytest.raises(AccountTaken):
        connect(SAI_GON, SECOND)
    assert accounts.tokens(SECOND).read() is None
    accounts.disconnect(account)
    accounts.disconnect(account)
    assert connect(BEN_THANH, OA).offices == (BEN_THANH,)


def test_disconnected_its_tokens_are_forgotten(
    connect: Any, accounts: AccountStore, zalo: FakeZalo, api: OfficialAccountApi, hands: Hands
) -> None:
    account = connect()
    accounts.disconnect(account)
    assert accounts.find(OA) is None and accounts.own(SAI_GON) is None
    assert accounts.tokens(OA).read() is None
    with pytest.raises(TokensUnavailable):
        keeper_of(zalo, api, hands)(accounts.tokens(OA)).access()


def test_connected_anew_it_keeps_its_templates(connect: Any, accounts: AccountStore) -> None:
    connect()
    assert accounts.name_templates(OA, {"confirmed": "203840"})
    assert connect().templates == {"confirmed": "203840"}
    assert not accounts.name_templates(SECOND, {"confirmed": "1"})


def test_a_zalo_that_does_not_answer_is_told(
    connect: Any, accounts: AccountStore, zalo: FakeZalo, app: App, api: OfficialAccountApi
) -> None:
    url, state = begin(accounts, app, [SAI_GON], CHIEF, NOW)
    code = consented(url, OA)
    zalo.mood = Mood.SERVER_ERROR
    with pytest.raises(ZaloUnavailable):
        finish(accounts, app, api, state, code, CHIEF, NOW)
    zalo.mood = Mood.WELL
    assert state_of(url) == state
    assert connect().id == OA, "begun anew it works"
