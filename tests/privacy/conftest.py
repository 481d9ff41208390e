"""A citizen with declarations and bookings, through the handlers."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import boto3
import pytest
import time_machine

from bookings.api import handler as bookings
from cccd.clock import VIETNAM
from cccd.dynamodb import from_item
from declarations.api import handler as declarations
from tests.bookings.people import signed_in
from tests.declarations.people import FORM_2026
from tests.gateway import Answer, call

NOW = datetime(2026, 11, 25, 9, tzinfo=VIETNAM)
START = "2026-11-27T08:00:00+07:00"


@pytest.fixture(autouse=True)
def at(aws: None) -> Iterator[Any]:
    """The clock; a test may move it."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def declare() -> Callable[..., Answer]:
    def act(who: str = "lan", **changed: Any) -> Answer:
        made = call(declarations, "POST", "/declarations", body=FORM_2026 | changed, headers=signed_in(who))
        assert made.status == 201, made.body
        return made

    return act


@pytest.fixture
def book() -> Callable[..., Answer]:
    def act(who: str = "lan", key: str = "key-12345", start: str = START, **changed: Any) -> Answer:
        applicant = {"fullName": "Nguyễn Thị Lan", "personalId": "079190001234", "dateOfBirth": "1990-05-20"}
        body = {
            "officeId": "ca-26740",
            "procedure": "cap-cccd",
            "start": start,
            "applicant": applicant | {"phone": "0912345678"},
        }
        made = call(
            bookings,
            "POST",
            "/bookings",
            body=body | changed,
            headers=signed_in(who, "84912345678") | {"idempotency-key": key},
        )
        assert made.status == 201, made.body
        return made

    return act


def items(table: str) -> list[dict[str, Any]]:
    """Everything a table holds."""
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return [from_item(item) for page in pages for item in page["Items"]]
