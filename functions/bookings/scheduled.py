"""What the scheduled functions share: their settings, and how they know when to stop."""

from collections.abc import Callable

from aws_lambda_powertools.utilities.typing import LambdaContext

from cccd.settings import Settings

STOP_BEFORE_END = 5_000  # milliseconds of the function's time left for ending well


class ScheduledSettings(Settings):
    """The table that is worked on."""

    bookings_table: str


def time_left(context: LambdaContext, reserve: int = STOP_BEFORE_END) -> Callable[[], bool]:
    """Whether there is still time, more than `reserve` milliseconds, to begin something; what is left waits for the next run."""
    return lambda: context.get_remaining_time_in_millis() > reserve
