"""Every minute: offer the seats that rest to those who wait for an earlier appointment. Nothing is lost when it does not run."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from aws_lambda_powertools.utilities.typing import LambdaContext

from bookings import items
from bookings.said import capacity_of
from bookings.scheduled import ScheduledSettings
from bookings.seats import sellable
from bookings.store import BookingStore
from bookings.wait_store import WaitStore
from bookings.waiting import AFTER, FOR, HORIZON, LEAST_NOTICE, MOST, Resting, offer_seats
from cccd import clock
from cccd.clock import epoch, is_night
from cccd.dynamodb import client
from cccd.invocation import Event, time_left
from cccd.observability import flush_metrics, logger
from cccd.sweeps import passed_by
from cccd.working_calendar import WorkingCalendar, national_calendar
from offices import opening
from offices.directory import directory
from offices.opening import OpeningRules

settings = ScheduledSettings.load()


def resting_seats(
    store: BookingStore, office_id: str, rules: OpeningRules, calendar: WorkingCalendar, now: datetime
) -> Iterator[Resting]:
    """The office's seats of these days that rest, may be sold, and are offered to nobody at the moment."""
    first, last = now.date(), now.date() + HORIZON
    by_rule = {
        slot.start: slot
        for day in range((last - first).days + 1)
        for slot in opening.slots_on(rules, calendar, first + timedelta(days=day))
    }
    for item in store.slot_items(office_id, first, last):
        try:
            start, seats = items.slot_start(item), items.seats_of(item)
        except Exception as error:  # noqa: BLE001 - the office's other slots have seats too
            passed_by("Offers", error)
            continue
        slot = by_rule.get(start)
        if slot is None or start - now < FOR + LEAST_NOTICE:
            continue
        for seat, holder in seats.items():
            offered = holder.offered_to and epoch(now + AFTER) < (holder.expires or 0)
            if not holder.rests or not holder.live(epoch(now)) or offered or holder.offers >= MOST:
                continue
            others = {each: theirs for each, theirs in seats.items() if each != seat}
            if seat in sellable(others, capacity_of(item, slot.capacity), seat.queue, epoch(now)):
                yield Resting(slot.start, slot.end, seat, holder)


def handler(event: Event, context: LambdaContext) -> dict[str, int]:
    now, store, left = clock.now(), BookingStore(client(), settings.bookings_table), time_left(context)
    if is_night(now):  # nobody would read the offer in time
        return {"offered": 0}

    def resting(office_id: str) -> Iterator[Resting]:
        office = directory().find(office_id)
        if office and office.opening:
            yield from resting_seats(store, office_id, office.opening, national_calendar(), now)

    def unreadable(error: Exception) -> None:
        passed_by("Offers", error)

    def each(work: Callable[[], None]) -> None:
        try:
            if left():
                work()
        except Exception as error:  # noqa: BLE001 - the other offices' people wait too
            passed_by("Offers", error)

    offered = offer_seats(WaitStore(client(), settings.bookings_table), store, now, resting, each, unreadable)
    logger.info("offered", seats=offered)
    flush_metrics()
    return {"offered": offered}
