"""The account of a deployment that had one account, before accounts had ids here: it becomes one that speaks everywhere.

Its people stay where they are (`zalo.acquaintances.ONE_FOR_ALL`). Its id is Zalo's answer to its own token.
"""

from collections.abc import Callable
from datetime import datetime

from accounts.account import Account
from accounts.store import AccountStore
from cccd.observability import logger
from cccd.transactions import Refused, Unknown
from zalo.acquaintances import ONE_FOR_ALL
from zalo.official_account import NotSent, OfficialAccountApi, Uncertain
from zalo.tokens import TokenKeeper, TokenStore, TokensUnavailable


def move_former(
    accounts: AccountStore,
    keeper: Callable[[TokenStore, OfficialAccountApi], TokenKeeper],
    api: OfficialAccountApi,
    now: datetime,
) -> bool:
    """Move it, if it is there and Zalo says which account it is; otherwise the next run tries. Returns whether it moved."""
    former = accounts.former_tokens()
    state = former.read()
    if state is None or state.lost:
        return False
    try:
        account_id, name = api.whose(keeper(former, api).access())
    except (TokensUnavailable, NotSent, Uncertain):
        logger.warning("the former account does not say who it is")
        return False
    state = former.read()
    if state is None:
        return False
    try:
        if accounts.find(account_id):
            accounts.merge(account_id, former, state, now)
        else:
            accounts.adopt(Account(account_id, name, everywhere=True, people=ONE_FOR_ALL), former, state, now)
    except (Refused, Unknown):  # it is being refreshed, or another run has moved it
        return False
    logger.info("the former account has moved", account=account_id)
    return True
