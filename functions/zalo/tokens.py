"""An Official Account's tokens: one encrypted item behind a lock. The refresh token rotates and works once.

    ready ──lock──▶ refreshing ──save──▶ ready        the new pair is saved before anybody uses it
                        │
                        └──lease over──▶ lock again    a process that died before it asked loses nothing; one that
                                                       died after it asked leaves a token that Zalo then refuses:
                                                       `lost`, an alarm, and messages wait for a new grant

Only the holder of the lock asks Zalo, so two workers never use the same refresh token of an account. The lease is longer
than any function that asks may run. A pair that a new grant brings takes the place of any other, at any moment: whoever
is refreshing then finds that the pair has changed.

The index `due` tells which pairs are to be renewed: `TOKENS` in time, `FAILING` after a try that failed, `LOST` never.
"""

import time
import zlib
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
from cccd.transactions import Write
from zalo.official_account import GrantRefused, NotSent, OfficialAccountApi, Tokens, Uncertain

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FORMER: Key = {"pk": "TOKENS", "sk": "TOKENS"}  # of the account that was alone before accounts had ids here
TOKENS, FAILING, LOST = "TOKENS", "FAILING", "LOST"
LEASE = timedelta(seconds=90)
WAITING = (0.3, 0.7, 1.5)  # seconds between checks for the token that another process is getting
SAVING = (0.0, 0.2, 1.0, 3.0)  # seconds to wait before each try to save the pair, which Zalo gives only once
EARLY = timedelta(
    hours=2
)  # the scheduled refresh comes this long before the access token ends, or up to SPREAD earlier
SPREAD = timedelta(hours=1)  # accounts that were connected at once are not renewed at once
TRIED_AGAIN = timedelta(minutes=10)


class TokensUnavailable(Exception):
    """The account has no access token now: it is not connected, its pair is lost, or another process is getting one now."""


@dataclass(frozen=True)
class TokenState:
    """The stored state; `lost` once Zalo has refused the refresh token; to be renewed from `due_at` on."""

    access: str
    refresh: str
    access_ends: datetime
    version: int
    locked_until: datetime | None
    lost: bool
    due_at: datetime

    def fresh(self, now: datetime) -> bool:
        """Whether the access token still works."""
        return now < self.access_ends and not self.lost


class TokenStore:
    """The pair of an account in the table `name`, through `client`; without an account, the pair of the former one."""

    def __init__(self, client: "DynamoDBClient", name: str, account_id: str | None = None):
        self._table = Table(client, name)
        self._account = account_id or ""
        self._key: Key = {"pk": f"TOKENS#{account_id}", "sk": "TOKENS"} if account_id else FORMER

    def read(self) -> TokenState | None:
        """The tokens, read consistently; None if the account is not connected."""
        item = self._table.get(self._key)
        if item is None:
            return None
        locked = item.get("lockedUntil")
        return TokenState(
            access=item["access"],
            refresh=item["refresh"],
            access_ends=from_epoch(item["accessEnds"]),
            version=item["version"],
            locked_until=from_epoch(locked) if locked else None,
            lost=bool(item.get("lost", False)),
            due_at=from_epoch(item["dueAt"] if "dueAt" in item else item["accessEnds"]),
        )

    def granted(self, tokens: Tokens, now: datetime) -> Write:
        """The pair of a new grant, in place of any other and of any lock: whoever holds one finds another version."""
        version = "#version = if_not_exists(#version, :zero) + :one"
        update = f"SET #access = :access, refresh = :refresh, accessEnds = :ends, {version}, {_RENEWED}"
        values = self._pair(tokens.access, tokens.refresh, tokens.seconds, now)
        return self._table.update(
            self._key, f"{update} REMOVE lockedUntil, lost", "", {**values, ":zero": 0, ":one": 1}
        )

    def forgotten(self) -> Write:
        """The pair is forgotten."""
        return self._table.delete(self._key)

    def moved_from(self, former: TokenState, now: datetime) -> Write:
        """The pair of the former account is this account's from now on; it has none yet."""
        seconds = epoch(former.access_ends) - epoch(now)
        values = self._pair(former.access, former.refresh, seconds, now)
        item = {
            "access": former.access,
            "refresh": former.refresh,
            "accessEnds": values[":ends"],
        }
        due = {"due": TOKENS, "dueAt": values[":dueAt"]}
        return self._table.put({**self._key, **item, **due, "version": former.version + 1}, NEW)

    def given_up(self, state: TokenState, now: datetime) -> Write:
        """The pair is forgotten, if it is still `state` and nobody is refreshing it."""
        free = "(attribute_not_exists(lockedUntil) OR lockedUntil <= :now)"
        return self._table.delete(
            self._key, f"#version = :version AND {free}", {":version": state.version, ":now": epoch(now)}
        )

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
            "SET #access = :access, refresh = :refresh, accessEnds = :ends, #version = :next, "
            f"{_RENEWED} REMOVE lockedUntil, lost",
            {**self._pair(access, refresh, seconds, now), ":next": state.version + 1},
        )

    def mark_lost(self, state: TokenState, now: datetime) -> bool:
        """Zalo refused the refresh token of `state`; nobody should try that token again."""
        values = {":true": True, ":due": LOST, ":dueAt": epoch(now)}
        return self._changed(state, f"SET lost = :true, {_RENEWED} REMOVE lockedUntil", values)

    def postpone(self, state: TokenState, now: datetime) -> bool:
        """A renewal failed, and may pass later."""
        later = {":due": FAILING, ":dueAt": epoch(now + TRIED_AGAIN)}
        return self._changed(state, f"SET {_RENEWED}", later, " AND attribute_not_exists(lost)")

    def _pair(self, access: str, refresh: str, seconds: int, now: datetime) -> Item:
        early = EARLY + timedelta(seconds=zlib.crc32(self._account.encode()) % int(SPREAD.total_seconds()))
        ends = epoch(now) + seconds
        times = {":ends": ends, ":due": TOKENS, ":dueAt": ends - int(early.total_seconds())}
        return {":access": access, ":refresh": refresh, **times}

    def _changed(self, state: TokenState, update: str, values: Item, also: str = "") -> bool:
        """Write the change; False if somebody has changed the tokens since `state` was read."""
        condition = f"#version = :version{also}"
        return self._table.written(
            self._table.update(self._key, update, condition, {":version": state.version, **values})
        )


_RENEWED = "due = :due, dueAt = :dueAt"


class TokenKeeper:
    """Gives an account's access token, and refreshes it when it is old.

    `now` reads the clock each time: a lease dated from an earlier moment would end too soon.
    """

    def __init__(
        self,
        store: TokenStore,
        api: OfficialAccountApi,
        app_id: str,
        app_secret: bytes,
        now: Callable[[], datetime] = clock.now,
    ):
        self._store = store
        self._api = api
        self._app_id = app_id
        self._app_secret = app_secret
        self._now = now

    def access(self) -> str:
        """A token that works.

        Raises:
            TokensUnavailable: there is none now; another try may help once the lease is over, unless the pair is lost.
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
            raise TokensUnavailable
        if state.fresh(self._now()) and state.access != used:
            return state.access  # somebody else refreshed it meanwhile
        try:
            return self._renewed(state)
        except GrantRefused as refusal:
            logger.error("Zalo refuses the refresh token: connect the account anew", zalo_error=refusal.code)
            self._store.mark_lost(state, self._now())
            raise TokensUnavailable from None

    def _renewed(self, state: TokenState) -> str:
        if not self._store.lock(state, self._now()):
            return self._anothers(state)
        try:
            tokens = self._api.refresh(self._app_id, self._app_secret, state.refresh)
        except (NotSent, Uncertain) as failure:  # the lease ends, and the next try shows whether the token was used up
            logger.error("Zalo gave no tokens", zalo_error=failure.code)
            raise TokensUnavailable from None
        return self._saved(state, tokens)

    def _anothers(self, old: TokenState) -> str:
        """The token that the holder of the lock gets, if it arrives soon."""
        for pause in WAITING:
            time.sleep(pause)
            state = self._store.read()
            if state and state.fresh(self._now()) and state.access != old.access:
                return state.access
        raise TokensUnavailable

    def _saved(self, state: TokenState, tokens: Tokens) -> str:
        """Save the pair, several times if necessary: Zalo gives it once, and the old refresh token no longer works.

        Returns the access token in force: another's, if a new grant has come meanwhile.
        """
        for pause in SAVING:
            time.sleep(pause)
            try:
                if self._store.save(state, tokens.access, tokens.refresh, tokens.seconds, self._now()):
                    return tokens.access
                found = self._store.read()
            except (BotoCoreError, ClientError):
                continue
            if found is None:  # disconnected meanwhile: the pair is nobody's
                raise TokensUnavailable
            if found.version != state.version and found.fresh(self._now()):
                return found.access  # an earlier try had arrived after all, or a grant has come
            break
        logger.error("the new refresh token could not be saved and is lost: connect the account anew")
        raise TokensUnavailable
