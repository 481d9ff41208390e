"""The calls of a front end, for one office and its slots."""

from datetime import datetime
from typing import Any

from bookings.api import handler
from bookings.availability_api import handler as availability
from cccd.clock import VIETNAM
from tests.bookings.people import signed_in
from tests.gateway import Answer, call
from tests.stale import settle

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=VIETNAM)

OFFICE = "ca-26740"

START = "2026-11-26T08:00:00+07:00"


def person(who: str) -> dict[str, str]:
    """A person with that name and a number of their own."""
    number = f"0791900{sum(map(ord, who)):05d}"
    return {"fullName": who, "personalId": number, "dateOfBirth": "1990-05-20", "phone": "0912345678"}


def book(who: str = "lan", key: str = "the first press", **changes: Any) -> Answer:
    body = {"officeId": OFFICE, "procedure": "cap-cccd", "start": START, "applicant": person(who)}
    headers = signed_in(who) | changes.pop("headers", {}) | {"idempotency-key": key.replace(" ", "-")}
    return call(handler, "POST", "/bookings", body=body | changes, headers=headers)


def act(booking: Answer, what: str, who: str = "lan", **parts: Any) -> Answer:
    headers = signed_in(who) | parts.pop("headers", {})
    return call(handler, "POST", f"/bookings/{booking.body['id']}/{what}", headers=headers, **parts)


def read(booking: Answer, who: str = "lan") -> Answer:
    return call(handler, "GET", f"/bookings/{booking.body['id']}", headers=signed_in(who))


def seats_left(start: str = START) -> int:
    """The free seats, a moment later: availability is read without consistency."""
    settle()
    days = call(availability, "GET", f"/offices/{OFFICE}/slots", query={"from": start[:10], "days": "1"}).body["days"]
    return next(int(slot["seatsLeft"]) for day in days for slot in day["slots"] if slot["start"] == start)
