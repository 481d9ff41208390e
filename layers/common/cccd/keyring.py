"""Secrets, read once per process from Secrets Manager, and the keyed hashes that stand in keys for people.

A personal id has so few possible values that a plain hash of it can be reversed by trying them all;
a keyed one cannot, without the key.
"""

import hashlib
import hmac
from typing import Literal

from aws_lambda_powertools.utilities import parameters

HASH_BYTES = 16  # 128 bits: enough that two people never share a hash, short enough for a key


def secret(name: str, *, anew: bool = False) -> bytes:
    """The secret of that name or ARN, asked for once an hour, or `anew`; a line's end that was pasted with it is no part of it.

    Raises:
        aws_lambda_powertools.utilities.parameters.exceptions.GetParameterError: it cannot be read.
    """
    value = parameters.get_secret(name, max_age=3600, force_fetch=anew)
    return (value if isinstance(value, bytes) else str(value).encode()).strip()


def keyed_hash(key: bytes, kind: Literal["applicant", "citizen", "request"], value: str) -> bytes:
    """16 bytes that stand for `value`; different kinds of the same value do not match.

    Source: HMAC, RFC 2104, with SHA-256.
    """
    return hmac.digest(key, f"{kind}\0{value}".encode(errors="surrogatepass"), hashlib.sha256)[:HASH_BYTES]
