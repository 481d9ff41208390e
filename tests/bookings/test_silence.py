"""DynamoDB takes connections and never answers: the citizen gets an answer before the function's time is over."""

import socket
import threading
from collections.abc import Iterator

import pytest
from botocore.exceptions import BotoCoreError

from bookings.holding import hold
from bookings.store import BookingStore
from cccd import dynamodb
from cccd.dynamodb import ATTEMPTS, READ_TIMEOUT
from infra.template import Stack
from tests.bookings.wishes import LIMIT, NOW, RULES, wish


@pytest.fixture
def silence() -> Iterator[tuple[str, list[socket.socket]]]:
    """The URL of a server that never answers, and the connections that it has taken."""
    taken: list[socket.socket] = []
    server = socket.create_server(("127.0.0.1", 0))

    def take() -> None:
        while True:
            try:
                taken.append(server.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", taken
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    for each in taken:
        each.close()


def test_a_hold_gives_up_within_its_functions_time(
    silence: tuple[str, list[socket.socket]], stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, taken = silence
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", url)
    client = dynamodb.client.__wrapped__()
    with pytest.raises(BotoCoreError):  # the edge turns it into 503
        hold(BookingStore(client, "BookingsTable"), wish("lan"), RULES, LIMIT, NOW)
    client.close()
    assert len(taken) == 2 * ATTEMPTS, "the hold, and the look whether it stands"
    assert len(taken) * (READ_TIMEOUT + 1) < stack.functions["BookingsFunction"].timeout
