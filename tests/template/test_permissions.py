"""Least privilege, proved: each bookings function may perform exactly the DynamoDB actions that it performs."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine

from bookings import api, audit, availability_api, close_day, desk, drawing, due, offers, purge, release, waiting_api
from bookings.holding import hold
from bookings.store import BookingStore
from cccd.clock import VIETNAM
from cccd.dynamodb import client
from declarations.api import handler as declarations
from desk import office_api
from offices.opening import Queue
from tests.bookings.people import signed_in
from tests.bookings.wishes import RULES, slot, wish
from tests.declarations.people import FORM_2026
from tests.desk.officers import at_desk
from tests.gateway import CONTEXT, call
from tests.template.iam import allowed, performed

__all__ = ["performed"]  # the fixture

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=VIETNAM)
START = "2026-11-26T08:00:00+07:00"


def book(person: int, declaration: str | None = None, start: str = START) -> str:
    body = {
        "officeId": "ca-26740",
        "procedure": "cap-cccd",
        "start": start,
        "applicant": {
            "fullName": "Lan",
            "personalId": f"0791900{person:05d}",
            "dateOfBirth": "1990-05-20",
            "phone": "0912345678",
        },
        "declarationId": declaration,
    }
    headers = signed_in(f"citizen {person}") | {"idempotency-key": "first-press"}
    found = call(api.handler, "POST", "/bookings", body=body, headers=headers).body
    return str(found.get("id"))


def wish_for(person: str, queue: Queue) -> None:
    """A wish for a seat of a day that is drawn in a minute."""
    wanted = wish(person, at=slot({queue: 1}), queue=queue, draw_at=NOW + timedelta(minutes=1), office_id="pc06-79")
    hold(BookingStore(client(), "BookingsTable"), wanted, RULES, 1, NOW)


def declare(person: int) -> str:
    """The id of a declaration that belongs to the booking of that person."""
    body = FORM_2026 | {"personalId": f"0791900{person:05d}"}
    return str(
        call(declarations, "POST", "/declarations", body=body, headers=signed_in(f"citizen {person}")).body["id"]
    )


def act(booking: str, what: str, person: int, **parts: Any) -> Any:
    return call(
        api.handler, "POST", f"/bookings/{booking}/{what}", headers=signed_in(f"citizen {person}"), **parts
    ).body


def officers_day(ticket: str, behind: str, somebody: int) -> None:
    """Everything that an officer does, to that ticket, to the one behind it, and to what was booked for somebody else."""
    day = "/desk/offices/ca-26740/days/2026-11-28"
    at_desk("GET", day)
    for number in (ticket, behind):
        at_desk("POST", f"{day}/check-ins", body={"ticket": number})
    at_desk("POST", f"{day}/calls", body={"counter": "1"}, headers={"idempotency-key": "first-press"})
    for what in ("serve", "undo", "no-show"):
        assert at_desk("POST", f"{day}/tickets/{ticket}/{what}").status == 200
    body = {"personalId": f"0791900{somebody:05d}"}
    assert at_desk("POST", "/desk/offices/ca-26740/releases", body=body).status == 200


def test_each_function_may_do_exactly_what_it_does(
    performed: set[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Moto works with one thread only; with more it is not sound.
    monkeypatch.setattr(purge, "purge", partial(due.purge, workers=1))
    monkeypatch.setattr(drawing, "WORKERS", 1)
    monkeypatch.setattr(close_day, "close_days", partial(due.close_days, workers=1))
    with time_machine.travel(NOW - timedelta(days=30), tick=False) as clock:
        old = declare(10)
        clock.move_to(NOW)
        new = declare(11)
        performed.clear()
        for person, declaration in ((10, old), (11, new), (11, new)):
            book(person, declaration, start="2026-11-26T14:00:00+07:00")
        held = book(1)
        book(2, declaration="a" * 26)
        act(held, "reschedule", 1, body={"start": "2026-11-26T09:00:00+07:00"})
        ticket = act(held, "confirm", 1)["ticket"]
        for person in (1, 11):
            call(api.handler, "GET", "/bookings", headers=signed_in(f"citizen {person}"))
        for person in range(3, 8):
            book(person)  # the last person is offered other slots
        cancelled = book(8, start="2026-11-26T10:00:00+07:00")
        act(cancelled, "cancel", 8)
        assert performed == allowed("BookingsFunction")

        performed.clear()
        call(availability_api.handler, "GET", "/offices/ca-26740/slots")
        assert performed == allowed("AvailabilityFunction")

        performed.clear()
        audit.handler({}, CONTEXT)
        assert performed == allowed("AuditFunction")

        wish_for("somebody", "permanent")
        wish_for("another", "shared")  # this office keeps two queues apart: there is no seat for them
        clock.shift(timedelta(minutes=2))
        performed.clear()
        assert drawing.handler({}, CONTEXT) == {"drawn": 1, "notDrawn": 1}
        assert performed == allowed("DrawFunction")

        waits = act(book(13, start="2026-11-28T10:00:00+07:00"), "confirm", 13)["id"]
        earlier = book(14, start="2026-11-27T08:00:00+07:00")
        act(earlier, "confirm", 14)
        act(earlier, "cancel", 14)
        gone = act(book(15, start="2026-11-28T10:30:00+07:00"), "confirm", 15)["id"]
        performed.clear()
        mine, path = signed_in("citizen 13"), f"/bookings/{waits}/waiting"
        call(waiting_api.handler, "PUT", path, headers=mine)
        call(waiting_api.handler, "PUT", f"/bookings/{gone}/waiting", headers=signed_in("citizen 15"))
        joined = set(performed)
        act(gone, "cancel", 15)
        performed.clear()
        assert offers.handler({}, CONTEXT) == {"offered": 1}
        assert performed == allowed("OffersFunction")

        performed.clear()
        start = call(waiting_api.handler, "GET", path, headers=mine).body["offer"]["start"]
        press = mine | {"idempotency-key": "first-press"}
        assert call(waiting_api.handler, "POST", f"{path}/accept", body={"start": start}, headers=press).status == 200
        call(waiting_api.handler, "DELETE", path, headers=mine)
        assert performed | joined == allowed("WaitingFunction")

        performed.clear()
        clock.move_to(datetime(2026, 11, 26, 8, 0, tzinfo=VIETNAM))
        desk.handler({"officeId": "ca-26740", "date": START[:10], "ticket": ticket}, CONTEXT)
        assert performed == allowed("DeskFunction")

        at_the_desk = act(book(16, declare(16), start="2026-11-28T09:00:00+07:00"), "confirm", 16)
        act(book(17, start="2026-11-28T09:00:00+07:00"), "confirm", 17)
        behind = act(book(18, start="2026-11-28T10:00:00+07:00"), "confirm", 18)
        clock.move_to(datetime(2026, 11, 28, 8, 0, tzinfo=VIETNAM))
        performed.clear()
        officers_day(at_the_desk["ticket"], behind["ticket"], 17)
        assert performed == allowed("DeskApiFunction")
        performed.clear()
        call(office_api.handler, "GET", "/offices/ca-26740")
        call(office_api.handler, "GET", "/offices/ca-26740/queue")
        assert performed == allowed("OfficeFunction")
        clock.move_to(datetime(2026, 11, 26, 8, 0, tzinfo=VIETNAM))

        book(12, start="2026-11-27T14:00:00+07:00")
        performed.clear()
        released = release.handler({"personalId": "079190000012"}, CONTEXT)
        assert released["status"] == "released"
        assert performed == allowed("ReleaseFunction")

        performed.clear()
        clock.shift(timedelta(minutes=20))
        assert purge.handler({}, CONTEXT)["lapsed"] > 0
        assert performed == allowed("PurgeFunction")

        performed.clear()
        late = book(9, start="2026-11-27T10:00:00+07:00")
        act(late, "confirm", 9)
        clock.shift(timedelta(days=3))
        performed.clear()
        assert close_day.handler({}, CONTEXT)["closed"] > 0
        assert performed == allowed("CloseDayFunction")
