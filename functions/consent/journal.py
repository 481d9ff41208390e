"""What is remembered about personal data without being any: that it was looked at, and that it was erased."""

import secrets
from datetime import datetime
from typing import Literal

from cccd.base32 import base32
from cccd.clock import epoch
from cccd.dynamodb import Item
from consent.items import access_key, erased_key
from consent.retention import RECORDS

type By = Literal["citizen", "retention", "zalo"]
type Looked = Literal["print", "export"]


def erased_item(citizen: str, what: str, count: int, by: By, now: datetime) -> Item:
    """That so many of something were erased, at whose wish; nothing of what stood in them."""
    return {
        **erased_key(citizen, now, _nonce()),
        "what": what,
        "count": count,
        "by": by,
        "at": epoch(now),
        "ttl": epoch(now + RECORDS.kept),
    }


def access_item(citizen: str, what: Looked, declaration_id: str | None, now: datetime) -> Item:
    """That the citizen had a copy made of what is held."""
    return {
        **access_key(citizen, now, _nonce()),
        "what": what,
        "declaration": declaration_id,
        "by": "citizen",
        "at": epoch(now),
        "ttl": epoch(now + RECORDS.kept),
    }


def _nonce() -> str:
    return base32(secrets.token_bytes(5))
