"""Keys of declarations: one partition per citizen, so that nobody reaches another's by its id.

pk                sk                                     what
CITIZEN#<hash>    DECLARATION#<id>                       a declaration
RETENTION         RUN#<epoch>                            what the scheduled erasure did

Beside them in a citizen's partition are the records of `consent/items.py`.
"""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from cccd.clock import epoch
from cccd.dynamodb import Item

type Key = dict[str, str]

ID_PATTERN = r"^[a-z2-7]{26}$"
DUE_SHARDS = 4  # of the sparse index `due`: one index partition takes about 1,000 writes a second


def declaration_key(citizen: str, declaration_id: str) -> Key:
    """The key of a citizen's declaration; `citizen` is their keyed hash."""
    return {"pk": f"CITIZEN#{citizen}", "sk": f"DECLARATION#{declaration_id}"}


@dataclass(frozen=True)
class Link:
    """The write that links a declaration to an appointment, as DynamoDB takes it; `values` are plain Python."""

    key: Key
    condition: str
    update: str
    names: dict[str, str]
    values: Item


KEPT_AFTER_APPOINTMENT = timedelta(days=30)
TTL_AFTER = 7 * 86_400  # seconds; the scheduled erasure logs what it erases, TTL only catches what it missed


def link(citizen: str, declaration_id: str, appointment_end: datetime, now: datetime) -> Link:
    """A booking links to the citizen's own declaration, submitted and not past its time; it is kept past the appointment.

    A missing item, a draft and a withdrawn declaration all fail the condition.
    """
    kept = epoch(appointment_end + KEPT_AFTER_APPOINTMENT)
    return Link(
        key=declaration_key(citizen, declaration_id),
        condition="#status = :submitted AND dueAt > :now",
        update="SET dueAt = :kept, #ttl = :ttl",
        names={"#status": "status", "#ttl": "ttl"},
        values={":submitted": "submitted", ":now": epoch(now), ":kept": kept, ":ttl": kept + TTL_AFTER},
    )


def retention_run_key(at: datetime) -> Key:
    return {"pk": "RETENTION", "sk": f"RUN#{epoch(at)}"}


def due_shard(shard: int) -> str:
    """A partition of the index of declarations by when they are past their time."""
    return f"DECLARATION#{shard}"


def due_partition(declaration_id: str) -> str:
    """The index partition of a declaration."""
    return due_shard(zlib.crc32(declaration_id.encode()) % DUE_SHARDS)
