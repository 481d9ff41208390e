"""Who holds a Zalo access token: one call to Zalo's graph API, or to an egress relay in front of it.

Zalo answers 200 with an `error` number inside. 452 is a bad or old token; -501 means that Zalo refuses our
network (addresses outside Vietnam): asking again cannot help, a relay in Vietnam does.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import urllib3

from cccd.errors import ZaloTokenInvalid, ZaloUnavailable
from cccd.observability import logger

TOKEN_REFUSED = {452, 100, 110, 111}
RETRY_AFTER = 30  # seconds
PATIENCE = 4  # seconds; Lambda gives ten in all
_MAX_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True)
class ZaloProfile:
    """What Zalo tells of a person: `id` is a string of digits, unique in our app."""

    id: str
    name: str
    avatar_url: str | None


class ZaloGraph:
    """A client of Zalo's graph API at `base_url`."""

    def __init__(self, base_url: str, app_secret: bytes, seconds: float = PATIENCE):
        self._url = f"{base_url.rstrip('/')}/v2.0/me?{urlencode({'fields': 'id,name,picture'})}"
        self._app_secret = app_secret
        self._http = urllib3.PoolManager(retries=False, timeout=seconds)

    def profile(self, access_token: str) -> ZaloProfile:
        """The person who holds the token. Asked once; a failure is never repeated blindly.

        Raises:
            ZaloTokenInvalid: Zalo does not accept the token.
            ZaloUnavailable: no answer, no sense in it, or our network is refused.
        """
        answer = self._ask(access_token)
        code = answer.get("error", 0)
        if code in TOKEN_REFUSED:
            raise ZaloTokenInvalid
        if code != 0 or not isinstance(answer.get("id"), str) or not answer["id"].isdigit():
            logger.error("zalo refused", zalo_error=code)
            raise ZaloUnavailable(retry_after=RETRY_AFTER)
        picture = answer.get("picture")
        return ZaloProfile(
            id=answer["id"],
            name=str(answer.get("name") or ""),
            avatar_url=_picture_url(picture) if isinstance(picture, dict) else None,
        )

    def close(self) -> None:
        """Give the connections back."""
        self._http.clear()

    def _ask(self, access_token: str) -> dict[str, Any]:
        proof = hmac.digest(self._app_secret, access_token.encode(), hashlib.sha256).hex()
        headers = {"access_token": access_token, "appsecret_proof": proof}
        try:
            response = self._http.request("GET", self._url, headers=headers, preload_content=False)
            body = response.read(_MAX_ANSWER_BYTES)
            response.release_conn()
            answer = json.loads(body)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            logger.error("zalo unreachable", error=type(error).__name__)
            raise ZaloUnavailable(retry_after=RETRY_AFTER) from error
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or not isinstance(answer, dict):
            logger.error("zalo unreachable", status=response.status)
            raise ZaloUnavailable(retry_after=RETRY_AFTER)
        return answer


def _picture_url(picture: dict[str, Any]) -> str | None:
    data = picture.get("data")
    url = data.get("url") if isinstance(data, dict) else None
    return url if isinstance(url, str) else None
