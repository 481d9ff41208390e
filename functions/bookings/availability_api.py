"""GET /offices/{officeId}/slots: the days and times that can be booked; /draws/{date}: a draw to check. It may only query."""

import datetime as dates
from datetime import date, datetime, timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import Field

from bookings.availability import OpenDay, OpenSlot, open_days
from bookings.draw import commitment
from bookings.draw_store import DrawStore
from bookings.store import BookingStore
from cccd import clock
from cccd.dynamodb import client
from cccd.errors import InvalidRequest, NotFound, TemporarilyUnavailable
from cccd.http import cacheable, lambda_handler, refuses, resolver
from cccd.settings import Settings
from cccd.wire import Model
from cccd.working_calendar import national_calendar
from offices import opening
from offices.directory import bookable, directory
from offices.opening import Closed, OpeningRules, Resident

MAX_AGE = 5  # seconds: long enough to survive a stampede, short enough to be true

app = resolver()


class AvailabilitySettings(Settings):
    """The table that is queried."""

    bookings_table: str


class ClosedDay(Model):
    """Why a day has no slots."""

    code: str
    reason: str


class SlotView(Model):
    """A slot and the seats left in it."""

    start: Annotated[datetime, Field(description="ISO 8601, +07:00")]
    end: datetime
    seats_left: int


class DayView(Model):
    """A day: closed with a reason, or its slots. On `moreSeatsOn` the second half of its seats is released.

    Until `drawAt` a booking of that day is a wish; then its seats are drawn among the wishes, and none is taken before.
    """

    date: dates.date
    weekday: str
    closed: ClosedDay | None
    slots: list[SlotView]
    more_seats_on: dates.date | None = None
    draw_at: datetime | None = None


class Availability(Model):
    """An office's days, from the one asked for."""

    office_id: str
    days: list[DayView]


class DrawView(Model):
    """The draw of a day. `commitment` is the SHA-256 of `seed`, which is told with the `entries` when the draw is over.

    `entries` are the codes of all wishes, in the order in which they got a seat as long as there was one. Anybody can recompute
    it: sha256 of the codes in alphabetical order joined by "," is the digest; the order is that of sha256("seed:digest:code").
    """

    date: dates.date
    commitment: str
    seed: str | None
    entries: list[str] | None


settings = AvailabilitySettings.load()


@app.get("/offices/<officeId>/slots", summary="Bookable days and slots")
@refuses(NotFound, TemporarilyUnavailable)
@cacheable(app, MAX_AGE)
def read_slots(
    office_id: Annotated[str, Path(alias="officeId")],
    from_: Annotated[
        date | None,
        Query(alias="from", ge=clock.FIRST_DAY, le=clock.LAST_DAY, description="Ngày đầu tiên; mặc định là ngày mai."),
    ] = None,
    days: Annotated[int, Query(ge=1, le=7, description="Số ngày.")] = 7,
    residence: Annotated[Resident, Query(description="Diện cư trú, ở nơi tách hàng.")] = "permanent",
) -> Availability:
    now = clock.now()
    office = directory().find(office_id)
    if office is None:
        raise NotFound
    first = from_ or now.date() + timedelta(days=1)
    if office.opening is None or not bookable(office, now.date()):
        why = Closed("not_bookable", "Cơ quan này hiện không nhận đặt lịch qua ứng dụng.")
        found = [OpenDay(first + timedelta(days=n), why, ()) for n in range(days)]
    else:
        span = opening.days(office.opening, national_calendar(), first, days, now)
        taken = BookingStore(client(), settings.bookings_table).slots(
            office.id, span[0].date, span[-1].date, consistent=False
        )
        found = open_days(office.opening, span, taken, residence, now)
    return Availability(office_id=office.id, days=[_day_view(day, office.opening, now) for day in found])


@app.get("/offices/<officeId>/draws/<date>", summary="The draw of a day's seats, to check")
@refuses(InvalidRequest, NotFound, TemporarilyUnavailable)
@cacheable(app, MAX_AGE)
def read_draw(office_id: Annotated[str, Path(alias="officeId")], day: Annotated[date, Path(alias="date")]) -> DrawView:
    found = DrawStore(client(), settings.bookings_table).find(office_id, day)
    if found is None or directory().find(office_id) is None:
        raise NotFound
    over = found.entries is not None
    return DrawView(
        date=day, commitment=commitment(found.seed), seed=found.seed if over else None, entries=found.entries
    )


def _day_view(day: OpenDay, rules: OpeningRules | None, now: datetime) -> DayView:
    return DayView(
        date=day.date,
        weekday=clock.weekday(day.date),
        closed=ClosedDay(code=day.closed.code, reason=day.closed.reason) if day.closed else None,
        slots=[_slot_view(each) for each in day.slots],
        more_seats_on=opening.second_portion_on(rules, day.date, now) if rules and day.slots else None,
        draw_at=opening.draw_to_come(rules, day.date, now) if rules and day.slots else None,
    )


def _slot_view(each: OpenSlot) -> SlotView:
    return SlotView(start=each.slot.start, end=each.slot.end, seats_left=each.seats_left)


handler = lambda_handler(app)
