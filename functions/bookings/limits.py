"""Counting what a citizen asks in a day, beside the holds themselves."""

from datetime import datetime, timedelta

from bookings.standing import asked_too_often
from bookings.store import BookingStore
from cccd.clock import at
from cccd.dynamodb import Item
from cccd.errors import RateLimited
from cccd.hashes import CitizenHash
from cccd.transactions import Refused


def count_attempt(store: BookingStore, citizen: CitizenHash, now: datetime) -> Item:
    """Count a refusal that reveals something about others' bookings: a citizen may not ask for it often.

    An answer that is lost may count it twice. Returns the citizen's tally.

    Raises:
        RateLimited: the citizen has asked too often today.
        botocore's errors: storage did not answer.
    """
    try:
        try:
            return store.table.write(store.count_passing_attempt(citizen, now))
        except Refused as refused:
            if asked_too_often(refused.old[0] or {}, now):
                raise
            return store.table.write(store.count_attempt(citizen, now))
    except Refused:
        raise rate_limited(now) from None


def rate_limited(now: datetime) -> RateLimited:
    """The refusal of one request too many; tomorrow the next is taken."""
    midnight = at(now.date() + timedelta(days=1), datetime.min.time())
    return RateLimited(retry_after=int((midnight - now).total_seconds()))
