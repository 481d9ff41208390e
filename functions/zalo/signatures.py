"""Whether Zalo really sent an event. Two webhooks, two formulas; both compare in constant time, on the raw bytes.

Official Account: sha256(app id + raw body + timestamp + OA secret key), in `X-ZEvent-Signature: mac=<hex>`; the
timestamp is the body's own. Mini App: sha256 of the body's values in the order of their keys, then the API key.
Sources: developers.zalo.me (webhook page); npm zmp-openapi-nodejs 2.1.6 (VerifySignature).
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cccd.clock import from_epoch

# Zalo repeats a failed delivery for about two hours; an older event was not sent just now.
OLDEST = timedelta(hours=3)
_MAC = re.compile(r"(?:mac=)?[0-9a-f]{64}")
YOUNGEST = timedelta(minutes=10)  # ahead of our clock


def official_account_mac(app_id: str, body: str, timestamp: str, secret: bytes) -> str:
    """The mac of an Official Account event."""
    return hashlib.sha256(f"{app_id}{body}{timestamp}".encode(errors="surrogatepass") + secret).hexdigest()


def mini_app_mac(event: Mapping[str, Any], api_key: bytes) -> str:
    """The mac of a Mini App event."""
    values = "".join(_text(event[name]) for name in sorted(event))
    return hashlib.sha256(values.encode(errors="surrogatepass") + api_key).hexdigest()


def like_a_mac(sent: str | None) -> bool:
    """Whether the header has the shape of a mac, right or wrong: what Zalo sends has it."""
    return _MAC.fullmatch((sent or "").strip()) is not None


def matches(sent: str | None, expected: str) -> bool:
    """Whether the header carries that mac, with or without its `mac=`."""
    given = (sent or "").strip().removeprefix("mac=")
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())


def recent(timestamp: object, now: datetime) -> bool:
    """Whether Zalo may still be delivering an event with this timestamp (milliseconds, text or number)."""
    try:
        sent = from_epoch(int(str(timestamp)) // 1000)
    except (ValueError, OverflowError, OSError):
        return False
    return now - OLDEST <= sent <= now + YOUNGEST


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)
