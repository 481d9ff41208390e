"""A sender on moto and the fake Zalo."""

from collections.abc import Iterator

import pytest

from bookings.store import BookingStore
from cccd.dynamodb import client
from cccd.hashes import ChatUserHash
from cccd.table import Table
from consent.store import Consents
from declarations.linking import LinkedDeclarations
from local.zalo import FakeZalo
from notifications.outage import Outage
from notifications.sender import Post
from notifications.store import NoticeStore
from notifications.templates import configured
from tests.notifications.post import LAN, NOW, PARAMETERS
from tests.zalo.accounts import HOME, connect, keeper_of
from tests.zalo.conftest import Hands
from zalo.acquaintances import Acquaintances
from zalo.official_account import OfficialAccountApi


@pytest.fixture
def zalo() -> Iterator[FakeZalo]:
    with FakeZalo() as fake:
        yield fake


@pytest.fixture
def hands() -> Hands:
    return Hands(NOW)


@pytest.fixture
def post(aws: None, zalo: FakeZalo, hands: Hands) -> Iterator[Post]:
    dynamodb = client()
    api = OfficialAccountApi(zalo.url, zalo.url, seconds=1)
    friends = Acquaintances(dynamodb, "ChatTable")
    friends.meet(LAN.citizen, HOME.link, "777", NOW, ChatUserHash("hash of 777"))
    yield Post(
        notices=NoticeStore(dynamodb, "NoticesTable"),
        bookings=BookingStore(dynamodb, "BookingsTable"),
        declarations=LinkedDeclarations(dynamodb, "DeclarationsTable"),
        consents=Consents(Table(dynamodb, "DeclarationsTable")),
        acquaintances=friends,
        outage=Outage(dynamodb, "ChatTable"),
        accounts=connect(dynamodb, zalo, NOW),
        keeper=keeper_of(zalo, api, hands),
        api=api,
        templates=configured(PARAMETERS),
        mini_app_url="https://zalo.me/s/1",
        now=hands,
    )
    api.close()


@pytest.fixture(autouse=True)
def outbox_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.outbox.clock.now", lambda: NOW)
