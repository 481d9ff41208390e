"""Work through many items that belong to many people: what cannot be handled is counted and passed by.

Each sweep has a metric of its own, and the template an alarm on it (docs/operations.md). The log names the sweep and
the error's type and place, never whose item it was.
"""

from typing import Literal

from aws_lambda_powertools.metrics import MetricUnit

from cccd.observability import log_unexpected, metrics

type Sweep = Literal["Purge", "CloseDay", "Audit", "Retention", "Sender", "Outbox", "Chat", "Offers", "Draw"]


def passed_by(sweep: Sweep, error: Exception) -> None:
    """Count an item that the sweep could not handle, as the metric `<Sweep>PassedBy`, and log why."""
    log_unexpected(error, sweep)
    metrics.add_metric(f"{sweep}PassedBy", MetricUnit.Count, 1)
