"""Least privilege, proved: the functions of the chat and of messages may do exactly what they do."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine

from accounts import desk_api, operator, renewal
from accounts.account import Account
from accounts.store import AccountStore
from bookings import items
from bookings.booking import BookingStatus
from bookings.holding import hold
from bookings.items import booking_item
from bookings.lifecycle import Ask, confirm
from bookings.store import BookingStore
from cccd.clock import epoch
from cccd.dynamodb import client, to_item
from cccd.hashes import citizen_hash
from cccd.table import Table
from chat import worker
from consent.choices import Consent
from consent.store import FIELDS
from declarations.declaration import Declaration, DeclarationStatus
from declarations.linking import VISIBLE
from declarations.sealing import KmsKey
from declarations.store import DeclarationStore
from declarations.use import Use
from feedback.store import FeedbackStore
from images.store import Images
from infra.intrinsics import read
from local.zalo import FakeZalo
from notifications import outbox, sender
from tests.accounts.conftest import consented, state_of
from tests.bookings.holds import held
from tests.bookings.wishes import LIMIT, NOW, RULES, slot, wish
from tests.conftest import BUCKET, TEMPLATE
from tests.desk.officers import at_desk, claims
from tests.gateway import CONTEXT
from tests.template.iam import allowed, performed
from tests.zalo.accounts import HOME, OA, SECOND, UNCONNECTED, connect
from zalo.tokens import LEASE

__all__ = ["performed"]  # a fixture

FOLLOW = {"event_name": "follow", "oa_id": OA, "follower": {"id": "777"}, "user_id_by_app": "1001"}
LEFT = FOLLOW | {"event_name": "unfollow"}
KEY = b"a key of the tests"
CITIZEN = citizen_hash(KEY, "1001")


@pytest.fixture
def zalo(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeZalo]:
    """A fake Zalo for the functions."""
    with FakeZalo() as fake:
        addresses = {"zalo_openapi_url": fake.url, "zalo_oauth_url": fake.url, "zalo_app_id": fake.app_id}

        def given(name: str, *, anew: bool = False) -> bytes:
            return KEY if name == "IdentityKey" else fake.secrets[name].encode()

        modules: tuple[ModuleType, ...] = (worker, sender, renewal, desk_api, operator)
        for module in modules:
            monkeypatch.setattr(module, "settings", module.settings.model_copy(update=addresses))
        for name in ("chat.worker", "accounts.settings"):
            monkeypatch.setattr(f"{name}.secret", given)
        yield fake


def tell(event: dict[str, Any], known_as: str, failed: Sequence[str] = ()) -> None:
    known = event | {"message": event.get("message", {}) | {"msg_id": known_as}}
    record = {"messageId": known_as, "body": json.dumps({"event": known}), "eventSource": "aws:sqs"}
    told = worker.handler({"Records": [record]}, CONTEXT)
    assert told == {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}


def declared() -> str:
    """A declaration of 2021, which holds sensitive answers; returns its id."""
    store = DeclarationStore(client(), "DeclarationsTable", KmsKey("alias/SensitiveKey"))
    consent = Consent("2026-01-01", ("declaration", "notifications"), NOW)
    answers: Any = {"ethnicity": "Kinh", "oldCardNumber": "024123456"}
    declaration = Declaration(
        id="d" * 26,
        citizen=CITIZEN,
        status=DeclarationStatus.SUBMITTED,
        version=1,
        edition="legacy-2021",
        procedure="cap-cccd",
        office_id="ca-26740",
        answers=answers,
        consent=consent,
        created_at=NOW,
        updated_at=NOW,
        submitted_at=NOW,
        kept_until=NOW + timedelta(days=45),
    )
    assert store.add(declaration)
    return declaration.id


def confirmed(declaration_id: str) -> None:
    """A booking of the citizen, reported by the stream."""
    store = BookingStore(client(), "BookingsTable")
    wanted = wish("lan", citizen=CITIZEN, at=slot(4), office_id="ca-26740", declaration_id=declaration_id)
    hold(store, wanted, RULES, LIMIT, NOW)
    booking = confirm(store, Ask(wanted.id, CITIZEN, NOW))
    image = to_item(items.booking_item(booking))
    record = {"eventName": "MODIFY", "dynamodb": {"NewImage": image, "SequenceNumber": "1"}}
    assert outbox.handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}


def test_the_sender_reads_no_sealed_answer_and_may_not(
    performed: set[tuple[str, str]], zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch
) -> None:
    (statement,) = [
        each
        for each in read(TEMPLATE)["Resources"]["SenderFunction"]["Properties"]["Policies"][0]["Statement"]
        if each["Resource"] == {"Fn::GetAtt": "DeclarationsTable.Arn"}
        or each["Resource"] == {"Fn::GetAtt": ["DeclarationsTable", "Arn"]}
    ]
    may = set(statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"])
    assert may == {"pk", "sk", *VISIBLE, *FIELDS}
    assert "sealed" not in may
    assert not any(action.startswith("kms:") for action, _ in allowed("SenderFunction"))
    asked: list[set[str]] = []

    def note(params: dict[str, Any], **_: object) -> None:
        if params.get("TableName") == "DeclarationsTable":
            asked.append(set(params["ExpressionAttributeNames"].values()))

    connect(client(), zalo, NOW)
    with time_machine.travel(NOW, tick=False):
        tell(FOLLOW, "1")
        confirmed(declared())
        events = client().meta.events
        for read_by in ("GetItem", "Query"):
            events.register(f"provide-client-params.dynamodb.{read_by}", note)
        try:
            assert sender.handler({}, CONTEXT) == {"sent": 1}
        finally:
            for read_by in ("GetItem", "Query"):
                events.unregister(f"provide-client-params.dynamodb.{read_by}", note)
    assert len(asked) == 2 and all(names and names <= may for names in asked)


def test_each_function_may_do_exactly_what_it_does(performed: set[tuple[str, str]], zalo: FakeZalo) -> None:
    with time_machine.travel(NOW, tick=False) as at:
        connect(client(), zalo, NOW)
        tell(FOLLOW, "1")
        zalo.account.refuse = [-32]
        tell(FOLLOW, "2", failed=["2"])
        answered = set(performed)

        declaration = declared()
        performed.clear()
        confirmed(declaration)
        told = {each for each in performed if each[1] == "NoticesTable"}
        ended = replace(held(BookingStore(client(), "BookingsTable"), "hoa"), status=BookingStatus.CANCELLED)
        performed.clear()
        change = {"eventName": "INSERT", "dynamodb": {"NewImage": to_item(booking_item(ended)), "SequenceNumber": "1"}}
        assert outbox.handler({"Records": [change]}, CONTEXT) == {"batchItemFailures": []}
        assert performed | told == allowed("OutboxFunction")

        performed.clear()
        at.shift(LEASE)
        zalo.account.refuse = [-216]
        assert sender.handler({}, CONTEXT) == {"sent": 0}
        at.shift(LEASE)
        assert sender.handler({}, CONTEXT) == {"sent": 1}
        assert performed | {("dynamodb:PutItem", "ChatTable")} == allowed("SenderFunction"), "PutItem: an outage"

        accounts = AccountStore(client(), "ChatTable")
        accounts.disconnect(HOME)
        former = {"access": "-", "refresh": zalo.account.refresh_token, "accessEnds": 0, "grantedAt": 0, "version": 7}
        client().put_item(TableName="ChatTable", Item=to_item({"pk": "TOKENS", "sk": "TOKENS", **former}))
        connect(client(), zalo, NOW, Account(SECOND, "", ("ca-26743",)))
        zalo.accounts.by_id[SECOND].refresh_token = "known to nobody"
        performed.clear()
        assert renewal.handler({}, CONTEXT) == {"renewed": 0, "unwell": 1}
        assert accounts.find(HOME.id) is not None
        assert performed == allowed("AccountsFunction")

        performed.clear()
        path = "/desk/offices/ca-26740/account"
        begun = at_desk("POST", f"{path}/grants", claims("[ca-26740.chief]"), via=desk_api.handler).body
        code = consented(begun["url"], UNCONNECTED)
        granted = {"state": begun["state"], "code": code}
        assert at_desk("PUT", path, claims("[ca-26740.chief]"), via=desk_api.handler, body=granted).status == 200
        begun = at_desk("POST", f"{path}/grants", claims("[ca-26740.chief]"), via=desk_api.handler).body
        taken = {"state": begun["state"], "code": consented(begun["url"], SECOND)}  # of another office
        assert (
            at_desk("PUT", path, claims("[ca-26740.chief]"), via=desk_api.handler, body=taken).code == "account_taken"
        )
        assert at_desk("DELETE", path, claims("[ca-26740.chief]"), via=desk_api.handler).status == 204
        connection = set(performed)
        assert connection == allowed("ConnectionFunction")
        performed.clear()
        address = operator.handler({"begin": {"offices": ["ca-26740"]}}, CONTEXT)["consent"]
        back = (
            f"https://desk.example/?{urlencode({'state': state_of(address), 'code': consented(address, UNCONNECTED)})}"
        )
        assert operator.handler({"finish": back}, CONTEXT)["connected"] == UNCONNECTED
        address = operator.handler({"begin": {"offices": ["ca-27004"]}}, CONTEXT)["consent"]
        back = f"https://desk.example/?{urlencode({'state': state_of(address), 'code': consented(address, SECOND)})}"
        assert "refused" in operator.handler({"finish": back}, CONTEXT)
        operator.handler({"unwell": True}, CONTEXT)
        operator.handler({"disconnect": UNCONNECTED}, CONTEXT)
        assert performed == allowed("OperatorFunction")

        images = Images(BUCKET)
        feedback = FeedbackStore(client(), "FeedbackTable", images)
        in_time = Use(Table(client(), "DeclarationsTable")).in_time(CITIZEN, epoch(NOW))
        feedback.add(CITIZEN, "ca-26740", 1, "Chờ lâu", "Một giờ.", NOW, in_time, [images.put(b"a picture")])
        performed.clear()
        said = {"event_name": "user_send_text", "sender": {"id": "777"}, "recipient": {"id": OA}}
        tell(FOLLOW | said | {"message": {"text": "lịch hẹn"}}, "3")
        tell(FOLLOW | said | {"message": {"text": "công an phường sài gòn đang gọi số mấy"}}, "5")
        tell(LEFT, "4")
        assert performed | answered == allowed("ChatWorkerFunction")
