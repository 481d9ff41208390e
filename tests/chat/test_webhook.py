"""Zalo's webhooks: events that Zalo signed go into the queue, all others are refused, in both formulas."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from cccd import clock
from cccd.keyring import secret
from chat.webhook import handler, settings
from infra.template import Stack
from tests.gateway import Answer, call
from zalo.signatures import mini_app_mac

OA = "/zalo/official-account/events"
MINI = "/zalo/mini-app/events"


@pytest.fixture
def queue(aws: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="ChatQueue")["QueueUrl"]
    monkeypatch.setattr("chat.webhook.queue", lambda: sqs)
    monkeypatch.setattr("chat.webhook.settings", settings.model_copy(update={"chat_queue_url": url}))

    def messages() -> list[dict[str, Any]]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(each["Body"]) for each in found]

    yield messages
    sqs.close()


def event(sent: datetime | None = None, **changes: Any) -> dict[str, Any]:
    moment = sent or clock.now()
    return {
        "app_id": settings.zalo_app_id,
        "event_name": "user_send_text",
        "sender": {"id": "777"},
        "message": {"text": "chào", "msg_id": "m1"},
        "timestamp": str(int(moment.timestamp() * 1000)),
    } | changes


def signed(body: str, timestamp: str) -> str:
    key = secret("OfficialAccountSecret").decode()
    return hashlib.sha256(f"{settings.zalo_app_id}{body}{timestamp}{key}".encode()).hexdigest()


def post(body: str, mac: str | None) -> Answer:
    return call(handler, "POST", OA, raw=body, headers={"x-zevent-signature": mac} if mac else {})


@pytest.mark.parametrize("prefix", ["mac=", ""])
def test_what_zalo_signed_is_queued(queue: Any, prefix: str) -> None:
    told = event()
    body = json.dumps(told, ensure_ascii=False)
    assert post(body, prefix + signed(body, told["timestamp"])).status == 200
    assert queue() == [{"event": told}]


@pytest.mark.parametrize("mac", [None, "", "mac=", "mac=00", "mac=" + "0" * 64, "🙂"])
def test_a_bad_signature_is_refused(queue: Any, mac: str | None) -> None:
    assert post(json.dumps(event()), mac).code == "bad_signature"
    assert queue() == []


@pytest.mark.parametrize(
    ("mac", "counted"),
    [
        (None, "UnsignedPosts"),
        ("mac=00", "UnsignedPosts"),
        ("mac=" + "0" * 64, "ChatEventsRefused"),
        ("0" * 64, "ChatEventsRefused"),
    ],
)
def test_what_is_refused_is_counted_by_whether_zalo_may_have_sent_it(
    queue: Any, capsys: pytest.CaptureFixture[str], mac: str | None, counted: str
) -> None:
    """An alarm compares the refused with the accepted; what anybody may post by hand counts for neither."""
    post(json.dumps(event()), mac)
    told = capsys.readouterr().out
    assert f'"{counted}":[1.0]' in told
    assert ("Refused" in told) == (counted == "ChatEventsRefused")


def test_what_is_accepted_is_counted(queue: Any, capsys: pytest.CaptureFixture[str]) -> None:
    told = event()
    body = json.dumps(told)
    post(body, signed(body, told["timestamp"]))
    assert '"ChatEventsAccepted":[1.0]' in capsys.readouterr().out


def test_the_webhook_may_read_only_the_secrets_that_sign_events(stack: Stack) -> None:
    environment = stack.functions["OfficialAccountFunction"].environment
    secrets = {value for value in environment.values() if value in {each.name for each in stack.secrets.values()}}
    assert secrets == {"OfficialAccountSecret", "MiniAppKey"}


def test_a_changed_body_is_refused(queue: Any) -> None:
    told = event()
    body = json.dumps(told)
    assert post(body.replace("777", "778"), signed(body, told["timestamp"])).code == "bad_signature"


@pytest.mark.parametrize("ago", [timedelta(hours=4), timedelta(days=300), -timedelta(hours=1)])
def test_an_old_or_future_signature_is_refused(queue: Any, ago: timedelta) -> None:
    told = event(clock.now() - ago)
    body = json.dumps(told)
    assert post(body, signed(body, told["timestamp"])).code == "bad_signature"


@pytest.mark.parametrize("timestamp", ["", "soon", None, "9" * 400, [1]])
def test_a_signature_over_no_time_is_refused(queue: Any, timestamp: Any) -> None:
    body = json.dumps(event(timestamp=timestamp))
    assert post(body, signed(body, str(timestamp))).code == "bad_signature"


@pytest.mark.parametrize("raw", ["", "{", "[]", '"x"', "null"])
def test_what_is_no_event_is_refused(queue: Any, raw: str) -> None:
    assert post(raw, "mac=00").code == "malformed_json"


@pytest.mark.parametrize(
    "raw", ['{"timestamp":"\\ud800"}', '{"event":"\\ud800","timestamp":1}', '{"message":{"msg_id":"\\udfff"}}']
)
def test_half_a_character_is_refused_like_any_other_forgery(queue: Any, raw: str) -> None:
    for path in (OA, MINI):
        assert call(handler, "POST", path, raw=raw, headers={"x-zevent-signature": "mac=00"}).code == "bad_signature"


def test_a_megabyte_is_refused(queue: Any) -> None:
    assert post(json.dumps(event(more="x" * 1_000_000)), "mac=00").code == "payload_too_large"


def test_a_withdrawn_consent_is_queued(queue: Any) -> None:
    told = {
        "event": "user.revoke.consent",
        "appId": "1",
        "userId": "1001",
        "timestamp": int(clock.now().timestamp() * 1000),
    }
    mac = mini_app_mac(told, secret("MiniAppKey"))
    answer = call(handler, "POST", MINI, body=told, headers={"x-zevent-signature": mac})
    assert answer.status == 200
    assert queue()[0]["event"] == told
    forged = call(handler, "POST", MINI, body=told | {"userId": "1002"}, headers={"x-zevent-signature": mac})
    assert forged.code == "bad_signature"


def test_the_mini_apps_formula() -> None:
    """Values in the order of their keys, then the key: calculated by hand."""
    told = {"userId": "u", "event": "e", "appId": "a", "timestamp": 5}
    assert mini_app_mac(told, b"k") == hashlib.sha256(b"ae5uk").hexdigest()
