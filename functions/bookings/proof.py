"""How well it is known that a booking is its applicant's own wish.

Anybody who knows a personal id can book for it. So a booking of a stronger proof takes the place of a weaker one for the same
personal id, and never the other way round. VNeID would prove the personal id itself: one more member, above PHONE, and the
claim in the session that says so (docs/decisions/0017).
"""

from enum import IntEnum

from cccd.session import Citizen, phone_mark


class Proof(IntEnum):
    """What is proved, in rising order."""

    NONE = 0
    PHONE = 1  # Zalo says that the citizen has the phone number on the booking


def proof_of(citizen: Citizen, phone: str) -> Proof:
    """What the session proves about a booking with that phone number (as `84…`)."""
    return Proof.PHONE if citizen.phone == phone_mark(citizen.key, phone) else Proof.NONE
