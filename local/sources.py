"""Functions that are fed rather than called: SQS queues and table streams, read as Lambda's event sources read them.

A queue's message comes again when its function fails, until the queue's redrive policy puts it among the dead letters.
A stream's record comes again in its place until its function takes it: nothing overtakes it.
"""

import json
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local import account
from local.resources import client
from local.template import Queue, QueueSource, StreamSource

NAP = 0.5  # seconds between looks at a stream
WAIT = 2  # seconds that a look at a queue waits for a message

type Invoke = Callable[[str, Any], Any]


def create_queues(url: str, queues: Iterable[Queue]) -> None:
    """Create the queues that are missing at `url`, dead letters first."""
    sqs = client("sqs", url)
    try:
        for queue in sorted(queues, key=lambda each: each.dead_letters is not None):
            attributes = {"VisibilityTimeout": str(queue.visibility)}
            if queue.dead_letters:
                target = account.arn("sqs", queue.dead_letters)
                policy = {"deadLetterTargetArn": target, "maxReceiveCount": queue.max_receives}
                attributes["RedrivePolicy"] = json.dumps(policy)
            sqs.create_queue(QueueName=queue.name, Attributes=attributes)
    finally:
        sqs.close()


class Feeder:
    """Reads queues and streams, each in a thread, and hands what it finds to `invoke(function, event)`.

    `invoke` returns the function's answer, or None if the function failed.
    """

    def __init__(self, url: str, tables_url: str, invoke: Invoke):
        self._url = url
        self._tables_url = tables_url
        self._invoke = invoke
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, queues: Iterable[QueueSource], streams: Iterable[StreamSource]) -> None:
        """Begin to read."""
        for queue in queues:
            self._begin(partial(self._drain, queue))
        for stream in streams:
            self._begin(partial(self._follow, stream))

    def stop(self) -> None:
        """Read no more; what was being worked on ends first."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(WAIT + 15)

    def _begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _drain(self, source: QueueSource) -> None:
        sqs = client("sqs", self._url)
        queue = account.queue_url(self._url, source.queue)
        while not self._stopping.is_set():
            with suppress(BotoCoreError, ClientError):
                found = sqs.receive_message(
                    QueueUrl=queue, MaxNumberOfMessages=source.batch, WaitTimeSeconds=WAIT, AttributeNames=["All"]
                ).get("Messages", [])
                if not found:
                    continue
                answer = self._invoke(source.function, {"Records": [_message(each, source.queue) for each in found]})
                failed = _failures(answer, {each["MessageId"] for each in found})
                for each in found:
                    if each["MessageId"] not in failed:
                        sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
        sqs.close()

    def _follow(self, source: StreamSource) -> None:
        streams = client("dynamodbstreams", self._tables_url)
        iterator = None
        while not self._stopping.wait(NAP):
            with suppress(BotoCoreError, ClientError):
                iterator = iterator or _beginning(streams, self._tables_url, source.table)
                found = streams.get_records(ShardIterator=iterator, Limit=source.batch)
                records = found["Records"]
                while records and not self._stopping.is_set():
                    event = {"Records": [_change(each, source.table) for each in records]}
                    failed = _failures(self._invoke(source.function, event), {_number(each) for each in records})
                    records = [each for each in records if _number(each) in failed]
                    if records:
                        self._stopping.wait(NAP)
                iterator = found.get("NextShardIterator")
        streams.close()


def _beginning(streams: Any, tables_url: str, table: str) -> str:
    """Where the stream begins: a change told twice does nothing twice, one that is skipped is lost."""
    dynamodb = client("dynamodb", tables_url)
    try:
        arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    finally:
        dynamodb.close()
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][-1]["ShardId"]
    found: str = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    return found


def _failures(answer: Any, everything: set[str]) -> set[str]:
    """The records that are to come again; all of them if the function failed as a whole."""
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
