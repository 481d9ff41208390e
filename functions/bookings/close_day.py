"""Every night: a confirmed appointment whose day is over, and that nobody marked as served, was not kept."""

from collections.abc import Callable
from datetime import datetime

from aws_lambda_powertools.utilities.typing import LambdaContext

from bookings.due import WORKERS, work_through
from bookings.lifecycle import close
from bookings.scheduled import ScheduledSettings, time_left
from bookings.store import BookingStore
from cccd import clock
from cccd.dynamodb import client
from cccd.http import Event
from cccd.observability import flush_metrics, logger

settings = ScheduledSettings.load()


def close_days(store: BookingStore, now: datetime, time_left: Callable[[], bool], workers: int = WORKERS) -> int:
    """Close what days before today left open, while `time_left`; returns how many bookings this run closed."""
    return work_through(store, "CONFIRMED", lambda booking: close(store, booking, now), now, time_left, workers)


def handler(event: Event, context: LambdaContext) -> dict[str, int]:
    closed = close_days(BookingStore(client(), settings.bookings_table), clock.now(), time_left(context))
    logger.info("closed", bookings=closed)
    flush_metrics()
    return {"closed": closed}
