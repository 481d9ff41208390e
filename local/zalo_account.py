"""The Official Account's half of the fake Zalo: messages that arrive, and tokens that rotate and work once."""

import json
import re
import secrets
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from local.http import Request

type Json = dict[str, Any]

ACCESS_SECONDS = 90_000  # twenty-five hours

# The parameters of every registered template: the most characters of each, and which may be missing.
PARAMETERS = {"ticket": 30, "time": 20, "office": 80, "declaration": 30}
OPTIONAL = {"declaration"}
TOO_LONG, MISSING, WRONG_FORM = -1121, -1122, -1124


class FakeOfficialAccount:
    """Keeps the sent messages in `sent`; `refuse` makes the next messages fail with those of Zalo's error numbers."""

    def __init__(self, app_id: str, app_secret: str):
        self._app_id = app_id
        self._app_secret = app_secret
        self._lock = threading.Lock()
        self.access_token = secrets.token_urlsafe(24)
        self.refresh_token = secrets.token_urlsafe(24)
        self.sent: list[Json] = []
        self.refuse: list[int] = []
        self.asked = 0  # requests for tokens, and how often it gave them:
        self.refreshed = 0

    def message(self, request: Request) -> Json:
        """An ordinary message, to a person who said something in the last seven days."""
        return self._deliver(request, lambda body: bool(body["message"]["text"]) and bool(body["recipient"]["user_id"]))

    def template(self, request: Request) -> Json:
        """A template message; every template takes the parameters that docs/operations.md asks offices to register."""
        return self._deliver(request, lambda body: bool(body["user_id"]) and body["template_id"].isdigit(), _misfit)

    def refresh(self, request: Request) -> Json:
        """New tokens for the refresh token, which is used up; the old access token ends at once."""
        fields = parse_qs(request.body.decode())
        with self._lock:
            self.asked += 1
            if request.header("secret_key") != self._app_secret or fields.get("app_id") != [self._app_id]:
                return {"error": -14004, "error_name": "Invalid secret key", "message": "Invalid secret key"}
            if fields.get("refresh_token") != [self.refresh_token] or fields.get("grant_type") != ["refresh_token"]:
                return {"error": -14014, "error_name": "Invalid refresh token", "message": "Invalid refresh token"}
            self.access_token = secrets.token_urlsafe(24)
            self.refresh_token = secrets.token_urlsafe(24)
            self.refreshed += 1
            return {
                "access_token": self.access_token,
                "refresh_token": self.refresh_token,
                "expires_in": str(ACCESS_SECONDS),
            }

    def _deliver(
        self, request: Request, valid: Callable[[Json], bool], misfit: Callable[[Json], int] = lambda _: 0
    ) -> Json:
        with self._lock:
            if request.header("access_token") != self.access_token:
                return {"error": -216, "message": "Access token is invalid"}
            if self.refuse:
                return {"error": self.refuse.pop(0), "message": "refused"}
            try:
                body = json.loads(request.body)
                if not valid(body):
                    raise ValueError
            except (ValueError, KeyError, TypeError):
                return {"error": -201, "message": "Params is invalid"}
            if error := misfit(body):
                return {"error": error, "message": "Template data is invalid"}
            self.sent.append(body)
            return {
                "error": 0,
                "message": "Success",
                "data": {"message_id": secrets.token_hex(8), "user_id": "", "quota": {}},
            }


def _misfit(body: Json) -> int:
    """The error number for parameters that Zalo would refuse; 0 if it would take them."""
    data = body.get("template_data")
    if not isinstance(data, dict) or not PARAMETERS.keys() - OPTIONAL <= data.keys() <= PARAMETERS.keys():
        return MISSING
    if any(not isinstance(value, str) or not value for value in data.values()):
        return WRONG_FORM
    if any(len(value) > PARAMETERS[name] for name, value in data.items()):
        return TOO_LONG
    return 0 if re.fullmatch(r"\d\d:\d\d \d\d/\d\d/\d{4}", data["time"]) else WRONG_FORM
