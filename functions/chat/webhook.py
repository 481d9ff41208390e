"""Zalo's two webhooks: check that Zalo sent it, put it into the queue, answer. Nothing slow happens here.

Zalo waits two seconds, repeats what failed for about two hours, and then gives up the subscription.
"""

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from aws_lambda_powertools.metrics import MetricUnit
from botocore.config import Config

from cccd import clock
from cccd.aws import make_client
from cccd.errors import BadSignature, MalformedJson, TemporarilyUnavailable
from cccd.http import lambda_handler, refuses, resolver
from cccd.keyring import secret
from cccd.observability import metrics
from cccd.settings import Settings
from cccd.wire import Model
from zalo.signatures import like_a_mac, matches, mini_app_mac, official_account_mac, recent

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

app = resolver()


class WebhookSettings(Settings):
    """The queue, and the names of the secrets."""

    chat_queue_url: str
    zalo_app_id: str
    oa_secret: str
    mini_app_key: str


class Received(Model):
    """All that Zalo wants to read."""

    received: bool = True


settings = WebhookSettings.load()


@cache
def queue() -> "SQSClient":
    found: SQSClient = make_client(
        "sqs", Config(connect_timeout=0.5, read_timeout=1, retries={"total_max_attempts": 1})
    )
    return found


@app.post("/zalo/official-account/events", summary="Official Account webhook", description="Signed by Zalo.")
@refuses(BadSignature, TemporarilyUnavailable)
def receive_chat_event() -> Received:
    body, event = _body()
    timestamp = str(event.get("timestamp", ""))
    mac = official_account_mac(settings.zalo_app_id, body, timestamp, secret(settings.oa_secret))
    _accept(event, mac, "Chat")
    return Received()


@app.post("/zalo/mini-app/events", summary="Mini App consent webhook", description="Signed by Zalo.")
@refuses(BadSignature, TemporarilyUnavailable)
def receive_mini_app_event() -> Received:
    _, event = _body()
    _accept(event, mini_app_mac(event, secret(settings.mini_app_key)), "Consent")
    return Received()


def _body() -> tuple[str, dict[str, Any]]:
    """The body as it came, and as an object; the edge has made sure that it is one, or empty."""
    body = app.current_event.body
    if not body:
        raise MalformedJson
    event = json.loads(body)
    assert isinstance(event, dict)
    return body, event


def _accept(event: dict[str, Any], mac: str, kind: Literal["Chat", "Consent"]) -> None:
    """Put the event into the queue, if Zalo signed it just now.

    Anybody may post here, so what carries no signature at all is counted apart: it says nothing about our secrets.
    """
    sent = app.current_event.headers.get("x-zevent-signature")
    if not matches(sent, mac) or not recent(event.get("timestamp"), clock.now()):
        metrics.add_metric(f"{kind}EventsRefused" if like_a_mac(sent) else "UnsignedPosts", MetricUnit.Count, 1)
        raise BadSignature
    queue().send_message(QueueUrl=settings.chat_queue_url, MessageBody=json.dumps({"event": event}))
    metrics.add_metric(f"{kind}EventsAccepted", MetricUnit.Count, 1)


handler = lambda_handler(app)
