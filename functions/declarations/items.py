"""Keys of declarations: one partition per citizen, so that no citizen reaches another's declaration by its id.

pk                sk                                     what
CITIZEN#<hash>    DECLARATION#<id>                       a declaration
CITIZEN#<hash>    USE                                    how often they asked for what is dear (`use.py`)
RETENTION         RUN#<epoch>                            what the scheduled erasure did

The same partition of a citizen also holds the records of `consent/items.py`.
"""

import zlib
from datetime import datetime

from cccd.clock import epoch
from cccd.hashes import CitizenHash
from cccd.table import Key

ID_PATTERN = r"^[a-z2-7]{26}$"
DUE_SHARDS = 4  # of the sparse index `due`: one index partition takes about 1,000 writes a second


def declaration_key(citizen: CitizenHash, declaration_id: str) -> Key:
    """The key of a citizen's declaration."""
    return {"pk": f"CITIZEN#{citizen}", "sk": f"DECLARATION#{declaration_id}"}


def use_key(citizen: CitizenHash) -> Key:
    """The key of a citizen's counts."""
    return {"pk": f"CITIZEN#{citizen}", "sk": "USE"}


TTL_AFTER = 7 * 86_400  # seconds; the scheduled erasure logs what it erases, TTL only catches what it missed


def retention_run_key(at: datetime) -> Key:
    return {"pk": "RETENTION", "sk": f"RUN#{epoch(at)}"}


def due_shard(shard: int) -> str:
    """A partition of the index that orders declarations by the end of their time."""
    return f"DECLARATION#{shard}"


def due_partition(declaration_id: str) -> str:
    """The index partition of a declaration."""
    return due_shard(zlib.crc32(declaration_id.encode()) % DUE_SHARDS)
