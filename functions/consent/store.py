"""The records of consent, numbered in the order in which they were made. The last one decides, not the clock.

Two changes at the same moment want the same number; the later one reads again and goes after the first. So no change
is lost, and no change is reported as done without a record.
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
from consent.journal import RETRY_AFTER
from consent.retention import RECORDS

MOST = 200  # records of one citizen; beyond that, the oldest of those that no longer decide make room
AT_ONCE = 50  # deleted in one transaction, which takes a hundred writes at most

# What is read of a record. The sender's policy allows these and no others, as declarations stand in the same partition.
FIELDS = ("number", "purpose", "given", "version", "sha256", "at", "declaration", "channel")

# What to append, given the last record of each purpose that the citizen was ever asked for.
type Change = Callable[[Sequence[ConsentRecord]], Sequence[ConsentRecord]]


class Consents:
    """The consent records in the declarations table."""

    def __init__(self, table: Table):
        self._table = table

    def standing(self, citizen: CitizenHash) -> dict[str, bool]:
        """For each purpose, whether the citizen agrees to it now; a purpose never asked for is missing.

        A purpose that ended because everything was erased is missing too: a citizen who comes back begins again.
        """
        last = self._last(self.items(citizen))
        return {record.purpose: record.given for record in last if record.channel != ERASURE}

    def items(self, citizen: CitizenHash) -> list[Item]:
        """All consent records of the citizen, as stored, oldest first."""
        return list(self._table.query(citizen_partition(citizen), "CONSENT#", only=FIELDS))

    def append(self, citizen: CitizenHash, change: Change, beside: Write | None = None) -> bool:
        """Append what `change` asks for, in one transaction with the write `beside`; False if that write is refused.

        Raises:
            TemporarilyUnavailable: nobody knows whether the records were kept.
        """
        for pause in pauses():
            there = self.items(citizen)
            records = change(self._last(there))
            first = int(there[-1]["number"]) + 1 if there else 1
            appended = [self._append(citizen, record, number) for number, record in enumerate(records, start=first)]
            gone = self._no_longer_needed(citizen, there, len(appended))
            writes = [*([beside] if beside else []), *appended, *gone]
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
        """As all is erased, append for each purpose that the citizen still agrees to that they no longer do.

        Raises:
            TemporarilyUnavailable: nobody knows whether the records were kept.
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

    def _no_longer_needed(self, citizen: CitizenHash, there: Sequence[Item], more: int) -> list[Write]:
        """Deletes the oldest records that no longer decide, so that `MOST` are kept when there are `more`."""
        deciding = {item["purpose"]: item["number"] for item in there}.values()
        superseded = [item["number"] for item in there if item["number"] not in deciding]
        over = max(0, len(there) + more - MOST)
        return [self._table.delete(consent_key(citizen, number)) for number in superseded[: min(over, AT_ONCE)]]

    def _last(self, items: Sequence[Item]) -> list[ConsentRecord]:
        by_purpose = {item["purpose"]: item for item in items}
        return [ConsentRecord.of(item) for item in by_purpose.values()]
