"""Connecting an account: an administrator's grant at Zalo, by authorization code with PKCE, bound to who asked for it.

    begin ──▶ Zalo's page of consent ──▶ finish: the state once, by who began it, within ten minutes; the code for tokens;
                                          Zalo says whose tokens they are; the account is kept, if nobody else has it

Source: Zalo's OAuth v4 for Official Accounts. The account's id is what Zalo answers to the new token: what the address
says that the browser came back to is nobody's word.
"""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from accounts.account import Account
from accounts.store import AccountStore, Grant
from cccd.errors import AccountTaken, GrantOver, ZaloUnavailable
from cccd.observability import logger
from cccd.transactions import Refused
from zalo.official_account import GrantRefused, NotSent, OfficialAccountApi, Uncertain

RETRY_AFTER = 30  # seconds


@dataclass(frozen=True, repr=False)
class App:
    """Our app at Zalo: its id and secret, where people consent, and the page to which they come back."""

    id: str
    secret: bytes
    consent_url: str
    back: str


def begin(accounts: AccountStore, app: App, offices: Sequence[str], by: str, now: datetime) -> tuple[str, str]:
    """The address of Zalo's page of consent, and the state with which the browser comes back from it."""
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    accounts.begin(state, by, Grant(tuple(sorted(offices)), verifier), now)
    query = {"app_id": app.id, "redirect_uri": app.back, "code_challenge": challenge, "state": state}
    return f"{app.consent_url.rstrip('/')}/v4/oa/permission?{urlencode(query)}", state


def finish(
    accounts: AccountStore,
    app: App,
    api: OfficialAccountApi,
    state: str,
    code: str,
    by: str,
    now: datetime,
    office: str | None = None,
) -> Account:
    """The account that is connected now; with `office`, the grant must have been begun for that office alone.

    Raises:
        GrantOver: nobody, or somebody else, began it; it was answered already, or too late; or Zalo refuses its code.
        AccountTaken: another office has that account, or the office has another.
        ZaloUnavailable: Zalo did not answer; the grant has to be begun anew.
        TemporarilyUnavailable
    """
    grant = accounts.redeem(state, by, now)
    if grant is None or (office and grant.offices != (office,)):
        raise GrantOver
    try:
        tokens = api.redeem(app.id, app.secret, code, grant.verifier)
        account_id, name = api.whose(tokens.access)
    except GrantRefused as refusal:
        logger.warning("Zalo refused a grant", zalo_error=refusal.code)
        raise GrantOver from None
    except (NotSent, Uncertain) as failure:
        logger.error("Zalo gave no tokens for a grant", zalo_error=failure.code)
        raise ZaloUnavailable(retry_after=RETRY_AFTER) from None
    before = accounts.remembered(account_id)
    account = replace(before, name=name) if before else Account(account_id, name)
    account = replace(account, offices=grant.offices, everywhere=not grant.offices)
    if not accounts.connect(account, tokens, by, now):
        raise AccountTaken
    if account.everywhere:
        _with_the_former_people(accounts, account, now)
    logger.info("an account is connected", account=account_id, offices=list(grant.offices))
    return account


def _with_the_former_people(accounts: AccountStore, account: Account, now: datetime) -> None:
    """If the pair of the account that was alone before is lost, the account that speaks everywhere is that one, granted anew."""
    former = accounts.former_tokens()
    state = former.read()
    if state and state.lost:
        with suppress(Refused):  # another has done it
            accounts.merge(account.id, former, state, now)
