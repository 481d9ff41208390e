"""The seats of a slot, and which of them may be sold.

A slot's item has one attribute per taken seat, so a seat holds one booking or none: the data cannot express two
bookings on one seat. `Taken.expires` is when a hold lapses; the seat of a lapsed hold is free at once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from offices.opening import Capacity, Queue

MOST_OFFERS = 3  # of one seat to people who wait for an earlier appointment
RESTING = "-"  # in place of a booking's id: nobody has the seat, and for a while nobody can take it

_PREFIX: dict[Queue, str] = {"shared": "s", "permanent": "p", "temporary": "t"}
_QUEUE: dict[str, Queue] = {prefix: queue for queue, prefix in _PREFIX.items()}
_ATTRIBUTE = re.compile(r"([spt])([0-9]{2,3})")


@dataclass(frozen=True, order=True)
class Seat:
    """A seat of a slot: the queue it belongs to and its number from 1; number 0 is a wish for one."""

    number: int
    queue: Queue

    @property
    def given(self) -> bool:
        """Whether it is a seat, and not a wish for one."""
        return self.number > 0

    @property
    def attribute(self) -> str:
        """The seat's name in the slot's item: s03, p03, t03."""
        return f"{_PREFIX[self.queue]}{self.number:02d}"

    @property
    def label(self) -> str:
        """The seat's part of the ticket: 03; P03 and T03 where permanent and temporary residents queue apart."""
        return f"{self.number:02d}" if self.queue == "shared" else f"{_PREFIX[self.queue].upper()}{self.number:02d}"

    @classmethod
    def parse(cls, attribute: str) -> "Seat | None":
        """The seat of that attribute name; None for the item's other attributes."""
        found = _ATTRIBUTE.fullmatch(attribute)
        return cls(int(found[2]), _QUEUE[found[1]]) if found else None


@dataclass(frozen=True)
class Taken:
    """The booking on a seat: its id, when its hold lapses (epoch seconds; None once confirmed), whether it was served.

    The seat of a served booking stays taken, as its number was called. A seat that rests belongs to nobody; it may be
    `offered_to` a booking that waits for an earlier appointment, as its `offers`-th offer.
    """

    booking_id: str
    expires: int | None
    served: bool = False
    offered_to: str | None = None
    offers: int = 0

    @property
    def rests(self) -> bool:
        """Whether it is nobody's, though it cannot be taken."""
        return self.booking_id == RESTING

    def live(self, now: int) -> bool:
        """Whether the seat is really occupied."""
        return self.expires is None or self.expires > now


type SlotSeats = Mapping[Seat, Taken]


def rules_mark(capacity: Capacity) -> str:
    """A short text, equal for equal capacities; the slot's item remembers the one under which it was sold."""
    return ",".join(f"{_PREFIX[queue]}{count}" for queue, count in sorted(capacity.items()))


def sellable(taken: SlotSeats, capacity: Capacity, queue: Queue, now: int) -> list[Seat]:
    """The free seats of a queue that may be sold, in order.

    When an office lowers its capacity, bookings above it stay. For each of them, one free seat is not sold. The code
    sells only seats up to `limit`, where `limit` plus the live seats beyond it is at most the capacity. Live seats
    beyond the limit can only become fewer, so this holds for every later sale too.
    """
    live = [seat for seat, holder in taken.items() if holder.live(now)]
    strangers = sum(seat.queue not in capacity for seat in live)
    numbers = {seat.number for seat in live if seat.queue == queue}
    limit = capacity.get(queue, 0)
    while limit > 0 and limit + strangers + sum(number > limit for number in numbers) > capacity[queue]:
        limit -= 1
    return [Seat(number, queue) for number in range(1, limit + 1) if number not in numbers]


def beyond(taken: SlotSeats, capacity: Capacity, now: int) -> list[Seat]:
    """The live seats beyond today's capacity; an office that lowered its capacity must look at them."""
    return sorted(
        seat
        for seat, holder in taken.items()
        if holder.live(now) and not holder.rests and seat.number > capacity.get(seat.queue, 0)
    )
