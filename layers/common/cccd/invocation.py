"""An invocation of a function: its event, and how long it may go on."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

type Event = dict[str, Any]

STOP_BEFORE_END = 5_000  # milliseconds of the function's time left for ending well


def time_left(context: LambdaContext, reserve: int = STOP_BEFORE_END) -> Callable[[], bool]:
    """Whether more than `reserve` milliseconds are left, enough to begin something; the next run does the rest."""
    return lambda: context.get_remaining_time_in_millis() > reserve
