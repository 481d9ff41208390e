"""People who want to book, and the little that they need: one office, one morning, a few seats."""

from datetime import datetime, timedelta
from typing import Any

from bookings.booking import Applicant
from bookings.booking_id import new_id
from bookings.intake import HoldRequest
from cccd.clock import VIETNAM
from cccd.hashes import CitizenHash, request_hash
from offices.opening import Capacity, OpeningRules, Slot

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=VIETNAM)
SLOT_START = datetime(2026, 11, 26, 8, 0, tzinfo=VIETNAM)
KEY = b"a key of the tests"
RULES = OpeningRules(weekly={})
LIMIT = 4


def rules_of(office_id: str) -> OpeningRules:
    return RULES


def slot(capacity: int | Capacity = 1, start: datetime = SLOT_START) -> Slot:
    seats: Capacity = {"shared": capacity} if isinstance(capacity, int) else capacity
    return Slot(start, start + timedelta(minutes=30), seats)


def wish(
    person: str, *, key: str = "key-1", citizen: CitizenHash | None = None, at: Slot | None = None, **changed: Any
) -> HoldRequest:
    """The request of `person`; by default each person is also the citizen and wants the only seat."""
    who = citizen or CitizenHash(f"citizen of {person}")
    parts: dict[str, Any] = {
        "id": new_id(KEY, person, who, key),
        "citizen": who,
        "request": f"{person} {at} {changed}",
        "office_id": "office",
        "procedure": "cap-cccd",
        "slot": at or slot(),
        "queue": "shared",
        "applicant": Applicant("NGUYỄN THỊ LAN", "079*****1234", "1990-05-20", "84912345678"),
        "person": request_hash(KEY, f"{who} {person}")[:16],
    }
    return HoldRequest(**(parts | changed))
