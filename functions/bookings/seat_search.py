"""Which seat of a slot to try next."""

import random
from datetime import datetime

from bookings import items
from bookings.said import capacity_of, refuse_closed
from bookings.seats import Seat, beyond, rules_mark, sellable
from cccd.clock import epoch
from cccd.dynamodb import Item
from cccd.errors import SlotFull
from offices.opening import Queue, Slot

_random = random.SystemRandom()  # it has no state that a snapshot of the process could hand to all its copies


class SeatSearch:
    """A search for a free seat; its first step costs no request.

    The first seat is a guess, as a look would cost a request. A refusal brings the slot's item, so the next guess is
    among the seats that are really free. Guesses are random, so that people who come at once rarely meet.

    `mark` is the capacity under which the slot is to be sold; `seen_mark` is the one under which it was last sold.

    Raises:
        SlotFull: the slot has no seat for this queue.
    """

    def __init__(self, slot: Slot, queue: Queue):
        seats = slot.capacity.get(queue, 0)
        if seats < 1:
            raise SlotFull
        self._slot = slot
        self._queue = queue
        self.choice = Seat(_random.randint(1, seats), queue)
        self.mark = rules_mark(slot.capacity)
        self.seen_mark: str | None = None

    def choose_among(self, slot_item: Item, now: datetime) -> bool:
        """Choose again with the slot's item; returns whether there was a seat to choose.

        Raises:
            SlotClosed: the chief of the office has closed the slot.
        """
        refuse_closed(slot_item)
        taken = items.seats_of(slot_item)
        capacity = capacity_of(slot_item, self._slot.capacity)
        free = sellable(taken, capacity, self._queue, epoch(now))
        if not free:
            return False
        self.choice = _random.choice(free)
        self.seen_mark = slot_item.get("mark")
        # While bookings exist beyond a lowered capacity, the old mark stays, so that every sale reads the item.
        crowded = bool(beyond(taken, capacity, epoch(now)))
        self.mark = self.seen_mark if crowded and self.seen_mark else rules_mark(capacity)
        return True
