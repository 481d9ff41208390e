"""Every minute: write down which holds have lapsed. This only tidies up; their seats were free when they lapsed.

It may crash or run twice at any point: each hold ends in its own transaction, which refuses a second time.
"""

from aws_lambda_powertools.utilities.typing import LambdaContext

from bookings.due import purge
from bookings.scheduled import ScheduledSettings
from bookings.store import BookingStore
from cccd import clock
from cccd.dynamodb import client
from cccd.invocation import Event, time_left
from cccd.observability import flush_metrics, logger

settings = ScheduledSettings.load()


def handler(event: Event, context: LambdaContext) -> dict[str, int]:
    lapsed = purge(BookingStore(client(), settings.bookings_table), clock.now(), time_left(context))
    logger.info("purged", lapsed=lapsed)
    flush_metrics()
    return {"lapsed": lapsed}
