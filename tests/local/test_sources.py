"""Queues and streams that fail, and functions that take only part of a batch; tests/journey tests the good cases."""

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.template import QueueSource, StreamSource
from local.engine import free_port
from local.sources import Feeder

GIVE_UP = 30  # seconds

type Answer = Callable[[list[str]], Any]


def broken() -> ClientError:
    return ClientError({"Error": {"Code": "InternalError", "Message": "out of order"}}, "Read")


def failures(*ids: str) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": each} for each in ids]}


class FakeAws:
    """Imitates every client at once: one queue, and one table with a stream.

    A message stays in its place until it is deleted; `down` makes every read fail, and `looks` counts the reads.
    """

    def __init__(self) -> None:
        self.down = False
        self.has_stream = True
        self.looks = 0
        self.messages: list[str] = []
        self.changes: list[str] = []

    def receive_message(self, MaxNumberOfMessages: int, **_: Any) -> Any:
        self._look()
        found = [
            {"MessageId": each, "ReceiptHandle": each, "Body": "{}", "MD5OfBody": ""}
            for each in self.messages[:MaxNumberOfMessages]
        ]
        return {"Messages": found} if found else {}

    def delete_message(self, QueueUrl: str, ReceiptHandle: str) -> None:
        self.messages.remove(ReceiptHandle)

    def describe_table(self, TableName: str) -> Any:
        self._look()
        return {"Table": {"LatestStreamArn": "arn"} if self.has_stream else {}}

    def describe_stream(self, StreamArn: str) -> Any:
        return {"StreamDescription": {"Shards": [{"ShardId": "shard"}]}}

    def get_shard_iterator(self, **_: Any) -> Any:
        return {"ShardIterator": "0"}

    def get_records(self, ShardIterator: str, Limit: int) -> Any:
        self._look()
        first = int(ShardIterator)
        found = self.changes[first : first + Limit]
        records = [{"eventName": "INSERT", "dynamodb": {"SequenceNumber": each}} for each in found]
        return {"Records": records, "NextShardIterator": str(first + len(found))}

    def close(self) -> None:
        pass

    def _look(self) -> None:
        time.sleep(0.001)
        self.looks += 1
        if self.down:
            raise broken()


class Function:
    """A function fed by a source: it gives the answers it was told to give, and keeps the ids of every batch."""

    def __init__(self) -> None:
        self.batches: queue.Queue[list[str]] = queue.Queue()
        self.answers: list[Any] = []

    def __call__(self, name: str, event: Any) -> Any:
        ids = [each.get("messageId") or each["dynamodb"]["SequenceNumber"] for each in event["Records"]]
        self.batches.put(ids)
        return self.answers.pop(0) if self.answers else {"batchItemFailures": []}

    def next(self) -> list[str]:
        return self.batches.get(timeout=GIVE_UP)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    fake = FakeAws()
    monkeypatch.setattr("local.sources.client", lambda service, url: fake)
    monkeypatch.setattr("local.sources.NAP", 0.001)
    monkeypatch.setattr("local.sources._Stream.nap", 0.001)
    monkeypatch.setattr("local.sources.PAUSE", 0.001)
    return fake


@pytest.fixture
def function() -> Function:
    return Function()


@pytest.fixture
def said() -> list[str]:
    return []


@contextmanager
def fed(function: Function, said: list[str], *sources: QueueSource | StreamSource, url: str = "") -> Iterator[None]:
    feeder = Feeder(url, url, function, said.append)
    feeder.start(
        [each for each in sources if isinstance(each, QueueSource)],
        [each for each in sources if isinstance(each, StreamSource)],
    )
    try:
        yield
    finally:
        feeder.stop()


QUEUE = QueueSource("Function", "ChatQueue", batch=2)
STREAM = StreamSource("Function", "BookingsTable", batch=3)


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + GIVE_UP
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.005)


def test_only_the_messages_that_failed_come_again(aws: FakeAws, function: Function, said: list[str]) -> None:
    aws.messages = ["a", "b", "c"]
    function.answers = [failures("a")]
    with fed(function, said, QUEUE):
        assert [function.next(), function.next()] == [["a", "b"], ["a", "c"]]
        eventually(lambda: not aws.messages)
    assert not said


def test_all_messages_come_again_after_a_function_that_failed(
    aws: FakeAws, function: Function, said: list[str]
) -> None:
    aws.messages = ["a", "b"]
    function.answers = [None]
    with fed(function, said, QUEUE):
        assert [function.next(), function.next()] == [["a", "b"], ["a", "b"]]


def test_changes_come_in_their_order_each_once(aws: FakeAws, function: Function, said: list[str]) -> None:
    aws.changes = ["1", "2", "3", "4"]
    with fed(function, said, STREAM):
        assert [function.next(), function.next()] == [["1", "2", "3"], ["4"]]
        aws.changes.append("5")
        assert function.next() == ["5"]


@pytest.mark.parametrize(
    ("answer", "again"),
    [(failures("1"), ["1", "2", "3"]), (failures("3", "2"), ["2", "3"]), (None, ["1", "2", "3"])],
)
def test_no_change_overtakes_one_that_failed(
    aws: FakeAws, function: Function, said: list[str], answer: Any, again: list[str]
) -> None:
    aws.changes = ["1", "2", "3", "4"]
    function.answers = [answer, failures(again[0])]
    with fed(function, said, STREAM):
        assert [function.next() for _ in range(4)] == [["1", "2", "3"], again, again, ["4"]]


@pytest.mark.parametrize(
    ("source", "name"), [(QUEUE, "queue ChatQueue"), (STREAM, "stream of BookingsTable")], ids=["queue", "stream"]
)
def test_what_cannot_be_read_is_said_once_each_time_it_begins(
    aws: FakeAws, function: Function, said: list[str], source: QueueSource | StreamSource, name: str
) -> None:
    line = f"{name} cannot be read, and is tried again: {broken()}"
    aws.down = True
    with fed(function, said, source):
        eventually(lambda: aws.looks > 5)
        assert said == [line]
        aws.down = False
        aws.messages, aws.changes = ["1"], ["1"]
        assert function.next() == ["1"]
        eventually(lambda looks=aws.looks: aws.looks > looks + 2)  # type: ignore[misc]
        aws.down = True
        eventually(lambda looks=aws.looks: aws.looks > looks + 5)  # type: ignore[misc]
    assert said == [line, line]


def test_a_stream_that_could_not_be_read_is_read_from_its_beginning(
    aws: FakeAws, function: Function, said: list[str]
) -> None:
    aws.changes = ["1"]
    with fed(function, said, STREAM):
        assert function.next() == ["1"]
        aws.down = True
        eventually(lambda: bool(said))
        aws.changes.append("2")
        aws.down = False
        assert function.next() == ["1", "2"]


def test_a_table_without_a_stream_is_said(aws: FakeAws, function: Function, said: list[str]) -> None:
    aws.has_stream = False
    with fed(function, said, STREAM):
        eventually(lambda: aws.looks > 5)
    assert len(said) == 1 and "the stored table has none" in said[0]


def test_a_closed_port_is_said_in_one_line_each(function: Function, said: list[str]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with fed(function, said, QUEUE, STREAM, url=url):
        eventually(lambda: len(said) == 2)
    assert sorted(line.partition(" cannot be read")[0] for line in said) == [
        "queue ChatQueue",
        "stream of BookingsTable",
    ]
    assert all(url in line and "\n" not in line for line in said)
