"""Secrets, read from Secrets Manager and kept for an hour."""

import time
from functools import cache
from typing import TYPE_CHECKING

from botocore.config import Config

from cccd.aws import make_client

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEPT = 3600  # seconds

_kept: dict[str, tuple[float, bytes]] = {}  # by name: until when, and the secret


def secret(name: str, *, anew: bool = False) -> bytes:
    """The secret of that name or ARN, read once an hour, or `anew`; a line end pasted with it is dropped.

    Raises:
        botocore's errors: it cannot be read.
    """
    until, value = _kept.get(name, (0.0, b""))
    if anew or time.monotonic() >= until:
        value = _client().get_secret_value(SecretId=name)["SecretString"].encode().strip()
        _kept[name] = time.monotonic() + KEPT, value
    return value


def forget() -> None:
    """Whatever is kept is asked for again: of another account in a test, or after a restore."""
    _kept.clear()


@cache
def _client() -> "SecretsManagerClient":
    found: SecretsManagerClient = make_client(
        "secretsmanager",
        Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}),
    )
    return found
