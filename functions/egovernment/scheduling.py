"""The template's appointment: a real booking of the day's first open slot, held and confirmed in one act.

The template knows no personal id. So the citizen's own account stands for the applicant: one active appointment of this kind for
each account, beside every rule of the engine (docs/decisions/0024-zaui-egovernment.md).
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time

from bookings import lifecycle
from bookings.availability import open_days
from bookings.booking import Applicant, Booking, BookingStatus
from bookings.booking_id import NONCE_BYTES, BookingId
from bookings.draw_store import DrawStore
from bookings.holding import hold
from bookings.intake import HoldRequest, Place, place, residence_of
from bookings.lifecycle import Ask
from bookings.said import opened
from bookings.standing import UNPROVEN
from bookings.store import BookingStore
from cccd import clock
from cccd.base32 import base32
from cccd.errors import AlreadyBooked, SlotClosed, SlotFull
from cccd.hashes import applicant_hash, request_hash
from cccd.working_calendar import national_calendar
from egovernment.asked import ScheduleIn
from egovernment.tokens import Caller
from offices import opening
from offices.office import Office

SLOTS_TRIED = 8  # of a day that fills up while we look


@dataclass(frozen=True)
class Desk:
    """Where appointments are kept, and the key of the hashes."""

    bookings: BookingStore
    draws: DrawStore
    key: bytes


def book(desk: Desk, office: Office, caller: Caller, asked: ScheduleIn, now: datetime) -> Booking:
    """The confirmed booking of that day's first open slot; on a day that is drawn, the wish. Pressed twice, it is the same one.

    Raises:
        SlotClosed, SlotFull, AlreadyBooked, TooManyBookings, RateLimited, SessionExpired, TemporarilyUnavailable, InvalidRequest
    """
    if asked.date < now.date():  # before what else there was then: no procedure of today
        raise SlotClosed("past", "Ngày này đã qua.")
    tried: set[datetime] = set()
    for _ in range(SLOTS_TRIED):
        if mine := _of_that_day(desk, office, caller, asked.date, now):
            return _confirmed(desk, caller, mine, now)
        start = _first_open(desk, office, asked, tried, now)
        tried.add(start)
        where = place(office.id, asked.procedure, start, now, lambda of, at: opened(desk.bookings.slot(of, at)))
        if where.draw_at:  # its seed is there before its first wish
            desk.draws.open(office.id, where.slot.start.date())
        try:
            booking, _new = hold(desk.bookings, _wanted(desk, caller, asked, where), where.rules, UNPROVEN, now)
        except SlotFull:
            continue
        except AlreadyBooked:
            if mine := _of_that_day(desk, office, caller, asked.date, now):  # the other tap of the same finger
                return _confirmed(desk, caller, mine, now)
            raise
        return _confirmed(desk, caller, booking, now)
    raise SlotFull


def latest(desk: Desk, office: Office, caller: Caller, now: datetime) -> Booking | None:
    """The citizen's appointment at that office that the template shows: the next one, or one of today and later that was not to be."""
    found = [each.as_of(now) for each in desk.bookings.of_citizen(caller.citizen) if each.office_id == office.id]
    shown = [each for each in found if each.start.date() >= now.date() and each.status in _SHOWN]
    return min(shown, key=lambda each: (not each.active, each.start), default=None)


_SHOWN = (
    BookingStatus.CONFIRMED,
    BookingStatus.WISHED,
    BookingStatus.SERVED,
    BookingStatus.RELEASED,
    BookingStatus.DISPLACED,
    BookingStatus.NOT_DRAWN,
)


def _of_that_day(desk: Desk, office: Office, caller: Caller, day: date, now: datetime) -> Booking | None:
    """The account's own appointment, made at this door; what its citizen holds for others at our own is none of it."""
    own = applicant_hash(desk.key, _stand_in(caller))
    for each in desk.bookings.of_citizen(caller.citizen):
        booking, booking_id = each.as_of(now), BookingId.parse(each.id)
        if booking_id is None or booking_id.applicant != own:
            continue
        if booking.active and booking.office_id == office.id and booking.start.date() == day:
            return booking
    return None


def _confirmed(desk: Desk, caller: Caller, booking: Booking, now: datetime) -> Booking:
    booking_id = BookingId.parse(booking.id)
    if booking.status is not BookingStatus.HELD or booking_id is None:
        return booking
    return lifecycle.confirm(desk.bookings, Ask(booking_id, caller.citizen, now))


def _first_open(desk: Desk, office: Office, asked: ScheduleIn, tried: set[datetime], now: datetime) -> datetime:
    """The start of the day's first slot with a seat, that was not tried yet.

    Raises:
        SlotClosed: the office receives nobody on that day, or it is not within the days that can be booked.
        SlotFull: nothing is left.
    """
    rules = office.opening
    assert rules is not None, "it is bookable"
    residence = residence_of(asked.procedure, clock.at(asked.date, time.min))
    days = opening.days(rules, national_calendar(), asked.date, 1, now)
    taken = desk.bookings.slots(office.id, asked.date, asked.date)
    (day,) = open_days(rules, days, taken, residence, now)
    if day.closed:
        raise SlotClosed(day.closed.code, day.closed.reason)
    drawn = opening.draw_to_come(rules, asked.date, now)
    found = (each for each in day.slots if (each.seats_left or drawn) and each.slot.start not in tried)
    first = next(found, None)
    if first is None:
        raise SlotFull
    return first.slot.start


def _wanted(desk: Desk, caller: Caller, asked: ScheduleIn, where: Place) -> HoldRequest:
    own = _stand_in(caller)
    nonce = base32(secrets.token_bytes(NONCE_BYTES))
    return HoldRequest(
        id=BookingId(applicant_hash(desk.key, own), nonce),
        citizen=caller.citizen,
        request=request_hash(desk.key, f"{own} {nonce}"),
        office_id=where.office.id,
        procedure=asked.procedure,
        slot=where.slot,
        queue=where.queue,
        applicant=Applicant(asked.full_name, "", "", asked.phone_number),
        person=request_hash(desk.key, own)[:16],
        since=caller.since,
        draw_at=where.draw_at,
    )


def _stand_in(caller: Caller) -> str:
    """What stands where a personal id stands elsewhere; no personal id looks like it."""
    return f"zaui {caller.citizen}"
