"""The counts for the office's dashboard and alarms: names without any person, place or id."""

from typing import Literal

from aws_lambda_powertools.metrics import MetricUnit

from cccd.observability import metrics

type Counted = Literal[
    "BookingsHeld",
    "BookingsConfirmed",
    "BookingsMoved",
    "BookingsCancelled",
    "BookingsServed",
    "TicketsCalled",
    "BookingsClosed",
    "BookingsReopened",
    "BookingsDisplaced",
    "BookingsReleased",
    "WishesMade",
    "WishesDrawn",
    "WishesNotDrawn",
    "WaitsBegun",
    "OffersMade",
    "OffersAccepted",
    "BookingsNotShown",
    "HoldsLapsed",
    "SeatsLostToRivals",
    "ConfirmedFasterThanTyping",
    "BookingDifferences",
    "BookingsBeyondRules",
    "PredictedDaysInHorizon",
]


def count(what: Counted, number: int = 1) -> None:
    """Add to a counter of this invocation."""
    metrics.add_metric(what, MetricUnit.Count, number)


def purge_lag(seconds: int) -> None:
    """Record how long ago a hold had lapsed when the purge wrote it down."""
    metrics.add_metric("PurgeLag", MetricUnit.Seconds, seconds)
