"""GET /offices/{officeId}, with what the office announces, and its queue. It may only query, and names nobody."""

import datetime as dates
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from accounts.store import AccountStore
from cccd import clock
from cccd.dynamodb import client
from cccd.errors import NotFound, TemporarilyUnavailable
from cccd.http import cacheable, lambda_handler, refuses, resolver
from cccd.settings import Settings
from cccd.wire import Model
from desk.announcements import Announcement, Announcements
from desk.counters import at_counters
from desk.store import DeskStore
from desk.tickets import TicketState
from desk.waits import WEEKS_LOOKED_AT, Wait, wait_of, waits_at
from offices.directory import directory
from offices.views import OfficeDetail, detail

OFFICE_MAX_AGE = 60  # seconds: an announcement is seen within a minute
MAX_AGE = 10  # seconds: a crowd in a waiting room costs one Query in ten seconds and process

app = resolver()


class OfficeSettings(Settings):
    """The table that is queried, and that of the accounts."""

    bookings_table: str
    chat_table: str


class AtCounter(Model):
    """A number that is called, the counter to which it is called, and when it was called last: a recall is heard again."""

    counter: str
    ticket: str
    called_at: datetime | None


class WaitView(Model):
    """Minutes from the check-in to the call: half of the people who came at this hour waited `p50` or less, nine in ten `p90` or less."""

    p50: int
    p90: int


class Announced(Model):
    """What the office announces, until a time."""

    text: str
    until: datetime


class QueueView(Model):
    """An office's queue of today. `wait` is measured in the last four weeks; null while too few people have come to say so."""

    office_id: str
    date: dates.date
    counters: list[AtCounter]
    waiting: int
    wait: WaitView | None
    notices: list[Announced]


settings = OfficeSettings.load()


@app.get("/offices/<officeId>", summary="One office, and what it announces")
@refuses(NotFound, TemporarilyUnavailable)
@cacheable(app, OFFICE_MAX_AGE)
def read_office(office_id: Annotated[str, Path(alias="officeId")]) -> OfficeDetail:
    office = directory().find(office_id)
    if office is None:
        raise NotFound
    speaking = AccountStore(client(), settings.chat_table).of_office(office)
    return detail(office, [each.text for each in _announced(office.id)], speaking[0].id if speaking else None)


@app.get("/offices/<officeId>/queue", summary="Which numbers are called now, and how long the wait is")
@refuses(NotFound, TemporarilyUnavailable)
@cacheable(app, MAX_AGE)
def read_queue(office_id: Annotated[str, Path(alias="officeId")]) -> QueueView:
    office, now = directory().find(office_id), clock.now()
    if office is None:
        raise NotFound
    desk = DeskStore(client(), settings.bookings_table)
    tickets = desk.tickets(office.id, now.date(), consistent=False)
    called = [
        AtCounter(counter=each.counter, ticket=each.number, called_at=each.recalled_at)
        for each in at_counters(tickets)
        if each.counter
    ]
    waiting = sum(each.state is TicketState.WAITING for each in tickets)
    wait = _wait(office.id, now.date(), now.hour) if called or waiting else None
    return QueueView(
        office_id=office.id,
        date=now.date(),
        counters=called,
        waiting=waiting,
        wait=WaitView(p50=wait.p50, p90=wait.p90) if wait else None,
        notices=[Announced(text=each.text, until=each.until) for each in _announced(office.id)],
    )


def _announced(office_id: str) -> list[Announcement]:
    return Announcements(client(), settings.bookings_table).shown(office_id, clock.now(), consistent=False)


@lru_cache(256)
def _wait(office_id: str, today: date, hour: int) -> Wait | None:
    """Looked up once an hour and process; today does not count yet."""
    first, last = today - timedelta(weeks=WEEKS_LOOKED_AT), today - timedelta(days=1)
    outcomes = DeskStore(client(), settings.bookings_table).outcomes(office_id, first, last)
    return wait_of(waits_at(outcomes, hour))


handler = lambda_handler(app)
