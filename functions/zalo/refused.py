"""The tokens that Zalo refused within the last minute, so that junk is not passed on to Zalo again and again.

Kept in the process, and bounded. Only a hash of a token is kept. An address that sends many refused tokens has to wait,
as a stranger can make up a new one for each request; it has to be many, as a mobile carrier puts thousands of people
behind one address.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable

REMEMBERED = 60  # seconds
MOST = 5_000  # tokens; beyond that the oldest are forgotten
MOST_OF_ADDRESS = 120


class RefusedTokens:
    """What this process remembers; `now` is a clock in seconds that never goes back."""

    def __init__(self, now: Callable[[], float] = time.monotonic):
        self._now = now
        self._refused: dict[bytes, tuple[float, str]] = {}  # by the token's hash: until when, and whose; oldest first
        self._of_address: Counter[str] = Counter()

    def has(self, token: str) -> bool:
        """Whether Zalo refused this token within the last minute."""
        self._forget_old()
        return _hash(token) in self._refused

    def too_many_from(self, address: str) -> bool:
        """Whether this address sent so many refused tokens within the last minute that it has to wait."""
        self._forget_old()
        return self._of_address[address] >= MOST_OF_ADDRESS

    def add(self, token: str, address: str) -> None:
        """Zalo refused the token now."""
        if (known := _hash(token)) not in self._refused:
            self._refused[known] = (self._now() + REMEMBERED, address)
            self._of_address[address] += 1
        self._forget_old()

    def _forget_old(self) -> None:
        while self._refused:
            oldest = next(iter(self._refused))
            until, address = self._refused[oldest]
            if until > self._now() and len(self._refused) <= MOST:
                return
            del self._refused[oldest]
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
