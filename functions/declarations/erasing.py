"""Erases declarations at a citizen's wish or past their time. It reads no answers, so it needs no key.

One transaction erases a declaration and records the erasure. The index `due` finds declarations past their time.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from cccd.clock import epoch
from cccd.errors import TemporarilyUnavailable
from cccd.hashes import CitizenHash
from cccd.table import THERE, Key, Table
from cccd.transactions import Refused, Unknown
from consent.journal import RETRY_AFTER, Journal
from consent.retention import RECORDS
from consent.store import Consents
from declarations.items import DUE_SHARDS, declaration_key, due_shard, retention_run_key
from declarations.use import Use

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DeclarationEraser:
    """The declarations in the table `name`, through `client`, and the records beside them."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self._table = Table(client, name)
        self.journal = Journal(self._table)
        self.use = Use(self._table)
        self.consents = Consents(self._table)

    def erase(self, citizen: CitizenHash, declaration_id: str, now: datetime) -> bool:
        """Erase one declaration at the citizen's wish; False if there is none.

        Raises:
            TemporarilyUnavailable: storage did not answer.
        """
        return self._erase(citizen, declaration_key(citizen, declaration_id), now)

    def erase_all(self, citizen: CitizenHash, now: datetime) -> int:
        """Erase all of the citizen's declarations, even past their time; returns how many. Raises as `erase`."""
        partition = declaration_key(citizen, "")
        found = self._table.query(partition["pk"], partition["sk"])
        keys: list[Key] = [{"pk": item["pk"], "sk": item["sk"]} for item in found]
        return sum(self._erase(citizen, key, now) for key in keys)

    def due(self, now: datetime) -> Iterator[Key]:
        """Keys of declarations whose time is over by `now`, oldest first in a shard; read a moment late."""
        for shard in range(DUE_SHARDS):
            for item in self._table.due(due_shard(shard), now):
                yield {"pk": item["pk"], "sk": item["sk"]}

    def erase_due(self, key: Key, now: datetime) -> str | None:
        """Erase that declaration if its time is over; returns its last status, or None if there was nothing to do.

        Raises:
            cccd.transactions.Unknown: storage did not answer; the next run tries again.
        """
        item = self._table.get(key)
        if item is None:
            return None
        status: str = item["status"]
        values = {":now": epoch(now), ":version": item["version"]}
        gone = self._table.delete(key, "dueAt <= :now AND #version = :version", values)
        record = self.journal.erased(CitizenHash(item["citizen"]), f"declaration-{status}", 1, "retention", now)
        try:
            self._table.commit([gone, record])
        except Refused:
            return None  # somebody revised, linked or erased it just now
        return status

    def note_run(self, erased: Mapping[str, int], now: datetime) -> None:
        """Record what a run erased, by status: this proves that the periods are kept."""
        item = {**retention_run_key(now), "at": epoch(now), "erased": dict(erased), "ttl": epoch(now + RECORDS.kept)}
        self._table.write(self._table.put(item))

    def _erase(self, citizen: CitizenHash, key: Key, now: datetime) -> bool:
        record = self.journal.erased(citizen, "declaration", 1, "citizen", now)
        try:
            self._table.commit([self._table.delete(key, THERE), record])
        except Refused:
            return False
        except Unknown:
            raise TemporarilyUnavailable(retry_after=RETRY_AFTER) from None
        return True
