"""Tokens on moto, and a fake Zalo that uses the real protocol over HTTP."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from cccd.clock import VIETNAM
from cccd.dynamodb import client
from local.zalo import FakeZalo
from tests.zalo.accounts import OA, connect, keeper_of
from zalo.official_account import OfficialAccountApi
from zalo.tokens import TokenKeeper

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=VIETNAM)


class Hands:
    """A clock that shows what its hands are set to."""

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
    store = connect(client(), zalo, NOW).tokens(OA)
    return keeper_of(zalo, api, hands)(store)
