"""Who holds a Zalo access token: one call to Zalo's graph API, or to a relay in front of it.

Zalo answers 200 with an `error` number inside. 452 is a bad or old token. -501 means that Zalo refuses our network
(addresses outside Vietnam): asking again cannot help, a relay in Vietnam does.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import urllib3
from aws_lambda_powertools.metrics import MetricUnit

from cccd.errors import PhoneTokenInvalid, ZaloTokenInvalid, ZaloUnavailable
from cccd.observability import logger, metrics
from cccd.phone import NotAPhone, parse_phone

TOKEN_REFUSED = {452}  # 100 comes when a relay drops the header with the token
ABROAD = -501
OURS = {ABROAD, -242, -32}  # our network, our secret, our rate: another token of the citizen would not help
QUOTA = range(12000, 12100)
RETRY_AFTER = 30  # seconds
PATIENCE = 4  # seconds; Lambda gives fifteen in all
_MAX_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True)
class ZaloProfile:
    """A person as Zalo describes them: `id` is a string of digits, unique in our app."""

    id: str
    name: str
    avatar_url: str | None


class ZaloGraph:
    """A client of Zalo's graph API at `base_url`."""

    def __init__(self, base_url: str, app_secret: bytes, seconds: float = PATIENCE):
        self._me = f"{base_url.rstrip('/')}/v2.0/me?{urlencode({'fields': 'id,name,picture'})}"
        self._info = f"{base_url.rstrip('/')}/v2.0/me/info"
        self._app_secret = app_secret
        self._http = urllib3.PoolManager(retries=False, timeout=seconds)

    def profile(self, access_token: str) -> ZaloProfile:
        """The person who holds the token. Zalo is asked once; a failure is never repeated blindly.

        Raises:
            ZaloTokenInvalid: Zalo does not accept the token.
            ZaloUnavailable: no answer, no usable answer, or Zalo refuses our network.
        """
        proof = hmac.digest(self._app_secret, access_token.encode(), hashlib.sha256).hex()
        answer = self._ask(self._me, {"access_token": access_token, "appsecret_proof": proof})
        code = _code(answer)
        if code in TOKEN_REFUSED:
            raise ZaloTokenInvalid
        if code != 0 or not _is_id(answer.get("id")):
            raise _unavailable(zalo_error=code)
        picture = answer.get("picture")
        return ZaloProfile(
            id=answer["id"],
            name=str(answer.get("name") or ""),
            avatar_url=_picture_url(picture) if isinstance(picture, dict) else None,
        )

    def phone(self, access_token: str, phone_token: str) -> str:
        """The phone number, as `84…`, that the citizen agreed to share; the token works once, within two minutes.

        Raises:
            ZaloTokenInvalid: Zalo does not accept the access token.
            PhoneTokenInvalid: Zalo does not accept the phone token: used, or too old.
            ZaloUnavailable: no answer, no usable answer, or Zalo refuses our network.
        """
        secret_key = self._app_secret.decode()
        answer = self._ask(self._info, {"access_token": access_token, "code": phone_token, "secret_key": secret_key})
        code = _code(answer)
        if code in TOKEN_REFUSED:
            raise ZaloTokenInvalid
        if code is None or code in OURS or code in QUOTA:
            raise _unavailable(zalo_error=code)
        if code != 0:  # Zalo publishes no table of these
            logger.warning("zalo refused a phone token", zalo_error=code)
            raise PhoneTokenInvalid
        data = answer.get("data")
        try:
            return parse_phone(data["number"]) if isinstance(data, dict) else parse_phone("")
        except (NotAPhone, KeyError, TypeError):
            raise _unavailable(zalo_error=code) from None

    def close(self) -> None:
        """Close the connections."""
        self._http.clear()

    def _ask(self, url: str, headers: dict[str, str]) -> dict[str, Any]:
        try:
            response = self._http.request("GET", url, headers=headers, preload_content=False)
            body = response.read(_MAX_ANSWER_BYTES)
            response.release_conn()
            answer = json.loads(body)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise _unavailable(error=type(error).__name__) from error
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or not isinstance(answer, dict):
            raise _unavailable(status=response.status)
        return answer


def _code(answer: dict[str, Any]) -> int | None:
    """Zalo's error number, 0 for none; None if it is not a number."""
    code = answer.get("error", 0)
    return code if isinstance(code, int) else None


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 32


def _unavailable(**why: Any) -> ZaloUnavailable:
    """Zalo does not work now; this goes to the log, the alarm and the citizen."""
    logger.error("zalo unavailable", **why)
    metrics.add_metric("ZaloUnavailable", MetricUnit.Count, 1)
    if why.get("zalo_error") == ABROAD:
        metrics.add_metric("ZaloRefusesOurNetwork", MetricUnit.Count, 1)
    return ZaloUnavailable(retry_after=RETRY_AFTER)


def _picture_url(picture: dict[str, Any]) -> str | None:
    data = picture.get("data")
    url = data.get("url") if isinstance(data, dict) else None
    return url if isinstance(url, str) else None
