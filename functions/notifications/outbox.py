"""Reads the bookings table's stream. Each change is written with the booking itself, so no change is lost.

The stream delivers a change at least once; the messages table keeps its message once.
"""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from bookings.booking import Booking
from bookings.items import booking_of
from cccd import clock
from cccd.dynamodb import client, from_item
from cccd.invocation import Event
from cccd.observability import log_unexpected
from cccd.settings import Settings
from notifications.notice import notices_of
from notifications.store import NoticeStore

# Logging the whole error would print its message, which may quote what a citizen typed.
processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)


class OutboxSettings(Settings):
    """The settings: where messages are kept."""

    notices_table: str


settings = OutboxSettings.load()


def handler(event: Event, context: LambdaContext) -> Any:
    return process_partial_response(event=event, record_handler=_keep_notices, processor=processor, context=context)


def _keep_notices(record: DynamoDBRecord) -> None:
    try:
        keep_notices(record)
    except Exception as error:
        log_unexpected(error, "outbox")
        raise


def keep_notices(record: DynamoDBRecord) -> None:
    """Keep the messages that one change of the table creates."""
    images = record.raw_event["dynamodb"]
    after = _booking(images.get("NewImage"))
    if after is None:
        return
    store = NoticeStore(client(), settings.notices_table)
    for notice in notices_of(_booking(images.get("OldImage")), after, clock.now()):
        store.add(notice)


def _booking(image: dict[str, Any] | None) -> Booking | None:
    """The booking in an image of the table; None for a slot, a tally, or nothing."""
    if not image or not image["pk"]["S"].startswith("APPLICANT#"):
        return None
    return booking_of(from_item(image))
