"""What must always be true of the bookings table: docs/guarantees.md, as code."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from bookings import items
from bookings.booking import BookingStatus
from bookings.booking_id import BookingId
from bookings.rest import seat_expiry
from bookings.seats import Taken
from cccd.clock import epoch
from cccd.dynamodb import Item, from_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


NEVER = 10**12
# The states of an active booking, and the index's name for what is due for it.
DUE_AS: dict[str, str] = {
    BookingStatus.HELD: "HOLD",
    BookingStatus.CONFIRMED: "CONFIRMED",
    BookingStatus.WISHED: "WISH",
}


class Broken(AssertionError):
    """A guarantee does not hold."""


def check(client: "DynamoDBClient", table: str, now: datetime, capacity: int) -> None:
    """Read the whole table and check every guarantee; `capacity` is the most seats that a slot ever had.

    Raises:
        Broken: it says what is wrong, and where.
    """
    rows = list(_scan(client, table))
    active = {row["id"]: row for row in rows if row["sk"] == "ACTIVE"}
    ended = {row["id"]: row for row in rows if row["sk"].startswith("ENDED#")}
    seats = {
        (row["pk"], row["sk"], seat.attribute): holder
        for row in rows
        if row["sk"].startswith("SLOT#")
        for seat, holder in items.seats_of(row).items()
    }
    _each_live_seat_has_its_booking(seats, active, now)
    _each_served_seat_is_of_somebody_served(seats, ended)
    _each_live_booking_has_its_seat(seats, active, now)
    _no_slot_is_oversold(seats, now, capacity)
    _nobody_is_both_active_and_ended(active, ended)
    _each_tally_counts_right(rows, active, ended)
    _each_active_booking_is_due(active)


def _each_live_seat_has_its_booking(
    seats: dict[tuple[str, str, str], Taken], active: dict[str, Item], now: datetime
) -> None:
    owners: Counter[str] = Counter()
    for (office, slot, seat), holder in seats.items():
        if holder.served or holder.rests or not holder.live(epoch(now)):
            continue
        owners[holder.booking_id] += 1
        booking = active.get(holder.booking_id)
        if booking is None:
            raise Broken(f"{office} {slot} {seat} is taken by a booking that is not active")
        if _seat_key(booking) != (office, slot, seat):
            raise Broken(f"{office} {slot} {seat} is taken by a booking that stands elsewhere")
        if holder.expires != seat_expiry(items.booking_of(booking)):
            raise Broken(f"{office} {slot} {seat} lapses at another time than its booking")
    for booking_id, number in owners.items():
        if number > 1:
            raise Broken(f"{booking_id} has {number} seats")


def _each_served_seat_is_of_somebody_served(seats: dict[tuple[str, str, str], Taken], ended: dict[str, Item]) -> None:
    closed = {holder.booking_id: where for where, holder in seats.items() if holder.served}
    served = {row["id"]: _seat_key(row) for row in ended.values() if row["status"] == BookingStatus.SERVED}
    if closed != served:
        raise Broken(f"{closed.items() ^ served.items()}: a served booking keeps its seat, and no other does")


def _each_live_booking_has_its_seat(
    seats: dict[tuple[str, str, str], Taken], active: dict[str, Item], now: datetime
) -> None:
    for booking in active.values():
        if booking["status"] == BookingStatus.HELD and booking["holdExpiresAt"] <= epoch(now):
            continue
        if booking["status"] == BookingStatus.WISHED:
            if items.booking_of(booking).seat.given:
                raise Broken(f"{booking['id']} is a wish with a seat")
            continue
        holder = seats.get(_seat_key(booking))
        if holder is None or holder.booking_id != booking["id"]:
            raise Broken(f"{booking['id']} is {booking['status']} without its seat")


def _no_slot_is_oversold(seats: dict[tuple[str, str, str], Taken], now: datetime, capacity: int) -> None:
    live: Counter[tuple[str, str]] = Counter(
        (office, slot) for (office, slot, _), holder in seats.items() if holder.live(epoch(now))
    )
    for where, number in live.items():
        if number > capacity:
            raise Broken(f"{where} has {number} people for {capacity} seats")


def _nobody_is_both_active_and_ended(active: dict[str, Item], ended: dict[str, Item]) -> None:
    for row in active.values():
        if row["status"] not in DUE_AS:
            raise Broken(f"{row['id']} is {row['status']}, and locks its applicant")
    for row in ended.values():
        if row["status"] in DUE_AS:
            raise Broken(f"{row['id']} is {row['status']}, in the history")
    if both := active.keys() & ended.keys():
        raise Broken(f"{both} are both active and ended")


def _each_tally_counts_right(rows: list[Item], active: dict[str, Item], ended: dict[str, Item]) -> None:
    counted: dict[str, int] = defaultdict(int)
    for booking in active.values():
        counted[items.tally_key(booking["citizen"])["pk"]] += 1
    remembered = set()
    for row in rows:
        if row["sk"] != "TALLY":
            continue
        if row["n"] != counted.pop(row["pk"], 0):
            raise Broken(f"{row['pk']} counts {row['n']} active bookings wrongly")
        outlived = [
            each.text for each in items.tally_booking_ids(row) if _ttl(active, ended, each.text) > row.get("ttl", NEVER)
        ]
        if outlived or (row["n"] and "ttl" in row):
            raise Broken(f"{row['pk']} would expire before {outlived or 'its active bookings'}")
        remembered |= {each.text for each in items.tally_booking_ids(row)}
    if counted:
        raise Broken(f"{set(counted)} have bookings and no tally")
    if remembered != active.keys() | ended.keys():
        raise Broken("the tallies do not remember exactly the bookings there are")


def _ttl(active: dict[str, Item], ended: dict[str, Item], booking_id: str) -> int:
    return NEVER if booking_id in active else int(ended[booking_id]["ttl"]) if booking_id in ended else 0


def _each_active_booking_is_due(active: dict[str, Item]) -> None:
    for row in active.values():
        if not str(row.get("due", "")).startswith(DUE_AS[row["status"]]) or "ttl" in row:
            raise Broken(f"{row['id']} would not be found when it is due")
        found = BookingId.parse(row["id"])
        if found is None or items.active_key(found.applicant)["pk"] != row["pk"]:
            raise Broken(f"{row['id']} stands under another applicant's lock")


def _seat_key(booking: Item) -> tuple[str, str, str]:
    found = items.booking_of(booking)
    key = items.slot_key(found.office_id, found.start)
    return key["pk"], key["sk"], found.seat.attribute


def _scan(client: "DynamoDBClient", table: str) -> Iterator[Item]:
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from (from_item(item) for item in page["Items"])
