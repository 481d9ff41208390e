"""Every minute: write down which holds have lapsed. Tidiness only; their seats were free the moment they lapsed.

It may crash or run twice anywhere: each hold is ended in a transaction of its own that refuses a second time.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from aws_lambda_powertools.utilities.typing import LambdaContext

from bookings.items import Key
from bookings.lifecycle import lapse
from bookings.store import BookingStore
from cccd import clock
from cccd.dynamodb import client
from cccd.http import Event
from cccd.observability import logger
from cccd.settings import Settings

WORKERS = 8
STOP_BEFORE_END = 5_000  # milliseconds of the function's time left for ending well


class PurgeSettings(Settings):
    """The table that is tidied."""

    bookings_table: str


settings = PurgeSettings.load()


def purge(store: BookingStore, now: datetime, time_left: Callable[[], bool], workers: int = WORKERS) -> int:
    """End the holds that have lapsed by `now`, while `time_left`; returns how many this run ended."""

    def end_one(key: Key) -> bool:
        if not time_left():
            return False
        booking = store.at_key(key)
        return booking is not None and lapse(store, booking, now)

    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(end_one, store.due("HOLD", now)))


def handler(event: Event, context: LambdaContext) -> dict[str, int]:
    store = BookingStore(client(), settings.bookings_table)
    lapsed = purge(store, clock.now(), lambda: context.get_remaining_time_in_millis() > STOP_BEFORE_END)
    logger.info("purged", lapsed=lapsed)
    return {"lapsed": lapsed}
