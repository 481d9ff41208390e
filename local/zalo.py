"""A fake Zalo over real HTTP, so that the real client code runs: with Zalo's addresses, headers, proofs and errors.

    with FakeZalo() as zalo:
        zalo.url, zalo.app_secret        what the functions are given
        zalo.mood = Mood.SLOW            misbehave from now on

Like Zalo it answers refusals with HTTP 200 and an `error` other than 0. Any access token `demo-<name>` belongs to a
citizen of that name; all other tokens are refused. To add an endpoint, add an entry to `FakeZalo.endpoints`.
"""

import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl

from local.http import Request, Response
from local.server import LoopbackServer
from local.zalo_account import FakeAccounts

type Json = dict[str, Any]

# The Official Accounts of the app: two wards', their province's, and one that nobody has connected yet.
ACCOUNTS = {
    "4100000000000000001": "Công an phường Sài Gòn",
    "4100000000000000002": "Công an phường Bến Thành",
    "4100000000000000003": "PC06 Công an Thành phố Hồ Chí Minh",
    "4100000000000000004": "Công an phường Tân Bình",
}

DEMO = "demo-"
PHONE = "phone-"


class Mood(StrEnum):
    """How the fake behaves."""

    WELL = "well"
    SERVER_ERROR = "answers 500"
    HTML = "answers a page of HTML"
    WRONG_JSON = "answers JSON of another shape"
    SLOW = "answers after `delay` seconds"
    CLOSED = "closes the connection without an answer"
    ABROAD = "refuses the caller's network, as Zalo does outside Vietnam"


class FakeZalo:
    """The fake at `port` of 127.0.0.1, 0 for any free one; see the module's docstring.

    `OSError` if the port is not available.
    """

    def __init__(self, port: int = 0, app_secret: str | None = None):
        self.app_secret = app_secret or secrets.token_hex(16)
        self.mood = Mood.WELL
        self.delay = 60.0
        self.patience = 20.0  # seconds that `GET /sent` waits at most
        self.app_id = "100200300400500600"
        self.oa_secret = secrets.token_hex(16)
        self.mini_app_key = secrets.token_hex(16)
        self.accounts = FakeAccounts(self.app_id, self.app_secret, ACCOUNTS)
        self.account = self.accounts.by_id[next(iter(ACCOUNTS))]
        self.endpoints: dict[tuple[str, str], Callable[[Request], Json]] = {
            ("GET", "/v2.0/me"): self._me,
            ("GET", "/v2.0/me/info"): self._info,
            ("POST", "/v3.0/oa/message/cs"): self.accounts.message,
            ("POST", "/v3.0/oa/message/template"): self.accounts.template,
            ("POST", "/v4/oa/access_token"): self.accounts.tokens,
            ("GET", "/v2.0/oa/getoa"): self.accounts.whose,
            # These are not Zalo's: an engineer asks the fake with them.
            ("GET", "/sent"): self._sent,
            ("POST", "/sign"): self._sign,
        }
        self._used: set[str] = set()
        self._stopping = threading.Event()
        self._server = LoopbackServer(port)

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def secrets(self) -> dict[str, str]:
        """The values of the template's secrets, by logical id."""
        return {
            "ZaloAppSecret": self.app_secret,
            "OfficialAccountSecret": self.oa_secret,
            "MiniAppKey": self.mini_app_key,
        }

    def __enter__(self) -> Self:
        self._server.start(self.answer)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._server.stop()

    def proof(self, access_token: str) -> str:
        """The `appsecret_proof` of an access token."""
        return hmac.new(self.app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()

    def answer(self, request: Request) -> Response | None:
        """Answer as Zalo would, in the current mood; `None` for a connection that just closes."""
        match self.mood:
            case Mood.SERVER_ERROR:
                return _answer(500, "application/json", b'{"error":-1,"message":"Internal error"}')
            case Mood.HTML:
                return _answer(200, "text/html", b"<html><body>Bad gateway</body></html>")
            case Mood.WRONG_JSON:
                return _answer(200, "application/json", b'["unexpected"]')
            case Mood.CLOSED:
                return None
            case Mood.SLOW:
                self._stopping.wait(self.delay)
        if (request.method, request.path) == ("GET", "/v4/oa/permission"):
            return _answer(200, "text/html; charset=utf-8", self.accounts.consent(request).encode())
        endpoint = self.endpoints.get((request.method, request.path))
        reply = endpoint(request) if endpoint else refusal(404, "Empty api")
        return _answer(200, "application/json;charset=utf-8", json.dumps(reply, ensure_ascii=False).encode())

    def _me(self, request: Request) -> Json:
        token = _value(request, "access_token")
        if not token:
            return refusal(100, "Invalid parameter access_token")
        if not token.startswith(DEMO) or token == DEMO:
            return refusal(452, "Session key invalid")
        if not hmac.compare_digest(self.proof(token).encode(), (_value(request, "appsecret_proof") or "").encode()):
            return refusal(-242, "Invalid appsecret_proof")
        if self.mood is Mood.ABROAD:
            return refusal(-501, "Personal information is limited due to IP address not inside Vietnam: 127.0.0.1")
        citizen = self._citizen(token.removeprefix(DEMO))
        wanted = _query(request).get("fields", "id,name,picture").split(",")
        told = {name: citizen[name] for name in wanted if name in citizen}
        return {"error": 0, "message": "Success", "is_sensitive": False, **told}

    def _info(self, request: Request) -> Json:
        """A phone number for a token `phone-<digits>`, once."""
        token = _value(request, "access_token") or ""
        if not token.startswith(DEMO):
            return refusal(452, "Session key invalid")
        if _value(request, "secret_key") != self.app_secret:
            return refusal(-242, "Invalid secret key")
        if self.mood is Mood.ABROAD:
            return refusal(-501, "Personal information is limited due to IP address not inside Vietnam: 127.0.0.1")
        code = _value(request, "code") or ""
        if not code.startswith(PHONE) or code in self._used:
            return refusal(117, "code is invalid or expired")
        self._used.add(code)
        return {"data": {"number": code.removeprefix(PHONE)}, "error": 0, "message": "Success"}

    def _sent(self, request: Request) -> Json:
        """The messages that have arrived. `wait_for` waits until there are that many; `to` chooses one recipient."""
        wanted = _query(request).get("wait_for", "0")
        if not (wanted.isascii() and wanted.isdigit()):
            return refusal(100, "Invalid parameter wait_for")
        give_up = time.monotonic() + self.patience
        while len(sent := self._sent_to(_query(request).get("to"))) < int(wanted) and time.monotonic() < give_up:
            if self._stopping.wait(0.05):
                break
        return {"sent": sent}

    def _sent_to(self, user: str | None) -> list[Json]:
        return [each for each in self.accounts.sent if user in {None, recipient(each)}]

    def _sign(self, request: Request) -> Json:
        """The mac of an Official Account event: sha256 of app id, raw body, the body's timestamp and the OA secret."""
        timestamp = str(json.loads(request.body).get("timestamp", ""))
        text = self.app_id.encode() + request.body + timestamp.encode() + self.oa_secret.encode()
        return {"mac": hashlib.sha256(text).hexdigest()}

    def _citizen(self, name: str) -> Json:
        """A person with that name, the same one every time."""
        number = citizen_id(name)
        return {
            "id": number,
            "name": name.replace("-", " ").title(),
            "picture": {"data": {"url": f"{self.url}/pictures/{number}.jpg"}},
        }


def citizen_id(name: str) -> str:
    """The Zalo id of `demo-<name>`: nineteen digits, more than a double can hold, so it must stay text."""
    return str(10**18 + int.from_bytes(hashlib.sha256(name.encode()).digest()[:7]))


def recipient(message: Json) -> str:
    """The recipient of a message; a template message names the recipient beside its template."""
    return str(message.get("user_id") or message["recipient"]["user_id"])


def refusal(error: int, message: str) -> Json:
    """Zalo's form of a refusal, with HTTP 200."""
    return {"error": error, "message": message}


def _answer(status: int, content_type: str, body: bytes) -> Response:
    return Response(status, [("content-type", content_type)], body)


def _query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(request.query))


def _value(request: Request, name: str) -> str | None:
    """The value of that name, from a header or from the query, as with Zalo."""
    return request.header(name) or _query(request).get(name)
