"""Secrets, read from Secrets Manager and kept for an hour, or for as long as the caller says."""

import time
from datetime import datetime, timedelta
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
_since: dict[str, datetime] = {}  # by name: since when the secret that was read is the one
_before: dict[
    str, tuple[datetime, bytes | None]
] = {}  # by name: since when it has been replaced, and that earlier secret


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
        found = _client().get_secret_value(SecretId=name)
    except (BotoCoreError, ClientError) as error:
        if not passing(error) or now >= at + STALE:
            raise
        _failed[name] = now
        return value
    value = found["SecretString"].encode().strip()
    _read[name] = now, value
    _since[name] = found["CreatedDate"]
    _failed.pop(name, None)
    return value


def previous(name: str, now: datetime, *, good_for: timedelta) -> bytes | None:
    """The secret in whose place the one of `secret` came, if that was less than `good_for` before `now`.

    Outside that time nobody is asked. Without an earlier secret, or while Secrets Manager does not answer, it is None.

    Raises:
        botocore's errors: it may not be read.
    """
    since = _since.get(name)
    if since is None or now >= since + good_for:
        return None
    replaced_at, value = _before.get(name, (None, None))
    if replaced_at == since or (name in _failed and time.monotonic() < _failed[name] + PAUSE):
        return value if replaced_at == since else None
    try:
        value = _client().get_secret_value(SecretId=name, VersionStage="AWSPREVIOUS")["SecretString"].encode().strip()
    except (BotoCoreError, ClientError) as error:
        if passing(error):
            _failed[name] = time.monotonic()
            return None
        if not isinstance(error, ClientError) or error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        value = None
    _before[name] = since, value
    return value


def forget() -> None:
    """Whatever is kept is asked for again: of another account in a test, or after a restore."""
    for kept in (_read, _failed, _since, _before):
        kept.clear()


@cache
def _client() -> "SecretsManagerClient":
    found: SecretsManagerClient = make_client(
        "secretsmanager",
        Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}),
    )
    return found
