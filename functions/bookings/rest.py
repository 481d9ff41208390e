"""A seat that comes back shortly before its day rests for some minutes, so that no script is always there first.

While it rests nobody can take it, and it may be offered to those who wait for an earlier appointment (`waiting.py`). It is
free again when its time is over, whether or not any job runs.
"""

import random
from datetime import datetime, timedelta

from bookings.booking import Booking
from cccd.clock import epoch

WITHIN = timedelta(days=2)  # of the slot's start
LEAST = timedelta(minutes=2)  # the offers are made once a minute

_random = random.SystemRandom()  # it has no state that a snapshot of the process could hand to all its copies


def seat_expiry(booking: Booking) -> int | None:
    """When the seat of a hold is free, in epoch seconds; None once confirmed.

    Near its day that is a little after the hold lapses, so that the purge, which runs each minute, can let it rest.
    """
    lapses = booking.hold_expires_at
    if lapses is None:
        return None
    near = booking.rest_minutes and booking.start - lapses <= WITHIN
    return epoch(lapses + LEAST if near else lapses)


def rests_until(booking: Booking, now: datetime) -> datetime | None:
    """Until when the seat rests that this booking gives back now; None if it is free at once."""
    longest = timedelta(minutes=booking.rest_minutes)
    if not booking.rest_minutes or not timedelta(0) < booking.start - now - longest or booking.start - now > WITHIN:
        return None
    return now + timedelta(seconds=_random.uniform(LEAST.total_seconds(), max(longest, LEAST).total_seconds()))
