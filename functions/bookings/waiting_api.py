"""Wait for an earlier appointment, and take the one that is offered."""

from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field

from bookings import waiting
from bookings.booking_id import BookingId
from bookings.lifecycle import Ask
from bookings.pressed import IdempotencyKey, Move
from bookings.store import BookingStore
from bookings.wait_store import Waiting, WaitStore
from cccd import clock
from cccd.citizens import CitizenSettings
from cccd.dynamodb import client
from cccd.errors import IdempotencyKeyReused, NotFound, NotWaiting, OfferOver, RateLimited
from cccd.hashes import request_hash
from cccd.http import citizen, lambda_handler, refuses, resolver
from cccd.wire import Model

app = resolver()


class WaitingSettings(CitizenSettings):
    """The table of bookings."""

    bookings_table: str


class OfferView(Model):
    """An earlier seat, kept for this citizen until `until`."""

    start: Annotated[datetime, Field(description="ISO 8601, +07:00")]
    end: datetime
    until: datetime


class WaitingView(Model):
    """A booking that waits: since when, how many offers may still come, and the one that stands now."""

    since: datetime
    offers_left: int
    offer: OfferView | None


class Accepted(Model):
    """The appointment that the citizen has now; the whole booking is at /bookings/{bookingId}."""

    id: str
    start: datetime
    end: datetime
    ticket: str


BookingIdPath = Annotated[str, Path(alias="bookingId")]

settings = WaitingSettings.load()


def store() -> BookingStore:
    return BookingStore(client(), settings.bookings_table)


def waits() -> WaitStore:
    return WaitStore(client(), settings.bookings_table)


@app.put(
    "/bookings/<bookingId>/waiting",
    summary="Wait for an earlier appointment",
    description="Seats that come back within two days are offered to the latest appointment first, by a message in the chat.",
)
@refuses(NotFound, NotWaiting, RateLimited)
def wait_for_earlier(booking_id: BookingIdPath) -> WaitingView:
    return _view(waiting.join(waits(), store(), _ask(booking_id)))


@app.get("/bookings/<bookingId>/waiting", summary="How an own appointment waits, and what is offered")
@refuses(NotFound)
def read_waiting(booking_id: BookingIdPath) -> WaitingView:
    return _view(waiting.waiting_of(waits(), store(), _ask(booking_id)))


@app.delete(
    "/bookings/<bookingId>/waiting", summary="Wait no longer", responses={204: {"description": "Waits no longer"}}
)
@refuses(NotFound)
def stop_waiting(booking_id: BookingIdPath) -> Response[None]:
    waiting.leave(waits(), store(), _ask(booking_id))
    return Response(status_code=204)


@app.post(
    "/bookings/<bookingId>/waiting/accept",
    summary="Take the offered seat",
    description="The old seat is free in the same instant. It does not count as a move.",
)
@refuses(NotFound, OfferOver, IdempotencyKeyReused)
def accept_offer(booking_id: BookingIdPath, request: Move, idempotency_key: IdempotencyKey) -> Accepted:
    moved = waiting.accept(waits(), store(), _ask(booking_id, idempotency_key), request.start)
    return Accepted(id=moved.id, start=moved.start, end=moved.end, ticket=moved.ticket)


def _ask(booking_id: str, idempotency_key: str | None = None) -> Ask:
    found = BookingId.parse(booking_id)
    if found is None:
        raise NotFound
    key = request_hash(settings.identity_key(), idempotency_key)[:16] if idempotency_key else None
    return Ask(found, settings.hash_of(citizen(app)), clock.now(), key)


def _view(found: Waiting) -> WaitingView:
    offer = found.offer if found.offer and found.offer.until > clock.now() else None
    return WaitingView(
        since=found.since,
        offers_left=waiting.MOST - found.offers,
        offer=OfferView(start=offer.start, end=offer.end, until=offer.until) if offer else None,
    )


handler = lambda_handler(app, settings.session_keys, settings.hash_of)
