"""Lan and Minh have appointments, and messages go out."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import boto3

from bookings import items
from bookings.booking import Booking
from bookings.holding import hold
from bookings.intake import HoldRequest
from bookings.lifecycle import Ask, confirm
from cccd.clock import VIETNAM
from cccd.dynamodb import client, to_item
from cccd.hashes import ChatUserHash
from consent.choices import Consent
from declarations.declaration import Declaration
from declarations.declaration import DeclarationStatus as Declared
from declarations.sealing import KmsKey
from declarations.store import DeclarationStore
from local.zalo import FakeZalo
from notifications import outbox
from notifications.sender import Post, send_due
from notifications.templates import FILE
from tests.bookings.wishes import LIMIT, RULES, slot, wish
from tests.gateway import CONTEXT
from tests.zalo.accounts import HOME

PARAMETERS = FILE.read_text(encoding="utf-8")

WITH_TEMPLATES = '[every-office]\nconfirmed = "300"\ncancelled = "302"\nreminder = "303"\n' + PARAMETERS

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=VIETNAM)

EVENING = datetime(2026, 11, 25, 17, 0, tzinfo=VIETNAM)  # of the day before

LAN = wish("lan", at=slot(4), office_id="ca-26740")

MINH = wish("minh", at=slot(4), office_id="ca-26740")

_numbers = itertools.count(1)


def told(before: Booking | None, after: Booking) -> None:
    """The stream delivers a change."""
    images = {"NewImage": to_item(items.booking_item(after))}
    if before:
        images["OldImage"] = to_item(items.booking_item(before))
    record = {"eventName": "MODIFY", "dynamodb": {**images, "SequenceNumber": str(next(_numbers))}}
    assert outbox.handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}


def confirmed(post: Post, wanted: HoldRequest = LAN, declaration_id: str | None = None) -> Booking:
    held = hold(post.bookings, replace(wanted, declaration_id=declaration_id), RULES, LIMIT, NOW)[0]
    told(None, held)
    firm = confirm(post.bookings, Ask(wanted.id, wanted.citizen, NOW))
    told(held, firm)
    return firm


def texts(zalo: FakeZalo) -> list[str]:
    return [each["message"]["text"] for each in zalo.account.sent]


def run(post: Post, now: datetime) -> int:
    """The number of messages that a run at that moment sends."""
    hands: Any = post.now
    hands.at = now
    done = send_due(post, lambda: True)
    assert done.broken == 0
    return done.sent


def silent_for_eight_days(post: Post) -> None:
    """The citizen has said nothing for eight days."""
    post.acquaintances.part(LAN.citizen, HOME.link, NOW, NOW)
    boto3.client("dynamodb").delete_item(
        TableName="ChatTable", Key=to_item({"pk": f"CITIZEN#{LAN.citizen}", "sk": "CHAT"})
    )
    post.acquaintances.meet(LAN.citizen, HOME.link, "777", NOW - timedelta(days=8), ChatUserHash("hash of 777"))


def declared(post: Post, status: Declared = Declared.SUBMITTED, **answers: Any) -> str:
    """Lan's declaration, with her consent to messages; returns its id."""
    declaration = Declaration(
        id="d" * 26,
        citizen=LAN.citizen,
        status=status,
        version=1,
        edition="2026",
        procedure="cap-cccd",
        office_id="ca-26740",
        answers={"personalId": "079190001234", "dateOfBirth": "1990-05-20", **answers},
        consent=Consent("2026-01-01", ("declaration", "notifications"), NOW),
        created_at=NOW,
        updated_at=NOW,
        submitted_at=NOW,
        kept_until=NOW + timedelta(days=45),
    )
    assert DeclarationStore(client(), "DeclarationsTable", KmsKey("alias/SensitiveKey")).add(declaration)
    return declaration.id
