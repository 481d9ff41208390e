"""Every hour: renew the access token before it ends, and say when the refresh token nears its own."""

from datetime import datetime

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from cccd import clock
from cccd.dynamodb import client
from cccd.http import Event
from cccd.keyring import secret
from cccd.observability import flush_metrics, metrics
from cccd.settings import Settings
from zalo.official_account import OfficialAccountApi
from zalo.tokens import EARLY, REFRESH_TOKEN_LIFE, TokenKeeper, TokenState, TokenStore, TokensUnavailable


class RefreshSettings(Settings):
    """The table, the app, and where Zalo is asked."""

    chat_table: str
    zalo_app_secret: str
    zalo_app_id: str
    oa_grant: str
    zalo_openapi_url: str
    zalo_oauth_url: str


settings = RefreshSettings.load()


def handler(event: Event, context: LambdaContext) -> dict[str, object]:
    now = clock.now()
    store = TokenStore(client(), settings.chat_table)
    api = OfficialAccountApi(settings.zalo_openapi_url, settings.zalo_oauth_url)
    keeper = TokenKeeper(
        store, api, settings.zalo_app_id, secret(settings.zalo_app_secret), lambda: secret(settings.oa_grant, anew=True)
    )
    try:
        renewed = renew_in_time(store, keeper, now)
    finally:
        api.close()
    state = store.read()
    days = days_left(state, now)
    metrics.add_metric("OfficialAccountTokenDaysLeft", MetricUnit.Count, days)
    metrics.add_metric("OfficialAccountCannotSend", MetricUnit.Count, 0 if state and state.fresh(clock.now()) else 1)
    flush_metrics()
    return {"renewed": renewed, "daysLeft": days}


def renew_in_time(store: TokenStore, keeper: TokenKeeper, now: datetime) -> bool:
    """Refresh a token that is about to end; whether this call did. An unused account is refreshed too, daily."""
    state = store.read()
    if state and state.fresh(now + EARLY):
        return False
    try:
        keeper.refresh(used=state.access if state else None)
    except TokensUnavailable:
        return False
    return True


def days_left(state: TokenState | None, now: datetime) -> int:
    """Whole days until the refresh token is dead; 0 if there is none that works."""
    if state is None or state.lost:
        return 0
    return max(0, (state.granted_at + REFRESH_TOKEN_LIFE - now).days)
