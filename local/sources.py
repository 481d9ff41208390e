"""Functions that SQS queues and table streams feed; they are read as Lambda's event sources read them.

A queue's message comes again when its function fails, until the queue's redrive policy moves it to the dead letters. A
stream's record is repeated until its function takes it: no later record overtakes it.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra import account
from infra.template import QueueSource, StreamSource
from local.resources import client

NAP = 0.5  # seconds between reads of a stream
PAUSE = 2.0  # seconds to wait after a failed read
WAIT = 2  # seconds that one read of a queue waits for a message

type Invoke = Callable[[str, Any], Any]


class CannotRead(Exception):
    """The source of a function does not exist; the message says why."""


class Feeder:
    """Reads queues and streams, each in a thread, and passes what it finds to `invoke(function, event)`.

    `invoke` returns the function's answer, or None if the function failed. `say` takes one line when a source can no
    longer be read. It takes the next such line only after the source could be read again.
    """

    def __init__(self, url: str, tables_url: str, invoke: Invoke, say: Callable[[str], None]):
        self._url = url
        self._tables_url = tables_url
        self._invoke = invoke
        self._say = say
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, queues: Iterable[QueueSource], streams: Iterable[StreamSource]) -> None:
        """Begin to read."""
        readers: list[_Queue | _Stream] = [
            *(_Queue(source, self._url, self._invoke) for source in queues),
            *(_Stream(source, self._tables_url, self._invoke) for source in streams),
        ]
        for reader in readers:
            thread = threading.Thread(target=self._keep_reading, args=(reader,), name=reader.name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Read no more; work in progress ends first."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(WAIT + 15)

    def _keep_reading(self, reader: "_Queue | _Stream") -> None:
        failing = False
        while not self._stopping.is_set():
            try:
                reader.read()
            except (BotoCoreError, ClientError, CannotRead) as error:
                if not failing:
                    self._say(f"{reader.name} cannot be read, and is tried again: {error}")
                failing = True
                self._stopping.wait(PAUSE)
            else:
                failing = False
                self._stopping.wait(reader.nap)
        reader.close()


class _Queue:
    """A queue's messages, a batch at a time; the queue itself does the waiting."""

    nap = 0.0

    def __init__(self, source: QueueSource, url: str, invoke: Invoke):
        self.name = f"queue {source.queue}"
        self._source = source
        self._invoke = invoke
        self._sqs = client("sqs", url)
        self._url = account.queue_url(url, source.queue)

    def read(self) -> None:
        """Pass on the messages that have arrived, and delete those that did not fail."""
        found = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=self._source.batch, WaitTimeSeconds=WAIT, AttributeNames=["All"]
        ).get("Messages", [])
        if not found:
            return
        event = {"Records": [_message(each, self._source.queue) for each in found]}
        failed = _failures(self._invoke(self._source.function, event), {each["MessageId"] for each in found})
        for each in found:
            if each["MessageId"] not in failed:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=each["ReceiptHandle"])

    def close(self) -> None:
        self._sqs.close()


class _Stream:
    """A table's changes in their order, a batch at a time."""

    nap = NAP

    def __init__(self, source: StreamSource, url: str, invoke: Invoke):
        self.name = f"stream of {source.table}"
        self._source = source
        self._url = url
        self._invoke = invoke
        self._streams = client("dynamodbstreams", url)
        self._iterator: str | None = None
        self._waiting: list[dict[str, Any]] = []

    def read(self) -> None:
        """Pass on the next changes; from the first failed change on, all come again before any other."""
        self._waiting = self._waiting or self._next()
        if not self._waiting:
            return
        numbers = [_number(each) for each in self._waiting]
        event = {"Records": [_change(each, self._source.table) for each in self._waiting]}
        failed = _failures(self._invoke(self._source.function, event), set(numbers))
        taken = next((place for place, number in enumerate(numbers) if number in failed), len(numbers))
        self._waiting = self._waiting[taken:]

    def close(self) -> None:
        self._streams.close()

    def _next(self) -> list[dict[str, Any]]:
        # A failed iterator may be too old, so the next read starts a new one.
        iterator, self._iterator = self._iterator or self._beginning(), None
        found = self._streams.get_records(ShardIterator=iterator, Limit=self._source.batch)
        self._iterator = found.get("NextShardIterator")
        records: list[dict[str, Any]] = found["Records"]
        return records

    def _beginning(self) -> str:
        """Start at the beginning: a change delivered twice does nothing twice, but a skipped change is lost."""
        dynamodb = client("dynamodb", self._url)
        try:
            arn = dynamodb.describe_table(TableName=self._source.table)["Table"].get("LatestStreamArn")
        finally:
            dynamodb.close()
        if arn is None:
            raise CannotRead("the stored table has none: remove .local/state, its data goes with it")
        shard = self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][-1]["ShardId"]
        found: str = self._streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
            "ShardIterator"
        ]
        return found


def _failures(answer: Any, everything: set[str]) -> set[str]:
    """The records that must come again; all of them if the function failed as a whole."""
    if answer is None:
        return everything
    failed = answer.get("batchItemFailures", []) if isinstance(answer, dict) else []
    return {each["itemIdentifier"] for each in failed}


def _message(found: dict[str, Any], queue: str) -> dict[str, Any]:
    return {
        "messageId": found["MessageId"],
        "receiptHandle": found["ReceiptHandle"],
        "body": found["Body"],
        "attributes": found.get("Attributes", {}),
        "messageAttributes": {},
        "md5OfBody": found["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": account.arn("sqs", queue),
        "awsRegion": account.REGION,
    }


def _change(found: dict[str, Any], table: str) -> dict[str, Any]:
    told = dict(found["dynamodb"])
    moment = told.get("ApproximateCreationDateTime")
    if moment is not None and not isinstance(moment, int | float):
        told["ApproximateCreationDateTime"] = moment.timestamp()
    return {
        "eventID": found.get("eventID", _number(found)),
        "eventName": found["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": account.REGION,
        "dynamodb": told,
        "eventSourceARN": account.arn("dynamodb", f"table/{table}/stream/local"),
    }


def _number(record: dict[str, Any]) -> str:
    return str(record["dynamodb"]["SequenceNumber"])
