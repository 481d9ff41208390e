"""What the chief of an office has said of a slot: it stands in the slot's own item, and goes before the office's rules.

    by      {seats: {shared: 4}, why: "Cơ quan họp."}       so many seats of each queue; none at all closes the slot
    closed  true where there is no seat of any queue

The item's mark changes with it. Whoever is on the way with the seats of before is refused by the condition on the mark, which every
sale has (`BookingStore.take_seat`), and reads here what holds.
"""

from collections.abc import Mapping

from cccd.dynamodb import Item
from cccd.errors import SlotClosed
from offices.opening import Capacity


def capacity_of(item: Item, by_rule: Capacity) -> Capacity:
    """The seats of the slot: as the chief has said, or else as the rules say."""
    said: Mapping[str, Capacity] | None = item.get("by")
    return by_rule if said is None else said["seats"]


def opened(item: Item) -> Capacity | None:
    """The seats that the chief has said; None if nothing was said, or the slot was closed."""
    return item["by"]["seats"] or None if "by" in item else None


def refuse_closed(item: Item) -> None:
    """Refuse a slot that the chief has closed.

    Raises:
        SlotClosed: with the reason that the chief gave.
    """
    if item.get("closed"):
        raise SlotClosed("office_closed", why(item))


def why(item: Item) -> str:
    """The reason that the chief gave, as a citizen reads it."""
    return str(item["by"]["why"])
