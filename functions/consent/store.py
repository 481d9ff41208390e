"""The records of consent, numbered in the order in which they were made: whatever the clock says, the last one decides.

Two changes at one moment want the same number; the later one reads again and goes after the first. So no change is
lost, and none is answered as done that is not on record.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from cccd.clock import epoch
from cccd.dynamodb import Item
from cccd.errors import TemporarilyUnavailable
from cccd.hashes import CitizenHash
from cccd.table import NEW, Table
from cccd.transactions import Refused, Unknown, Write, pauses
from consent.choices import ERASURE, ConsentRecord
from consent.items import citizen_partition, consent_key
from consent.retention import RECORDS

RETRY_AFTER = 2  # seconds

# What to append, given the last record of each purpose that the citizen was ever asked for.
type Change = Callable[[Sequence[ConsentRecord]], Sequence[ConsentRecord]]


class Consents:
    """The consent records in the declarations table."""

    def __init__(self, table: Table):
        self._table = table

    def standing(self, citizen: CitizenHash) -> dict[str, bool]:
        """By purpose, whether the citizen agrees to it as of now; a purpose never asked for is missing.

        So is one that ended because everything of theirs was erased: who comes back begins anew.
        """
        last = self._last(self.items(citizen))
        return {record.purpose: record.given for record in last if record.channel != ERASURE}

    def items(self, citizen: CitizenHash) -> list[Item]:
        """All consent records of the citizen, as stored, oldest first."""
        return list(self._table.query(citizen_partition(citizen), "CONSENT#"))

    def append(self, citizen: CitizenHash, change: Change, beside: Write | None = None) -> bool:
        """Append what `change` asks for, in one transaction with the write `beside`; False if that one is refused.

        Raises:
            TemporarilyUnavailable: it cannot be said that the records are kept.
        """
        for pause in pauses():
            there = self.items(citizen)
            records = change(self._last(there))
            first = int(there[-1]["number"]) + 1 if there else 1
            appended = [self._append(citizen, record, number) for number, record in enumerate(records, start=first)]
            writes = [beside, *appended] if beside else appended
            if not writes:
                return True
            try:
                self._table.commit(writes)
            except Refused as refused:
                if beside and refused.old[0] is not None:
                    return False
                time.sleep(pause)
            except Unknown:
                raise TemporarilyUnavailable(retry_after=RETRY_AFTER) from None
            else:
                return True
        raise TemporarilyUnavailable(retry_after=RETRY_AFTER)

    def withdraw(self, citizen: CitizenHash, now: datetime) -> None:
        """Append, for each purpose that the citizen still agrees to, that they no longer do, as all is erased.

        Raises:
            TemporarilyUnavailable: it cannot be said that the records are kept.
        """
        self.append(citizen, lambda last: [each.erased(now) for each in last if each.given])

    def _append(self, citizen: CitizenHash, record: ConsentRecord, number: int) -> Write:
        item = {
            **consent_key(citizen, number),
            "number": number,
            "purpose": record.purpose,
            "given": record.given,
            "version": record.version,
            "sha256": record.sha256,
            "at": epoch(record.at),
            "declaration": record.declaration_id,
            "channel": record.channel,
            "ttl": epoch(record.at + RECORDS.kept),
        }
        return self._table.put(item, NEW)

    def _last(self, items: Sequence[Item]) -> list[ConsentRecord]:
        by_purpose = {item["purpose"]: item for item in items}
        return [ConsentRecord.of(item) for item in by_purpose.values()]
