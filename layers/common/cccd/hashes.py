"""The keyed hashes that stand for people in keys. Each kind has its own type, so that no plain id becomes a key.

A personal id has so few possible values that somebody can reverse a plain hash by trying them all.
Nobody can reverse a keyed hash without the key.
"""

import hashlib
import hmac
from typing import Literal, NewType

from cccd.base32 import base32

HASH_BYTES = 16  # 128 bits: long enough that two people never share a hash, short enough for a key

CitizenHash = NewType("CitizenHash", str)
"""Stands for a citizen, by their Zalo id in our Mini App."""

ChatUserHash = NewType("ChatUserHash", str)
"""Stands for a user of the chat, where the same person has another id."""


def keyed_hash(key: bytes, kind: Literal["applicant", "citizen", "request"], value: str) -> bytes:
    """16 bytes that stand for `value`. The same value gives different hashes for different kinds.

    Source: HMAC, RFC 2104, with SHA-256.
    """
    return hmac.digest(key, f"{kind}\0{value}".encode(errors="surrogatepass"), hashlib.sha256)[:HASH_BYTES]


def citizen_hash(key: bytes, zalo_id: str) -> CitizenHash:
    """The hash of the citizen whom Zalo knows by that id in our Mini App."""
    return CitizenHash(base32(keyed_hash(key, "citizen", zalo_id)))


def chat_user_hash(key: bytes, user: str) -> ChatUserHash:
    """The hash of the user whom Zalo knows by that id in the chat."""
    return ChatUserHash(base32(keyed_hash(key, "citizen", f"chat {user}")))


def applicant_hash(key: bytes, personal_id: str) -> str:
    """The hash of the person with that personal id."""
    return base32(keyed_hash(key, "applicant", personal_id))


def request_hash(key: bytes, request: str) -> str:
    """The hash of a request, to recognise the same request later."""
    return base32(keyed_hash(key, "request", request))
