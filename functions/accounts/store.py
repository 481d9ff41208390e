"""The accounts, in the table of the chat.

pk                  sk          what
ACCOUNT#<id>        ACCOUNT     name, offices, everywhere, templates, people, connectedBy, connectedAt; `disconnected` once it is
TOKENS#<id>         TOKENS      its pair of tokens, with a lease of its own (zalo/tokens.py)
SPEAKS#<for>        ACCOUNT     the account that speaks for an office (its id), for a province (`province <name>`) or `everywhere`
GRANT#<state>       GRANT       a grant that was begun: the hash of its state, who asked, for which offices, the PKCE verifier; ten minutes
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from accounts.account import Account, province_of
from cccd.clock import epoch
from cccd.dynamodb import Item
from cccd.table import NEW, THERE, Key, Table
from cccd.transactions import Refused, Write
from offices.directory import directory
from offices.office import Office
from zalo.acquaintances import ONE_FOR_ALL
from zalo.official_account import Tokens
from zalo.tokens import TokenState, TokenStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EVERYWHERE = "everywhere"
CONNECTED = f"{THERE} AND attribute_not_exists(disconnected)"
GRANT_LASTS = timedelta(minutes=10)


@dataclass(frozen=True, repr=False)
class Grant:
    """A grant that somebody began: for which offices, and the verifier that only we know."""

    offices: tuple[str, ...]
    verifier: str


class AccountStore:
    """The accounts in the table `name`, through `client`."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self._client = client
        self._name = name
        self._table = Table(client, name)

    def find(self, account_id: str) -> Account | None:
        """The connected account of that id."""
        item = self._table.get(_key(account_id))
        return _account(item) if item and not item.get("disconnected") else None

    def remembered(self, account_id: str) -> Account | None:
        """The account of that id, also one that is disconnected: its people are known where they were."""
        item = self._table.get(_key(account_id))
        return _account(item) if item else None

    def of_office(self, office: Office) -> list[Account]:
        """The accounts that may speak for the office, the nearest first: two requests, whatever the number of accounts."""
        whose = [office.id, f"province {office.province}", EVERYWHERE]
        spoken = {item["pk"]: str(item["account"]) for item in self._table.get_all([_speaks(each) for each in whose])}
        ids = list(dict.fromkeys(spoken[pk] for each in whose if (pk := _speaks(each)["pk"]) in spoken))
        found = (
            {item["pk"]: _account(item) for item in self._table.get_all([_key(each) for each in ids])} if ids else {}
        )
        return [found[pk] for each in ids if (pk := _key(each)["pk"]) in found]

    def own(self, office_id: str) -> Account | None:
        """The account that speaks for that office alone, or for it and others by name."""
        item = self._table.get(_speaks(office_id))
        return self.find(item["account"]) if item else None

    def tokens(self, account_id: str) -> TokenStore:
        """Where the pair of that account is kept."""
        return TokenStore(self._client, self._name, account_id)

    def former_tokens(self) -> TokenStore:
        """The pair of the account that was alone before accounts had ids here."""
        return TokenStore(self._client, self._name)

    def adopt(self, account: Account, former: TokenStore, state: TokenState, now: datetime) -> None:
        """The former pair, as it was read, is this account's from now on.

        Raises:
            Refused: it has changed since, or the account is connected already.
            Unknown: nobody knows; another try finds out.
        """
        moved = self.tokens(account.id).moved_from(state, now)
        free = f"{NEW} OR disconnected = :true"
        kept = self._table.put(_item(account, "the former account", now), free, {":true": True})
        self._table.commit([kept, self._speak(EVERYWHERE, account.id), moved, former.given_up(state, now)])

    def merge(self, account_id: str, former: TokenStore, state: TokenState, now: datetime) -> None:
        """The former account is this one, which is connected already: its people are this one's, its pair is given up.

        Raises:
            Refused, Unknown: another run has done it, or nobody knows.
        """
        people = self._table.update(_key(account_id), "SET people = :people", THERE, {":people": ONE_FOR_ALL})
        self._table.commit([people, former.given_up(state, now)])

    # --- connecting -------------------------------------------------------------------------------------------

    def begin(self, state: str, by: str, grant: Grant, now: datetime) -> None:
        """Somebody (`by`) asks for a grant; `state` comes back with it."""
        until = epoch(now + GRANT_LASTS)
        told = {"by": by, "offices": list(grant.offices), "verifier": grant.verifier, "until": until, "ttl": until}
        self._table.write(self._table.put({**_grant(state), **told}))

    def redeem(self, state: str, by: str, now: datetime) -> Grant | None:
        """The grant that `by` began with that state, once and in time; None otherwise."""
        item = self._table.get(_grant(state))
        if item is None or item["by"] != by or item["until"] <= epoch(now):
            return None
        if not self._table.written(
            self._table.delete(_grant(state), "verifier = :verifier", {":verifier": item["verifier"]})
        ):
            return None
        return Grant(tuple(item["offices"]), item["verifier"])

    def connect(self, account: Account, tokens: Tokens, by: str, now: datetime) -> bool:
        """Keep the account and its pair, which takes the place of one before; False if the account or an office is taken.

        A taken account keeps the new pair all the same: it may have ended the one before, and it is the same account's.
        """
        store = self.tokens(account.id)
        spoken = [self._speak(each, account.id) for each in _spoken_for(account)]
        free = f"{NEW} OR disconnected = :true OR offices = :offices"
        kept = self._table.put(_item(account, by, now), free, {":offices": list(account.offices), ":true": True})
        try:
            self._table.commit([kept, *spoken, store.granted(tokens, now)])
        except Refused:
            connected = self._table.check(_key(account.id), CONNECTED)
            with suppress(Refused):
                self._table.commit([connected, store.granted(tokens, now)])
            return False
        return True

    def disconnect(self, account: Account) -> None:
        """Forget the account's tokens, and for whom it speaks, as it was read. Twice is the same as once, and another's since stays.

        Its people stay known, until they leave.
        """
        mine, offices = {":account": account.id}, {":offices": list(account.offices), ":true": True}
        gone = [
            self._table.delete(_speaks(each), f"{NEW} OR account = :account", mine) for each in _spoken_for(account)
        ]
        same = "offices = :offices AND attribute_not_exists(disconnected)"
        over = self._table.update(_key(account.id), "SET disconnected = :true", same, offices)
        with suppress(Refused):  # somebody has disconnected it already, and it may be another's by now
            self._table.commit([over, self.tokens(account.id).forgotten(), *gone])

    def name_templates(self, account_id: str, templates: dict[str, str]) -> bool:
        """The account's template messages, by kind; False if it is not connected."""
        update = self._table.update(
            _key(account_id), "SET templates = :templates", CONNECTED, {":templates": templates}
        )
        return self._table.written(update)

    def _speak(self, whose: str, account_id: str) -> Write:
        item = {**_speaks(whose), "account": account_id}
        return self._table.put(item, f"{NEW} OR account = :account", {":account": account_id})


def _spoken_for(account: Account) -> list[str]:
    provinces = (province_of(directory().find(each)) for each in account.offices)
    whose = [*account.offices, *(f"province {each}" for each in provinces if each)]
    return [*whose, EVERYWHERE] if account.everywhere else whose


def _item(account: Account, by: str, now: datetime) -> Item:
    return {
        **_key(account.id),
        "name": account.name,
        "offices": list(account.offices),
        "everywhere": account.everywhere,
        "templates": dict(account.templates),
        "people": account.people or None,
        "connectedBy": by,
        "connectedAt": epoch(now),
    }


def _account(item: Item) -> Account:
    return Account(
        id=item["pk"].removeprefix("ACCOUNT#"),
        name=item["name"],
        offices=tuple(item["offices"]),
        everywhere=item["everywhere"],
        templates=item["templates"],
        people=item.get("people", ""),
    )


def _key(account_id: str) -> Key:
    return {"pk": f"ACCOUNT#{account_id}", "sk": "ACCOUNT"}


def _speaks(whose: str) -> Key:
    return {"pk": f"SPEAKS#{whose}", "sk": "ACCOUNT"}


def _grant(state: str) -> Key:
    return {"pk": f"GRANT#{hashlib.sha256(state.encode(errors='replace')).hexdigest()[:32]}", "sk": "GRANT"}
