"""A citizen of the deployed functions. The engine makes no routes of an HTTP API, so their events are made here."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from infra.template import Stack
from local.events import event_of
from local.http import Request
from local.routes import Routes
from local.zalo import FakeZalo, recipient
from smoke.deployment import Deployment, Refused

OFFICE = "ca-26740"
CHAT_USER = "777"
PATIENCE = 30  # seconds


class Citizen:
    """`demo-lan`, who books at the deployed functions and follows the Official Account at the fake Zalo."""

    def __init__(self, deployment: Deployment, stack: Stack, zalo: FakeZalo):
        self._deployment = deployment
        self._routes = Routes(stack.routes)
        self._zalo = zalo
        self._headers: dict[str, str] = {}

    def signs_in(self) -> None:
        token = self.asks("POST", "/sessions", {"zaloAccessToken": "demo-lan"})["token"]
        self._headers = {"authorization": f"Bearer {token}"}

    def books(self) -> str:
        """The ticket of a confirmed appointment at the first free time."""
        days = self.asks("GET", f"/offices/{OFFICE}/slots")["days"]
        start = next(slot["start"] for day in days for slot in day["slots"] if slot["seatsLeft"])
        applicant = {
            "fullName": "Nguyễn Thị Lan",
            "personalId": "079190001234",
            "dateOfBirth": "1990-05-20",
            "phone": "0912345678",
        }
        wish = {"officeId": OFFICE, "procedure": "cap-cccd", "start": start, "applicant": applicant}
        held = self.asks("POST", "/bookings", wish, **{"idempotency-key": "the-press-of-the-button"})
        ticket: str = self.asks("POST", f"/bookings/{held['id']}/confirm")["ticket"]
        return ticket

    def tickets(self) -> list[str]:
        """The tickets of their appointments."""
        return [each["ticket"] for each in self.asks("GET", "/bookings")["items"]]

    def follows(self) -> None:
        """Zalo's webhook, the queue and the worker: until the welcome arrives in the chat."""
        event = {
            "event_name": "follow",
            "oa_id": self._zalo.account.id,
            "user_id_by_app": "4",
            "follower": {"id": CHAT_USER},
        }
        body = {**event, "timestamp": str(int(time.time() * 1000))}
        mac = self._zalo.answer(Request("POST", "/sign", (), json.dumps(body).encode()))
        assert mac
        signature = f"mac={json.loads(mac.body)['mac']}"
        self.asks("POST", "/zalo/official-account/events", body, **{"x-zevent-signature": signature})
        until(lambda: any(recipient(each) == CHAT_USER for each in self._zalo.account.sent), "the chat's welcome")

    def asks(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer of the function that has this route. `Refused` if it refuses."""
        found = self._routes.find(method, path)
        if found is None:
            raise Refused(f"no function has {method} {path}")
        route, parameters = found
        sent = [("content-type", "application/json"), *(self._headers | headers).items()]
        content = json.dumps(body).encode() if body is not None else b""
        event = event_of(Request(method, path, sent, content), route, parameters, datetime.now(UTC))
        answer = self._deployment.invoke(route.function, event)
        if answer["statusCode"] >= 400:
            raise Refused(f"{method} {path} answered {answer['statusCode']}: {answer['body']}")
        return json.loads(answer["body"])


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for it. `Refused` if it does not come."""
    give_up = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > give_up:
            raise Refused(f"{what} did not come")
        time.sleep(0.2)
