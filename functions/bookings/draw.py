"""Who gets the seats of a new day, where an office draws them: the order of the wishes, and the seat for each.

The order follows from a seed, which is fixed before the first wish and whose hash is public from then on, and from the set
of all wishes. So no citizen can choose it or know it before the last wish is in, and anybody can recompute it afterwards
from what `GET /offices/{officeId}/draws/{date}` tells:

    digest = sha256(codes in alphabetical order, joined by ",")
    order  = codes sorted by sha256(seed, digest and code, in hexadecimal but for the code, joined by ":")
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from bookings.booking import Booking
from cccd.base32 import base32
from offices.opening import Slot

CODE_BYTES = 10
SEED_BYTES = 32


def code_of(booking: Booking) -> str:
    """The mark of a wish in the draw: 16 characters that tell nothing of the booking to whoever does not have its id."""
    return base32(hashlib.sha256(f"draw:{booking.id}".encode()).digest()[:CODE_BYTES])


def commitment(seed: str) -> str:
    """What is public of a seed before the draw: the hash of its hexadecimal text."""
    return hashlib.sha256(seed.encode()).hexdigest()


def in_order(seed: str, codes: Iterable[str]) -> list[str]:
    """The codes in the order in which they get a seat; `seed` is hexadecimal."""
    entered = sorted(set(codes))
    digest = hashlib.sha256(",".join(entered).encode()).hexdigest()
    return sorted(entered, key=lambda code: hashlib.sha256(f"{seed}:{digest}:{code}".encode()).hexdigest())


def by_nearness(slots: Sequence[Slot], wanted: datetime) -> list[Slot]:
    """The slots of the day as a wish prefers them: the one wanted, then the nearest, of two as near the earlier."""
    return sorted(slots, key=lambda slot: (abs(slot.start - wanted), slot.start))
