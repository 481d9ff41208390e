"""The store of the bookings' tests, and a rival who acts just before us."""

from tests.bookings.conftest import clock, rival_acts_first, store

__all__ = ["clock", "rival_acts_first", "store"]
