"""A new session key signs nobody out; two in a row sign out everybody."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
import time_machine

from bookings import api
from bookings.proof import Proof, proof_of
from cccd import clock, session, session_keys
from cccd.errors import Unauthenticated
from cccd.session import LIFETIME, Citizen
from tests.bookings.people import signed_in
from tests.gateway import call

MORNING = datetime(2026, 11, 25, 2, tzinfo=UTC)
PHONE = "84912345678"


@pytest.fixture
def time(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """The clock, in the test's hand; the session key is made now."""
    monkeypatch.setattr("cccd.keyring.time.monotonic", lambda: clock.now().timestamp())
    with time_machine.travel(MORNING, tick=False) as traveller:
        boto3.client("secretsmanager").put_secret_value(
            SecretId="SessionKey", SecretString="a key that was there before"
        )
        session_keys.signing("SessionKey")
        yield traveller


def replace(key: str) -> None:
    """As docs/operations.md says."""
    boto3.client("secretsmanager").put_secret_value(SecretId="SessionKey", SecretString=key)


def later(time: time_machine.Traveller, by: timedelta) -> None:
    time.shift(by.total_seconds())


def whose(headers: dict[str, str]) -> Citizen:
    return session.verify(headers["authorization"], session_keys.accepted("SessionKey", clock.now()), clock.now())


def test_a_new_key_signs_nobody_out(time: time_machine.Traveller) -> None:
    later(time, timedelta(hours=10))
    lan = signed_in("lan")
    replace("a new key")
    assert call(api.handler, "GET", "/bookings", headers=lan).status == 200
    later(time, LIFETIME - timedelta(seconds=1))
    assert call(api.handler, "GET", "/bookings", headers=lan).status == 200
    later(time, timedelta(seconds=1))
    assert call(api.handler, "GET", "/bookings", headers=lan).code == "session_expired"


def test_a_session_of_a_process_that_has_the_new_key_already_is_taken(time: time_machine.Traveller) -> None:
    """Two processes read the key at different times, and a citizen meets both."""
    later(time, timedelta(hours=10))
    session_keys.signing("SessionKey")
    replace("a new key")
    token, _ = session.issue(Citizen("1"), b"a new key", clock.now())
    later(time, timedelta(seconds=session_keys.ANEW))
    assert whose({"authorization": f"Bearer {token}"}).id == "1"


def test_a_session_from_before_still_proves_its_phone(time: time_machine.Traveller) -> None:
    lan = signed_in("lan", PHONE)
    replace("a new key")
    later(time, timedelta(minutes=10))
    assert proof_of(whose(lan), PHONE) is Proof.PHONE
    assert proof_of(whose(lan), "84987654321") is Proof.NONE


def test_two_new_keys_sign_everybody_out(time: time_machine.Traveller) -> None:
    lan = signed_in("lan")
    replace("a new key")
    replace("one more")
    later(time, timedelta(seconds=session_keys.KEPT))
    with pytest.raises(Unauthenticated):
        whose(lan)


def test_the_key_before_is_worth_nothing_once_its_sessions_have_ended(time: time_machine.Traveller) -> None:
    """Whoever got hold of a key that was replaced writes any date into a token."""
    replace("a new key")
    later(time, LIFETIME + timedelta(seconds=session_keys.KEPT))
    forged, _ = session.issue(Citizen("1"), b"a key that was there before", clock.now())
    with pytest.raises(Unauthenticated):
        whose({"authorization": f"Bearer {forged}"})


def test_a_process_signs_with_the_new_key_within_minutes(time: time_machine.Traveller) -> None:
    replace("a new key")
    assert session_keys.signing("SessionKey") == b"a key that was there before"
    later(time, timedelta(seconds=session_keys.KEPT))
    assert session_keys.signing("SessionKey") == b"a new key"
