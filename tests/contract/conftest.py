"""Every handler of the contract, on moto, with a fake Zalo and a queue."""

import importlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import boto3
import pytest
import time_machine

from cccd.clock import VIETNAM
from contract.openapi import API_MODULES, OFFICER, SESSION, routes_of
from declarations.api import handler as declarations
from local.zalo import FakeZalo
from tests.bookings.people import signed_in
from tests.gateway import CONTEXT, call, event
from tests.promised import operations
from zalo.graph import ZaloGraph

CHIEF = {"token_use": "access", "sub": "0a1b2c", "username": "chi-huy", "cognito:groups": "[ca-26740.chief]"}
NOW = datetime(2026, 11, 25, 9, tzinfo=VIETNAM)


@dataclass
class FrontEnd:
    """Asks by the names of the operations, as a signed-in citizen where needed, and keeps the requests and the answers.

    `hidden` has the words that differ from run to run, and the words that the examples have instead.
    """

    token: str = ""
    record: dict[str, Any] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)

    def __call__(self, name: str, body: Any = None, headers: dict[str, str] | None = None, **values: str) -> Any:
        """The body of the answer; `values` are those of the path and the query, `from_` for `from`."""
        values = {key.rstrip("_"): value for key, value in values.items()}
        operation = operations()[name]
        places = {each["name"]: each["in"] for each in operation.get("parameters", [])}
        path = {key: value for key, value in values.items() if places[key] == "path"}
        query = {key: value for key, value in values.items() if places[key] == "query"}
        asked = {"path": path, "query": query, "headers": headers or {}, "body": body}
        self.record[name] = {key: value for key, value in asked.items() if value}
        status, answered, etag = self._ask(operation, **asked)
        self.record[name] |= {"status": status, "answer": answered}
        if etag:
            assert self._ask(operation, **asked | {"headers": {"If-None-Match": etag}})[0] == 304
        if status == 201 and headers:
            assert self._ask(operation, **asked)[:2] == (200, answered), "the same key again"
        return answered

    def somebody(self, who: str, method: str, path: str, body: Any) -> Any:
        """The answer to another citizen, which no example shows."""
        return call(declarations, method, path, body=body, headers=signed_in(who)).body

    def _ask(self, operation: Any, path: Any, query: Any, headers: Any, body: Any) -> tuple[int, Any, str]:
        session = {"authorization": f"Bearer {self.token}"} if operation["security"] == SESSION else {}
        made = event(
            operation["method"],
            operation["path"].format(**path),
            query=query or None,
            body=body,
            headers={name.lower(): value for name, value in headers.items()} | session,
        )
        if operation["security"] == OFFICER:
            made["requestContext"]["authorizer"] = {"jwt": {"claims": CHIEF, "scopes": None}}
        answer = _handler(operation)(made, CONTEXT)
        text = answer["body"] or ""
        is_json = "json" in answer["headers"].get("Content-Type", "")
        return answer["statusCode"], json.loads(text) if is_json else text, answer["headers"].get("ETag", "")


def _handler(operation: Any) -> Any:
    for module in map(importlib.import_module, API_MODULES):
        for route in routes_of(module.app):
            if (route.method, route.openapi_path) == (operation["method"], operation["path"]):
                return module.handler
    raise AssertionError(operation)


@pytest.fixture
def front_end(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[FrontEnd]:
    """A front end on the morning of 25 November 2026; it gets the same seats each time."""
    queue = boto3.client("sqs")
    url = queue.create_queue(QueueName="ChatQueue")["QueueUrl"]
    webhook = importlib.import_module("chat.webhook")
    monkeypatch.setattr(webhook, "queue", lambda: queue)
    monkeypatch.setattr(webhook, "settings", webhook.settings.model_copy(update={"chat_queue_url": url}))
    monkeypatch.setattr("bookings.seat_search._random", random.Random(25))
    with FakeZalo() as zalo, time_machine.travel(NOW, tick=False):
        graph = ZaloGraph(zalo.url, zalo.app_secret.encode())
        monkeypatch.setattr("sessions.api.graph", lambda: graph)
        accounts = importlib.import_module("accounts.desk_api")
        addresses = {"zalo_openapi_url": zalo.url, "zalo_oauth_url": zalo.url, "zalo_app_id": zalo.app_id}
        monkeypatch.setattr(accounts, "settings", accounts.settings.model_copy(update=addresses))
        monkeypatch.setattr("accounts.settings.secret", lambda _: zalo.app_secret.encode())
        yield FrontEnd(hidden={zalo.url: "https://zalo.example"})
        graph.close()
    queue.close()
