"""A store on moto, and a rival who acts just before us."""

from collections.abc import Callable

import boto3
import pytest

from bookings.store import BookingStore


@pytest.fixture
def store(aws: None) -> BookingStore:
    return BookingStore(boto3.client("dynamodb"), "BookingsTable")


@pytest.fixture
def rival_acts_first(store: BookingStore) -> Callable[[Callable[[], object]], None]:
    """Runs a rival's whole operation just before our next transaction reaches DynamoDB."""

    def arrange(rival: Callable[[], object]) -> None:
        pending = [rival]

        def act(**_: object) -> None:
            if pending:
                pending.pop()()

        store.client.meta.events.register("provide-client-params.dynamodb.TransactWriteItems", act)

    return arrange
