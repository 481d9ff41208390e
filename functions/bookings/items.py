"""The shapes of the bookings table. No other module knows its keys or attribute names.

    pk                  sk                      what
    OFFICE#<office>     SLOT#2026-11-25T07:30   a slot's taken seats: s03 = {b: booking id, x: hold expiry, d: served};
                                                of one that rests: {b: "-", x: until when, o: offered to, n: offers}
                                                what the chief said of the slot (by, closed): said.py;
                                                what the desk knows of a ticket (t), and walk-ins (w01): desk/tickets.py
    OFFICE#<office>     WAIT#<booking id>       a booking that waits for an earlier appointment, and the seat offered to it
    OFFICE#<office>     DRAW#2026-12-02         the draw of a day's seats: its seed, and the wishes in it
    APPLICANT#<hash>    ACTIVE                  the applicant's active booking, which is also their lock
    APPLICANT#<hash>    ENDED#<booking id>      history
    CITIZEN#<hash>      TALLY                   a citizen's bookings by request (k…), how many are active (n), requests a day
                                                (d…), for whom they booked (a1 to a6), for whom not (x…), the last appointment that they missed

The sparse index `due` (due, dueAt) orders active bookings by the time at which something is due for them.
"""

import zlib
from datetime import date, datetime, timedelta
from typing import Any

from bookings.booking import Applicant, Booking, BookingStatus, KeptSeat
from bookings.booking_id import BookingId
from bookings.proof import Proof
from bookings.seats import Seat, SlotSeats, Taken
from cccd.clock import at, epoch, from_epoch
from cccd.dynamodb import Item
from cccd.hashes import CitizenHash
from cccd.table import Key

DUE_SHARDS = 8  # one index partition takes about 1,000 writes a second; the whole country may book at 08:00
END_OF_TIME = 32_503_680_000  # the year 3000, in epoch seconds: after everything that is due
KEPT_AFTER_END = timedelta(days=30)
TALLY_KEPT = timedelta(days=75)  # after the last ending: longer than any history it remembers, 30 days past a far slot
INDEX_LAG = timedelta(minutes=1)  # by then the index shows what was written
MOST_REMEMBERED = 100  # attributes of a tally; beyond them the oldest bookings are forgotten
MISSED = "missed"  # when the last missed appointment began, epoch seconds
SESSIONS_END = "sessionsEnd"  # when the citizen's data was erased, epoch seconds: older sessions hold nothing
PROBATION = "probation"  # until when missed appointments leave the citizen one booking at a time, epoch seconds


def slot_key(office_id: str, start: datetime) -> Key:
    return {"pk": f"OFFICE#{office_id}", "sk": f"SLOT#{start:%Y-%m-%dT%H:%M}"}


def slot_range(office_id: str, first: date, last: date) -> tuple[str, str, str]:
    """Partition, lowest and highest sort key of the slots of those days; both days are included."""
    return f"OFFICE#{office_id}", f"SLOT#{first.isoformat()}", f"SLOT#{last.isoformat()}T99"


def slot_start(item: Item) -> datetime:
    day, clock_time = item["sk"].removeprefix("SLOT#").split("T")
    return at(date.fromisoformat(day), datetime.strptime(clock_time, "%H:%M").time())  # noqa: DTZ007 - a time of day


def wait_key(office_id: str, booking_id: str) -> Key:
    return {"pk": f"OFFICE#{office_id}", "sk": f"WAIT#{booking_id}"}


def draw_key(office_id: str, day: date) -> Key:
    return {"pk": f"OFFICE#{office_id}", "sk": f"DRAW#{day.isoformat()}"}


def active_key(applicant: str) -> Key:
    return {"pk": f"APPLICANT#{applicant}", "sk": "ACTIVE"}


def ended_key(booking_id: BookingId) -> Key:
    return {"pk": f"APPLICANT#{booking_id.applicant}", "sk": f"ENDED#{booking_id.text}"}


def tally_key(citizen: CitizenHash) -> Key:
    return {"pk": f"CITIZEN#{citizen}", "sk": "TALLY"}


def request_attribute(booking_id: BookingId) -> str:
    """The attribute of the tally that remembers this request."""
    return f"k{booking_id.nonce}"


def bar_attribute(applicant: str) -> str:
    """The attribute of the tally that says until when the citizen may not book for this applicant."""
    return f"x{applicant}"


def day_attribute(day: date) -> str:
    """The attribute of the tally that counts the citizen's requests of that day."""
    return f"d{day:%Y%m%d}"


def outgrown(tally: Item, today: date) -> tuple[list[BookingId], list[str]]:
    """The oldest bookings that a tally with too many attributes remembers, and the attributes of other days."""
    excess = len(tally) - MOST_REMEMBERED
    if excess <= 0:
        return [], []
    requests = sorted((value.get("d", 0), value["b"]) for name, value in tally.items() if name.startswith("k"))
    parsed = (BookingId.parse(text) for _, text in requests[: excess + MOST_REMEMBERED // 10])
    days = [name for name in tally if name.startswith("d") and name != day_attribute(today)]
    return [each for each in parsed if each], days


def tally_booking_ids(item: Item) -> list[BookingId]:
    """The ids of all bookings that a tally remembers."""
    parsed = (BookingId.parse(value["b"]) for name, value in item.items() if name.startswith("k"))
    return [each for each in parsed if each]


def seats_of(item: Item) -> SlotSeats:
    """The taken seats of a slot's item."""
    return {
        seat: Taken(value["b"], value.get("x"), "d" in value, value.get("o"), value.get("n", 0))
        for name, value in item.items()
        if (seat := Seat.parse(name))
    }


def expires_at(booking: Booking) -> int:
    """When DynamoDB may remove what is stored of a booking: epoch seconds."""
    return epoch(booking.end + KEPT_AFTER_END)


def _due_for_hold(booking: Booking) -> dict[str, Any]:
    """A hold is due when it lapses."""
    return {"due": f"HOLD#{_shard(booking.id)}", "dueAt": booking.expiry()}


def _due_for_confirmed(booking: Booking) -> dict[str, Any]:
    """A confirmed booking is due when its day is over."""
    midnight = at(booking.start.date() + timedelta(days=1), datetime.min.time())
    return {"due": f"CONFIRMED#{_shard(booking.id)}", "dueAt": epoch(midnight)}


def _due_for_wish(booking: Booking) -> dict[str, Any]:
    """A wish is due a minute after the draw: by then the index knows of every wish before it."""
    assert booking.draw_at is not None
    return {"due": f"WISH#{_shard(booking.id)}", "dueAt": epoch(booking.draw_at + INDEX_LAG)}


def booking_item(booking: Booking) -> Item:
    """A booking as an item: an active one under its applicant's lock, an ended one in the history."""
    booking_id = BookingId.parse(booking.id)
    assert booking_id is not None
    key = active_key(booking_id.applicant) if booking.active else ended_key(booking_id)
    due: dict[str, Any] = {}
    if booking.status is BookingStatus.HELD:
        due = _due_for_hold(booking)
    elif booking.status is BookingStatus.CONFIRMED:
        due = _due_for_confirmed(booking)
    elif booking.status is BookingStatus.WISHED:
        due = _due_for_wish(booking)
    return {
        **key,
        **due,
        "id": booking.id,
        "status": booking.status.value,
        "office": booking.office_id,
        "procedure": booking.procedure,
        "start": epoch(booking.start),
        "end": epoch(booking.end),
        "seat": booking.seat.attribute,
        "citizen": booking.citizen,
        "request": booking.request,
        "fullName": booking.applicant.full_name,
        "maskedId": booking.applicant.masked_id,
        "dateOfBirth": booking.applicant.date_of_birth,
        "phone": booking.applicant.phone,
        "heldAt": epoch(booking.held_at),
        "holdExpiresAt": booking.expiry(),
        "version": booking.version,
        "declaration": booking.declaration_id,
        "confirmedAt": epoch(booking.confirmed_at) if booking.confirmed_at else None,
        "endedAt": epoch(booking.ended_at) if booking.ended_at else None,
        "answered": dict(booking.answered) or None,
        "proof": int(booking.proof) or None,
        "moves": booking.moves or None,
        "replaced": booking.replaced or None,
        "restMinutes": booking.rest_minutes or None,
        "drawAt": epoch(booking.draw_at) if booking.draw_at else None,
        "closedWhy": booking.closed_why,
        "kept": [[epoch(each.start), epoch(each.end), each.seat.attribute] for each in booking.kept] or None,
        "keptUntil": epoch(booking.kept_until) if booking.kept_until else None,
        "ttl": None if booking.active else expires_at(booking),
    }


def booking_of(item: Item) -> Booking:
    """The booking of an item."""
    seat = Seat.parse(item["seat"])
    assert seat is not None
    return Booking(
        id=item["id"],
        status=BookingStatus(item["status"]),
        office_id=item["office"],
        procedure=item["procedure"],
        start=from_epoch(item["start"]),
        end=from_epoch(item["end"]),
        seat=seat,
        citizen=item["citizen"],
        request=item["request"],
        applicant=Applicant(item["fullName"], item["maskedId"], item["dateOfBirth"], item["phone"]),
        held_at=from_epoch(item["heldAt"]),
        hold_expires_at=_instant(item.get("holdExpiresAt")),
        version=item["version"],
        declaration_id=item.get("declaration"),
        confirmed_at=_instant(item.get("confirmedAt")),
        ended_at=_instant(item.get("endedAt")),
        answered=item.get("answered") or {},
        proof=Proof(item.get("proof") or Proof.NONE),
        moves=item.get("moves") or 0,
        replaced=bool(item.get("replaced")),
        rest_minutes=item.get("restMinutes") or 0,
        draw_at=_instant(item.get("drawAt")),
        closed_why=item.get("closedWhy"),
        kept=tuple(_kept(*each) for each in item.get("kept") or ()),
        kept_until=_instant(item.get("keptUntil")),
    )


def _kept(start: int, end: int, attribute: str) -> KeptSeat:
    seat = Seat.parse(attribute)
    assert seat is not None
    return KeptSeat(from_epoch(start), from_epoch(end), seat)


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else from_epoch(seconds)


def _shard(booking_id: str) -> int:
    return zlib.crc32(booking_id.encode()) % DUE_SHARDS
