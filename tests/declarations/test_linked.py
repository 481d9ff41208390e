"""The write that links a declaration: it holds while nothing has changed, and it never makes the declaration go sooner."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from cccd.clock import VIETNAM
from cccd.dynamodb import client
from cccd.hashes import CitizenHash
from cccd.table import Table
from cccd.transactions import Refused
from declarations.api import handler
from declarations.declaration import DeclarationStatus
from declarations.linking import KEPT_AFTER_APPOINTMENT, Linked, LinkedDeclarations
from tests.bookings.people import signed_in
from tests.declarations.people import FORM_2026
from tests.gateway import call

NOW = datetime(2026, 11, 23, 9, tzinfo=VIETNAM)
SOON, LATER = NOW + timedelta(days=3), NOW + timedelta(days=40)


@pytest.fixture(autouse=True)
def _today(aws: None) -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def declarations() -> LinkedDeclarations:
    return LinkedDeclarations(client(), "DeclarationsTable")


@pytest.fixture
def declared(declarations: LinkedDeclarations) -> Linked:
    """A submitted declaration as it was read."""
    made = call(handler, "POST", "/declarations", body=FORM_2026, headers=signed_in("lan")).body
    key = next(item["pk"]["S"] for item in client().scan(TableName="DeclarationsTable", ConsistentRead=True)["Items"])
    found = declarations.find(CitizenHash(key.removeprefix("CITIZEN#")), made["id"], NOW)
    assert found is not None
    return found


def link(declarations: LinkedDeclarations, declared: Linked, end: datetime) -> None:
    Table(client(), "DeclarationsTable").commit([declarations.link(declared, end)])


def kept_until(declarations: LinkedDeclarations, declared: Linked) -> datetime:
    found = declarations.find(declared.citizen, declared.id, NOW)
    assert found is not None
    return found.kept_until


def test_a_late_appointment_makes_it_last_longer_and_an_early_one_does_not_shorten_it(
    declarations: LinkedDeclarations, declared: Linked
) -> None:
    link(declarations, declared, SOON)
    assert kept_until(declarations, declared) == declared.kept_until
    link(declarations, declared, LATER)
    assert kept_until(declarations, declared) == LATER + KEPT_AFTER_APPOINTMENT


def test_an_old_reading_does_not_shorten_what_another_link_has_lengthened(
    declarations: LinkedDeclarations, declared: Linked
) -> None:
    link(declarations, declared, LATER + timedelta(days=1))
    with pytest.raises(Refused):
        link(declarations, declared, LATER)
    assert kept_until(declarations, declared) == LATER + timedelta(days=1) + KEPT_AFTER_APPOINTMENT


def test_one_that_was_believed_to_last_long_enough_is_looked_at_again(
    declarations: LinkedDeclarations, declared: Linked
) -> None:
    believed = replace(declared, kept_until=LATER + KEPT_AFTER_APPOINTMENT)
    with pytest.raises(Refused):
        link(declarations, believed, LATER)


@pytest.mark.parametrize("changed", [{"version": 2}, {"id": "a" * 26}, {"citizen": CitizenHash("somebody else")}])
@pytest.mark.parametrize("end", [SOON, LATER])
def test_one_that_has_changed_or_is_anothers_is_not_linked(
    declarations: LinkedDeclarations, declared: Linked, changed: dict[str, Any], end: datetime
) -> None:
    with pytest.raises(Refused):
        link(declarations, replace(declared, **changed), end)


@pytest.mark.parametrize("end", [SOON, LATER])
def test_one_that_was_withdrawn_meanwhile_is_not_linked(
    declarations: LinkedDeclarations, declared: Linked, end: datetime
) -> None:
    call(handler, "POST", f"/declarations/{declared.id}/withdraw", headers=signed_in("lan"))
    assert declared.status is DeclarationStatus.SUBMITTED
    with pytest.raises(Refused):
        link(declarations, replace(declared, version=2), end)
