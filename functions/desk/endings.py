"""Keep how an appointment ended without the desk: cancelled, lapsed, nobody came. It is read from the change, and of nobody.

A change is delivered at least once; its item has one key, so it counts once. What the desk has written of a ticket stays.
"""

import hashlib
from typing import TYPE_CHECKING

from bookings.booking import Booking, BookingStatus
from cccd.table import NEW, Table
from desk.store import outcome_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_OUTCOMES = {
    BookingStatus.CANCELLED: "cancelled",
    BookingStatus.LAPSED: "lapsed",
    BookingStatus.NO_SHOW: "no_show",
}


def keep_ending(client: "DynamoDBClient", table: str, ended: Booking) -> bool:
    """Keep the outcome of a booking that has just ended; returns whether it is new."""
    outcome = _OUTCOMES.get(ended.status)
    if outcome is None or not ended.seat.given:
        return False
    # A seat may be given back several times a day: then a mark tells them apart, from which nobody gets the booking.
    mark = "" if outcome == "no_show" else f"~{hashlib.sha256(ended.id.encode()).hexdigest()[:12]}"
    bookings, name = Table(client, table), f"{ended.ticket}{mark}"
    item = outcome_item(ended.office_id, ended.start, name, outcome, ended.procedure, ended.start.hour)
    return bookings.written(bookings.put(item, NEW))
