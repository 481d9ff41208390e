"""The template's client: it sends what the template sends, and throws where the template throws."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine

from egovernment import api
from local.zalo import FakeZalo
from tests.gateway import CONTEXT, event
from tests.stale import settle
from zalo.graph import ZaloGraph

OFFICE = "ca-26740"
NOW = "2026-11-25T09:00:00+07:00"


class Thrown(Exception):
    """What the template's client throws: `{code, message}`."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class Template:
    """A phone with the template on it, of the citizen `demo-<name>`."""

    name: str | None = "lan"
    organization: str = OFFICE

    def __call__(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """The `data` of the answer. The client looks at no status: it parses, and throws at an error and at what is falsy."""
        answer = self.raw(method, path, body, **query)
        assert answer["statusCode"] < 500, answer
        told = json.loads(answer["body"])
        assert set(told) >= {"err", "message", "data"}, told
        if told["err"] != 0:
            raise Thrown(told["err"], told["message"])
        return told["data"]

    def raw(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        headers = {"x-organization-id": self.organization}
        if self.name is not None:
            headers["Authorization"] = f"Bearer demo-{self.name}"
        settle()
        return api.handler(event(method, path, body=body, query=query or None, headers=headers), CONTEXT)


@pytest.fixture
def zalo(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeZalo]:
    with FakeZalo() as running:
        graph = ZaloGraph(running.url, running.app_secret.encode())
        monkeypatch.setattr(api, "graph", lambda: graph)
        yield running
        graph.close()


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as at:
        yield at


@pytest.fixture
def template(zalo: FakeZalo, clock: Any) -> Template:
    return Template()
