"""Least privilege, proved: each function of the bookings is allowed exactly the DynamoDB actions that it performs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine

from bookings import api, audit, availability_api, close_day, desk, due, purge
from cccd import dynamodb
from cccd.clock import VIETNAM
from local.intrinsics import read
from tests.bookings.people import signed_in
from tests.conftest import TEMPLATE
from tests.gateway import CONTEXT, call

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=VIETNAM)
START = "2026-11-26T08:00:00+07:00"
ACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


@pytest.fixture
def performed(aws: None) -> Iterator[set[str]]:
    """The actions performed since the set was last cleared, as IAM names them."""
    seen: set[str] = set()

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        if model.name == "TransactWriteItems":
            seen.update(f"dynamodb:{ACTIONS[kind]}" for each in params["TransactItems"] for kind in each)
        else:
            seen.add(f"dynamodb:{model.name}")

    events = dynamodb.client().meta.events
    events.register("provide-client-params.dynamodb", note)
    yield seen
    events.unregister("provide-client-params.dynamodb", note)


def allowed(function: str) -> set[str]:
    policies = read(TEMPLATE)["Resources"][function]["Properties"]["Policies"]
    actions: set[str] = set()
    for statement in (statement for policy in policies for statement in policy["Statement"]):
        listed = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        actions |= {action for action in listed if action.startswith("dynamodb:")}
    return actions


def book(person: int, declaration: str | None = None, start: str = START) -> str:
    body = {
        "officeId": "ca-26740",
        "procedure": "cap-cccd",
        "start": start,
        "applicant": {
            "fullName": "Lan",
            "personalId": f"0791900{person:05d}",
            "dateOfBirth": "1990-05-20",
            "phone": "0912345678",
        },
        "declarationId": declaration,
    }
    headers = signed_in(f"citizen {person}") | {"idempotency-key": "first-press"}
    found = call(api.handler, "POST", "/bookings", body=body, headers=headers).body
    return str(found.get("id"))


def act(booking: str, what: str, person: int, **parts: Any) -> Any:
    return call(
        api.handler, "POST", f"/bookings/{booking}/{what}", headers=signed_in(f"citizen {person}"), **parts
    ).body


def test_each_function_may_do_exactly_what_it_does(performed: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    # Moto is for one thread; with more it is no longer sound.
    monkeypatch.setattr(purge, "purge", partial(due.purge, workers=1))
    monkeypatch.setattr(close_day, "close_days", partial(due.close_days, workers=1))
    with time_machine.travel(NOW, tick=False) as clock:
        held = book(1)
        book(2, declaration="a" * 26)
        act(held, "reschedule", 1, body={"start": "2026-11-26T09:00:00+07:00"})
        ticket = act(held, "confirm", 1)["ticket"]
        call(api.handler, "GET", "/bookings", headers=signed_in("citizen 1"))
        for person in range(3, 8):
            book(person)  # the last one is offered other slots
        cancelled = book(8, start="2026-11-26T10:00:00+07:00")
        act(cancelled, "cancel", 8)
        assert performed == allowed("BookingsFunction")

        performed.clear()
        call(availability_api.handler, "GET", "/offices/ca-26740/slots")
        assert performed == allowed("AvailabilityFunction")

        performed.clear()
        audit.handler({}, CONTEXT)
        assert performed == allowed("AuditFunction")

        performed.clear()
        desk.handler({"officeId": "ca-26740", "date": START[:10], "ticket": ticket}, CONTEXT)
        assert performed == allowed("DeskFunction")

        performed.clear()
        clock.shift(timedelta(minutes=20))
        assert purge.handler({}, CONTEXT)["lapsed"] > 0
        assert performed == allowed("PurgeFunction")

        performed.clear()
        late = book(9, start="2026-11-26T10:00:00+07:00")
        act(late, "confirm", 9)
        clock.shift(timedelta(days=3))
        performed.clear()
        assert close_day.handler({}, CONTEXT)["closed"] > 0
        assert performed == allowed("CloseDayFunction")
