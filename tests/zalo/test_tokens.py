"""The refresh token works once and rotates: two workers, a crash, a failing storage, and a loss."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from cccd.dynamodb import client
from infra.intrinsics import read
from local.engine import free_port
from local.zalo import FakeZalo, Mood
from tests.conftest import TEMPLATE
from tests.zalo.accounts import OA, connect, keeper_of
from tests.zalo.conftest import NOW, Hands
from zalo.official_account import OfficialAccountApi, Tokens
from zalo.tokens import LEASE, TokenKeeper, TokenState, TokenStore, TokensUnavailable


@pytest.fixture
def store(aws: None, zalo: FakeZalo) -> TokenStore:
    return connect(client(), zalo, NOW).tokens(OA)


@pytest.fixture
def keeper(zalo: FakeZalo, store: TokenStore, api: OfficialAccountApi, hands: Hands) -> Callable[..., TokenKeeper]:
    """A keeper, optionally with another store or another API."""

    def keeper(store: TokenStore = store, api: OfficialAccountApi = api) -> TokenKeeper:
        return keeper_of(zalo, api, hands)(store)

    return keeper


def test_the_first_use_gets_tokens_for_the_grant_and_the_next_ones_keep_them(
    tokens: TokenKeeper, zalo: FakeZalo, hands: Hands
) -> None:
    assert tokens.access() == zalo.account.access_token
    hands.at = NOW + timedelta(hours=24)
    assert tokens.access() == zalo.account.access_token
    assert zalo.account.refreshed == 1
    hands.at = NOW + timedelta(hours=26)
    assert tokens.access() == zalo.account.access_token
    assert zalo.account.refreshed == 2


def test_two_workers_at_once_use_the_refresh_token_once(
    tokens: TokenKeeper, keeper: Callable[..., TokenKeeper], zalo: FakeZalo, api: OfficialAccountApi, hands: Hands
) -> None:
    """The rival acts between our lock and our call: it finds the lock and does not use the token."""
    tokens.access()
    hands.at = NOW + timedelta(hours=26)

    class Rivalled(OfficialAccountApi):
        def refresh(self, *parts: Any) -> Tokens:
            with pytest.raises(TokensUnavailable):
                tokens.access()
            return api.refresh(*parts)

    assert keeper(api=Rivalled(zalo.url, zalo.url)).access() == zalo.account.access_token
    assert zalo.account.refreshed == 2
    assert tokens.access() == zalo.account.access_token, "the rival reads what we saved"


def test_who_was_refused_reads_what_another_has_refreshed(tokens: TokenKeeper, zalo: FakeZalo) -> None:
    old = tokens.access()
    new = tokens.refresh(used=old)
    assert new != old
    assert tokens.refresh(used=old) == new
    assert zalo.account.refreshed == 2


def test_who_finds_that_another_has_just_refreshed_asks_nobody(
    tokens: TokenKeeper, keeper: Callable[..., TokenKeeper], zalo: FakeZalo, hands: Hands
) -> None:
    """The rival refreshes between our look at the ended token and our own try."""
    tokens.access()
    hands.at = NOW + timedelta(hours=26)

    class Late(TokenStore):
        def read(self) -> TokenState | None:
            found = super().read()
            tokens.access()
            return found

    assert keeper(store=Late(client(), "ChatTable", OA)).access() == zalo.account.access_token
    assert zalo.accounts.asked == 2


def test_what_another_has_that_has_ended_too_is_renewed(tokens: TokenKeeper, zalo: FakeZalo, hands: Hands) -> None:
    old = tokens.access()
    tokens.refresh(used=old)
    hands.at = NOW + timedelta(hours=26)
    assert tokens.refresh(used=old) == zalo.account.access_token
    assert zalo.account.refreshed == 3


def test_after_a_loss_an_access_token_with_hours_to_live_is_not_used(
    keeper: Callable[..., TokenKeeper], zalo: FakeZalo, store: TokenStore
) -> None:
    """Zalo's refusal of this same token led to the loss."""
    ours = keeper()
    used = ours.access()
    zalo.account.refresh_token = "known to nobody"
    with pytest.raises(TokensUnavailable):
        ours.refresh(used=used)
    with pytest.raises(TokensUnavailable):
        ours.access()


def test_a_zalo_that_cannot_be_reached_loses_nothing(
    tokens: TokenKeeper, keeper: Callable[..., TokenKeeper], zalo: FakeZalo, hands: Hands
) -> None:
    with pytest.raises(TokensUnavailable):
        keeper(api=OfficialAccountApi(zalo.url, f"http://127.0.0.1:{free_port()}")).access()
    hands.at = NOW + LEASE
    assert tokens.access() == zalo.account.access_token


@pytest.mark.parametrize(
    "answer",
    [
        {"access_token": None, "refresh_token": None, "expires_in": "90000"},
        {"access_token": "a", "refresh_token": "", "expires_in": "90000"},
        {"access_token": "a", "refresh_token": "b"},
        {"access_token": "a", "refresh_token": "b", "expires_in": "soon"},
        {"access_token": "a\nb", "refresh_token": "b", "expires_in": "90000"},
        {"error": ["-14014"]},
        {},
    ],
)
def test_half_an_answer_takes_nobodys_place(
    tokens: TokenKeeper, zalo: FakeZalo, hands: Hands, answer: dict[str, Any]
) -> None:
    whole = zalo.endpoints["POST", "/v4/oa/access_token"]
    zalo.endpoints["POST", "/v4/oa/access_token"] = lambda request: answer
    with pytest.raises(TokensUnavailable):
        tokens.access()
    zalo.endpoints["POST", "/v4/oa/access_token"] = whole
    hands.at = NOW + LEASE
    assert tokens.access() == zalo.account.access_token


def test_a_lock_is_refused_once_the_tokens_are_others(tokens: TokenKeeper, store: TokenStore, hands: Hands) -> None:
    tokens.access()
    seen = store.read()
    assert seen is not None
    tokens.refresh(used=seen.access)
    assert not store.lock(seen, hands.at)
    assert not store.mark_lost(seen, hands.at), "nor is what another has got called lost"
    assert not store.postpone(seen, hands.at), "nor is it put off"
    assert tokens.access()


def test_the_lease_begins_when_it_is_taken_and_outlives_every_function_that_asks(
    tokens: TokenKeeper, store: TokenStore, zalo: FakeZalo, hands: Hands
) -> None:
    zalo.mood = Mood.SERVER_ERROR
    hands.at = NOW + timedelta(minutes=5)  # the keeper was made before that
    with pytest.raises(TokensUnavailable):
        tokens.access()
    state = store.read()
    assert state is not None and state.locked_until == hands.at + LEASE
    for name, resource in read(TEMPLATE)["Resources"].items():
        variables = resource["Properties"].get("Environment", {}).get("Variables", {})
        if "ZALO_OAUTH_URL" in variables:
            assert resource["Properties"]["Timeout"] < LEASE.total_seconds(), name


class Died(BaseException):
    """The process died here."""


def test_a_crash_before_zalo_was_asked_loses_nothing(
    tokens: TokenKeeper, keeper: Callable[..., TokenKeeper], zalo: FakeZalo, hands: Hands
) -> None:
    class Dying(OfficialAccountApi):
        def refresh(self, *parts: Any) -> Tokens:
            raise Died

    with pytest.raises(Died):
        keeper(api=Dying(zalo.url, zalo.url)).access()
    with pytest.raises(TokensUnavailable):
        tokens.access()
    hands.at = NOW + LEASE
    assert tokens.access() == zalo.account.access_token


def test_a_crash_between_refresh_and_save_is_noticed_and_mended_by_a_new_grant(
    keeper: Callable[..., TokenKeeper], zalo: FakeZalo, store: TokenStore, hands: Hands
) -> None:
    """Zalo has used up the token, and its answer died with the process. Nobody can get it, so somebody must notice."""

    class DyingAfter(OfficialAccountApi):
        def refresh(self, *parts: Any) -> Tokens:
            super().refresh(*parts)
            raise Died

    with pytest.raises(Died):
        keeper(api=DyingAfter(zalo.url, zalo.url)).access()
    hands.at = NOW + LEASE
    ours = keeper()
    with pytest.raises(TokensUnavailable):
        ours.access()
    state = store.read()
    assert state is not None and state.lost
    with pytest.raises(TokensUnavailable):
        ours.access()
    connect(client(), zalo, hands.at)
    assert ours.access() == zalo.account.access_token


class Failing(TokenStore):
    """Storage that does not answer the first `times` saves; with `after`, it still writes them."""

    def __init__(self, times: int, after: bool):
        super().__init__(client(), "ChatTable", OA)
        self.times = times
        self._after = after

    def save(self, *parts: Any) -> bool:
        if self.times == 0:
            return super().save(*parts)
        self.times -= 1
        if self._after:
            super().save(*parts)
        raise ConnectTimeoutError(endpoint_url="dynamodb")


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zalo.tokens.SAVING", (0.0,) * 4)


@pytest.mark.usefixtures("aws", "no_pauses")
@pytest.mark.parametrize(("times", "after"), [(1, False), (3, False), (1, True), (3, True)])
def test_what_zalo_gives_once_is_saved_although_storage_fails(
    keeper: Callable[..., TokenKeeper], zalo: FakeZalo, store: TokenStore, times: int, after: bool
) -> None:
    assert keeper(store=Failing(times, after)).access() == zalo.account.access_token
    state = store.read()
    assert state is not None
    assert (state.access, state.refresh) == (zalo.account.access_token, zalo.account.refresh_token)


@pytest.mark.usefixtures("aws", "no_pauses")
def test_a_storage_that_never_answers_is_no_success(keeper: Callable[..., TokenKeeper]) -> None:
    with pytest.raises(TokensUnavailable):
        keeper(store=Failing(99, after=False)).access()


@pytest.mark.usefixtures("aws", "no_pauses")
def test_a_pair_that_another_has_replaced_is_not_used(
    keeper: Callable[..., TokenKeeper], store: TokenStore, zalo: FakeZalo
) -> None:
    """As when an administrator connects the account anew while we refresh: the pair of the grant is in force."""

    class Overtaken(TokenStore):
        def save(self, state: TokenState, *parts: Any) -> bool:
            super().save(state, "theirs", "theirs", 90_000, NOW)
            return super().save(state, *parts)

    assert keeper(store=Overtaken(client(), "ChatTable", OA)).access() == "theirs"
    state = store.read()
    assert state is not None and state.access == "theirs"


def test_a_zalo_that_does_not_answer_is_asked_again_later(tokens: TokenKeeper, zalo: FakeZalo, hands: Hands) -> None:
    zalo.mood = Mood.SERVER_ERROR
    with pytest.raises(TokensUnavailable):
        tokens.access()
    zalo.mood = Mood.WELL
    hands.at = NOW + LEASE
    assert tokens.access() == zalo.account.access_token
