"""Content that holds from one day to another: the law changes, but answers for the article's day must stay right."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol


class Dated(Protocol):
    """Anything with a period of validity; both ends are included, `None` is open."""

    @property
    def valid_from(self) -> date | None: ...

    @property
    def valid_to(self) -> date | None: ...


def holds(item: Dated, on: date) -> bool:
    """Whether `item` holds on that day."""
    return (item.valid_from is None or item.valid_from <= on) and (item.valid_to is None or on <= item.valid_to)


def in_force[D: Dated](items: Iterable[D], on: date) -> list[D]:
    """The items that hold on that day, in their given order."""
    return [item for item in items if holds(item, on)]
