"""Our session token: a short-lived signed statement of who the citizen is, so that Zalo is asked only at sign-in.

It is a JWT (RFC 7519) signed with HS256, and the only kind that we issue or take: its header is one constant, so no token
can choose another algorithm. A JWT library would import every algorithm's cryptography at each cold start.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cccd.clock import epoch
from cccd.errors import SessionExpired, Unauthenticated

LIFETIME = timedelta(hours=2)
_ISSUER = "cccd"
_HEADER = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"  # {"alg":"HS256","typ":"JWT"}
_LONGEST = 1_000  # characters; ours have about 200


@dataclass(frozen=True)
class Citizen:
    """Somebody signed in through Zalo; `id` is Zalo's id for them in our app, a string of digits.

    `phone` is the mark of a number (`phone_mark`) of which Zalo said in this session that it is theirs.
    """

    id: str
    phone: str | None = None
    since: int = field(default=0, compare=False)  # when this session began, in epoch seconds
    key: bytes = field(default=b"", compare=False, repr=False)  # the key that signed this session, and marked its phone


def phone_mark(key: bytes, phone: str) -> str:
    """A keyed hash of a phone number (as `84…`). It can be compared within sessions of this key, and never read back."""
    return _encoded(hmac.digest(key, f"phone\0{phone}".encode(), "sha256")[:16])


def issue(citizen: Citizen, key: bytes, now: datetime) -> tuple[str, datetime]:
    """A session token for the citizen, and the instant at which it ends."""
    ends = now + LIFETIME
    claims: dict[str, object] = {"iss": _ISSUER, "sub": citizen.id, "iat": epoch(now), "exp": epoch(ends)}
    if citizen.phone:
        claims["tel"] = citizen.phone
    signed = f"{_HEADER}.{_encoded(json.dumps(claims, separators=(',', ':')).encode())}"
    return f"{signed}.{_signature(signed, key)}", ends


def verify(authorization: str | None, keys: Iterable[bytes], now: datetime) -> Citizen:
    """The citizen whom an `Authorization: Bearer …` header speaks for, signed with one of `keys`.

    The keys are tried one after another, so that those that are seldom needed (`session_keys.accepted`) are seldom read.

    Raises:
        Unauthenticated: no header, not a bearer token, or not signed by us.
        SessionExpired: ours, but past its time.
    """
    scheme, _, token = (authorization or "").partition(" ")
    signed, _, signature = token.strip().rpartition(".")
    header, _, claims = signed.partition(".")
    if scheme.lower() != "bearer" or len(token) > _LONGEST or header != _HEADER:
        raise Unauthenticated
    key = _signer(signed, signature, keys)
    try:
        found = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        citizen, ends, issuer = Citizen(found["sub"], found.get("tel"), found["iat"], key), found["exp"], found["iss"]
    except (binascii.Error, ValueError, TypeError, KeyError) as error:
        raise Unauthenticated from error
    if (
        issuer != _ISSUER
        or not isinstance(citizen.id, str)
        or not isinstance(ends, int)
        or not isinstance(citizen.since, int)
    ):
        raise Unauthenticated
    if ends <= epoch(now):
        raise SessionExpired
    return citizen


def _signer(signed: str, signature: str, keys: Iterable[bytes]) -> bytes:
    """The key that made the signature; `Unauthenticated` if none did."""
    for key in keys:
        if hmac.compare_digest(signature.encode(errors="replace"), _signature(signed, key).encode()):
            return key
    raise Unauthenticated


def _signature(signed: str, key: bytes) -> str:
    return _encoded(hmac.digest(key, signed.encode(errors="replace"), "sha256"))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
