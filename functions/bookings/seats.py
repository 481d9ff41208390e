"""The seats of a slot, and which of them may be sold.

A slot's item has one attribute per taken seat, so a seat holds one booking or none: overselling a seat cannot
be expressed. `Taken.expires` is when a hold lapses; a lapsed hold's seat is free at once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from offices.opening import Capacity, Queue

_PREFIX: dict[Queue, str] = {"shared": "s", "permanent": "p", "temporary": "t"}
_QUEUE: dict[str, Queue] = {prefix: queue for queue, prefix in _PREFIX.items()}
_ATTRIBUTE = re.compile(r"([spt])([0-9]{2,3})")


@dataclass(frozen=True, order=True)
class Seat:
    """A seat of a slot: the queue it belongs to and its number from 1."""

    number: int
    queue: Queue

    @property
    def attribute(self) -> str:
        """Its name in the slot's item: s03, p03, t03."""
        return f"{_PREFIX[self.queue]}{self.number:02d}"

    @property
    def label(self) -> str:
        """Its part of the ticket: 03; P03 and T03 where permanent and temporary residents queue apart."""
        return f"{self.number:02d}" if self.queue == "shared" else f"{_PREFIX[self.queue].upper()}{self.number:02d}"

    @classmethod
    def parse(cls, attribute: str) -> "Seat | None":
        """The seat of that attribute name; None for the item's other attributes."""
        found = _ATTRIBUTE.fullmatch(attribute)
        return cls(int(found[2]), _QUEUE[found[1]]) if found else None


@dataclass(frozen=True)
class Taken:
    """Who has a seat: a booking's id, when its hold lapses (epoch seconds; None once confirmed), and whether they were served.

    A served one stays taken, as its number was called.
    """

    booking_id: str
    expires: int | None
    served: bool = False

    def live(self, now: int) -> bool:
        """Whether the seat is really occupied."""
        return self.expires is None or self.expires > now


type SlotSeats = Mapping[Seat, Taken]


def rules_mark(capacity: Capacity) -> str:
    """A short text that is equal for equal capacities; a slot's item remembers under which it was sold."""
    return ",".join(f"{_PREFIX[queue]}{count}" for queue, count in sorted(capacity.items()))


def sellable(taken: SlotSeats, capacity: Capacity, queue: Queue, now: int) -> list[Seat]:
    """The free seats of a queue that may be sold, in order.

    When an office lowers its capacity, bookings above it stay. Each takes the place of one that could still be
    sold: only seats up to `limit` are, where limit + the live seats beyond it is at most the capacity. Live seats
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
    """The live seats that today's capacity no longer has: what an office that lowered it must look at."""
    return sorted(
        seat for seat, holder in taken.items() if holder.live(now) and seat.number > capacity.get(seat.queue, 0)
    )
