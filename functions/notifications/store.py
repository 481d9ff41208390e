"""The messages table: the messages to send, and the outcome of each.

    waiting ──claim──▶ sending ──▶ sent | failed | uncertain
     │  ▲                 │
     │  └──── again ◀─────┘        only when Zalo surely did not send it
     └──▶ dropped | unreachable | failed     nobody was asked to send it

A message is claimed just before it is sent and never claimed twice, so it is sent at most once: a process that dies
while sending leaves it `sending`, and it ends as `uncertain`.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from cccd.clock import epoch, from_epoch
from cccd.dynamodb import Item
from cccd.hashes import CitizenHash
from cccd.table import NEW, Key, Table
from cccd.transactions import Write
from notifications.notice import Kind, Notice

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# One sender works on each shard: docs/scale.md says how many an evening needs. The template has as many schedules. There
# may become more: what waits in an old shard is still read there. Before there become fewer, the last ones must be empty.
SHARDS = 8
KEPT = timedelta(days=30)
SENDING = timedelta(minutes=10)  # after this time the process that claimed a message has surely died

type State = Literal["waiting", "sending"]

# `dropped` is no longer true or not wanted; `unreachable` has neither Zalo's 7 days nor a template.
type Outcome = Literal["sent", "failed", "dropped", "unreachable", "uncertain"]


def _raise(error: Exception) -> None:
    raise error


class NoticeStore:
    """The table `name`, through `client`."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self._table = Table(client, name)

    def add(self, notice: Notice) -> bool:
        """Keep a message to be sent; returns whether it is new. The same event delivered twice is one message."""
        return self._table.written(self._table.put(_item(notice), NEW))

    def due(
        self,
        now: datetime,
        shards: Iterable[int] = range(SHARDS),
        unreadable: Callable[[Exception], None] = _raise,
    ) -> Iterator[tuple[Notice, State]]:
        """The due messages of those shards and their states; the index is read a moment late.

        What is no message is told to `unreadable`, which may let the others go on.
        """
        for shard in shards:
            for item in self._table.due(f"NOTICE#{shard}", now):
                try:
                    read: tuple[Notice, State] = (_notice(item), item["state"])
                except Exception as error:  # noqa: BLE001 - whoever reads decides
                    unreadable(error)
                else:
                    yield read

    def claim(self, notice: Notice, now: datetime) -> bool:
        """Claim the message for this process; returns whether it did. False if another process has claimed it."""
        values = {":sending": "sending", ":later": epoch(now + SENDING)}
        return self._table.claim(self._change(notice, "SET #state = :sending, dueAt = :later", "waiting", values))

    def again(self, notice: Notice, when: datetime) -> bool:
        """The message was surely not sent: try it again at `when`."""
        values = {":waiting": "waiting", ":when": epoch(when), ":more": notice.tries + 1}
        update = "SET #state = :waiting, dueAt = :when, tries = :more"
        return self._table.written(self._change(notice, update, "sending", values))

    def later(self, notice: Notice, when: datetime) -> bool:
        """Nobody was asked to send it, and nobody can be: look at it again at `when`."""
        return self._table.written(self._change(notice, "SET dueAt = :when", "waiting", {":when": epoch(when)}))

    def end(self, notice: Notice, outcome: Outcome, was: State) -> bool:
        """Nothing more is to be done about the message."""
        update = "SET #state = :outcome REMOVE due, dueAt"
        return self._table.written(self._change(notice, update, was, {":outcome": outcome}))

    def state(self, notice: Notice) -> str | None:
        """The outcome of the message so far."""
        item = self._table.get(_key(notice))
        return str(item["state"]) if item else None

    def _change(self, notice: Notice, update: str, was: State, values: Item) -> Write:
        """Nobody has changed the message since it was read."""
        known = {":was": was, ":tries": notice.tries, **values}
        return self._table.update(_key(notice), update, "#state = :was AND tries = :tries", known)


def _key(notice: Notice) -> Key:
    return {"pk": f"BOOKING#{notice.booking_id}", "sk": f"NOTICE#{notice.name}"}


def _item(notice: Notice) -> Item:
    return {
        **_key(notice),
        "state": "waiting",
        "due": f"NOTICE#{zlib.crc32(notice.id.encode()) % SHARDS}",
        "dueAt": epoch(notice.due),
        "kind": notice.kind.value,
        "booking": notice.booking_id,
        "version": notice.version,
        "citizen": notice.citizen,
        "start": epoch(notice.start),
        "tries": notice.tries,
        "turn": notice.turn or None,
        "until": epoch(notice.until) if notice.until else None,
        "ttl": epoch(notice.start + KEPT),
    }


def _notice(item: Item) -> Notice:
    return Notice(
        kind=Kind(item["kind"]),
        booking_id=item["booking"],
        version=item["version"],
        citizen=CitizenHash(item["citizen"]),
        start=from_epoch(item["start"]),
        due=from_epoch(item["dueAt"]),
        tries=item["tries"],
        turn=item.get("turn", 0),
        until=from_epoch(item["until"]) if "until" in item else None,
    )
