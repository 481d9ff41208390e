"""What the chief announces to everybody, until a time: beside the slots of the office.

pk               sk                what
OFFICE#<office>  NOTICE#<id>       the words, and until when they are shown (epoch seconds)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cccd.clock import epoch, from_epoch
from cccd.errors import IdempotencyKeyReused, NotFound, TooManyNotices
from cccd.table import NEW, THERE, Table
from desk.officer import Officer
from desk.store import DeskStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST = 5  # of one office at a time: nobody reads more
LONGEST = timedelta(days=60)


@dataclass(frozen=True)
class Announcement:
    """Words that everybody reads until `until`."""

    id: str
    text: str
    until: datetime


class Announcements:
    """The table of bookings, through `client`."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self._desk = DeskStore(client, name)
        self._table = Table(client, name)

    def shown(self, office_id: str, now: datetime, *, consistent: bool = True) -> list[Announcement]:
        """What is shown at this time, the one that ends first before the others: one Query."""
        found = (each for each in self._all(office_id, consistent) if each.until > now)
        return sorted(found, key=lambda each: (each.until, each.id))

    def add(self, officer: Officer, office_id: str, said: Announcement, now: datetime) -> bool:
        """Show it from now on; returns whether it is new: the same id is the same announcement.

        Raises:
            TooManyNotices
            IdempotencyKeyReused: the id is of other words, or of another end.
        """
        there = self.shown(office_id, now)
        if made := next((each for each in there if each.id == said.id), None):
            if made != said:
                raise IdempotencyKeyReused
            return False
        if len(there) >= MOST:
            raise TooManyNotices(limit=str(MOST))
        item = {"text": said.text, "until": epoch(said.until), "ttl": epoch(said.until)}
        new = self._table.written(self._table.put({**_key(office_id, said.id), **item}, NEW))
        if new:
            self._desk.note(officer, office_id, "notice", "-", now)
        return new

    def remove(self, officer: Officer, office_id: str, notice_id: str, now: datetime) -> None:
        """Show it no longer.

        Raises:
            NotFound: there is none with that id.
        """
        if not self._table.written(self._table.delete(_key(office_id, notice_id), THERE)):
            raise NotFound
        self._desk.note(officer, office_id, "notice ended", "-", now)

    def _all(self, office_id: str, consistent: bool) -> Iterator[Announcement]:
        for item in self._table.query(f"OFFICE#{office_id}", "NOTICE#", consistent=consistent):
            yield Announcement(item["sk"].removeprefix("NOTICE#"), item["text"], from_epoch(item["until"]))


def _key(office_id: str, notice_id: str) -> dict[str, str]:
    return {"pk": f"OFFICE#{office_id}", "sk": f"NOTICE#{notice_id}"}
