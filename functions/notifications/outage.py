"""What the senders of all shards know of each other: that Zalo does not work now.

A message that meets an outage is lost, as nobody knows whether it arrived. So that an outage costs one message a run
and not one a shard, the first sender that meets it writes it down. The senders then wait, but for the scout's: it goes
on trying, and each try that fails prolongs the wait.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cccd.clock import epoch
from cccd.table import Key, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SCOUT = 0  # the shard whose sender tries whether Zalo works again
WAIT = timedelta(minutes=3)  # if the scout has no message to try with, the others try after this time

KEY: Key = {"pk": "OUTAGE", "sk": "OUTAGE"}


class Outage:
    """One item in the table `name`, through `client`."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self._table = Table(client, name)

    def begin(self, now: datetime) -> None:
        """A message was lost just now."""
        until = epoch(now + WAIT)
        self._table.write(self._table.put({**KEY, "until": until, "ttl": until}))

    def lasts(self, now: datetime) -> bool:
        """Whether all but the scout should wait."""
        item = self._table.get(KEY)
        return item is not None and bool(item["until"] > epoch(now))
