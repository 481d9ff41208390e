"""Secrets, as people paste them, and while Secrets Manager does not answer."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from cccd import keyring
from cccd.keyring import KEPT, PAUSE, STALE, secret


class SecretsManager:
    """It has one secret, or fails; it counts how often it was asked."""

    def __init__(self) -> None:
        self.value, self.asked, self.now = "old", 0, 0.0
        self.error: Exception | None = None

    def get_secret_value(self, **_: str) -> Any:
        self.asked += 1
        if self.error:
            raise self.error
        return {"SecretString": self.value}


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
