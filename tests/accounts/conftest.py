"""Accounts of the fake Zalo, and administrators who consent."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest

from accounts.connecting import App
from accounts.store import AccountStore
from cccd.dynamodb import client
from local.zalo import FakeZalo
from tests.zalo.conftest import api, hands, zalo

__all__ = ["api", "hands", "zalo"]  # fixtures

_direct = build_opener(ProxyHandler({}))


@pytest.fixture
def accounts(aws: None) -> AccountStore:
    return AccountStore(client(), "ChatTable")


@pytest.fixture
def app(zalo: FakeZalo) -> Iterator[App]:
    yield App(zalo.app_id, zalo.app_secret.encode(), zalo.url, "https://desk.example/desk/")


def consented(address: str, account: str) -> str:
    """The code with which the browser comes back from Zalo's page, where an administrator has chosen that account."""
    page = _direct.open(address).read().decode()
    links = [parse_qs(urlsplit(unescape(each)).query) for each in re.findall('href="([^"]+)"', page)]
    (code,) = (each["code"][0] for each in links if each["oa_id"] == [account])
    return code


def state_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["state"][0]
