"""Every hour: renew the access token before it ends, and report when the refresh token is near its end."""

from datetime import datetime

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from cccd import clock
from cccd.invocation import Event
from cccd.observability import flush_metrics, metrics
from zalo.settings import OfficialAccountSettings
from zalo.tokens import EARLY, REFRESH_TOKEN_LIFE, TokenKeeper, TokenState, TokenStore, TokensUnavailable

settings = OfficialAccountSettings.load()


def handler(event: Event, context: LambdaContext) -> dict[str, object]:
    now, store, api = clock.now(), settings.token_store(), settings.api()
    try:
        renewed = renew_in_time(store, settings.tokens(api), now)
    finally:
        api.close()
    state = store.read()
    days = days_left(state, now)
    metrics.add_metric("OfficialAccountTokenDaysLeft", MetricUnit.Count, days)
    metrics.add_metric("OfficialAccountCannotSend", MetricUnit.Count, 0 if state and state.fresh(clock.now()) else 1)
    flush_metrics()
    return {"renewed": renewed, "daysLeft": days}


def renew_in_time(store: TokenStore, keeper: TokenKeeper, now: datetime) -> bool:
    """Refresh a token that is about to end; returns whether this call did. An unused account is refreshed daily too."""
    state = store.read()
    if state and state.fresh(now + EARLY):
        return False
    try:
        keeper.refresh(used=state.access if state else None)
    except TokensUnavailable:
        return False
    return True


def days_left(state: TokenState | None, now: datetime) -> int:
    """Whole days until the refresh token ends; 0 if no token works."""
    if state is None or state.lost:
        return 0
    return max(0, (state.granted_at + REFRESH_TOKEN_LIFE - now).days)
