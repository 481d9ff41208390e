"""A chat on moto and the fake Zalo."""

import boto3
import pytest

from bookings.store import BookingStore
from chat.worker import Chat
from declarations.sealing import KmsKey
from declarations.store import DeclarationStore
from tests.zalo.conftest import api, hands, tokens, zalo
from zalo.acquaintances import Acquaintances
from zalo.official_account import OfficialAccountApi
from zalo.tokens import TokenKeeper

__all__ = ["api", "hands", "tokens", "zalo"]  # fixtures of Zalo's own tests

MINI_APP = "https://zalo.me/s/123"


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
