"""Reads the bookings table's stream. Each change is written with the booking itself, so no change is lost.

The stream delivers a change at least once; the messages table keeps its message once. A change that storage did not
take comes again, and those after it wait. A change that can never become a message (nobody could read it) is passed by
at once, as a stream goes on only after it: the log has its position.
"""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from bookings.booking import Booking
from bookings.items import booking_of
from bookings.wait_store import Waiting, waiting_of
from cccd import clock
from cccd.dynamodb import client, from_item, passing
from cccd.invocation import Event
from cccd.observability import flush_metrics, log_unexpected, logger
from cccd.settings import Settings
from cccd.sweeps import passed_by
from cccd.table import COPIED
from desk.endings import keep_ending
from notifications.notice import notice_of_offer, notices_of
from notifications.store import NoticeStore

# Logging the whole error would print its message, which may quote what a citizen typed.
processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)


class OutboxSettings(Settings):
    """The settings: where messages are kept, and the outcomes of appointments."""

    notices_table: str
    bookings_table: str


settings = OutboxSettings.load()


def handler(event: Event, context: LambdaContext) -> Any:
    answer = process_partial_response(event=event, record_handler=_keep_notices, processor=processor, context=context)
    flush_metrics()
    return answer


def _keep_notices(record: DynamoDBRecord) -> None:
    try:
        keep_notices(record)
    except Exception as error:
        if passing(error):
            log_unexpected(error, "outbox")
            raise
        passed_by("Outbox", error)
        logger.error("a change was passed by", position=record.raw_event["dynamodb"].get("SequenceNumber"))


def keep_notices(record: DynamoDBRecord) -> None:
    """Keep the messages that one change of the table creates."""
    images = record.raw_event["dynamodb"]
    if "OldImage" not in images and COPIED in images.get("NewImage", {}):
        return  # nothing happened: the table was restored or has moved, and its messages with it
    store, now = NoticeStore(client(), settings.notices_table), clock.now()
    if waits := _waiting(images.get("NewImage")):
        offered = notice_of_offer(_waiting(images.get("OldImage")), waits, now)
        if offered:
            store.add(offered)
    if after := _booking(images.get("NewImage")):
        before = _booking(images.get("OldImage"))
        for notice in notices_of(before, after, now):
            store.add(notice)
        if before is None and not after.active:
            keep_ending(client(), settings.bookings_table, after)


def _waiting(image: dict[str, Any] | None) -> Waiting | None:
    """The waiting booking in an image of the table; None for anything else."""
    if not image or not image.get("sk", {}).get("S", "").startswith("WAIT#"):
        return None
    return waiting_of(from_item(image))


def _booking(image: dict[str, Any] | None) -> Booking | None:
    """The booking in an image of the table; None for a slot, a tally, or nothing."""
    if not image or not image["pk"]["S"].startswith("APPLICANT#"):
        return None
    return booking_of(from_item(image))
