"""The bookings table: its reads, and every write with the condition that protects it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from bookings import items
from bookings.booking import Booking, BookingStatus
from bookings.booking_id import BookingId
from cccd.clock import epoch, from_epoch
from cccd.dynamodb import Item
from cccd.hashes import CitizenHash
from cccd.table import NEW, Key, Table
from cccd.transactions import Refused, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DAILY_REQUESTS = 40  # of one citizen in a day: holds, and holds refused for somebody else's booking

# The booking has not changed since it was read.
_UNCHANGED = "id = :id AND #version = :version"


class BookingStore:
    """The table `name`, through `client`."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self.table = Table(client, name)

    def commit(self, writes: Sequence[Write]) -> None:
        """All of `writes` or none; raises as `cccd.transactions.commit`."""
        self.table.commit(writes)

    # --- reads ------------------------------------------------------------------------------------------------

    def find(self, booking_id: BookingId) -> Booking | None:
        """The booking with that id, active or ended.

        A booking only moves from the active place to the history, so reading in this order never misses it.
        """
        active = self.at_key(items.active_key(booking_id.applicant))
        if active and active.id == booking_id.text:
            return active
        return self.at_key(items.ended_key(booking_id))

    def of_citizen(self, citizen: CitizenHash) -> list[Booking]:
        """Every booking that the citizen made and that is not forgotten, read consistently."""
        return self.find_all(items.tally_booking_ids(self.table.get(items.tally_key(citizen)) or {}))

    def find_all(self, wanted: Iterable[BookingId]) -> list[Booking]:
        """The bookings that exist among those ids."""
        ids = {each.text: each for each in wanted}
        applicants = {each.applicant for each in ids.values()}
        found = {booking.id: booking for booking in self._bookings([items.active_key(each) for each in applicants])}
        active = [booking for text, booking in found.items() if text in ids]
        ended = [items.ended_key(each) for text, each in ids.items() if text not in found]
        return active + list(self._bookings(ended))

    def slots(self, office_id: str, first: date, last: date, *, consistent: bool = True) -> dict[datetime, Item]:
        """The slot items of those days, both included, by start: one Query. A slot that nobody booked has no item."""
        found = self.table.between(*items.slot_range(office_id, first, last), consistent=consistent)
        return {items.slot_start(item): item for item in found}

    def due(self, kind: str, now: datetime) -> Iterator[Key]:
        """Keys of active bookings that are due under that kind (HOLD, CONFIRMED), oldest first in a shard."""
        for shard in range(items.DUE_SHARDS):
            for item in self.table.due(f"{kind}#{shard}", now):
                yield {"pk": item["pk"], "sk": item["sk"]}

    def every_active(self) -> Iterator[Booking]:
        """All active bookings of the deployment, through the index (read a moment late)."""
        far = from_epoch(items.END_OF_TIME)
        for kind in ("HOLD", "CONFIRMED"):
            yield from self._bookings(list(self.due(kind, far)))

    def at_key(self, key: Key) -> Booking | None:
        """The booking under that key."""
        item = self.table.get(key)
        return items.booking_of(item) if item else None

    # --- writes: each with its condition ------------------------------------------------------------------------

    def take_seat(self, booking: Booking, mark: str, now: datetime, seen_mark: str | None = None) -> Write:
        """The seat is free or its hold has lapsed; and the slot was sold under the same rules, or under `seen_mark`."""
        rules = "(attribute_not_exists(mark) OR mark = :mark)" if seen_mark is None else "mark = :seen"
        values = {":taken": _taken(booking), ":now": epoch(now), ":mark": mark, ":ttl": items.expires_at(booking)}
        return self.table.update(
            items.slot_key(booking.office_id, booking.start),
            "SET #seat = :taken, mark = :mark, #ttl = :ttl",
            f"(attribute_not_exists(#seat) OR #seat.x <= :now) AND {rules}",
            values if seen_mark is None else {**values, ":seen": seen_mark},
            seat=booking.seat.attribute,
        )

    def lock_applicant(self, booking: Booking) -> Write:
        """The applicant has no active booking; this booking becomes it."""
        return self.table.put(items.booking_item(booking), NEW)

    def count_request(self, booking: Booking, booking_id: BookingId, limit: int) -> Write:
        """This request is new, and the citizen is under `limit` active bookings and under the day's requests.

        A tally that counts an active booking never expires.
        """
        return self.table.update(
            items.tally_key(booking.citizen),
            "SET #request = :request REMOVE #ttl ADD n :one, #day :one",
            "attribute_not_exists(#request) AND (attribute_not_exists(n) OR n < :limit) "
            "AND (attribute_not_exists(#day) OR #day < :daily)",
            {
                ":request": {"b": booking.id, "r": booking.request},
                ":one": 1,
                ":limit": limit,
                ":daily": DAILY_REQUESTS,
            },
            request=items.request_attribute(booking_id),
            day=items.day_attribute(booking.held_at.date()),
        )

    def count_attempt(self, citizen: CitizenHash, now: datetime) -> Write:
        """The citizen has not asked too often today; count this refused request too."""
        return self.table.update(
            items.tally_key(citizen),
            "ADD n :none, #day :one",
            "attribute_not_exists(#day) OR #day < :daily",
            {":none": 0, ":one": 1, ":daily": DAILY_REQUESTS},
            day=items.day_attribute(now.date()),
        )

    def keep_seat(self, booking: Booking) -> Write:
        """The seat still belongs to this booking; it no longer lapses."""
        return self._own_seat(booking, "REMOVE #seat.x")

    def free_seat(self, booking: Booking) -> Write:
        """The seat still belongs to this booking; it becomes free."""
        return self._own_seat(booking, "REMOVE #seat")

    def close_seat(self, booking: Booking) -> Write:
        """The seat still belongs to this booking, which was served: nobody else gets the seat or its number."""
        return self._own_seat(booking, "SET #seat.d = :done", {":done": True})

    def rewrite(self, before: Booking, after: Booking, now: datetime) -> Write:
        """The booking has not changed since `before` was read and, if a hold, has not lapsed; it becomes `after`."""
        held = before.status is BookingStatus.HELD
        return self.table.put(
            items.booking_item(after),
            _UNCHANGED + (" AND holdExpiresAt > :now" if held else ""),
            _version_of(before) | ({":now": epoch(now)} if held else {}),
        )

    def unlock_applicant(self, booking: Booking) -> Write:
        """The booking has not changed since it was read; it is no longer the applicant's active one."""
        return self.table.delete(items.active_key(_applicant(booking)), _UNCHANGED, _version_of(booking))

    def keep_history(self, ended: Booking) -> Write:
        """Put the ended booking into the history, for as long as it is kept."""
        return self.table.put(items.booking_item(ended))

    def uncount(self, booking: Booking) -> Write:
        """The citizen has one active booking less. The unlocking in the same transaction guards it: it happens once."""
        return self.table.update(items.tally_key(booking.citizen), "ADD n :less", values={":less": -1})

    def forget(self, ended: Booking) -> Write:
        """The ended booking still belongs to the citizen; delete it from the history."""
        booking_id = BookingId.parse(ended.id)
        assert booking_id is not None
        return self.table.delete(items.ended_key(booking_id), "citizen = :citizen", {":citizen": ended.citizen})

    def forget_tally(self, citizen: CitizenHash) -> Write:
        """The citizen has no active booking; delete what their tally remembers."""
        return self.table.delete(items.tally_key(citizen), "n <= :none", {":none": 0})

    def let_tally_expire(self, citizen: CitizenHash, now: datetime) -> None:
        """If the citizen has no active booking, their tally may expire when all that it remembers has expired.

        This only tidies up, so a failure is ignored: a tally that stays holds only keyed hashes.
        """
        values = {":none": 0, ":at": epoch(now + items.TALLY_KEPT)}
        with suppress(Refused, ClientError, BotoCoreError):
            self.table.write(self.table.update(items.tally_key(citizen), "SET #ttl = :at", "n <= :none", values))

    # --- inside -------------------------------------------------------------------------------------------------

    def _own_seat(self, booking: Booking, update: str, values: Item | None = None) -> Write:
        return self.table.update(
            items.slot_key(booking.office_id, booking.start),
            update,
            "#seat.b = :id",
            {":id": booking.id, **(values or {})},
            seat=booking.seat.attribute,
        )

    def _bookings(self, keys: Sequence[Key]) -> Iterator[Booking]:
        return map(items.booking_of, self.table.get_all(keys))


def _taken(booking: Booking) -> Item:
    expiry = booking.expiry()
    return {"b": booking.id} if expiry is None else {"b": booking.id, "x": expiry}


def _version_of(booking: Booking) -> Item:
    return {":id": booking.id, ":version": booking.version}


def _applicant(booking: Booking) -> str:
    booking_id = BookingId.parse(booking.id)
    assert booking_id is not None
    return booking_id.applicant
