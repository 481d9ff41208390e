"""A booking's id: the applicant's keyed hash and a nonce, so that the id alone gives the item's key.

The nonce comes from the citizen and the Idempotency-Key. The same request always makes the same id, so it finds
its own booking after a lost answer.
"""

import re
from dataclasses import dataclass

from cccd.base32 import base32, unbase32
from cccd.hashes import HASH_BYTES, applicant_hash, keyed_hash

NONCE_BYTES = 10
_LENGTH = 42  # base32 characters for 26 bytes
_SHAPE = re.compile(rf"[a-z2-7]{{{_LENGTH}}}")


@dataclass(frozen=True)
class BookingId:
    """The two halves of an id, as lower-case base32."""

    applicant: str
    nonce: str

    @property
    def text(self) -> str:
        """The id on the wire: 42 characters of a-z and 2-7."""
        return base32(unbase32(self.applicant) + unbase32(self.nonce))

    @classmethod
    def parse(cls, text: str) -> "BookingId | None":
        """The id that a caller sent, or None if the text cannot be an id."""
        if not _SHAPE.fullmatch(text):
            return None
        raw = unbase32(text)
        if base32(raw) != text:
            return None
        return cls(base32(raw[:HASH_BYTES]), base32(raw[HASH_BYTES:]))


def new_id(key: bytes, personal_id: str, citizen_id: str, idempotency_key: str) -> BookingId:
    """The id of the booking that this citizen requests, with this key, for this applicant."""
    nonce = keyed_hash(key, "request", f"{citizen_id}\0{idempotency_key}")[:NONCE_BYTES]
    return BookingId(applicant=applicant_hash(key, personal_id), nonce=base32(nonce))
