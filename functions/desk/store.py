"""What the desk writes: a seat's state with its condition, the record of the act, and what it leaves for the statistics.

pk               sk                                  what
OFFICE#<office>  ACT#2026-11-30#<ms>#<random>        who did what to which ticket; kept for a year
OFFICE#<office>  STAT#2026-11-30#0730-03             how a ticket ended and how long it waited, of nobody in particular
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from bookings import items
from bookings.store import BookingStore
from cccd.clock import epoch
from cccd.dynamodb import Item
from cccd.table import NEW, Key, Table
from cccd.transactions import Write
from desk.officer import Officer
from desk.tickets import Ticket, tickets_of, told_of
from offices.opening import Capacity

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ACTS_KEPT = timedelta(days=365)
STATISTICS_KEPT = timedelta(days=2 * 365)


class DeskStore:
    """The table of bookings, through `client`."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self.bookings = BookingStore(client, name)
        self._table = Table(client, name)

    def tickets(self, office_id: str, day: date, *, consistent: bool = True) -> list[Ticket]:
        """The day's tickets: one Query."""
        return tickets_of(self.bookings.slot_items(office_id, day, day, consistent))

    def commit(self, writes: Sequence[Write]) -> None:
        """All of `writes` or none; raises as `cccd.transactions.commit`."""
        self._table.commit(writes)

    def become(self, office_id: str, before: Ticket, after: Ticket) -> Write:
        """The seat is still this ticket's and nobody has done anything with it since it was read; it becomes `after`."""
        told = told_of(after)
        unchanged = "#seat.t.v = :version" if before.version else "attribute_not_exists(#seat.t)"
        return self._table.update(
            items.slot_key(office_id, before.start),
            "SET #seat.t = :told",
            f"#seat.b = :holder AND {unchanged} AND attribute_not_exists(#seat.x)",
            {":told": told, ":holder": before.holder, **({":version": before.version} if before.version else {})},
            seat=before.seat,
        )

    def walk_in(self, office_id: str, ticket: Ticket) -> Write:
        """The walk-in's seat is free, in a time that is open; this ticket has it."""
        seat = {"b": ticket.holder, "n": ticket.name, "p": ticket.procedure, "t": told_of(ticket)}
        return self._table.update(
            items.slot_key(office_id, ticket.start),
            "SET #seat = :seat, #ttl = if_not_exists(#ttl, :ttl)",
            "attribute_not_exists(#seat) AND attribute_not_exists(closed)",
            {
                ":seat": {name: value for name, value in seat.items() if value is not None},
                ":ttl": epoch(ticket.start + items.KEPT_AFTER_END),
            },
            seat=ticket.seat,
        )

    def forget_walk_in(self, office_id: str, ticket: Ticket) -> Write:
        """The walk-in's seat is still as it was read; it is free."""
        return self._table.update(
            items.slot_key(office_id, ticket.start),
            "REMOVE #seat",
            "#seat.b = :holder AND #seat.t.v = :version",
            {":holder": ticket.holder, ":version": ticket.version},
            seat=ticket.seat,
        )

    def say(
        self, office_id: str, start: datetime, seats: Capacity, why: str, seen_mark: str | None, resting: Sequence[str]
    ) -> Write:
        """The slot was sold under the mark that was read; from now on it has these seats, none if it is closed.

        Seats that rest are given up with it. Its mark is never one of the rules, so every sale that is on the way is refused.
        """
        closed = not any(seats.values())
        values: dict[str, Any] = {
            ":by": {"seats": {} if closed else dict(seats), "why": why},
            ":mark": f"said {epoch(start)} {uuid4().hex[:8]}",
            ":ttl": epoch(start + items.KEPT_AFTER_END),
        }
        if closed:
            values[":closed"] = True
        if seen_mark is not None:
            values[":seen"] = seen_mark
        names = {f"r{number}": name for number, name in enumerate(resting)}
        gone = [f"#{alias}" for alias in names] + ([] if closed else ["closed"])
        return self._table.update(
            items.slot_key(office_id, start),
            f"SET #by = :by, mark = :mark, #ttl = if_not_exists(#ttl, :ttl){', closed = :closed' if closed else ''}"
            + (f" REMOVE {', '.join(gone)}" if gone else ""),
            "attribute_not_exists(mark)" if seen_mark is None else "mark = :seen",
            values,
            by="by",
            **names,
        )

    def unsay(self, office_id: str, start: datetime) -> Write:
        """Nothing is said of the slot any more: the rules hold. Its mark stays, so the next sale reads the slot."""
        return self._table.update(
            items.slot_key(office_id, start), "REMOVE #by, closed", "attribute_exists(#by)", by="by"
        )

    def record(self, officer: Officer, office_id: str, what: str, ticket: str, now: datetime) -> Write:
        """Put the act on record: who, when, what, for which ticket."""
        moment = f"{epoch(now):010d}#{uuid4().hex[:12]}"
        item = {
            "pk": f"OFFICE#{office_id}",
            "sk": f"ACT#{now.date().isoformat()}#{moment}",
            "who": officer.id,
            "what": what,
            "ticket": ticket,
            "at": epoch(now),
            "ttl": epoch(now + ACTS_KEPT),
        }
        return self._table.put(item, NEW)

    def note(self, officer: Officer, office_id: str, what: str, ticket: str, now: datetime) -> None:
        """Put an act on record that was written elsewhere already."""
        self._table.write(self.record(officer, office_id, what, ticket, now))

    def acts(self, office_id: str, day: date) -> Iterator[Item]:
        """The acts of a day, in the order in which they were done."""
        return self._table.query(f"OFFICE#{office_id}", f"ACT#{day.isoformat()}")

    def count(self, office_id: str, ticket: Ticket, outcome: str, procedure: str) -> Write:
        """Keep how the ticket ended, for the statistics."""
        hour = (ticket.checked_in_at or ticket.start).astimezone(ticket.start.tzinfo).hour
        item = outcome_item(office_id, ticket.start, ticket.number, outcome, procedure, hour)
        return self._table.put({**item, "waited": ticket.waited})

    def uncount(self, office_id: str, ticket: Ticket) -> Write:
        """The ticket has not ended after all."""
        return self._table.delete(_outcome_key(office_id, ticket.start, ticket.number))

    def outcomes(self, office_id: str, first: date, last: date) -> Iterator[Item]:
        """How the tickets of those days ended, both included; a moment late."""
        return self._table.between(
            f"OFFICE#{office_id}", f"STAT#{first.isoformat()}", f"STAT#{last.isoformat()}#~", consistent=False
        )


def outcome_item(office_id: str, start: datetime, name: str, outcome: str, procedure: str, hour: int) -> Item:
    """How a ticket of that time ended; `name` tells it from the others of its day."""
    return {
        **_outcome_key(office_id, start, name),
        "outcome": outcome,
        "procedure": procedure,
        "hour": hour,
        "ttl": epoch(start + STATISTICS_KEPT),
    }


def _outcome_key(office_id: str, start: datetime, name: str) -> Key:
    return {"pk": f"OFFICE#{office_id}", "sk": f"STAT#{start.date().isoformat()}#{name}"}
