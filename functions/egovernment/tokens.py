"""The Zalo access tokens that were verified: each is asked of Zalo once, and remembered by its keyed hash.

pk               sk      what
TOKEN#<hash>     TOKEN   the citizen's hash, and since when (epoch seconds); no token, and no id of Zalo
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cccd.clock import epoch
from cccd.errors import Unauthenticated
from cccd.hashes import CitizenHash, request_hash
from cccd.table import Table

# How long a token is believed without asking Zalo again. Zalo publishes no lifetime of a Mini App's access token (unsure); an hour
# is what its other tokens for users have, and a stolen token is good for no longer than that.
BELIEVED = timedelta(hours=1)
_LONGEST = 4096
_SHORTEST = 6


@dataclass(frozen=True)
class Caller:
    """A citizen whose token Zalo has accepted; `since` is when it came here first, in epoch seconds."""

    citizen: CitizenHash
    since: int


class Tokens:
    """The tokens remembered in the table of bookings."""

    def __init__(self, table: Table, key: bytes):
        self._table = table
        self._key = key

    def find(self, token: str, now: datetime) -> Caller | None:
        """Whose token it is, if it was verified within `BELIEVED`."""
        item = self._table.get(self._place(token))
        if item is None or item["at"] <= epoch(now - BELIEVED):
            return None
        return Caller(CitizenHash(item["citizen"]), int(item["at"]))

    def remember(self, token: str, citizen: CitizenHash, now: datetime) -> Caller:
        """Zalo has accepted the token now."""
        item = {"citizen": citizen, "at": epoch(now), "ttl": epoch(now + BELIEVED)}
        self._table.write(self._table.put({**self._place(token), **item}))
        return Caller(citizen, epoch(now))

    def forget(self, token: str) -> None:
        """Ask Zalo anew when it comes again."""
        self._table.write(self._table.delete(self._place(token)))

    def _place(self, token: str) -> dict[str, str]:
        return {"pk": f"TOKEN#{request_hash(self._key, token)}", "sk": "TOKEN"}


def bearer(header: str | None) -> str:
    """The token of an Authorization header.

    Raises:
        Unauthenticated: there is none, or nothing that could be one: the template asks before it has a token.
    """
    scheme, _, token = (header or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not _SHORTEST <= len(token) <= _LONGEST or not token.isascii():
        raise Unauthenticated
    if any(not "!" <= each <= "~" for each in token) or token in ("undefined", "null"):
        raise Unauthenticated
    return token
