"""The draws beside the slots of their office. They name no person: a wish stands there by its code."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bookings import items
from bookings.draw import CODE_BYTES, SEED_BYTES
from cccd.clock import at, epoch
from cccd.dynamodb import Item
from cccd.table import NEW, THERE, Table
from cccd.transactions import Refused

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(days=30)  # after the day: whoever doubts a draw can recompute it
MOST_ENTRIES = 20_000  # an item holds 400 KB; wishes beyond are drawn behind these
_CODE_LENGTH = CODE_BYTES * 8 // 5


@dataclass(frozen=True)
class Draw:
    """The draw of a day's seats: the seed in hexadecimal, and the codes of its wishes in their order; None before it."""

    day: date
    seed: str
    entries: list[str] | None


class DrawStore:
    """The table `name`, through `client`."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self._table = Table(client, name)

    def find(self, office_id: str, day: date) -> Draw | None:
        """The draw of that day, if anybody has wished for a seat or it is over. A query: its reader may do nothing else."""
        key = items.draw_key(office_id, day)
        found = next(self._table.between(key["pk"], key["sk"], key["sk"]), None)
        return _draw(day, found) if found else None

    def open(self, office_id: str, day: date) -> Draw:
        """The draw of that day; its seed is made with the first wish, by whoever is first."""
        found = self.find(office_id, day)
        if found:
            return found
        seed = secrets.token_hex(SEED_BYTES)
        item = {**items.draw_key(office_id, day), "seed": seed, "ttl": epoch(at(day, datetime.min.time()) + KEPT)}
        try:
            self._table.write(self._table.put(item, NEW))
        except Refused as refused:
            return _draw(day, refused.old[0] or {})
        return Draw(day, seed, None)

    def close(self, office_id: str, draw: Draw, entries: Sequence[str]) -> Draw:
        """The draw with these entries, in their order; if it was closed before, as it was closed then."""
        update = self._table.update(
            items.draw_key(office_id, draw.day),
            "SET entries = :entries",
            f"{THERE} AND attribute_not_exists(entries)",
            {":entries": "".join(entries[:MOST_ENTRIES])},
        )
        try:
            return _draw(draw.day, self._table.write(update))
        except Refused as refused:
            return _draw(draw.day, refused.old[0] or {})


def _draw(day: date, item: Item) -> Draw:
    told = item.get("entries")
    return Draw(day, item["seed"], None if told is None else _split(told))


def _split(told: str) -> list[str]:
    return [told[first : first + _CODE_LENGTH] for first in range(0, len(told), _CODE_LENGTH)]
