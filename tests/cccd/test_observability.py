"""No log record holds a person's number or token."""

import pytest

from cccd.observability import scrub


@pytest.mark.parametrize(
    "personal", ["079190001234", "079 190 001 234", "024123456", "0912345678", "+84912345678", "1002614872642839110"]
)
def test_long_numbers_do_not_pass(personal: str) -> None:
    assert personal not in scrub(f'{{"message":"cannot find {personal} anywhere"}}')


def test_tokens_do_not_pass() -> None:
    assert "abc" not in scrub("authorization: Bearer abc")
    assert "eyJhbGciOi.eyJzdWIi.c2ln" not in scrub("token eyJhbGciOi.eyJzdWIi.c2ln")


@pytest.mark.parametrize(
    "kept", ["2026-11-24T00:17:43.738+07:00", "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", '"status":201', "ca-26740"]
)
def test_what_an_engineer_needs_passes(kept: str) -> None:
    assert scrub(kept) == kept
