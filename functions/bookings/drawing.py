"""Every minute: give the seats of the days whose wishes are all in. The rules of the draw are in `draw.py`.

It may crash or run twice at any point: the order is fixed before the first seat is given, each wish ends in its own
transaction, and the next run goes on with those that are left.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime

from aws_lambda_powertools.utilities.typing import LambdaContext

from bookings import items
from bookings.booking import Booking, BookingStatus
from bookings.draw import by_nearness, code_of, in_order
from bookings.draw_store import DrawStore
from bookings.due import WORKERS
from bookings.lifecycle import MAX_SEAT_TRIES, end
from bookings.scheduled import ScheduledSettings
from bookings.seat_search import SeatSearch
from bookings.store import BookingStore
from bookings.telemetry import count
from cccd import clock
from cccd.dynamodb import Item, client
from cccd.errors import SlotFull
from cccd.invocation import Event, time_left
from cccd.observability import flush_metrics, logger
from cccd.sweeps import passed_by
from cccd.transactions import Refused
from cccd.working_calendar import WorkingCalendar, national_calendar
from offices import opening
from offices.directory import directory
from offices.opening import OpeningRules, Slot

settings = ScheduledSettings.load()


def draw_days(
    store: BookingStore,
    draws: DrawStore,
    slots_of: Callable[[str, date], Sequence[Slot]],
    now: datetime,
    time_left: Callable[[], bool],
) -> Counter[BookingStatus]:
    """Draw every day that is due, while `time_left`; returns how many wishes this run ended, and how.

    `slots_of` gives the slots of an office's day with the seats that are drawn.
    """
    days: dict[tuple[str, date], list[Booking]] = defaultdict(list)
    for wish in store.wished(now, _told):
        days[wish.office_id, wish.start.date()].append(wish)
    done: Counter[BookingStatus] = Counter()
    for (office_id, day), wishes in days.items():
        try:
            done.update(_draw_day(store, draws, slots_of(office_id, day), wishes, now, time_left))
        except Exception as error:  # noqa: BLE001 - the other offices' days are drawn all the same
            _told(error)
    return done


def slots_drawn(rules: OpeningRules | None, calendar: WorkingCalendar, day: date, now: datetime) -> list[Slot]:
    """The day's slots with the seats that are released by now; none at an office that takes no bookings any more."""
    if rules is None:
        return []
    return [opening.released(rules, slot, now) for slot in opening.slots_on(rules, calendar, day) if slot.start > now]


def _draw_day(
    store: BookingStore,
    draws: DrawStore,
    slots: Sequence[Slot],
    wishes: Sequence[Booking],
    now: datetime,
    time_left: Callable[[], bool],
) -> Iterator[BookingStatus]:
    """How each of the wishes of one office's day ended, as they end."""
    office_id, day = wishes[0].office_id, wishes[0].start.date()
    by_code = {code_of(wish): wish for wish in wishes}
    draw = draws.open(office_id, day)
    if draw.entries is None:
        draw = draws.close(office_id, draw, in_order(draw.seed, by_code))
    entries = draw.entries or ()
    late = in_order(draw.seed, by_code.keys() - set(entries))  # written while the draw began: behind all others
    taken, without = _readable(store.slot_items(office_id, day, day)), []
    for code in (*entries, *late):
        if not time_left():
            return
        if code not in by_code:
            continue
        try:
            given = _give_seat(store, by_code[code], slots, taken, now)
        except Exception as error:  # noqa: BLE001 - the wishes behind it belong to other people
            _told(error)
            continue
        if given:
            yield given.status
        else:
            without.append(by_code[code])

    def end_one(wish: Booking) -> Booking | Exception | None:
        try:
            return end(store, wish, BookingStatus.NOT_DRAWN, now) if time_left() else None
        except Exception as error:  # noqa: BLE001 - told below, on the caller's thread
            return error

    with ThreadPoolExecutor(WORKERS) as pool:
        for ended in pool.map(end_one, without):
            if isinstance(ended, Exception):
                _told(ended)
            elif ended:
                yield ended.status


def _readable(slot_items: Iterable[Item]) -> dict[datetime, Item | None]:
    """The day's slots by start; None for one whose seats nobody can read, so that nobody is given one of them."""
    found: dict[datetime, Item | None] = {}
    for item in slot_items:
        try:
            start = items.slot_start(item)
        except Exception as error:  # noqa: BLE001 - it is no slot of the day's
            _told(error)
            continue
        try:
            items.seats_of(item)
        except Exception as error:  # noqa: BLE001 - the day's other slots have seats too
            _told(error)
            found[start] = None
        else:
            found[start] = item
    return found


def _give_seat(
    store: BookingStore, wish: Booking, slots: Sequence[Slot], taken: dict[datetime, Item | None], now: datetime
) -> Booking | None:
    """The confirmed booking that the wish became, in the free slot nearest to it; None if none is free or the wish is gone.

    `taken` is what this run knows of the day's slots; it learns from each write and each refusal.
    """
    for slot in by_nearness(slots, wish.start):
        try:
            seats = SeatSearch(slot, wish.seat.queue)
        except SlotFull:
            continue
        for _ in range(MAX_SEAT_TRIES):
            known = taken.get(slot.start, {})
            if known is None or known.get("closed") or (known and not seats.choose_among(known, now)):
                break
            after = replace(
                wish,
                status=BookingStatus.CONFIRMED,
                confirmed_at=now,
                start=slot.start,
                end=slot.end,
                seat=seats.choice,
                version=wish.version + 1,
            )
            try:
                store.commit(
                    [store.take_seat(after, seats.mark, now, seats.seen_mark), store.rewrite(wish, after, now)]
                )
            except Refused as refused:
                slot_as_it_is, changed = refused.old
                if changed is not None:
                    return None  # its citizen cancelled it, or somebody with better proof took its place
                taken[slot.start] = slot_as_it_is or {}
            else:
                taken[slot.start] = {**known, after.seat.attribute: {"b": after.id}, "mark": seats.mark}
                return after
    return None


def _told(error: Exception) -> None:
    passed_by("Draw", error)


def handler(event: Event, context: LambdaContext) -> dict[str, int]:
    now, table, left = clock.now(), settings.bookings_table, time_left(context)

    def slots_of(office_id: str, day: date) -> list[Slot]:
        office = directory().find(office_id)
        return slots_drawn(office.opening if office else None, national_calendar(), day, now)

    done = draw_days(BookingStore(client(), table), DrawStore(client(), table), slots_of, now, left)
    drawn, not_drawn = done[BookingStatus.CONFIRMED], done[BookingStatus.NOT_DRAWN]
    count("WishesDrawn", drawn)
    count("WishesNotDrawn", not_drawn)
    logger.info("drawn", seats=drawn, without=not_drawn)
    flush_metrics()
    return {"drawn": drawn, "notDrawn": not_drawn}
