"""Records about personal data that hold none themselves: that a copy was made, and that data was erased."""

import secrets
from datetime import datetime
from typing import Literal

from cccd.base32 import base32
from cccd.clock import epoch
from cccd.dynamodb import Item
from cccd.errors import TemporarilyUnavailable
from cccd.hashes import CitizenHash
from cccd.table import NEW, Table
from cccd.transactions import Refused, Unknown, Write
from consent.items import access_key, citizen_partition, copy_key, erased_key
from consent.retention import RECORDS

RETRY_AFTER = 2  # seconds
COPIES = 200  # records of copies that are kept of one citizen: the last ones

type By = Literal["citizen", "retention", "office"]
type Looked = Literal["print", "export"]


class Journal:
    """The citizens' journals in the declarations table."""

    def __init__(self, table: Table):
        self._table = table

    def accesses(self, citizen: CitizenHash) -> list[Item]:
        """Which copies were made for whom, and when, oldest first; of copies the last `COPIES`."""
        return sorted(self._table.query(citizen_partition(citizen), "ACCESS#"), key=lambda item: int(item["at"]))

    def erasures(self, citizen: CitizenHash) -> list[Item]:
        """What was erased, how many, when, and at whose request, oldest first."""
        return list(self._table.query(citizen_partition(citizen), "ERASED#"))

    def note_access(
        self, citizen: CitizenHash, what: Looked, declaration_id: str | None, number: int, now: datetime
    ) -> None:
        """Record that the citizen had a copy made of their data, the `number`th: it takes the place of the record of
        `COPIES` copies ago.

        Raises:
            TemporarilyUnavailable: nobody knows whether the record was kept.
        """
        item = {"what": what, "declaration": declaration_id, "by": "citizen", **_when(now)}
        self._note(self._table.put({**copy_key(citizen, number % COPIES), **item}))

    def note_release(self, citizen: CitizenHash, now: datetime) -> None:
        """Record that the office ended a booking that the citizen had made for somebody; raises as `note_access`."""
        item = {"what": "release", "by": "office", **_when(now)}
        self._note(self._table.put({**access_key(citizen, now, _nonce()), **item}, NEW))

    def note_reading(self, citizen: CitizenHash, declaration_id: str, now: datetime) -> None:
        """Record that an officer read the citizen's declaration; raises as `note_access`."""
        item = {"what": "reading", "declaration": declaration_id, "by": "office", **_when(now)}
        self._note(self._table.put({**access_key(citizen, now, _nonce()), **item}, NEW))

    def note_erasure(self, citizen: CitizenHash, what: str, count: int, by: By, now: datetime) -> None:
        """Record that `count` of the citizen's `what` were erased; raises as `note_access`."""
        self._note(self.erased(citizen, what, count, by, now))

    def erased(self, citizen: CitizenHash, what: str, count: int, by: By, now: datetime) -> Write:
        """The same record as a write, for the transaction that erases; it holds nothing of the erased content.

        A day has one record of each kind, which counts.
        """
        return self._table.update(
            erased_key(citizen, now.date(), what, by),
            "SET what = :what, #by = :by, #at = :at, #ttl = :ttl ADD #count :count",
            values={":what": what, ":by": by, ":count": count}
            | {f":{name}": value for name, value in _when(now).items()},
        )

    def _note(self, record: Write) -> None:
        try:
            self._table.commit([record])
        except (Refused, Unknown):
            raise TemporarilyUnavailable(retry_after=RETRY_AFTER) from None


def _when(now: datetime) -> Item:
    return {"at": epoch(now), "ttl": epoch(now + RECORDS.kept)}


def _nonce() -> str:
    return base32(secrets.token_bytes(5))
