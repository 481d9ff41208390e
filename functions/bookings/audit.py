"""Every hour: compare seats with bookings, in both directions, and report what does not agree. It repairs nothing.

A booking that changes during the count would look like a difference, so the audit reads each difference once more.
It also lists, for each office, the bookings for which a lowered capacity has no room. It warns when the booking
window reaches a day that the national calendar only predicts. A slot or a booking that nobody can read is passed by.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aws_lambda_powertools.utilities.typing import LambdaContext

from bookings import items
from bookings.booking import Booking
from bookings.booking_id import BookingId
from bookings.rest import seat_expiry
from bookings.said import capacity_of
from bookings.scheduled import ScheduledSettings
from bookings.seats import Seat, SlotSeats, Taken, beyond
from bookings.store import BookingStore
from bookings.telemetry import count
from cccd import clock
from cccd.clock import epoch
from cccd.dynamodb import Item, client
from cccd.invocation import Event
from cccd.observability import flush_metrics, logger
from cccd.sweeps import passed_by
from cccd.working_calendar import WorkingCalendar, national_calendar
from offices import opening
from offices.directory import directory
from offices.office import Office

settings = ScheduledSettings.load()


@dataclass(frozen=True)
class Difference:
    """A seat and a booking that disagree: where, and what is wrong. It names no person."""

    office_id: str
    start: datetime
    seat: str
    what: str


@dataclass(frozen=True)
class BeyondRules:
    """A live seat that the office's current rules have no room for. Its citizen keeps it until the office acts."""

    office_id: str
    start: datetime
    ticket: str


def differences(store: BookingStore, offices: list[Office], now: datetime) -> list[Difference]:
    """Every difference between seats and bookings that two readings found."""
    found = set(_differences(store, offices, now))
    return (
        sorted(found & set(_differences(store, offices, now)), key=lambda each: (each.office_id, each.start))
        if found
        else []
    )


def beyond_rules(
    store: BookingStore, offices: list[Office], calendar: WorkingCalendar, now: datetime
) -> list[BeyondRules]:
    """The bookings that no longer fit the rules: on seats over a lowered capacity, or on a day that has been closed."""
    found = []
    for office in offices:
        if office.opening is None:
            continue
        for start, seats, item in _slots(store, office, now.date(), now):
            slots = {slot.start: slot for slot in opening.slots_on(office.opening, calendar, start.date())}
            capacity = capacity_of(item, slots[start].capacity if start in slots else {})
            waiting = {seat: holder for seat, holder in seats.items() if not holder.served}
            for seat in beyond(waiting, capacity, epoch(now)):
                found.append(BeyondRules(office.id, start, f"{start:%H%M}-{seat.label}"))
    return found


def predicted_days(offices: list[Office], calendar: WorkingCalendar, now: datetime) -> list[date]:
    """The days in some office's booking window that are only predicted in the calendar."""
    last = max(
        (opening.booking_window(office.opening, calendar, now)[1] for office in offices if office.opening),
        default=now.date(),
    )
    return [day for day, entry in sorted(calendar.items()) if entry.status == "predicted" and now.date() < day <= last]


def _differences(store: BookingStore, offices: list[Office], now: datetime) -> Iterator[Difference]:
    seats = {
        (office.id, start, seat): holder
        for office in offices
        for start, taken_seats, _ in _slots(store, office, now.date() - timedelta(days=1), now, _unreadable)
        for seat, holder in taken_seats.items()
        # A served seat stays taken though its booking is history; one that rests is nobody's.
        if holder.live(epoch(now)) and not holder.served and not holder.rests
    }
    active = {booking.id: booking for booking in store.every_active(_unreadable) if not booking.lapsed(now)}
    ids = [BookingId.parse(holder.booking_id) for holder in seats.values() if holder.booking_id not in active]
    # The index is a moment late, so a booking that it lacks is read by its key before it is reported as missing.
    known = store.find_all([each for each in ids if each], _ignored)  # told already, as the index has it too
    active |= {booking.id: booking for booking in known if booking.active}
    for (office_id, start, seat), holder in seats.items():
        wrong = _wrong_seat(active.get(holder.booking_id), office_id, start, seat, holder)
        if wrong:
            yield Difference(office_id, start, seat.attribute, wrong)
    for booking in active.values():
        taken = seats.get((booking.office_id, booking.start, booking.seat))
        if booking.start.date() >= now.date() and (taken is None or taken.booking_id != booking.id):
            yield Difference(booking.office_id, booking.start, booking.seat.attribute, "a booking without its seat")


def _slots(
    store: BookingStore,
    office: Office,
    first: date,
    now: datetime,
    unreadable: Callable[[Exception], None] | None = None,
) -> Iterator[tuple[datetime, SlotSeats, Item]]:
    """The office's slots from that day on with their taken seats, and their items; a slot that nobody can read is told and passed by."""
    for item in store.slot_items(office.id, first, _last_day(now)):
        try:
            start, seats = items.slot_start(item), items.seats_of(item)
            ids = [BookingId.parse(taken.booking_id) for taken in seats.values() if not taken.rests]
            if not all(ids):
                raise ValueError("a seat names no booking")
        except Exception as error:  # noqa: BLE001 - the other slots are audited all the same
            if unreadable:
                unreadable(error)
        else:
            yield start, seats, item


def _unreadable(error: Exception) -> None:
    passed_by("Audit", error)


def _ignored(_: Exception) -> None:
    pass


def _wrong_seat(booking: Booking | None, office_id: str, start: datetime, seat: Seat, holder: Taken) -> str | None:
    if booking is None:
        return "a seat without a booking"
    if (booking.office_id, booking.start, booking.seat) != (office_id, start, seat):
        return "a second seat of one booking"
    if holder.expires != seat_expiry(booking):
        return "a seat that lapses at another time than its booking"
    return None


def _last_day(now: datetime) -> date:
    return now.date() + timedelta(days=opening.MAX_SEARCH_DAYS + 7)


def handler(event: Event, context: LambdaContext) -> dict[str, object]:
    now, store = clock.now(), BookingStore(client(), settings.bookings_table)
    offices = [office for office in directory().offices.values() if office.opening]
    wrong = differences(store, offices, now)
    crowded = beyond_rules(store, offices, national_calendar(), now)
    predicted = predicted_days([office for office in offices if not office.valid_to], national_calendar(), now)
    count("BookingDifferences", len(wrong))
    count("BookingsBeyondRules", len(crowded))
    count("PredictedDaysInHorizon", len(predicted))
    for each in wrong:
        logger.error("difference", office=each.office_id, start=each.start.isoformat(), seat=each.seat, what=each.what)
    for left in crowded:
        logger.warning("beyond rules", office=left.office_id, start=left.start.isoformat(), ticket=left.ticket)
    logger.info(
        "audited", differences=len(wrong), beyond_rules=len(crowded), predicted_days=[str(day) for day in predicted]
    )
    flush_metrics()
    return {
        "differences": len(wrong),
        "beyondRules": [
            {"officeId": each.office_id, "start": each.start.isoformat(), "ticket": each.ticket} for each in crowded
        ],
        "predictedDays": [day.isoformat() for day in predicted],
    }
