"""The stack's time: the machine's own, or a time that started at `CLOCK` and ticks on."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self


@dataclass
class Clock:
    """Time shifted by `offset` seconds against the machine's; every process of the stack has the same shift."""

    offset: float = 0.0

    @classmethod
    def starting_at(cls, instant: datetime) -> Self:
        """A clock that shows `instant` now and ticks on."""
        return cls(instant.timestamp() - time.time())

    def now(self) -> datetime:
        """The stack's present instant, in UTC."""
        return datetime.fromtimestamp(time.time() + self.offset, UTC)

    def advance(self, seconds: float) -> None:
        """Let so much time pass at once. A process that has a copy of `offset` must be started anew to notice."""
        self.offset += seconds
