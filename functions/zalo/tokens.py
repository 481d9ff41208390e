"""The Official Account's tokens: one encrypted item behind a lock. The refresh token rotates and works once.

    ready ──lock──▶ refreshing ──save──▶ ready        the new pair is saved before anybody uses it
                        │
                        └──lease over──▶ lock again    a process that died before it asked loses nothing; one that
                                                       died after it asked leaves a token that Zalo then refuses:
                                                       `lost`, an alarm, and messages wait for a new grant

Only the holder of the lock asks Zalo, so two workers never use the same refresh token. The lease is longer than any
function that asks may run.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from cccd import clock
from cccd.clock import epoch, from_epoch
from cccd.dynamodb import Item
from cccd.observability import logger
from cccd.table import NEW, Key, Table
from zalo.official_account import GrantRefused, NotSent, OfficialAccountApi, Tokens, Uncertain

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY: Key = {"pk": "TOKENS", "sk": "TOKENS"}
LEASE = timedelta(seconds=90)
WAITING = (0.3, 0.7, 1.5)  # seconds between checks for the token that another process is getting
SAVING = (0.0, 0.2, 1.0, 3.0)  # seconds to wait before each try to save the pair, which Zalo gives only once
EARLY = timedelta(hours=2)  # the scheduled refresh comes this long before the access token ends
REFRESH_TOKEN_LIFE = timedelta(days=90)


class TokensUnavailable(Exception):
    """No access token is available now: none was granted, it is lost, or another process is getting one now."""


@dataclass(frozen=True)
class TokenState:
    """The stored state; `lost` once Zalo has refused the refresh token."""

    access: str
    refresh: str
    access_ends: datetime
    granted_at: datetime
    version: int
    locked_until: datetime | None
    lost: bool
    granted_by: str

    def fresh(self, now: datetime) -> bool:
        """Whether the access token still works."""
        return now < self.access_ends and not self.lost


class TokenStore:
    """The item in the table `name`, through `client`."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self._table = Table(client, name)

    def read(self) -> TokenState | None:
        """The tokens, read consistently; None before the first grant."""
        item = self._table.get(KEY)
        if item is None:
            return None
        locked = item.get("lockedUntil")
        return TokenState(
            access=item["access"],
            refresh=item["refresh"],
            access_ends=from_epoch(item["accessEnds"]),
            granted_at=from_epoch(item["grantedAt"]),
            version=item["version"],
            locked_until=from_epoch(locked) if locked else None,
            lost=bool(item.get("lost", False)),
            granted_by=item["grantedBy"],
        )

    def adopt(self, grant: str, now: datetime) -> bool:
        """Begin again with the refresh token of a grant, unless tokens are in force or this grant is lost already."""
        mark = hashlib.sha256(grant.encode()).hexdigest()[:16]
        item = {
            **KEY,
            "access": "-",
            "refresh": grant,
            "accessEnds": 0,
            "grantedAt": epoch(now),
            "grantedBy": mark,
            "version": epoch(now),
        }
        unknown = f"{NEW} OR (lost = :true AND grantedBy <> :mark)"
        return self._table.written(self._table.put(item, unknown, {":true": True, ":mark": mark}))

    def lock(self, state: TokenState, now: datetime) -> bool:
        """Take the lock for a refresh; False if the tokens changed since `state` was read, or the lock is held."""
        return self._changed(
            state,
            "SET lockedUntil = :until",
            {":until": epoch(now + LEASE), ":now": epoch(now)},
            " AND (attribute_not_exists(lockedUntil) OR lockedUntil <= :now)",
        )

    def save(self, state: TokenState, access: str, refresh: str, seconds: int, now: datetime) -> bool:
        """Replace `state`'s pair with the new one; returns whether `state`'s pair was still in force."""
        return self._changed(
            state,
            "SET #access = :access, refresh = :refresh, accessEnds = :ends, grantedAt = :now, #version = :next "
            "REMOVE lockedUntil, lost",
            {
                ":access": access,
                ":refresh": refresh,
                ":ends": epoch(now) + seconds,
                ":now": epoch(now),
                ":next": state.version + 1,
            },
        )

    def mark_lost(self, state: TokenState) -> bool:
        """Zalo refused the refresh token of `state`; nobody should try that token again."""
        return self._changed(state, "SET lost = :true REMOVE lockedUntil", {":true": True})

    def _changed(self, state: TokenState, update: str, values: Item, also: str = "") -> bool:
        """Write the change; False if somebody has changed the tokens since `state` was read."""
        condition = f"#version = :version{also}"
        return self._table.written(self._table.update(KEY, update, condition, {":version": state.version, **values}))


class TokenKeeper:
    """Gives the access token, and refreshes it when it is old.

    `grant` gives the refresh token of an administrator's grant, for the first time and after a loss. `now` reads the
    clock each time: a lease dated from an earlier moment would end too soon.
    """

    def __init__(
        self,
        store: TokenStore,
        api: OfficialAccountApi,
        app_id: str,
        app_secret: bytes,
        grant: Callable[[], bytes],
        now: Callable[[], datetime] = clock.now,
    ):
        self._store = store
        self._api = api
        self._app_id = app_id
        self._app_secret = app_secret
        self._grant = grant
        self._now = now

    def access(self) -> str:
        """A token that works.

        Raises:
            TokensUnavailable: there is none now; another try may help once the lease is over, unless the token is lost.
        """
        state = self._store.read()
        if state and state.fresh(self._now()):
            return state.access
        return self.refresh()

    def refresh(self, used: str | None = None) -> str:
        """A new token, from this process or another; `used` is a token that does not work, even if it looks fresh.

        Raises:
            TokensUnavailable
        """
        state = self._store.read()
        if state is None or state.lost:
            state = self._granted()
        if state.fresh(self._now()) and state.access != used:
            return state.access  # somebody else refreshed it meanwhile
        try:
            return self._renewed(state)
        except GrantRefused as refusal:
            logger.error("Zalo refuses the refresh token: grant access anew", zalo_error=refusal.code)
            self._store.mark_lost(state)
        return self._after_loss()

    def _after_loss(self) -> str:
        """The tokens of a newer grant, if an administrator has already given one."""
        state = self._granted()
        try:
            return self._renewed(state)
        except GrantRefused as refusal:
            logger.error("Zalo refuses the new grant too", zalo_error=refusal.code)
            self._store.mark_lost(state)
            raise TokensUnavailable from None

    def _granted(self) -> TokenState:
        """The state after a grant that was not known yet."""
        state = self._store.read() if self._store.adopt(self._grant().decode(), self._now()) else None
        if state is None or state.lost:
            raise TokensUnavailable
        return state

    def _renewed(self, state: TokenState) -> str:
        if not self._store.lock(state, self._now()):
            return self._anothers(state)
        try:
            tokens = self._api.refresh(self._app_id, self._app_secret, state.refresh)
        except (NotSent, Uncertain) as failure:  # the lease ends, and the next try shows whether the token was used up
            logger.error("Zalo gave no tokens", zalo_error=failure.code)
            raise TokensUnavailable from None
        self._save(state, tokens)
        return tokens.access

    def _anothers(self, old: TokenState) -> str:
        """The token that the holder of the lock gets, if it arrives soon."""
        for pause in WAITING:
            time.sleep(pause)
            state = self._store.read()
            if state and state.fresh(self._now()) and state.access != old.access:
                return state.access
        raise TokensUnavailable

    def _save(self, state: TokenState, tokens: Tokens) -> None:
        """Save the pair, several times if necessary: Zalo gives it once, and the old refresh token no longer works."""
        for pause in SAVING:
            time.sleep(pause)
            try:
                if self._store.save(state, tokens.access, tokens.refresh, tokens.seconds, self._now()):
                    return
                found = self._store.read()
            except (BotoCoreError, ClientError):
                continue
            if found is not None and found.access == tokens.access:
                return  # an earlier try had arrived after all
            break
        logger.error("the new refresh token could not be saved and is lost: grant access anew")
        raise TokensUnavailable
