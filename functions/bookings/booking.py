"""A booking, and the states it goes through.

    held ──confirm──▶ confirmed ──▶ served | no_show
     │  └──cancel──▶ cancelled ◀──cancel──┘
     └──time──▶ lapsed

    wished ──draw──▶ confirmed | not_drawn

At an office that draws, a booking for a day that is not drawn yet begins as wished: it has no seat. It can be cancelled.

A booking of a stronger proof for the same personal id makes an active one displaced; an office can make one released. An active booking,
held or confirmed, may be moved to another slot (reschedule); its state stays.

A held booking whose time is over is lapsed, even before anybody has written that down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bookings.proof import Proof
from bookings.seats import Seat
from cccd.clock import epoch
from cccd.hashes import CitizenHash


class BookingStatus(StrEnum):
    """The state of a booking, as on the wire."""

    HELD = "held"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    SERVED = "served"
    NO_SHOW = "no_show"
    DISPLACED = "displaced"
    RELEASED = "released"
    WISHED = "wished"
    NOT_DRAWN = "not_drawn"

    @property
    def in_vietnamese(self) -> str:
        """The state as a citizen reads it."""
        return _IN_VIETNAMESE[self]


_IN_VIETNAMESE = {
    BookingStatus.HELD: "đang giữ chỗ",
    BookingStatus.CONFIRMED: "đã xác nhận",
    BookingStatus.CANCELLED: "đã huỷ",
    BookingStatus.LAPSED: "đã hết hạn giữ chỗ",
    BookingStatus.SERVED: "đã tiếp nhận",
    BookingStatus.NO_SHOW: "đã qua ngày hẹn",
    BookingStatus.DISPLACED: "đã nhường cho người có số điện thoại xác thực",
    BookingStatus.RELEASED: "đã được cơ quan Công an huỷ",
    BookingStatus.WISHED: "đang chờ bốc thăm",
    BookingStatus.NOT_DRAWN: "không được bốc thăm",
}


@dataclass(frozen=True, repr=False)
class Applicant:
    """The person the card is for. Of the personal id it keeps the last digits; the booking's key has its keyed hash."""

    full_name: str
    masked_id: str
    date_of_birth: str
    phone: str


@dataclass(frozen=True)
class KeptSeat:
    """A seat that is kept for one booking, whose time the office has closed."""

    start: datetime
    end: datetime
    seat: Seat


@dataclass(frozen=True)
class Booking:
    """One appointment. `citizen` and the id hold keyed hashes, never the plain ids.

    `version` counts the changes since the hold, so that a change based on an old reading is refused.
    `answered` remembers the requests that changed it: a hash of each Idempotency-Key, and what was asked. It stays small,
    as a booking is confirmed and cancelled once and moved a few times (`moves`). `replaced` says that it displaced another.
    `draw_at` is when the seats of its day are or were drawn, for one that began as a wish.
    `closed_why` is told of one whose time the chief has closed: then seats at other times are `kept` for it until `kept_until`.
    `rest_minutes` is how long its seat may rest once it is given back (`rest.py`), by the office's rules when it was held.
    """

    id: str
    status: BookingStatus
    office_id: str
    procedure: str
    start: datetime
    end: datetime
    seat: Seat
    citizen: CitizenHash
    request: str
    applicant: Applicant
    held_at: datetime
    hold_expires_at: datetime | None
    version: int = 1
    declaration_id: str | None = None
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    answered: Mapping[str, str] = field(default_factory=dict)
    proof: Proof = Proof.NONE
    moves: int = 0
    replaced: bool = False
    rest_minutes: int = 0
    draw_at: datetime | None = None
    closed_why: str | None = None
    kept: tuple[KeptSeat, ...] = ()
    kept_until: datetime | None = None

    @property
    def ticket(self) -> str:
        """The number called at the desk: slot time and seat, unique in the office's day, in order of time; "" without a seat."""
        return f"{self.start:%H%M}-{self.seat.label}" if self.seat.given else ""

    @property
    def active(self) -> bool:
        """Whether it is the one booking that its applicant may have, according to what is stored."""
        return self.status in (BookingStatus.HELD, BookingStatus.CONFIRMED, BookingStatus.WISHED)

    def kept_at(self, start: datetime, now: datetime) -> KeptSeat | None:
        """The seat that is kept for it at that time."""
        if self.kept_until is None or self.kept_until <= now:
            return None
        return next((each for each in self.kept if each.start == start), None)

    def lapsed(self, now: datetime) -> bool:
        """Whether it is a hold whose time is over."""
        return self.status is BookingStatus.HELD and self.hold_expires_at is not None and self.hold_expires_at <= now

    def as_of(self, now: datetime) -> "Booking":
        """The booking as it really is at `now`: a hold past its time is lapsed, recorded or not."""
        return replace(self, status=BookingStatus.LAPSED) if self.lapsed(now) else self

    def expiry(self) -> int | None:
        """When the hold lapses, in epoch seconds; None once confirmed."""
        return epoch(self.hold_expires_at) if self.hold_expires_at else None
