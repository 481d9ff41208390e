"""A store on moto, and a rival who acts just before us."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine

from bookings.store import BookingStore
from cccd.dynamodb import client
from tests.bookings.wishes import NOW


@pytest.fixture
def store(aws: None) -> BookingStore:
    return BookingStore(client(), "BookingsTable")


@pytest.fixture
def rival_acts_first(store: BookingStore) -> Iterator[Callable[[Callable[[], object]], None]]:
    """Runs a rival's whole operation just before our next transaction reaches DynamoDB."""
    pending: list[Callable[[], object]] = []

    def act(**_: object) -> None:
        if pending:
            pending.pop()()

    events = store.table.client.meta.events
    events.register("provide-client-params.dynamodb.TransactWriteItems", act)
    yield pending.append
    events.unregister("provide-client-params.dynamodb.TransactWriteItems", act)


@pytest.fixture
def clock() -> Iterator[Any]:
    """The morning on which front ends call; a test may move it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
