"""The bookings that wait for an earlier appointment, beside the slots of their office; and the writes of an offer.

It holds no personal data: a booking's id, its citizen's keyed hash, times.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bookings import items
from bookings.booking_id import BookingId
from bookings.seats import RESTING, Seat, Taken
from cccd.clock import epoch, from_epoch
from cccd.dynamodb import Item
from cccd.hashes import CitizenHash
from cccd.table import NEW, THERE, Key, Table
from cccd.transactions import Write
from offices.opening import Queue

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


FOR_THE_NEXT = timedelta(minutes=2)  # a seat rests so long when its offer was declined: the offers run each minute


@dataclass(frozen=True)
class Offer:
    """A seat that is kept for one person until `until`; `version` is the one of their booking when it was offered."""

    start: datetime
    end: datetime
    seat: Seat
    until: datetime
    version: int


@dataclass(frozen=True)
class Waiting:
    """A confirmed booking that waits. `start` is its appointment when it began to wait; `offers` counts the offers so far."""

    booking_id: str
    office_id: str
    citizen: CitizenHash
    queue: Queue
    start: datetime
    since: datetime
    offers: int = 0
    offer: Offer | None = None

    @property
    def id(self) -> BookingId:
        """The booking's id."""
        found = BookingId.parse(self.booking_id)
        assert found is not None
        return found


class WaitStore:
    """The table `name`, through `client`."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self._table = Table(client, name)

    def find(self, office_id: str, booking_id: str) -> Waiting | None:
        """How that booking waits."""
        item = self._table.get(_key(office_id, booking_id))
        return waiting_of(item) if item and "left" not in item else None

    def left(self, office_id: str, booking_id: str) -> Waiting | None:
        """How that booking waited before it left."""
        item = self._table.get(_key(office_id, booking_id))
        return waiting_of({"dueAt": 0, **item}) if item and "left" in item else None

    def all(self, now: datetime, unreadable: Callable[[Exception], None]) -> Iterator[Waiting]:
        """Everybody who waits, through the index, each read again; what nobody can read is told to `unreadable`."""
        for shard in range(items.DUE_SHARDS):
            for row in self._table.due(f"WAIT#{shard}", now):
                item = self._table.get({"pk": row["pk"], "sk": row["sk"]})
                try:
                    found = waiting_of(item) if item and "left" not in item else None
                except Exception as error:  # noqa: BLE001 - everybody else waits too
                    unreadable(error)
                    continue
                if found:
                    yield found

    def add(self, waiting: Waiting) -> Write:
        """The booking does not wait yet; now it does, until its appointment."""
        return self._table.put(_item(waiting), NEW)

    def end(self, waiting: Waiting) -> Write:
        """The offer that was read still stands; the booking waits no longer."""
        assert waiting.offer is not None
        values = {":until": epoch(waiting.offer.until)}
        return self._table.delete(_key(waiting.office_id, waiting.booking_id), "offer.#until = :until", values)

    def come_back(self, waiting: Waiting) -> Write:
        """The booking waits again, with the offers that it has had."""
        item = _item(waiting)
        return self._table.update(
            _key(waiting.office_id, waiting.booking_id),
            "SET due = :due, dueAt = :at, #start = :start, #queue = :queue, #ttl = :start REMOVE #left",
            "attribute_exists(#left)",
            {":due": item["due"], ":at": item["dueAt"], ":start": item["start"], ":queue": waiting.queue},
            left="left",
            start="start",
            queue="queue",
        )

    def leave(self, waiting: Waiting, now: datetime) -> None:
        """The booking waits no longer. Its offers stay counted, and the seat that was offered rests for the next one."""
        left = self._table.update(
            _key(waiting.office_id, waiting.booking_id),
            "SET #left = :left REMOVE due, dueAt, offer",
            THERE,
            {":left": True},
            left="left",
        )
        self._table.written(left)
        if waiting.offer and waiting.offer.until > now:
            self._table.written(
                self._table.update(
                    items.slot_key(waiting.office_id, waiting.offer.start),
                    "SET #seat.x = :rests REMOVE #seat.o",
                    "#seat.b = :resting AND #seat.o = :id",
                    {":rests": epoch(now + FOR_THE_NEXT), ":resting": RESTING, ":id": waiting.booking_id},
                    seat=waiting.offer.seat.attribute,
                )
            )

    def moved(self, waiting: Waiting, start: datetime) -> Waiting:
        """The booking that waits is at another time now, which is its place in the line."""
        self._table.written(
            self._table.update(
                _key(waiting.office_id, waiting.booking_id),
                "SET #start = :start, #ttl = :start",
                THERE,
                {":start": epoch(start)},
                start="start",
            )
        )
        return replace(waiting, start=start)

    def forget(self, office_id: str, booking_id: str) -> None:
        """The booking waits no longer, if it did."""
        self._table.written(self._table.delete(_key(office_id, booking_id)))

    def offer(self, waiting: Waiting, offer: Offer, seen: Taken, rests_until: datetime) -> list[Write]:
        """The seat still rests as it was seen, and the person has had no other offer: it is kept for them."""
        kept = {
            "b": RESTING,
            "x": epoch(rests_until),
            "o": waiting.booking_id,
            "n": seen.offers + 1,
        }
        told = {
            "start": epoch(offer.start),
            "end": epoch(offer.end),
            "seat": offer.seat.attribute,
            "until": epoch(offer.until),
            "version": offer.version,
        }
        return [
            self._table.update(
                items.slot_key(waiting.office_id, offer.start),
                "SET #seat = :kept",
                "#seat.b = :resting AND #seat.x = :seen",
                {":kept": kept, ":resting": RESTING, ":seen": seen.expires},
                seat=offer.seat.attribute,
            ),
            self._table.update(
                _key(waiting.office_id, waiting.booking_id),
                "SET offer = :offer, offers = :more",
                f"{THERE} AND offers = :offers",
                {":offer": told, ":more": waiting.offers + 1, ":offers": waiting.offers},
            ),
        ]


def waiting_of(item: Item) -> Waiting:
    """The waiting of an item."""
    offer = item.get("offer")
    return Waiting(
        booking_id=item["booking"],
        office_id=item["pk"].removeprefix("OFFICE#"),
        citizen=item["citizen"],
        queue=item["queue"],
        start=from_epoch(item["start"]),
        since=from_epoch(item["dueAt"]),
        offers=item["offers"],
        offer=_offer(offer) if offer else None,
    )


def _offer(told: Item) -> Offer:
    seat = Seat.parse(told["seat"])
    assert seat is not None
    return Offer(from_epoch(told["start"]), from_epoch(told["end"]), seat, from_epoch(told["until"]), told["version"])


def _key(office_id: str, booking_id: str) -> Key:
    return items.wait_key(office_id, booking_id)


def _item(waiting: Waiting) -> Item:
    return {
        **_key(waiting.office_id, waiting.booking_id),
        "due": f"WAIT#{zlib.crc32(waiting.booking_id.encode()) % items.DUE_SHARDS}",
        "dueAt": epoch(waiting.since),
        "booking": waiting.booking_id,
        "citizen": waiting.citizen,
        "queue": waiting.queue,
        "start": epoch(waiting.start),
        "offers": waiting.offers,
        "ttl": epoch(waiting.start),
    }
