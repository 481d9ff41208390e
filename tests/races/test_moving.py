"""A backup is worth what its restoration is worth: copied to another table, everything is as it was, and life goes on."""

import base64
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from bookings.audit import differences
from bookings.due import purge
from bookings.holding import hold
from bookings.lifecycle import Ask, cancel, confirm, reschedule, serve
from bookings.store import BookingStore
from cccd.hashes import CitizenHash
from cccd.table import COPIED
from infra.template import Stack
from moving.__main__ import main
from moving.copying import Attributes, Copied, copy, items_in, items_of
from offices.directory import directory
from offices.office import Office
from offices.opening import Slot
from tests.bookings.wishes import LIMIT, NOW, RULES, SLOT_START, rules_of, slot, wish
from tests.races.engine import client_of
from tests.races.invariants import Broken, check

SEATS = 4
PEOPLE = [f"person {number}" for number in range(12)]
ON_THE_DAY = SLOT_START + timedelta(minutes=5)
LATER = slot(SEATS, SLOT_START + timedelta(hours=1))


def ask(person: str) -> Ask:
    return Ask(wish(person).id, CitizenHash(f"citizen of {person}"), NOW)


def move(store: BookingStore, person: str, to: Slot) -> None:
    reschedule(store, ask(person), to.start, lambda _: (to, "shared"), rules_of)


def office() -> Office:
    found = directory().find("ca-26740")
    assert found is not None
    return replace(found, id="office")


@pytest.fixture
def lived(store: BookingStore) -> BookingStore:
    """A morning's bookings: held, lapsed, confirmed, moved, cancelled and served."""
    for number, person in enumerate(PEOPLE):
        where = slot(SEATS, SLOT_START + timedelta(minutes=30 * (number // SEATS)))
        hold(store, wish(person, at=where), RULES, LIMIT, NOW - timedelta(minutes=20 if number == 11 else 0))
        if number < 9:
            confirm(store, ask(person))
    purge(store, NOW, lambda: True, workers=1)
    move(store, PEOPLE[8], slot(SEATS, SLOT_START + timedelta(hours=2)))
    cancel(store, ask(PEOPLE[4]), rules_of)
    serve(store, wish(PEOPLE[0]).id, ON_THE_DAY)
    return store


@pytest.fixture
def restored(engine: str, table: str, stack: Stack) -> Iterator[BookingStore]:
    """An empty table of the stack, into which the copy goes."""
    client = client_of(engine)
    name = f"{table}Restored"
    client.create_table(**{**stack.tables["BookingsTable"].definition, "TableName": name})
    yield BookingStore(client, name)
    client.delete_table(TableName=name)
    client.close()


def source(store: BookingStore) -> list[Attributes]:
    return sorted(items_of(store.table.client, store.table.name), key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def into(restored: BookingStore, items: Any) -> Copied:
    return copy(items, restored.table.client, restored.table.name)


def healthy(store: BookingStore) -> None:
    """Every guarantee holds in the whole table, and the audit finds nothing."""
    check(store.table.client, store.table.name, NOW, SEATS)
    assert differences(store, [office()], NOW) == []


def test_what_is_restored_is_whole_and_the_audit_finds_nothing(lived: BookingStore, restored: BookingStore) -> None:
    healthy(lived)
    before = source(lived)
    assert into(restored, before) == Copied(new=len(before))
    healthy(restored)
    assert [{name: each[name] for name in each if name != COPIED} for each in source(restored)] == before


def test_life_goes_on_in_the_restored_table(lived: BookingStore, restored: BookingStore) -> None:
    into(restored, source(lived))
    confirm(restored, ask(PEOPLE[9]))
    move(restored, PEOPLE[1], LATER)
    cancel(restored, ask(PEOPLE[2]), rules_of)
    again, new = hold(restored, wish(PEOPLE[10], at=slot(SEATS, SLOT_START + timedelta(hours=1))), RULES, LIMIT, NOW)
    assert (again.id, new) == (wish(PEOPLE[10]).id.text, False), "a request from before the backup gives its booking"
    hold(restored, wish("somebody new", at=LATER), RULES, LIMIT, NOW)
    healthy(restored)


@pytest.mark.parametrize("kind", ["SLOT#", "ACTIVE", "TALLY"])
def test_a_backup_that_lacks_an_item_is_noticed(kind: str, lived: BookingStore, restored: BookingStore) -> None:
    """The control: what is asked of the restored table can fail."""
    items = source(lived)
    lost = next(each for each in items if each["sk"]["S"].startswith(kind))
    into(restored, [each for each in items if each is not lost])
    with pytest.raises(Broken):
        check(restored.table.client, restored.table.name, NOW, SEATS)
    if kind != "TALLY":
        assert differences(restored, [office()], NOW)


def test_a_copy_that_was_interrupted_goes_on(lived: BookingStore, restored: BookingStore) -> None:
    items = source(lived)
    into(restored, islice(items, 7))
    assert into(restored, items) == Copied(new=len(items) - 7, same=7)
    healthy(restored)


def test_what_was_written_since_is_not_overwritten(lived: BookingStore, restored: BookingStore) -> None:
    items = source(lived)
    into(restored, items)
    firm = confirm(restored, ask(PEOPLE[9]))
    done = into(restored, items)
    assert done.new == 0 and done.other > 0
    assert restored.find(wish(PEOPLE[9]).id) == firm
    healthy(restored)


def test_an_export_to_s3_is_a_backup_as_well(lived: BookingStore, restored: BookingStore, tmp_path: Path) -> None:
    items = source(lived)
    folder = tmp_path / "AWSDynamoDB" / "01795572000000-a1b2c3d4" / "data"
    folder.mkdir(parents=True)
    for number in range(2):
        with gzip.open(folder / f"part{number}.json.gz", "wt", encoding="utf-8") as lines:
            for item in items[number::2]:
                print(json.dumps({"Item": item}), file=lines)
    assert into(restored, items_in(tmp_path)) == Copied(new=len(items))
    healthy(restored)


def test_bytes_of_an_export_are_bytes_again(tmp_path: Path) -> None:
    sealed = base64.b64encode(b"sealed").decode()
    with gzip.open(tmp_path / "part.json.gz", "wt", encoding="utf-8") as lines:
        print(json.dumps({"Item": {"pk": {"S": "CITIZEN#x"}, "sealed": {"B": sealed}}}), file=lines)
        print(
            json.dumps({"Item": {"pk": {"S": "y"}, "in": {"M": {"l": {"L": [{"B": sealed}, {"N": "1"}]}}}}}), file=lines
        )
    assert list(items_in(tmp_path)) == [
        {"pk": {"S": "CITIZEN#x"}, "sealed": {"B": b"sealed"}},
        {"pk": {"S": "y"}, "in": {"M": {"l": {"L": [{"B": b"sealed"}, {"N": "1"}]}}}},
    ]


def test_the_command_copies_and_says_what_it_did(
    engine: str,
    lived: BookingStore,
    restored: BookingStore,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", engine)
    arguments = ["--from", f"ap-southeast-1/{lived.table.name}", "--to", f"ap-southeast-1/{restored.table.name}"]
    assert main(arguments) == 0
    confirm(restored, ask(PEOPLE[9]))
    assert main(arguments) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0].endswith("new, 0 were there, 0 are other ones there and were left alone")
    assert told[1].startswith("0 new") and ", 0 are other" not in told[1]
    healthy(restored)
