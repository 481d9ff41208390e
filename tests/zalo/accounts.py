"""Official Accounts of the fake Zalo, connected here."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from accounts.account import Account
from accounts.store import AccountStore
from local.zalo import ACCOUNTS, FakeZalo
from zalo.acquaintances import ONE_FOR_ALL
from zalo.official_account import OfficialAccountApi, Tokens
from zalo.tokens import TokenKeeper, TokenStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OA, SECOND, PROVINCE, UNCONNECTED = ACCOUNTS
HOME = Account(OA, ACCOUNTS[OA], everywhere=True, people=ONE_FOR_ALL)  # the account of a deployment that has one


def connect(
    dynamodb: "DynamoDBClient", zalo: FakeZalo, now: datetime, account: Account = HOME, table: str = "ChatTable"
) -> AccountStore:
    """The account is connected; its first use renews the pair."""
    accounts = AccountStore(dynamodb, table)
    fake = zalo.accounts.by_id[account.id]
    assert accounts.connect(account, Tokens(fake.access_token, fake.refresh_token, 0), "a test", now)
    return accounts


def keeper_of(
    zalo: FakeZalo, api: OfficialAccountApi, now: Callable[[], datetime]
) -> Callable[[TokenStore], TokenKeeper]:
    """What gives the keeper of a pair."""
    return lambda store: TokenKeeper(store, api, zalo.app_id, zalo.app_secret.encode(), now)
