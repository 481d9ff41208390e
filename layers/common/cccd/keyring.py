"""Secrets, read from Secrets Manager and kept for an hour, or for as long as the caller says."""

import time
from functools import cache
from typing import TYPE_CHECKING

from botocore.config import Config

from cccd.aws import make_client

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT = 3600  # seconds

_read: dict[str, tuple[float, bytes]] = {}  # by name: when it was read, and the secret


def secret(name: str, *, anew: bool = False, kept: int = KEPT) -> bytes:
    """The secret of that name or ARN, read once in `kept` seconds, or `anew`; a line end pasted with it is dropped.

    Raises:
        botocore's errors: it cannot be read.
    """
    if not anew and name in _read:
        at, value = _read[name]
        if time.monotonic() < at + kept:
            return value
    value = _client().get_secret_value(SecretId=name)["SecretString"].encode().strip()
    _read[name] = time.monotonic(), value
    return value


def forget() -> None:
    """Whatever is kept is asked for again: of another account in a test, or after a restore."""
    _read.clear()


@cache
def _client() -> "SecretsManagerClient":
    found: SecretsManagerClient = make_client(
        "secretsmanager",
        Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}),
    )
    return found
