"""A store on moto, and a rival who acts just before us."""

from collections.abc import Callable, Iterator

import pytest

from bookings.store import BookingStore
from cccd.dynamodb import client


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
