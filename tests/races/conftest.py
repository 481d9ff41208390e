"""DynamoDB Local for the whole run, and a fresh table for each test."""

import itertools
from collections.abc import Iterator

import pytest

from bookings.store import BookingStore
from infra.template import Stack
from tests.races.engine import client_of, dynamodb_local

_numbers = itertools.count()


@pytest.fixture(scope="session")
def engine() -> Iterator[str]:
    """The URL of DynamoDB Local."""
    with dynamodb_local() as url:
        yield url


@pytest.fixture
def table(engine: str, stack: Stack) -> Iterator[str]:
    """The name of an empty bookings table, made as the template declares it."""
    client = client_of(engine)
    name = f"Bookings{next(_numbers)}"
    client.create_table(**{**stack.tables["BookingsTable"].definition, "TableName": name})
    yield name
    client.delete_table(TableName=name)
    client.close()


@pytest.fixture
def store(engine: str, table: str) -> Iterator[BookingStore]:
    """A store on that table."""
    client = client_of(engine)
    yield BookingStore(client, table)
    client.close()
