"""A chat on moto and a fake Zalo that speaks its real protocol over HTTP."""

from collections.abc import Iterator
from datetime import datetime

import boto3
import pytest

from bookings.store import BookingStore
from cccd.clock import VIETNAM
from declarations.sealing import KmsKey
from declarations.store import DeclarationStore
from local.zalo import FakeZalo
from official_account.acquaintances import Acquaintances
from official_account.tokens import TokenKeeper, TokenStore
from official_account.worker import Chat
from official_account.zalo import OfficialAccountApi

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=VIETNAM)
MINI_APP = "https://zalo.me/s/123"


class Hands:
    """A clock that tells what its hands show."""

    def __init__(self, at: datetime):
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def zalo() -> Iterator[FakeZalo]:
    with FakeZalo() as fake:
        yield fake


@pytest.fixture
def api(zalo: FakeZalo) -> Iterator[OfficialAccountApi]:
    client = OfficialAccountApi(zalo.url, zalo.url, seconds=1)
    yield client
    client.close()


@pytest.fixture
def hands() -> Hands:
    return Hands(NOW)


@pytest.fixture
def tokens(aws: None, zalo: FakeZalo, api: OfficialAccountApi, hands: Hands) -> TokenKeeper:
    grant = zalo.account.refresh_token.encode()
    store = TokenStore(boto3.client("dynamodb"), "ChatTable")
    return TokenKeeper(store, api, zalo.app_id, zalo.app_secret.encode(), lambda: grant, hands)


@pytest.fixture
def chat(aws: None, api: OfficialAccountApi, tokens: TokenKeeper) -> Chat:
    client = boto3.client("dynamodb")
    return Chat(
        acquaintances=Acquaintances(client, "ChatTable"),
        bookings=BookingStore(client, "BookingsTable"),
        declarations=DeclarationStore(client, "DeclarationsTable", KmsKey("alias/SensitiveKey")),
        tokens=tokens,
        api=api,
        identity_key=b"a key of the tests",
        mini_app_url=MINI_APP,
    )
