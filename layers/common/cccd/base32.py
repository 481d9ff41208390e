"""Bytes as text that is safe in keys, paths and headers, and that reads the same in upper or lower case."""

import base64


def base32(raw: bytes) -> str:
    """Lower-case base32 without padding."""
    return base64.b32encode(raw).decode().rstrip("=").lower()


def unbase32(text: str) -> bytes:
    """The bytes of an unpadded lower-case base32 text."""
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))
