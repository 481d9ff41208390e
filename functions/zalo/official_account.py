"""Zalo's Official Account API: messages out, and the tokens that allow them. Zalo answers 200 with an `error` inside.

NotSent means that Zalo has not sent the message; it says whether a later try can help. Uncertain means that nobody
knows.
Sources: developers.zalo.me (Official Account API v3, OAuth v4).
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import urllib3

PATIENCE = 8  # seconds
_MAX_ANSWER_BYTES = 64 * 1024
_LONGEST_ID = 32  # digits

# The account itself is unwell: its quota of the day, its package, its permissions. Other accounts go on.
OF_THE_ACCOUNT = {-204, -205, -209, -211, -212, -219, -223, -320, -321, -115, -117, -135, -136, -137, -144, -147}
# Errors that no later try of the same message can change: parameters, the citizen's own settings, a closed window.
_FINAL = {-201, -213, -227, -230, -232, -240, -244, -248, -1121, -1122, -1124}
_FINAL |= {-108, -109, -114, -118, -119, -132, -139, -140, -141}
TOKEN_OLD = {-216, -220, -124}
AILING = {0, -32}  # Zalo cannot be reached, or we ask too often: this holds for every other message too
OUTSIDE_WINDOW = {-230, -213}
# "Invalid refresh token", "Invalid authorization code" (unsure: the second number; what is neither is told as uncertain)
GRANT_REFUSED = {-14014, -14013}


class Uncertain(Exception):
    """The request went out and no reliable answer came; `code` is Zalo's, if it gave one."""

    def __init__(self, code: object = None):
        super().__init__()
        self.code = code if isinstance(code, int) else None


class NotSent(Exception):
    """Zalo did not send the message. `code` is Zalo's; `final` if the same message can never pass."""

    def __init__(self, code: int):
        super().__init__(str(code))
        self.code = code
        self.final = code in _FINAL


class TokenRefused(NotSent):
    """The access token is old or invalid: refresh it once, and try again."""


class GrantRefused(Exception):
    """Zalo does not take the refresh token: an administrator must grant access again. `code` is Zalo's."""

    def __init__(self, code: int):
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True)
class Tokens:
    """The result of a refresh. The refresh token works once; the old access token ends at the refresh."""

    access: str
    refresh: str
    seconds: int


class OfficialAccountApi:
    """The API at `api_url` and its OAuth at `oauth_url` (or an egress relay in front of them)."""

    def __init__(self, api_url: str, oauth_url: str, seconds: float = PATIENCE):
        self._api = api_url.rstrip("/")
        self._oauth = oauth_url.rstrip("/")
        self._http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=2, read=seconds))

    def send(self, token: str, user: str, message: dict[str, Any]) -> str:
        """Send a message in the 7-day window; returns Zalo's id of it. Raises NotSent, TokenRefused, Uncertain."""
        return self._message("/v3.0/oa/message/cs", token, {"recipient": {"user_id": user}, "message": message})

    def send_template(self, token: str, user: str, template: str, data: dict[str, str]) -> str:
        """Send a template message, at any time; raises as `send`."""
        body = {"user_id": user, "template_id": template, "template_data": data}
        return self._message("/v3.0/oa/message/template", token, body)

    def refresh(self, app_id: str, app_secret: bytes, refresh_token: str) -> Tokens:
        """New tokens for a refresh token; the call uses the refresh token up.

        Raises:
            GrantRefused: Zalo refuses it for good.
            Uncertain: no reliable answer; the token may be used up or not.
        """
        return self._tokens(
            app_secret, {"refresh_token": refresh_token, "app_id": app_id, "grant_type": "refresh_token"}
        )

    def redeem(self, app_id: str, app_secret: bytes, code: str, verifier: str) -> Tokens:
        """The first tokens, for the code of an administrator's grant; raises as `refresh`."""
        fields = {"code": code, "app_id": app_id, "grant_type": "authorization_code", "code_verifier": verifier}
        return self._tokens(app_secret, fields)

    def whose(self, token: str) -> tuple[str, str]:
        """Which account a token is of: Zalo's id of it, and its name.

        Source: GET /v2.0/oa/getoa, as public clients call it; unsure: whether the id is always under `oa_id`.

        Raises:
            NotSent, TokenRefused, Uncertain
        """
        answer = self._ask("GET", f"{self._api}/v2.0/oa/getoa", {"access_token": token}, None)
        data = _data(answer)
        account = data.get("oa_id") or data.get("oaid")
        if not isinstance(account, str) or not account.isascii() or not account.isdigit() or len(account) > _LONGEST_ID:
            raise Uncertain
        return account, str(data.get("name") or "")

    def _tokens(self, app_secret: bytes, fields: dict[str, str]) -> Tokens:
        headers = {"secret_key": app_secret.decode(), "content-type": "application/x-www-form-urlencoded"}
        answer = self._ask("POST", f"{self._oauth}/v4/oa/access_token", headers, urlencode(fields).encode())
        access, renewed, seconds = (answer.get(name) for name in ("access_token", "refresh_token", "expires_in"))
        if _is_token(access) and _is_token(renewed) and str(seconds).isdecimal():
            return Tokens(str(access), str(renewed), int(str(seconds)))
        code = answer.get("error")
        if isinstance(code, int) and code in GRANT_REFUSED:
            raise GrantRefused(code)
        raise Uncertain(code)  # a limit, a wrong secret, a fault of Zalo's: the refresh token may still be good

    def close(self) -> None:
        """Close the connections."""
        self._http.clear()

    def _message(self, path: str, token: str, body: dict[str, Any]) -> str:
        headers = {"access_token": token, "content-type": "application/json"}
        answer = self._ask("POST", self._api + path, headers, json.dumps(body, ensure_ascii=False).encode())
        return str(_data(answer).get("message_id", ""))

    def _ask(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> dict[str, Any]:
        try:
            response = self._http.request(method, url, headers=headers, body=body, preload_content=False)
            text = response.read(_MAX_ANSWER_BYTES)
            response.release_conn()
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
            raise NotSent(0) from None  # the request never left
        except urllib3.exceptions.HTTPError:
            raise Uncertain from None
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Uncertain
        try:
            answer = json.loads(text)
        except ValueError:
            raise Uncertain from None
        if not isinstance(answer, dict):
            raise Uncertain
        return answer


def _data(answer: dict[str, Any]) -> dict[str, Any]:
    """What Zalo answers, if it has not refused."""
    code = answer.get("error")
    if not isinstance(code, int):
        raise Uncertain
    if code in TOKEN_OLD:
        raise TokenRefused(code)
    if code != 0:
        raise NotSent(code)
    data = answer.get("data")
    return data if isinstance(data, dict) else {}


def _is_token(value: object) -> bool:
    return isinstance(value, str) and bool(value) and value.isascii() and value.isprintable()
