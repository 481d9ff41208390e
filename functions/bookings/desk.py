"""The officer's side. The office's own tools invoke it under IAM: {"officeId", "date", "ticket"} was served.

No HTTP route leads to it, so a citizen cannot mark an appointment as kept.
"""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import StringConstraints

from bookings import items
from bookings.booking_id import BookingId
from bookings.lifecycle import serve
from bookings.office_tool import answer
from bookings.scheduled import ScheduledSettings
from bookings.store import BookingStore
from cccd import clock
from cccd.dynamodb import client
from cccd.errors import NotFound
from cccd.invocation import Event
from cccd.wire import Model

settings = ScheduledSettings.load()


class Served(Model):
    """The person whom the officer received: the office, the day, and the ticket as called (0730-03)."""

    office_id: str
    date: date
    ticket: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[PT]?[0-9]{2,3}$")]


def booking_at(store: BookingStore, served: Served) -> BookingId:
    """The booking that has this ticket.

    Raises:
        NotFound: no booking has it.
    """
    for start, item in store.slots(served.office_id, served.date, served.date).items():
        for seat, holder in items.seats_of(item).items():
            if f"{start:%H%M}-{seat.label}" == served.ticket:
                found = BookingId.parse(holder.booking_id)
                if found:
                    return found
    raise NotFound


def handler(event: Event, context: LambdaContext) -> dict[str, object]:
    return answer(lambda: _served(Served.model_validate(event)))


def _served(wanted: Served) -> dict[str, object]:
    store = BookingStore(client(), settings.bookings_table)
    booking = serve(store, booking_at(store, wanted), clock.now())
    return {"status": booking.status.value, "ticket": booking.ticket}
