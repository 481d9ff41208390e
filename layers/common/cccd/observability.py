"""Logs that an engineer can search and that hold no personal data.

A record names the route, never the path. An unexpected error is logged by its type and the place where it rose,
never by its message, which may quote what a citizen typed. The scrubber removes what slips through.
"""

import logging
import re
import traceback
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit

# Personal ids have 12 or 9 digits, phones 9 to 11, Zalo ids more; people write them with separators.
_LONG_NUMBER = re.compile(r"(?<![\w-])\+?\d(?:[ .-]?\d){8,}(?![\w-])")
_BEARER = re.compile(r"\b(?:Bearer\s+\S+|eyJ[\w-]+\.[\w-]+\.[\w-]+)")


def scrub(text: str) -> str:
    """The text without anything that looks like an id, a phone number or a token."""
    return _BEARER.sub("[token]", _LONG_NUMBER.sub("[number]", text))


class ScrubbingFormatter(LambdaPowertoolsFormatter):
    """Powertools' JSON record, scrubbed as a whole."""

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))


# Powertools also logs the words of an unexpected error, and Lambda's root handler would print them.
logging.getLogger("aws_lambda_powertools").propagate = False

logger = Logger(logger_formatter=ScrubbingFormatter(use_rfc3339=True), log_record_order=["level", "message"])


def log_unexpected(error: Exception, route: str) -> None:
    """Log an error that no rule names: its type and its stack, without its message."""
    frames: list[dict[str, Any]] = [
        {"file": frame.filename.rsplit("/", 2)[-1], "line": frame.lineno, "function": frame.name}
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    logger.error("unexpected error", error=type(error).__name__, route=route, frames=frames[-8:])


metrics = Metrics(namespace="CCCD", service="cccd")


def flush_metrics() -> None:
    """Print what this invocation counted, in CloudWatch's embedded metric format; nothing if it counted nothing."""
    if metrics.metric_set:
        metrics.flush_metrics()


def count_message(outcome: str) -> None:
    """Count a message to a citizen by its outcome: sent, failed, dropped, unreachable, uncertain."""
    metrics.add_metric(f"Messages{outcome.capitalize()}", MetricUnit.Count, 1)
