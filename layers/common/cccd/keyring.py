"""Secrets, read from Secrets Manager and kept for an hour, or for as long as the caller says."""

import time
from functools import cache
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cccd.aws import make_client
from cccd.dynamodb import passing

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT = 3600  # seconds
STALE = 6 * 3600  # seconds since it was read: for so long a secret is good while Secrets Manager does not answer
PAUSE = 60  # seconds until it is asked again

_read: dict[str, tuple[float, bytes]] = {}  # by name: when it was read, and the secret
_failed: dict[str, float] = {}  # by name: when Secrets Manager last did not answer


def secret(name: str, *, anew: bool = False, kept: int = KEPT) -> bytes:
    """The secret of that name or ARN, read once in `kept` seconds, or `anew`; a line end pasted with it is dropped.

    While Secrets Manager does not answer, the secret that was read stays good for a while: citizens go on.

    Raises:
        botocore's errors: it cannot be read.
    """
    now = time.monotonic()
    at, value = _read.get(name, (-STALE, b"")) if not anew else (-STALE, b"")
    asked_in_vain = name in _failed and now < _failed[name] + PAUSE
    if now < at + (STALE if asked_in_vain else kept):
        return value
    try:
        value = _client().get_secret_value(SecretId=name)["SecretString"].encode().strip()
    except (BotoCoreError, ClientError) as error:
        if not passing(error) or now >= at + STALE:
            raise
        _failed[name] = now
        return value
    _read[name] = now, value
    _failed.pop(name, None)
    return value


def forget() -> None:
    """Whatever is kept is asked for again: of another account in a test, or after a restore."""
    _read.clear()
    _failed.clear()


@cache
def _client() -> "SecretsManagerClient":
    found: SecretsManagerClient = make_client(
        "secretsmanager",
        Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}),
    )
    return found
