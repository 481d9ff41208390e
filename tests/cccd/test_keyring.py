"""Secrets, as people paste them, and while Secrets Manager does not answer."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from cccd import keyring
from cccd.keyring import KEPT, PAUSE, STALE, previous, secret

MADE = datetime(2026, 11, 25, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


class SecretsManager:
    """It has one secret and perhaps the one before it, or fails; it counts how often it was asked."""

    def __init__(self) -> None:
        self.value, self.before, self.made = "old", "", MADE
        self.asked, self.now = 0, 0.0
        self.error: Exception | None = None

    def get_secret_value(self, SecretId: str, VersionStage: str = "AWSCURRENT") -> Any:
        self.asked += 1
        if self.error:
            raise self.error
        if VersionStage == "AWSPREVIOUS" and not self.before:
            raise MISSING
        return {"SecretString": self.before if VersionStage == "AWSPREVIOUS" else self.value, "CreatedDate": self.made}

    def replace(self, value: str, at: datetime) -> None:
        self.value, self.before, self.made = value, self.value, at


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretsManager]:
    """Secrets Manager and the clock, both in the test's hand."""
    found = SecretsManager()
    monkeypatch.setattr(keyring, "_client", lambda: found)
    monkeypatch.setattr("cccd.keyring.time.monotonic", lambda: found.now)
    keyring.forget()
    yield found
    keyring.forget()


DOWN = ReadTimeoutError(endpoint_url="")
_TOLD: Any = {"Error": {"Code": "AccessDeniedException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
DENIED = ClientError(_TOLD, "GetSecretValue")
MISSING = ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetSecretValue")


def test_a_line_end_that_was_pasted_is_no_part_of_a_secret(aws: None) -> None:
    """A line end would break every header that carries the secret, and the error would quote the secret."""
    boto3.client("secretsmanager").create_secret(Name="Pasted", SecretString="pasted by hand\n")
    assert secret("Pasted", anew=True) == b"pasted by hand"


def test_a_secret_is_read_once_an_hour(manager: SecretsManager) -> None:
    assert (secret("Key"), secret("Key"), manager.asked) == (b"old", b"old", 1)
    manager.value, manager.now = "new", KEPT
    assert secret("Key") == b"new"


def test_it_stays_good_for_a_while_when_nobody_answers_and_is_asked_once_a_minute(manager: SecretsManager) -> None:
    secret("Key")
    manager.error, manager.now = DOWN, KEPT
    assert [secret("Key") for _ in range(5)] == [b"old"] * 5
    assert manager.asked == 2
    manager.now += PAUSE
    assert (secret("Key"), manager.asked) == (b"old", 3)
    manager.error, manager.value = None, "new"
    manager.now += PAUSE
    assert secret("Key") == b"new"


def test_it_is_not_good_for_ever(manager: SecretsManager) -> None:
    secret("Key")
    manager.error, manager.now = DOWN, STALE
    with pytest.raises(ReadTimeoutError):
        secret("Key")


@pytest.mark.parametrize("error", [DOWN, DENIED])
def test_what_was_never_read_or_must_be_anew_is_refused(manager: SecretsManager, error: Exception) -> None:
    manager.error = error
    with pytest.raises(type(error)):
        secret("Key")
    manager.error = None
    secret("Key")
    manager.error = error
    with pytest.raises(type(error)):
        secret("Key", anew=True)


def test_a_secret_that_was_taken_from_us_is_not_good_any_more(manager: SecretsManager) -> None:
    secret("Key")
    manager.error, manager.now = DENIED, KEPT
    with pytest.raises(ClientError):
        secret("Key")


def test_the_secret_before_is_known_for_a_while_and_asked_for_once(manager: SecretsManager) -> None:
    manager.replace("new", MADE)
    secret("Key")
    assert [previous("Key", MADE, good_for=HOUR) for _ in range(5)] == [b"old"] * 5
    assert manager.asked == 2
    assert previous("Key", MADE + HOUR, good_for=HOUR) is None


def test_who_has_no_secret_before_is_not_asked_again(manager: SecretsManager) -> None:
    secret("Key")
    assert [previous("Key", MADE, good_for=HOUR) for _ in range(5)] == [None] * 5
    assert manager.asked == 2


def test_long_after_a_secret_came_nobody_is_asked_for_the_one_before(manager: SecretsManager) -> None:
    secret("Key")
    assert previous("Key", MADE + HOUR, good_for=HOUR) is None
    assert manager.asked == 1


def test_a_third_secret_makes_the_second_the_one_before(manager: SecretsManager) -> None:
    manager.replace("new", MADE)
    secret("Key")
    assert previous("Key", MADE, good_for=HOUR) == b"old"
    manager.replace("newest", MADE + timedelta(minutes=1))
    secret("Key", anew=True)
    assert previous("Key", MADE + timedelta(minutes=1), good_for=HOUR) == b"new"


def test_while_nobody_answers_there_is_none_before_and_one_try_a_minute(manager: SecretsManager) -> None:
    manager.replace("new", MADE)
    secret("Key")
    manager.error = DOWN
    assert [previous("Key", MADE, good_for=HOUR) for _ in range(5)] == [None] * 5
    assert manager.asked == 2
    manager.error, manager.now = None, PAUSE
    assert previous("Key", MADE, good_for=HOUR) == b"old"


def test_a_secret_before_that_may_not_be_read_is_no_missing_one(manager: SecretsManager) -> None:
    secret("Key")
    manager.error = DENIED
    with pytest.raises(ClientError):
        previous("Key", MADE, good_for=HOUR)
