"""The kinds of messages, and when each may be sent. Plain values in, no network, no table."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from bookings.booking import Booking, BookingStatus
from bookings.wait_store import Waiting
from cccd.clock import at
from cccd.hashes import CitizenHash

REMINDED_AT = time(17, 0)  # on the day before
MAX_TRIES = 8
SOON_FOR = timedelta(minutes=20)  # a turn that comes soon is of no use to know later


class Kind(StrEnum):
    """The event that a message reports."""

    CONFIRMED = "confirmed"
    MOVED = "moved"
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    DISPLACED = "displaced"
    RELEASED = "released"
    OFFER = "offer"
    NOT_DRAWN = "not_drawn"
    CLOSED = "closed"
    SOON = "soon"


# The messages about an ending that the citizen did not choose themselves, or did and may have forgotten.
ENDINGS = {
    BookingStatus.NOT_DRAWN: Kind.NOT_DRAWN,
    BookingStatus.CANCELLED: Kind.CANCELLED,
    BookingStatus.DISPLACED: Kind.DISPLACED,
    BookingStatus.RELEASED: Kind.RELEASED,
}


@dataclass(frozen=True)
class Notice:
    """A message to be sent: its booking, the version of the booking, and the time when it is due.

    It holds no words and no names: they come from the booking when the message is sent. `start` is the appointment's, or the
    offered seat's. A message about an offer is its `turn`-th and of no use after `until`.
    """

    kind: Kind
    booking_id: str
    version: int
    citizen: CitizenHash
    start: datetime
    due: datetime
    tries: int = 0
    turn: int = 0
    until: datetime | None = None

    @property
    def id(self) -> str:
        """One id for each citizen and event, even if the event is delivered several times."""
        return f"{self.booking_id}#{self.name}"

    @property
    def name(self) -> str:
        """One name for each event of the booking."""
        return f"{self.kind}#{self.version}" + (f"#{self.turn}" if self.turn else "")

    @property
    def last_moment(self) -> datetime:
        """From then on the message is of no use."""
        return self.until or self.start


def notices_of(before: Booking | None, after: Booking, now: datetime) -> list[Notice]:
    """The messages that a change of a booking creates. `before` is None if the booking did not exist before."""
    if after.status in ENDINGS and (after.confirmed_at or after.status is BookingStatus.NOT_DRAWN):
        return [_notice(ENDINGS[after.status], after, now)]
    if after.status is not BookingStatus.CONFIRMED:
        return []
    if before is None and after.start.date() == now.date():  # the desk had served it too soon: it stands as it stood
        return []
    was_confirmed = before is not None and before.status is BookingStatus.CONFIRMED
    if before is not None and was_confirmed and before.start == after.start:
        if after.closed_why and not before.closed_why:
            return [_notice(Kind.CLOSED, after, now)]
        if not before.closed_why or after.closed_why:
            return []
        was_confirmed = False  # its time is open again: it is confirmed as it was
    kind = Kind.MOVED if was_confirmed else Kind.CONFIRMED
    reminded = at(after.start.date() - timedelta(days=1), REMINDED_AT)
    reminder = [_notice(Kind.REMINDER, after, reminded)] if reminded > now else []
    return [_notice(kind, after, now), *reminder]


def notice_of_offer(before: Waiting | None, after: Waiting, now: datetime) -> Notice | None:
    """The message that a change of a waiting booking creates: somebody was offered an earlier seat."""
    offer = after.offer
    if offer is None or (before and before.offers == after.offers):
        return None
    return Notice(
        Kind.OFFER,
        after.booking_id,
        offer.version,
        after.citizen,
        offer.start,
        now,
        turn=after.offers,
        until=offer.until,
    )


def notice_of_turn(booking: Booking, now: datetime) -> Notice:
    """The message to somebody who is here and will be called soon: one in a day, however the line moves."""
    return Notice(Kind.SOON, booking.id, booking.version, booking.citizen, booking.start, now, until=now + SOON_FOR)


def obsolete(notice: Notice, booking: Booking | None, now: datetime) -> bool:
    """Whether the message is no longer true, or comes after the appointment.

    Any later change of the booking has its own message, so only a message about the current booking is sent.
    """
    if booking is None or booking.version != notice.version or now >= notice.last_moment:
        return True
    if notice.kind in ENDINGS.values():
        return ENDINGS.get(booking.status) is not notice.kind
    too_late = notice.kind is Kind.REMINDER and now.date() >= notice.start.date()  # it says "tomorrow"
    return booking.status is not BookingStatus.CONFIRMED or too_late


def next_try(tries: int, now: datetime) -> datetime:
    """When to try again after that many tries: 1, 2, 4 … 64 minutes later."""
    return now + timedelta(minutes=2 ** min(tries, 6))


def _notice(kind: Kind, booking: Booking, due: datetime) -> Notice:
    return Notice(kind, booking.id, booking.version, booking.citizen, booking.start, due)
