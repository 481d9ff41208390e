"""The keys of sessions: the one that signs, and the one before it for as long as its sessions last.

Secrets Manager keeps both: a new value becomes AWSCURRENT, the one that it replaces AWSPREVIOUS. So a new key signs nobody
out, and two new keys in a row sign out everybody (docs/operations.md).

      new key      + KEPT                     + LIFETIME + KEPT
    ----|------------|--------------------------|-----------------> time
        | both sign  | the new key signs        |
        |     sessions of both are good         | only those of the new key
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from cccd.keyring import previous, secret
from cccd.session import LIFETIME

KEPT = 300  # seconds for which a process keeps a key: after that it signs with a new one
ANEW = 60  # seconds: a session that no key opens has a process read the key again so often at most


def signing(name: str) -> bytes:
    """The key of that name or ARN that signs new sessions.

    Raises:
        botocore's errors: it cannot be read.
    """
    return secret(name, kept=KEPT)


def accepted(name: str, now: datetime) -> Iterator[bytes]:
    """The keys whose sessions are good at `now`, each read when it is asked for.

    After the key that this process has comes the one before it, and last a key so new that only other processes have it.

    Raises:
        botocore's errors: the key that signs cannot be read.
    """
    signs = signing(name)
    yield signs
    if before := previous(name, now, good_for=LIFETIME + timedelta(seconds=KEPT)):
        yield before
    newest = secret(name, kept=ANEW)
    if newest != signs:
        yield newest
