"""Header names come in lower case from API Gateway and as they were sent from SAM's local API: both are understood."""

import importlib
import json
from typing import Any

import pytest
import time_machine

from chat import webhook
from infra.template import Stack
from tests.bookings.people import signed_in
from tests.conftest import ROOT
from tests.gateway import CONTEXT
from zalo.signatures import official_account_mac

EVENTS = [path for path in sorted((ROOT / "events").glob("*.json")) if "headers" in json.loads(path.read_text("utf-8"))]


class Queue:
    """Takes whatever is sent."""

    def send_message(self, **_: Any) -> None:
        pass


@pytest.mark.parametrize("spelled", [str.lower, str.title, str.upper], ids=["lower", "Capitalised", "UPPER"])
@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_every_event_is_answered_whatever_the_case_of_its_headers(
    path: Any, spelled: Any, stack: Stack, aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "queue", Queue)
    event = json.loads(path.read_text("utf-8"))
    with time_machine.travel(event["requestContext"]["timeEpoch"] / 1000, tick=False):
        headers = event["headers"] | signed_in("lan") | {"x-zevent-signature": f"mac={mac_of(event)}"}
        event["headers"] = {spelled(name): value for name, value in headers.items()}
        module, _, name = stack.functions[path.stem.partition(".")[0]].handler.rpartition(".")
        answer = getattr(importlib.import_module(module), name)(event, CONTEXT)
    problem = json.loads(answer["body"]) if answer["statusCode"] >= 400 else {}
    assert answer["statusCode"] in (200, 201) or problem["code"] in ("zalo_unavailable", "not_found"), answer


def mac_of(event: dict[str, Any]) -> str:
    """What Zalo would sign the event's body with, if it is one of Zalo's."""
    body = event.get("body") if not event.get("isBase64Encoded") else None  # Zalo signs JSON, and no picture
    body = body or "{}"
    timestamp = str(json.loads(body).get("timestamp", ""))
    return official_account_mac("0", body, timestamp, b"a secret of the tests for OfficialAccountSecret")
