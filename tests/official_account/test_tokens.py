"""The refresh token works once and rotates: two workers, a crash and a loss."""

from datetime import timedelta
from typing import Any

import boto3
import pytest

from local.zalo import FakeZalo, Mood
from official_account.refresh import days_left, renew_in_time
from official_account.tokens import EARLY, LEASE, TokenKeeper, TokenStore, TokensUnavailable
from official_account.zalo import OfficialAccountApi
from tests.official_account.conftest import NOW


@pytest.fixture
def store(aws: None) -> TokenStore:
    return TokenStore(boto3.client("dynamodb"), "ChatTable")


def test_the_first_use_gets_tokens_for_the_grant_and_the_next_ones_keep_them(
    tokens: TokenKeeper, zalo: FakeZalo
) -> None:
    assert tokens.access(NOW) == zalo.account.access_token
    assert tokens.access(NOW + timedelta(hours=24)) == zalo.account.access_token
    assert zalo.account.refreshed == 1
    assert tokens.access(NOW + timedelta(hours=26)) == zalo.account.access_token
    assert zalo.account.refreshed == 2


def test_two_workers_at_once_use_the_refresh_token_once(
    tokens: TokenKeeper, zalo: FakeZalo, store: TokenStore, api: OfficialAccountApi
) -> None:
    """The rival acts between our lock and our call: it finds the lock, and leaves the token alone."""
    tokens.access(NOW)
    later = NOW + timedelta(hours=26)

    class Rivalled(OfficialAccountApi):
        def refresh(self, *parts: Any) -> Any:
            with pytest.raises(TokensUnavailable):
                tokens.access(later)
            return api.refresh(*parts)

    ours = TokenKeeper(store, Rivalled(zalo.url, zalo.url), zalo.app_id, zalo.app_secret.encode(), lambda: b"-")
    assert ours.access(later) == zalo.account.access_token
    assert zalo.account.refreshed == 2
    assert tokens.access(later) == zalo.account.access_token, "the rival reads what we saved"


def test_who_was_refused_reads_what_another_has_refreshed(tokens: TokenKeeper, zalo: FakeZalo) -> None:
    old = tokens.access(NOW)
    new = tokens.refresh(NOW, used=old)
    assert new != old
    assert tokens.refresh(NOW, used=old) == new
    assert zalo.account.refreshed == 2


class Died(BaseException):
    """The process died here."""


def test_a_crash_before_zalo_was_asked_loses_nothing(tokens: TokenKeeper, zalo: FakeZalo, store: TokenStore) -> None:
    class Dying(OfficialAccountApi):
        def refresh(self, *parts: Any) -> Any:
            raise Died

    dying = TokenKeeper(store, Dying(zalo.url, zalo.url), zalo.app_id, b"", lambda: zalo.account.refresh_token.encode())
    with pytest.raises(Died):
        dying.access(NOW)
    with pytest.raises(TokensUnavailable):
        tokens.access(NOW)
    assert tokens.access(NOW + LEASE) == zalo.account.access_token


def test_a_crash_between_refresh_and_save_is_noticed_and_mended_by_a_new_grant(
    zalo: FakeZalo, store: TokenStore, api: OfficialAccountApi
) -> None:
    """Zalo has used up the token and its answer died with the process: nobody can have it, so it must not go unnoticed."""
    grants = [zalo.account.refresh_token.encode()]

    class DyingAfter(OfficialAccountApi):
        def refresh(self, *parts: Any) -> Any:
            super().refresh(*parts)
            raise Died

    secret = zalo.app_secret.encode()
    dying = TokenKeeper(store, DyingAfter(zalo.url, zalo.url), zalo.app_id, secret, lambda: grants[-1])
    with pytest.raises(Died):
        dying.access(NOW)
    keeper = TokenKeeper(store, api, zalo.app_id, secret, lambda: grants[-1])
    with pytest.raises(TokensUnavailable):
        keeper.access(NOW + LEASE)
    state = store.read()
    assert state is not None and state.lost
    assert days_left(state, NOW) == 0, "which raises the alarm"
    with pytest.raises(TokensUnavailable):
        keeper.access(NOW + LEASE)
    grants.append(zalo.account.refresh_token.encode())
    assert keeper.access(NOW + LEASE) == zalo.account.access_token


def test_a_zalo_that_does_not_answer_is_asked_again_later(tokens: TokenKeeper, zalo: FakeZalo) -> None:
    zalo.mood = Mood.SERVER_ERROR
    with pytest.raises(TokensUnavailable):
        tokens.access(NOW)
    zalo.mood = Mood.WELL
    assert tokens.access(NOW + LEASE) == zalo.account.access_token


def test_tokens_are_renewed_before_they_end(tokens: TokenKeeper, zalo: FakeZalo, store: TokenStore) -> None:
    assert renew_in_time(store, tokens, NOW)
    assert not renew_in_time(store, tokens, NOW + timedelta(hours=20))
    assert renew_in_time(store, tokens, NOW + timedelta(hours=25) - EARLY)
    assert days_left(store.read(), NOW + timedelta(days=80)) in (10, 11)
    assert days_left(None, NOW) == 0
