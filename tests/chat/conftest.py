"""A chat on moto and the fake Zalo."""

import pytest

from accounts.store import AccountStore
from bookings.store import BookingStore
from cccd.dynamodb import client
from chat.worker import Chat
from declarations.erasing import DeclarationEraser
from desk.store import DeskStore
from feedback.store import FeedbackStore
from images.store import Images
from tests.conftest import BUCKET
from tests.zalo.conftest import api, hands, tokens, zalo
from zalo.acquaintances import Acquaintances
from zalo.official_account import OfficialAccountApi
from zalo.tokens import TokenKeeper

__all__ = ["api", "hands", "tokens", "zalo"]  # fixtures from Zalo's own tests

MINI_APP = "https://zalo.me/s/123"


@pytest.fixture
def chat(aws: None, api: OfficialAccountApi, tokens: TokenKeeper) -> Chat:
    dynamodb = client()
    return Chat(
        acquaintances=Acquaintances(dynamodb, "ChatTable"),
        bookings=BookingStore(dynamodb, "BookingsTable"),
        feedback=FeedbackStore(dynamodb, "FeedbackTable", Images(BUCKET)),
        declarations=DeclarationEraser(dynamodb, "DeclarationsTable"),
        accounts=AccountStore(dynamodb, "ChatTable"),
        keeper=lambda _: tokens,
        api=api,
        desk=DeskStore(dynamodb, "BookingsTable"),
        identity_key=b"a key of the tests",
        mini_app_url=MINI_APP,
    )
