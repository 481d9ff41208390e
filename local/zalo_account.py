"""The Official Accounts' half of the fake Zalo: messages that arrive, tokens that rotate and work once, and consent."""

import base64
import hashlib
import json
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from local.http import Request

type Json = dict[str, Any]

ACCESS_SECONDS = 90_000  # twenty-five hours

# The parameters of every registered template: the most characters of each, and which may be missing.
PARAMETERS = {"ticket": 30, "time": 20, "office": 80, "declaration": 30}
OPTIONAL = {"declaration"}
TOO_LONG, MISSING, WRONG_FORM = -1121, -1122, -1124


class FakeOfficialAccount:
    """Keeps the sent messages in `sent`; `refuse` makes the next messages fail with those of Zalo's error numbers."""

    def __init__(self, account_id: str, name: str):
        self.id = account_id
        self.name = name
        self.access_token = secrets.token_urlsafe(24)
        self.refresh_token = secrets.token_urlsafe(24)
        self.sent: list[Json] = []
        self.refuse: list[int] = []
        self.refreshed = 0
        self.codes: dict[str, str] = {}  # of grants, with their PKCE challenges

    def consent(self, challenge: str) -> str:
        """The code of a grant with that PKCE challenge."""
        code = secrets.token_urlsafe(12)
        self.codes[code] = challenge
        return code

    def rotate(self) -> Json:
        """A new pair; the one before ends at once."""
        self.access_token = secrets.token_urlsafe(24)
        self.refresh_token = secrets.token_urlsafe(24)
        self.refreshed += 1
        pair = {"access_token": self.access_token, "refresh_token": self.refresh_token}
        return {**pair, "expires_in": str(ACCESS_SECONDS)}


class FakeAccounts:
    """The Official Accounts of one app, by their ids."""

    def __init__(self, app_id: str, app_secret: str, names: Mapping[str, str]):
        self._app_id = app_id
        self._app_secret = app_secret
        self._lock = threading.Lock()
        self.by_id = {each: FakeOfficialAccount(each, name) for each, name in names.items()}
        self.asked = 0  # requests for tokens

    @property
    def sent(self) -> list[Json]:
        """Every message that has arrived, with the account that it is `from`."""
        return [{**message, "from": each.id} for each in self.by_id.values() for message in tuple(each.sent)]

    def message(self, request: Request) -> Json:
        """An ordinary message, to a person who said something in the last seven days."""
        return self._deliver(request, lambda body: bool(body["message"]["text"]) and bool(body["recipient"]["user_id"]))

    def template(self, request: Request) -> Json:
        """A template message; every template takes the parameters that docs/operations.md asks offices to register."""
        return self._deliver(request, lambda body: bool(body["user_id"]) and body["template_id"].isdigit(), _misfit)

    def whose(self, request: Request) -> Json:
        """Which account a token is of."""
        account = self._of_token(request)
        if account is None:
            return {"error": -216, "message": "Access token is invalid"}
        return {"error": 0, "message": "Success", "data": {"oa_id": account.id, "name": account.name}}

    def tokens(self, request: Request) -> Json:
        """New tokens, for a refresh token or for the code of a grant; either is used up, and the old access token ends."""
        fields = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        with self._lock:
            self.asked += 1
            if request.header("secret_key") != self._app_secret or fields.get("app_id") != self._app_id:
                return {"error": -14004, "error_name": "Invalid secret key", "message": "Invalid secret key"}
            if fields.get("grant_type") == "authorization_code":
                return self._granted(fields)
            for account in self.by_id.values():
                if fields.get("grant_type") == "refresh_token" and fields.get("refresh_token") == account.refresh_token:
                    return account.rotate()
        return {"error": -14014, "error_name": "Invalid refresh token", "message": "Invalid refresh token"}

    def consent(self, request: Request) -> str:
        """The page on which an administrator chooses one of their accounts and consents."""
        asked = dict(parse_qsl(request.query))
        rows = []
        for account in self.by_id.values():
            code = account.consent(asked.get("code_challenge", ""))
            back = {"oa_id": account.id, "code": code, "state": asked.get("state", "")}
            address = f"{asked.get('redirect_uri', '/')}?{urlencode(back)}"
            rows.append(f'<li><a href="{escape(address)}">Đồng ý: {escape(account.name)}</a></li>')
        head = '<!doctype html><html lang="vi"><meta charset="utf-8"><title>Zalo (bản giả)</title>'
        return f"{head}<h1>Cho phép ứng dụng quản lý Official Account</h1><ul>{''.join(rows)}</ul></html>"

    def _granted(self, fields: dict[str, str]) -> Json:
        for account in self.by_id.values():
            challenge = account.codes.pop(fields.get("code", ""), None)
            if challenge is not None:
                proof = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
                if base64.urlsafe_b64encode(proof).decode().rstrip("=") == challenge:
                    return account.rotate()
                break
        return {"error": -14013, "error_name": "Invalid authorization code", "message": "Invalid authorization code"}

    def _of_token(self, request: Request) -> FakeOfficialAccount | None:
        token = request.header("access_token")
        return next((each for each in self.by_id.values() if each.access_token == token), None)

    def _deliver(
        self, request: Request, valid: Callable[[Json], bool], misfit: Callable[[Json], int] = lambda _: 0
    ) -> Json:
        with self._lock:
            account = self._of_token(request)
            if account is None:
                return {"error": -216, "message": "Access token is invalid"}
            if account.refuse:
                return {"error": account.refuse.pop(0), "message": "refused"}
            try:
                body = json.loads(request.body)
                if not valid(body):
                    raise ValueError
            except (ValueError, KeyError, TypeError):
                return {"error": -201, "message": "Params is invalid"}
            if error := misfit(body):
                return {"error": error, "message": "Template data is invalid"}
            account.sent.append(body)
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
