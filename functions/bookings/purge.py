"""Every minute: write down which holds have lapsed. Tidiness only; their seats were free the moment they lapsed.

It may crash or run twice anywhere: each hold is ended in a transaction of its own that refuses a second time.
"""

from collections.abc import Callable
from datetime import datetime

from aws_lambda_powertools.utilities.typing import LambdaContext

from bookings.due import WORKERS, work_through
from bookings.lifecycle import lapse
from bookings.scheduled import ScheduledSettings, time_left
from bookings.store import BookingStore
from cccd import clock
from cccd.dynamodb import client
from cccd.http import Event
from cccd.observability import flush_metrics, logger

settings = ScheduledSettings.load()


def purge(store: BookingStore, now: datetime, time_left: Callable[[], bool], workers: int = WORKERS) -> int:
    """End the holds that have lapsed by `now`, while `time_left`; returns how many this run ended."""
    return work_through(store, "HOLD", lambda booking: lapse(store, booking, now), now, time_left, workers)


def handler(event: Event, context: LambdaContext) -> dict[str, int]:
    lapsed = purge(BookingStore(client(), settings.bookings_table), clock.now(), time_left(context))
    logger.info("purged", lapsed=lapsed)
    flush_metrics()
    return {"lapsed": lapsed}
