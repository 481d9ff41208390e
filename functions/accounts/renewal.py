"""Every minute: renew the tokens that are due, a bounded number in each run, and tell which accounts are unwell.

Each pair is due at a moment of its own (`zalo.tokens.SPREAD`), so that those of accounts connected on one day are renewed
over an hour, and not at once.
"""

from collections.abc import Callable
from datetime import datetime
from itertools import islice

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from accounts.former import move_former
from accounts.settings import OfficialAccountSettings
from accounts.store import AccountStore
from cccd import clock
from cccd.dynamodb import client
from cccd.invocation import Event, time_left
from cccd.observability import flush_metrics, logger, metrics
from cccd.table import Table
from zalo.tokens import EARLY, FAILING, LOST, TOKENS, TokenKeeper, TokenStore, TokensUnavailable

A_RUN = 100  # accounts: 6,000 in an hour, of the 4,000 requests in a minute that Zalo takes of an app
ONE_RENEWAL = 20_000  # milliseconds: Zalo's patience, and the tries to save
NAMED = 20  # unwell accounts in the log line

settings = OfficialAccountSettings.load()


def handler(event: Event, context: LambdaContext) -> dict[str, int]:
    api, accounts, now = settings.api(), settings.accounts(), clock.now()
    try:
        move_former(accounts, settings.keeper, api, now)
        renewed = renew_due(
            accounts,
            lambda store: settings.keeper(store, api),
            Table(client(), settings.chat_table),
            now,
            time_left(context, ONE_RENEWAL),
        )
    finally:
        api.close()
    unwell = unwell_accounts(accounts, Table(client(), settings.chat_table), now)
    if (former := accounts.former_tokens().read()) and former.lost:
        unwell.append("the account that was alone before")
    if unwell:
        logger.error("accounts are unwell", count=len(unwell), accounts=unwell[:NAMED])
    metrics.add_metric("AccountsUnwell", MetricUnit.Count, len(unwell))
    flush_metrics()
    return {"renewed": renewed, "unwell": len(unwell)}


def renew_due(
    accounts: AccountStore,
    keeper: Callable[[TokenStore], TokenKeeper],
    table: Table,
    now: datetime,
    time_left: Callable[[], bool] = lambda: True,
) -> int:
    """Renew what is due; returns how many were. One that fails comes back later and stops no other."""
    renewed = tried = 0
    for account_id in _due(table, now):
        if tried == A_RUN or not time_left():
            break
        store = accounts.tokens(account_id)
        state = store.read()
        if state is None or state.lost or state.due_at > now:
            continue  # the index is read a moment late: another has done it
        tried += 1
        try:
            keeper(store).refresh(used=state.access)
            renewed += 1
        except TokensUnavailable:
            store.postpone(state, now)
    return renewed


def unwell_accounts(accounts: AccountStore, table: Table, now: datetime) -> list[str]:
    """The accounts that cannot send: their pair is lost, or could not be renewed in time."""
    lost = [_account(item["pk"]) for item in table.in_partition(LOST)]
    # What should have been renewed long ago is looked at too: a run that never comes to an account says nothing of it.
    overdue = [_account(item["pk"]) for item in table.due(TOKENS, now - EARLY, most=A_RUN)]
    failing = overdue + [_account(item["pk"]) for item in islice(table.in_partition(FAILING), A_RUN)]
    late = [each for each in failing if (state := accounts.tokens(each).read()) and not state.fresh(now)]
    return lost + late


def _due(table: Table, now: datetime) -> list[str]:
    return [
        _account(item["pk"]) for partition in (TOKENS, FAILING) for item in table.due(partition, now, most=2 * A_RUN)
    ]


def _account(pk: str) -> str:
    return pk.removeprefix("TOKENS#")
