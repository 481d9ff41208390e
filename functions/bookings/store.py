"""The bookings table: what is read of it, and every write with the condition that protects it."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from bookings import items
from bookings.booking import Booking, Status
from bookings.booking_id import BookingId
from bookings.items import Key
from cccd.clock import epoch, from_epoch
from cccd.dynamodb import Item, from_item, to_item
from cccd.transactions import Unknown, Write, pauses

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_BATCH = 100  # keys in one BatchGetItem
DAILY_REQUESTS = 40  # holds, and holds refused for somebody else's booking, of one citizen in a day


class BookingStore:
    """The table `table`, through `client`."""

    def __init__(self, client: "DynamoDBClient", table: str):
        self.client = client
        self.table = table

    # --- reads ------------------------------------------------------------------------------------------------

    def find(self, booking_id: BookingId) -> Booking | None:
        """The booking of that id, active or ended.

        A booking only ever moves from the active place to the history, so reading them in this order misses none.
        """
        active = self.at_key(items.active_key(booking_id.applicant))
        if active and active.id == booking_id.text:
            return active
        return self.at_key(items.ended_key(booking_id))

    def of_citizen(self, citizen: str) -> list[Booking]:
        """Every booking that the citizen made and that is still remembered, consistently."""
        return self.find_all(items.tally_booking_ids(self._get(items.tally_key(citizen)) or {}))

    def find_all(self, wanted: Iterable[BookingId]) -> list[Booking]:
        """The bookings of those ids that exist."""
        ids = {each.text: each for each in wanted}
        applicants = {each.applicant for each in ids.values()}
        found = {booking.id: booking for booking in self._bookings([items.active_key(each) for each in applicants])}
        active = [booking for text, booking in found.items() if text in ids]
        ended = [items.ended_key(each) for text, each in ids.items() if text not in found]
        return active + list(self._bookings(ended))

    def slots(self, office_id: str, first: date, last: date) -> dict[datetime, Item]:
        """The slot items of those days, both included, by start: one Query. Slots nobody booked have none."""
        partition, low, high = items.slot_range(office_id, first, last)
        return {items.slot_start(item): item for item in self._query(partition, low, high)}

    def due(self, kind: str, now: datetime) -> Iterator[Key]:
        """Keys of active bookings of that kind (HOLD, CONFIRMED) to which something is due, oldest first in a shard."""
        for shard in range(items.DUE_SHARDS):
            pages = self.client.get_paginator("query").paginate(
                TableName=self.table,
                IndexName="due",
                KeyConditionExpression="due = :due AND dueAt <= :now",
                ExpressionAttributeValues=to_item({":due": f"{kind}#{shard}", ":now": epoch(now)}),
            )
            for page in pages:
                for found in page["Items"]:
                    item = from_item(found)
                    yield {"pk": item["pk"], "sk": item["sk"]}

    def every_active(self) -> Iterator[Booking]:
        """All active bookings of the deployment, through the index (read a moment late)."""
        far = from_epoch(items.END_OF_TIME)
        for kind in ("HOLD", "CONFIRMED"):
            keys = list(self.due(kind, far))
            yield from self._bookings(keys)

    def at_key(self, key: Key) -> Booking | None:
        """The booking under that key."""
        item = self._get(key)
        return items.booking_of(item) if item else None

    # --- writes: each with its condition ------------------------------------------------------------------------

    def take_seat(self, booking: Booking, mark: str, now: datetime, seen_mark: str | None = None) -> Write:
        """The seat is free or its hold has lapsed; and the slot was sold under the same rules, or as last seen."""
        rules = "(attribute_not_exists(mark) OR mark = :mark)" if seen_mark is None else "mark = :seen"
        return Write(
            action="Update",
            table=self.table,
            key=items.slot_key(booking.office_id, booking.start),
            update="SET #seat = :taken, mark = :mark, #ttl = :ttl",
            condition=f"(attribute_not_exists(#seat) OR #seat.x <= :now) AND {rules}",
            names={"#seat": booking.seat.attribute, "#ttl": "ttl"},
            values={
                ":taken": _taken(booking),
                ":now": epoch(now),
                ":mark": mark,
                ":ttl": items.expires_at(booking),
                **({} if seen_mark is None else {":seen": seen_mark}),
            },
        )

    def lock_applicant(self, booking: Booking) -> Write:
        """The applicant has no active booking; this one becomes it."""
        item = items.booking_item(booking)
        return Write(
            action="Put",
            table=self.table,
            key={},
            item=item,
            condition="attribute_not_exists(pk)",
            names={},
            values={},
        )

    def count_request(self, booking: Booking, booking_id: BookingId, limit: int) -> Write:
        """The citizen has not made this request before, has fewer than `limit` active bookings and has not asked too often.

        A tally that counts an active booking never expires.
        """
        return Write(
            action="Update",
            table=self.table,
            key=items.tally_key(booking.citizen),
            update="SET #request = :request REMOVE #ttl ADD n :one, #day :one",
            condition=(
                "attribute_not_exists(#request) AND (attribute_not_exists(n) OR n < :limit) "
                "AND (attribute_not_exists(#day) OR #day < :daily)"
            ),
            names={
                "#request": items.request_attribute(booking_id),
                "#ttl": "ttl",
                "#day": items.day_attribute(booking.held_at.date()),
            },
            values={
                ":request": {"b": booking.id, "r": booking.request},
                ":one": 1,
                ":limit": limit,
                ":daily": DAILY_REQUESTS,
            },
        )

    def count_attempt(self, citizen: str, now: datetime) -> Write:
        """The citizen has not asked too often today; this refused request counts too."""
        return Write(
            action="Update",
            table=self.table,
            key=items.tally_key(citizen),
            update="ADD n :none, #day :one",
            condition="attribute_not_exists(#day) OR #day < :daily",
            names={"#day": items.day_attribute(now.date())},
            values={":none": 0, ":one": 1, ":daily": DAILY_REQUESTS},
        )

    def keep_seat(self, booking: Booking) -> Write:
        """The seat is still this booking's; it no longer lapses."""
        return self._own_seat(booking, "REMOVE #seat.x")

    def free_seat(self, booking: Booking) -> Write:
        """The seat is still this booking's; it is free again."""
        return self._own_seat(booking, "REMOVE #seat")

    def rewrite(self, before: Booking, after: Booking, now: datetime) -> Write:
        """The booking has not changed since `before` was read and, if a hold, has not lapsed; it becomes `after`."""
        held = before.status is Status.HELD
        return Write(
            action="Put",
            table=self.table,
            key={},
            item=items.booking_item(after),
            condition="id = :id AND #version = :version" + (" AND holdExpiresAt > :now" if held else ""),
            names={"#version": "version"},
            values={":id": before.id, ":version": before.version, **({":now": epoch(now)} if held else {})},
        )

    def unlock_applicant(self, booking: Booking) -> Write:
        """The booking has not changed since it was read; it is no longer the applicant's active one."""
        return Write(
            action="Delete",
            table=self.table,
            key=items.active_key(_applicant(booking)),
            condition="id = :id AND #version = :version",
            names={"#version": "version"},
            values={":id": booking.id, ":version": booking.version},
        )

    def keep_history(self, ended: Booking) -> Write:
        """The ended booking, for as long as it is remembered."""
        item = items.booking_item(ended)
        return Write("Put", self.table, {}, "", {}, {}, item=item)

    def uncount(self, booking: Booking) -> Write:
        """The citizen has one active booking less. Guarded by the unlocking beside it, so it happens once."""
        return Write(
            "Update", self.table, items.tally_key(booking.citizen), "", {}, {":less": -1}, update="ADD n :less"
        )

    def forget(self, ended: Booking) -> Write:
        """The ended booking is still the citizen's; its history goes."""
        booking_id = BookingId.parse(ended.id)
        assert booking_id is not None
        key = items.ended_key(booking_id)
        return Write("Delete", self.table, dict(key), "citizen = :citizen", {}, {":citizen": ended.citizen})

    def forget_tally(self, citizen: str) -> Write:
        """The citizen has no active booking; what they asked for is no longer remembered."""
        return Write("Delete", self.table, dict(items.tally_key(citizen)), "n <= :none", {}, {":none": 0})

    def let_tally_expire(self, citizen: str, now: datetime) -> None:
        """If the citizen has no active booking, their tally may go once all that it remembers is gone.

        Tidiness only, so a failure is left alone: a tally that stays holds keyed hashes and nothing else.
        """
        with suppress(ClientError, BotoCoreError):
            self.client.update_item(
                TableName=self.table,
                Key=to_item(items.tally_key(citizen)),
                UpdateExpression="SET #ttl = :at",
                ConditionExpression="n <= :none",
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues=to_item({":none": 0, ":at": epoch(now + items.TALLY_KEPT)}),
            )

    # --- inside -------------------------------------------------------------------------------------------------

    def _own_seat(self, booking: Booking, update: str) -> Write:
        return Write(
            action="Update",
            table=self.table,
            key=items.slot_key(booking.office_id, booking.start),
            update=update,
            condition="#seat.b = :id",
            names={"#seat": booking.seat.attribute},
            values={":id": booking.id},
        )

    def _get(self, key: Key) -> Item | None:
        found = self.client.get_item(TableName=self.table, Key=to_item(key), ConsistentRead=True)
        return from_item(found["Item"]) if "Item" in found else None

    def _bookings(self, keys: Sequence[Key]) -> Iterator[Booking]:
        for start in range(0, len(keys), MAX_BATCH):
            yield from (items.booking_of(item) for item in self._batch(keys[start : start + MAX_BATCH]))

    def _batch(self, keys: Sequence[Key]) -> Iterator[Item]:
        wanted: dict[str, Any] = {self.table: {"Keys": [to_item(key) for key in keys], "ConsistentRead": True}}
        for pause in pauses():
            found = self.client.batch_get_item(RequestItems=wanted)
            yield from (from_item(item) for item in found["Responses"].get(self.table, []))
            wanted = dict(found.get("UnprocessedKeys", {}))
            if not wanted:
                return
            time.sleep(pause)
        raise Unknown

    def _query(self, partition: str, low: str, high: str) -> Iterator[Item]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
            ExpressionAttributeValues=to_item({":pk": partition, ":low": low, ":high": high}),
        )
        for page in pages:
            yield from (from_item(item) for item in page["Items"])


def _taken(booking: Booking) -> Item:
    expiry = booking.expiry()
    return {"b": booking.id} if expiry is None else {"b": booking.id, "x": expiry}


def _applicant(booking: Booking) -> str:
    booking_id = BookingId.parse(booking.id)
    assert booking_id is not None
    return booking_id.applicant
