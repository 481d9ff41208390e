"""Our session token: a short-lived signed statement of who the citizen is, so that Zalo is asked only at sign-in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from cccd.clock import epoch
from cccd.errors import SessionExpired, Unauthenticated

LIFETIME = timedelta(hours=2)
_ALGORITHM = "HS256"
_ISSUER = "cccd"


@dataclass(frozen=True)
class Citizen:
    """Somebody signed in through Zalo; `id` is Zalo's id for them in our app, a string of digits."""

    id: str


def issue(citizen: Citizen, key: bytes, now: datetime) -> tuple[str, datetime]:
    """A session token for the citizen, and the instant at which it ends."""
    ends = now + LIFETIME
    claims = {"iss": _ISSUER, "sub": citizen.id, "iat": epoch(now), "exp": epoch(ends)}
    return jwt.encode(claims, key, algorithm=_ALGORITHM), ends


def verify(authorization: str | None, key: bytes, now: datetime) -> Citizen:
    """The citizen whom an `Authorization: Bearer …` header speaks for.

    Raises:
        Unauthenticated: no header, not a bearer token, or not signed by us.
        SessionExpired: ours, but past its time.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    try:
        claims = jwt.decode(
            token.strip(),
            key,
            algorithms=[_ALGORITHM],
            issuer=_ISSUER,
            # `now` is the caller's; the library would ask the machine's clock.
            options={"require": ["sub", "exp", "iss"], "verify_exp": False, "verify_iat": False},
        )
        ends = int(claims["exp"])
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError) as error:
        raise Unauthenticated from error
    if ends <= epoch(now):
        raise SessionExpired
    return Citizen(id=claims["sub"])
