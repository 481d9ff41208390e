"""Every night: close the confirmed appointments of past days that nobody marked as served; they were not kept."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from bookings.due import close_days
from bookings.scheduled import ScheduledSettings
from bookings.store import BookingStore
from cccd import clock
from cccd.dynamodb import client
from cccd.invocation import Event, time_left
from cccd.observability import flush_metrics, logger

settings = ScheduledSettings.load()


def handler(event: Event, context: LambdaContext) -> dict[str, int]:
    closed = close_days(BookingStore(client(), settings.bookings_table), clock.now(), time_left(context))
    logger.info("closed", bookings=closed)
    flush_metrics()
    return {"closed": closed}
