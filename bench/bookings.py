"""What a booking costs: requests, transactions, capacity units. `make bench` prints it as in docs/performance.md.

The counts are real calls to DynamoDB Local. Local engines disagree about capacity, so units are given twice: as the
engine reports them, and by AWS's documented rule from the size of the items (a transactional write costs 2 units per KB
and item, a consistent read 1 per 4 KB, an eventually consistent read half of that).
"""

import math
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from bookings import items
from bookings.due import close_days, purge
from bookings.holding import hold
from bookings.lifecycle import Ask, cancel, confirm, reschedule
from bookings.store import BookingStore
from cccd.errors import Refusal
from infra.template import load
from offices.opening import Slot
from tests.bookings.wishes import LIMIT, NOW, RULES, SLOT_START, rules_of, slot, wish
from tests.conftest import TEMPLATE
from tests.races.engine import client_of, dynamodb_local

LATER = NOW + timedelta(minutes=15)
AFTERWARDS = SLOT_START + timedelta(days=40)
REPORT = sys.stdout
PURGED = 10_000
_ABSENT = {"get_paginator", "meta", "close", "exceptions"}


@dataclass
class Bill:
    """The total of the calls of one operation."""

    calls: Counter[str] = field(default_factory=Counter)
    reported: float = 0.0
    by_rule: float = 0.0

    def __str__(self) -> str:
        calls = ", ".join(f"{number} {name}" for name, number in self.calls.items())
        return f"{sum(self.calls.values())} | {calls} | {self.by_rule:g} | {self.reported:g}"


class CountingClient:
    """Passes every call on and keeps the bill."""

    def __init__(self, real: Any):
        self._real = real
        self.exceptions = real.exceptions
        self.bill = Bill()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if name in _ABSENT:
            return method

        def call(**parameters: Any) -> Any:
            self.bill.calls[name] += 1
            answer = method(**parameters, ReturnConsumedCapacity="TOTAL")
            consumed = answer.get("ConsumedCapacity", [])
            for each in consumed if isinstance(consumed, list) else [consumed]:
                self.bill.reported += each["CapacityUnits"]
            self.bill.by_rule += _by_rule(name, parameters, answer)
            return answer

        return call


def _by_rule(name: str, parameters: dict[str, Any], answer: dict[str, Any]) -> float:
    if name == "transact_write_items":
        return sum(2 * math.ceil(max(1, _size(part)) / 1024) for part in parameters["TransactItems"])
    if name == "update_item":
        return math.ceil(max(1, _size(parameters)) / 1024)
    if name == "get_item":
        return max(1, math.ceil(_size(answer.get("Item", {})) / 4096))
    if name == "batch_get_item":
        found = [item for rows in answer["Responses"].values() for item in rows]
        return sum(max(1, math.ceil(_size(item) / 4096)) for item in found)
    return 0.0


def _size(value: Any) -> int:
    """The bytes of names and values, exact enough for counting kilobytes."""
    if isinstance(value, dict):
        return sum(len(name) + _size(inner) for name, inner in value.items())
    if isinstance(value, list):
        return sum(_size(inner) for inner in value)
    return len(str(value).encode())


def main() -> None:
    with dynamodb_local() as url, Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):  # the metrics
        bench = Bench(url)
        bench.operations()
        bench.contention()
        bench.availability()
        bench.purging()


class Bench:
    """The measurements, each on its own table."""

    def __init__(self, url: str):
        self.url = url
        self.client = client_of(url)
        self.tables = 0

    def store(self, client: Any = None) -> BookingStore:
        self.tables += 1
        name = f"Bench{self.tables}"
        self.client.create_table(**{**load(TEMPLATE).tables["BookingsTable"].definition, "TableName": name})
        return BookingStore(client or self.client, name)

    def operations(self) -> None:
        """One of each, in an empty slot."""
        say("| operation | requests | which | units by rule | units reported |\n|---|---|---|---|---|")
        counting = CountingClient(self.client)
        store = self.store(counting)
        lan, there = wish("lan", at=slot(10)), slot(10, SLOT_START + timedelta(hours=1))
        steps: list[tuple[str, Callable[[], Any]]] = [
            ("hold", lambda: hold(store, lan, RULES, LIMIT, NOW)),
            ("hold, the same key again", lambda: hold(store, lan, RULES, LIMIT, NOW)),
            ("confirm", lambda: confirm(store, Ask(lan.id, lan.citizen, NOW))),
            ("confirm again", lambda: confirm(store, Ask(lan.id, lan.citizen, NOW))),
            (
                "reschedule",
                lambda: reschedule(
                    store, Ask(lan.id, lan.citizen, NOW), there.start, lambda _: (there, "shared"), rules_of
                ),
            ),
            ("read", lambda: store.find(lan.id)),
            ("list own", lambda: store.of_citizen(lan.citizen)),
            ("cancel", lambda: cancel(store, Ask(lan.id, lan.citizen, NOW), rules_of)),
        ]
        for name, step in steps:
            counting.bill = Bill()
            step()
            say(f"| {name} | {counting.bill} |")
        hold(store, wish("minh", at=slot(10)), RULES, LIMIT, NOW)
        counting.bill = Bill()
        purge(store, LATER, lambda: True, workers=1)
        say(f"| purge of one hold | {counting.bill} |")

    def contention(self) -> None:
        """64 people want the same slot at once, 20 slots for each capacity."""
        say(
            "\n| seats | winners | transactions a winner | transactions a loser | other requests a loser |\n|---|---|---|---|---|"
        )
        for capacity in (1, 3, 10):
            won, lost = Counter[str](), Counter[str]()
            table = self.store().table.name
            clients = [CountingClient(client_of(self.url)) for _ in range(64)]
            winners = losers = 0
            for n in range(20):
                where = slot(capacity, SLOT_START + timedelta(minutes=30 * n))
                for verdict, calls in _race(clients, table, where, n):
                    (won if verdict else lost).update(calls)
                    winners, losers = winners + verdict, losers + (not verdict)
            others = sum(number for name, number in lost.items() if name != "transact_write_items")
            say(
                f"| {capacity} | {winners} | {won['transact_write_items'] / winners:.2f} "
                f"| {lost['transact_write_items'] / losers:.2f} | {others / losers:.2f} |"
            )

    def availability(self) -> None:
        """An office of 15 slots a day and 4 seats each: the Query of its 7 days as the days fill."""
        say("\n| seats taken | slot items | bytes read | read units (half of consistent) |\n|---|---|---|---|")
        for share in (0, 0.1, 0.25, 0.5, 1):
            store = self.store()
            seats = [(day, n, seat) for day in range(7) for n in range(15) for seat in range(4)]
            chosen = random.Random(1).sample(seats, int(share * len(seats)))
            for day, n, seat in chosen:
                where = slot(4, SLOT_START + timedelta(days=day, minutes=30 * n))
                hold(store, wish(f"{day} {n} {seat}", at=where), RULES, LIMIT, NOW)
            partition, low, high = items.slot_range("office", SLOT_START.date(), SLOT_START.date() + timedelta(days=6))
            answer = self.client.query(
                TableName=store.table.name,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
                ExpressionAttributeValues={":pk": {"S": partition}, ":low": {"S": low}, ":high": {"S": high}},
                ReturnConsumedCapacity="TOTAL",
            )
            size = sum(_size(item) for item in answer["Items"])
            say(f"| {share:.0%} | {len(answer['Items'])} | {size} | {math.ceil(size / 4096) / 2:g} |")

    def purging(self) -> None:
        """Ten thousand holds lapse in the same minute."""
        store = self.store()
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda n: hold(store, _hold_of(n), RULES, LIMIT, NOW), range(PURGED)))
        started = time.monotonic()
        done = purge(store, LATER, lambda: time.monotonic() < started + 50)
        seconds = time.monotonic() - started
        left = sum(1 for _ in store.due("HOLD", LATER))
        say(
            f"\npurge: {done} of {PURGED} lapsed holds ended in one run of {seconds:.0f} s, {left} left for the next minute"
        )
        free = hold(store, wish("somebody new", at=_hold_of(0).slot), RULES, LIMIT, LATER)[1]
        say(f"meanwhile a lapsed seat could be booked: {free}")
        closed = close_days(store, AFTERWARDS, lambda: True)
        say(f"close of day on the same table: {closed} (none was confirmed)")


def _hold_of(n: int) -> Any:
    return wish(f"person {n}", at=slot(50, SLOT_START + timedelta(minutes=30 * (n // 50))))


def _race(clients: list[CountingClient], table: str, where: Slot, n: int) -> list[tuple[bool, Counter[str]]]:
    barrier = threading.Barrier(len(clients))

    def run(racer: int) -> tuple[bool, Counter[str]]:
        client = clients[racer]
        client.bill = Bill()
        barrier.wait()
        try:
            hold(BookingStore(client, table), wish(f"{n} {racer}", at=where), RULES, LIMIT, NOW)  # type: ignore[arg-type]  # stands in for it
        except Refusal:
            return False, client.bill.calls
        return True, client.bill.calls

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(run, range(len(clients))))


def say(line: str) -> None:
    """One line of the report."""
    REPORT.write(line + "\n")
    REPORT.flush()


if __name__ == "__main__":
    main()
