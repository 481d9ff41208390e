"""A citizen with the Mini App and the chat; Zalo stands between them and the service."""

import json
import time
from datetime import datetime
from itertools import count
from typing import Any

from tests.served import Served, ask
from tests.zalo.accounts import OA

# Reminders for tomorrow's appointments go out at 17:00. The timers run a minute after the start and every minute after
# that. Here the first run is just past 17:00, so it sends the reminder of every booking made right after the start.
CLOCK = "2026-11-25T16:59:02+07:00"
TOMORROW = "2026-11-26T08:00:00+07:00"
GIVE_UP = 150  # seconds

EVENTS = "/zalo/official-account/events"

_milliseconds = count()  # no two events of all citizens are of one instant


class Citizen:
    """`demo-<name>`: signed in to the Mini App, and the user `user` of the chat, on a stack that began at `clock`."""

    def __init__(self, service: Served, name: str, user: str, clock: str = CLOCK):
        self._service = service
        self._began = int(datetime.fromisoformat(clock).timestamp() * 1000)
        self._name = name
        _, session = ask("POST", f"{service.url}/sessions", {"zaloAccessToken": f"demo-{name}"})
        self._app_user = session["citizen"]["id"]
        self._bearer = {"authorization": f"Bearer {session['token']}"}
        self.user = user

    def follows(self) -> None:
        self.zalo_posts(self.event("follow", oa_id=OA, follower={"id": self.user}))

    def leaves(self) -> None:
        self.zalo_posts(self.event("unfollow", oa_id=OA, follower={"id": self.user}))

    def says(self, text: str, times: int = 1) -> None:
        """The citizen types something, and Zalo delivers it that many times."""
        said = self.typed(text)
        for _ in range(times):
            self.zalo_posts(said)

    def typed(self, text: str) -> bytes:
        """The event of a typed text, in Zalo's form."""
        message = {"text": text, "msg_id": f"message-{next(_milliseconds)}"}
        return self.event("user_send_text", sender={"id": self.user}, recipient={"id": OA}, message=message)

    def books_for_tomorrow(self) -> dict[str, Any]:
        """A held and confirmed appointment."""
        return self.books(TOMORROW)

    def books(self, start: str) -> dict[str, Any]:
        """A held and confirmed appointment at that time."""
        wish = {
            "officeId": "ca-26740",
            "procedure": "cap-cccd",
            "start": start,
            "applicant": {
                "fullName": self._name,
                "personalId": f"07919000{self.user}",
                "dateOfBirth": "1990-05-20",
                "phone": "0987654321",
            },
        }
        status, held = self.asks("POST", "/bookings", wish, **{"idempotency-key": f"press-of-{self._name}"})
        assert status == 201, held
        status, confirmed = self.asks("POST", f"/bookings/{held['id']}/confirm")
        assert (status, confirmed["status"]) == (200, "confirmed")
        found: dict[str, Any] = confirmed
        return found

    def asks(self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> tuple[int, Any]:
        """Ask the API as this citizen."""
        return ask(method, f"{self._service.url}{path}", body, **self._bearer, **headers)

    def received(self, at_least: int = 0) -> list[dict[str, Any]]:
        """The messages that arrived, as soon as there are `at_least` that many."""
        deadline = time.monotonic() + GIVE_UP
        while True:
            _, found = ask("GET", f"{self._service.zalo}/sent?to={self.user}&wait_for={at_least}")
            messages = [each["message"] for each in found["sent"]]
            if len(messages) >= at_least:
                return messages
            assert time.monotonic() < deadline, f"{at_least} messages never arrived, only {messages}"

    def read(self, beginning: str) -> list[str]:
        """The texts that begin with `beginning`, as soon as there is one."""
        arrived = 0
        while True:
            texts = [message["text"] for message in self.received(arrived)]
            if found := [text for text in texts if text.startswith(beginning)]:
                return found
            arrived = len(texts) + 1

    def event(self, kind: str, **more: Any) -> bytes:
        """An event from Zalo about this citizen, at the present time unless `more` says otherwise."""
        event = {
            "event_name": kind,
            "user_id_by_app": self._app_user,
            "timestamp": str(self._began + next(_milliseconds)),
            **more,
        }
        return json.dumps(event, ensure_ascii=False).encode()

    def zalo_posts(self, event: bytes) -> None:
        """Zalo signs the event and posts it, and accepts the answer."""
        assert self.posted(event, self.signature(event)) == (200, {"received": True})

    def signature(self, event: bytes) -> str:
        """The value that Zalo puts into its header for the event."""
        _, signed = ask("POST", f"{self._service.zalo}/sign", event)
        return f"mac={signed['mac']}"

    def posted(self, event: bytes, signature: str | None) -> tuple[int, Any]:
        """The webhook's answer to the event."""
        headers = {"x-zevent-signature": signature} if signature is not None else {}
        return ask("POST", f"{self._service.url}{EVENTS}", event, **headers)
