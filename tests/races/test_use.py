"""Counts of a citizen's dear acts on DynamoDB Local, with sixteen processes at once."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from cccd.clock import epoch
from cccd.errors import RateLimited
from cccd.hashes import CitizenHash
from cccd.table import Table
from declarations import use
from declarations.items import use_key
from declarations.use import DAILY, Use
from tests.bookings.wishes import NOW
from tests.races.engine import client_of

AT_ONCE, DAYS, MOST = 16, 5, 10
LAN = CitizenHash("lan")


def test_nobody_saves_more_often_than_the_day_allows(engine: str, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each day begins with all of them at once, so all of them want to write the first act of the day."""
    monkeypatch.setattr(use, "DAILY", dict.fromkeys(DAILY, MOST))
    clients = [client_of(engine) for _ in range(AT_ONCE)]
    counts = [Use(Table(client, table)) for client in clients]
    copies: list[int] = []

    def ask(place: int, now: datetime) -> bool:
        try:
            copies.append(counts[place].count(LAN, "prints", epoch(NOW), now))
        except RateLimited:
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for day in range(DAYS):
            done = list(pool.map(ask, range(AT_ONCE), itertools.repeat(NOW + timedelta(days=day))))
            assert done.count(True) == MOST
    assert sorted(copies) == list(range(1, DAYS * MOST + 1)), "each copy has a number of its own"
    item = counts[0]._table.get(use_key(LAN))
    assert item is not None and item["prints"] == MOST
    for client in clients:
        client.close()
