"""One poisoned item stops no sweep: everything after it is still done, and it is counted under the sweep's name."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from botocore.exceptions import ClientError

from bookings import audit, drawing, items
from bookings.booking import BookingStatus
from bookings.draw_store import DrawStore
from bookings.drawing import draw_days
from bookings.due import close_days, purge
from bookings.lifecycle import Ask, confirm
from bookings.store import BookingStore
from cccd.dynamodb import to_item
from cccd.observability import flush_metrics
from cccd.transactions import Write
from offices.directory import directory
from tests.bookings.holds import LATER, held
from tests.bookings.test_audit import office
from tests.bookings.wishes import NOW, SLOT_START, slot, wish
from tests.gateway import CONTEXT

PEOPLE = [f"person {number}" for number in range(9)]
TOO_BIG = ClientError(
    {"Error": {"Code": "ValidationException", "Message": "PERSON 4 has exceeded the maximum allowed size"}}, "Write"
)
NEXT_DAY = SLOT_START.replace(hour=0, minute=30) + timedelta(days=1)


@pytest.fixture(autouse=True)
def counted(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """The text of what was counted and logged; the counters begin empty."""
    flush_metrics()
    capsys.readouterr()

    def read() -> str:
        flush_metrics()
        return capsys.readouterr().out

    yield read


@pytest.fixture
def booked(store: BookingStore) -> BookingStore:
    """Nine people hold a seat each."""
    for person in PEOPLE:
        held(store, person, at=slot(9))
    return store


def spoil(store: BookingStore, person: str, **changed: Any) -> None:
    """Write something into the person's active booking, without the store's conditions."""
    key = items.active_key(wish(person).id.applicant)
    item = store.table.get(key)
    assert item is not None
    store.table.client.put_item(TableName=store.table.name, Item=to_item(item | changed))


def ended(store: BookingStore, status: BookingStatus) -> set[str]:
    """The people whose booking has that status."""
    found = set()
    for person in PEOPLE:
        item = store.table.get(items.ended_key(wish(person).id))
        if item and item["status"] == status.value:
            found.add(person)
    return found


@pytest.mark.parametrize("middle", [0, 4, 8])
def test_purge_goes_on_past_a_hold_that_nobody_can_read(booked: BookingStore, counted: Any, middle: int) -> None:
    spoil(booked, PEOPLE[middle], seat="no seat")
    assert purge(booked, LATER, lambda: True, workers=1) == 8
    assert ended(booked, BookingStatus.LAPSED) == {*PEOPLE} - {PEOPLE[middle]}
    assert '"PurgePassedBy":[1.0]' in counted()


def test_purge_goes_on_past_writes_that_fail(
    booked: BookingStore, counted: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(booked, monkeypatch, PEOPLE[4])
    assert purge(booked, LATER, lambda: True, workers=1) == 8
    assert '"PurgePassedBy":[1.0]' in counted()
    (record,) = caplog.records
    told = str(vars(record))
    assert vars(record)["route"] == "Purge" and vars(record)["error"] == "ClientError"
    assert "exceeded" not in told and wish(PEOPLE[4]).id.text not in told, "neither the person nor what the error says"


def test_close_of_day_goes_on_past_what_it_cannot_end(
    booked: BookingStore, counted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in PEOPLE:
        confirm(booked, Ask(wish(person).id, wish(person).citizen, NOW))
    spoil(booked, PEOPLE[2], status="unheard of")
    refuse(booked, monkeypatch, PEOPLE[5])
    assert close_days(booked, NEXT_DAY, lambda: True, workers=1) == 7
    assert ended(booked, BookingStatus.NO_SHOW) == {*PEOPLE} - {PEOPLE[2], PEOPLE[5]}
    assert '"CloseDayPassedBy":[1.0,1.0]' in counted()


def test_the_draw_goes_on_past_wishes_it_cannot_end_and_slots_it_cannot_read(
    store: BookingStore, counted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "WORKERS", 1)
    for person in PEOPLE:
        held(store, person, at=slot(9), draw_at=NOW)
    spoil(store, PEOPLE[3], seat="no seat")
    refuse(store, monkeypatch, PEOPLE[5])
    broken = slot(9, SLOT_START + timedelta(minutes=30))
    store.table.client.put_item(
        TableName=store.table.name, Item=to_item({**items.slot_key("office", broken.start), "s01": 5})
    )
    draws = DrawStore(store.table.client, store.table.name)
    done = draw_days(store, draws, lambda *_: [broken, slot(4)], LATER, lambda: True)
    assert done == {BookingStatus.CONFIRMED: 4, BookingStatus.NOT_DRAWN: 3}
    told = counted()
    assert '"DrawPassedBy":[1.0,1.0,1.0' in told
    assert not draw_days(store, draws, lambda *_: [], LATER, lambda: True), "only those that cannot be ended are left"


def refuse(store: BookingStore, monkeypatch: pytest.MonkeyPatch, person: str) -> None:
    """Whatever ends this person's booking is refused, as DynamoDB refuses an item over 400 KB."""
    commit, poisoned = store.table.commit, wish(person).id.text

    def broken(writes: Any) -> Any:
        if any(isinstance(each, Write) and poisoned in str(each) for each in writes):
            raise TOO_BIG
        return commit(writes)

    monkeypatch.setattr(store.table, "commit", broken)


def test_the_audit_goes_on_past_slots_and_bookings_that_nobody_can_read(booked: BookingStore, counted: Any) -> None:
    spoil(booked, PEOPLE[4], start="tomorrow")
    lost = wish(PEOPLE[7]).id
    booked.table.client.delete_item(TableName=booked.table.name, Key=to_item(items.active_key(lost.applicant)))
    for sort in ("SLOT#2026-11-26T08:00x", "SLOT#2026-11-26"):
        booked.table.client.put_item(
            TableName=booked.table.name, Item=to_item({"pk": "OFFICE#office", "sk": sort, "s01": {"b": 5}})
        )
    found = audit.differences(booked, [office()], NOW)
    assert len(found) == 2, "the seats of the two bookings that are not there to be read"
    assert '"AuditPassedBy":[' in counted()


def test_the_audits_run_ends_well_past_a_poisoned_slot(
    store: BookingStore, counted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = next(each for each in directory().offices.values() if each.opening)
    start = datetime.fromisoformat("2026-11-26T08:00:00+07:00")
    store.table.client.put_item(
        TableName=store.table.name, Item=to_item({**items.slot_key(some.id, start), "s01": {"b": "no booking"}})
    )
    monkeypatch.setattr(audit, "directory", lambda: replace(directory(), offices={some.id: some}))
    with time_machine.travel(NOW, tick=False):
        assert audit.handler({}, CONTEXT)["differences"] == 0
    assert '"AuditPassedBy":[1.0]' in counted()
