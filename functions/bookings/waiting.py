"""Those who wait for an earlier appointment: seats that come back near their day are offered to them first.

A confirmed booking waits as long as its citizen wishes. Each minute a seat that rests is offered to whoever's appointment is
the latest among those with the fewest offers, for ten minutes, one person at a time; a person gets three offers, a seat is
offered three times. The appointment
that one has stays until the offer is accepted.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bookings.booking import Booking, BookingStatus
from bookings.carry_out import RETRY_AFTER, Step, carry_out
from bookings.lifecycle import Ask, answered, changed, own_as_of
from bookings.limits import count_attempt
from bookings.seats import MOST_OFFERS, Seat, Taken
from bookings.store import BookingStore
from bookings.telemetry import count
from bookings.wait_store import Offer, Waiting, WaitStore
from cccd.clock import epoch
from cccd.errors import NotFound, NotWaiting, OfferOver, TemporarilyUnavailable
from cccd.transactions import Refused, Unknown

FOR = timedelta(minutes=10)  # how long an offer stands
AFTER = timedelta(seconds=90)  # how long a seat rests after an offer, so that the next one can be made
MOST = MOST_OFFERS  # to one person, too
HORIZON = timedelta(days=2)  # how far ahead seats are offered
LEAST_NOTICE = timedelta(hours=1)  # between the end of an offer and its slot


@dataclass(frozen=True)
class Resting:
    """A seat that rests and is offered to nobody at the moment."""

    start: datetime
    end: datetime
    seat: Seat
    taken: Taken


def join(waits: WaitStore, store: BookingStore, ask: Ask) -> Waiting:
    """Wait for an earlier appointment. Doing it twice has the same result as once.

    Raises:
        NotFound, NotWaiting (only a confirmed future appointment waits), RateLimited, TemporarilyUnavailable
    """
    booking = own_as_of(store, ask)
    if booking.status is not BookingStatus.CONFIRMED or booking.start <= ask.now:
        raise NotWaiting
    found = waits.find(booking.office_id, booking.id)
    if found:
        return found
    wanted = Waiting(booking.id, booking.office_id, booking.citizen, booking.seat.queue, booking.start, ask.now)
    before = waits.left(booking.office_id, booking.id)
    count_attempt(store, booking.citizen, ask.now)
    begins = waits.come_back(wanted) if before else waits.add(wanted)
    try:
        store.commit([store.unchanged(booking), begins])
    except (Refused, Unknown):
        raise TemporarilyUnavailable(retry_after=RETRY_AFTER) from None
    count("WaitsBegun")
    return replace(wanted, offers=before.offers) if before else wanted


def waiting_of(waits: WaitStore, store: BookingStore, ask: Ask) -> Waiting:
    """How the citizen's booking waits.

    Raises:
        NotFound: there is no such booking of theirs, or it does not wait.
    """
    booking = own_as_of(store, ask)
    found = waits.find(booking.office_id, booking.id)
    if found is None or not booking.active:
        raise NotFound
    return found


def leave(waits: WaitStore, store: BookingStore, ask: Ask) -> None:
    """Wait no longer. An offer that stands is gone; its seat goes to the next one. Who comes back has had the offers that they had.

    Raises:
        NotFound: there is no such booking of theirs.
    """
    booking = own_as_of(store, ask)
    found = waits.find(booking.office_id, booking.id)
    if found:
        waits.leave(found, ask.now)


def accept(waits: WaitStore, store: BookingStore, ask: Ask, start: datetime) -> Booking:
    """Move the appointment to the seat that is offered. It is no move that is counted. Twice has the same result as once.

    Raises:
        NotFound, OfferOver, IdempotencyKeyReused, TemporarilyUnavailable
    """
    asked = f"accept {epoch(start)}"

    def decide(booking: Booking) -> Step | Booking:
        if answered(booking, ask, asked) or (booking.active and booking.start == start):
            return booking
        found = waits.find(booking.office_id, booking.id)
        offer = found.offer if found else None
        if found is None or offer is None or offer.start != start or offer.until <= ask.now:
            raise OfferOver
        if booking.status is not BookingStatus.CONFIRMED or booking.start <= ask.now:
            raise OfferOver
        after = changed(booking, ask, asked, start=offer.start, end=offer.end, seat=offer.seat)
        writes = [
            store.take_kept(after),
            store.free_seat(booking, ask.now),
            store.rewrite(booking, after, ask.now),
            waits.end(found),
        ]

        def refused(by: Refused) -> None:
            if by.old[0] is not None and by.old[2] is None:
                raise OfferOver from by

        return Step(after, lambda: store.commit(writes), refused)

    booking, done = carry_out(lambda: own_as_of(store, ask), decide)
    if done:
        count("OffersAccepted")
    return booking


def offer_seats(
    waits: WaitStore,
    store: BookingStore,
    now: datetime,
    resting: Callable[[str], Iterable[Resting]],
    each: Callable[[Callable[[], None]], None],
    unreadable: Callable[[Exception], None],
) -> int:
    """Offer the seats that rest at the offices where somebody waits; returns how many were offered.

    `resting` gives an office's resting seats; `each` carries out the work of one office, whatever happens to another's. Who waits in
    an item that nobody can read is told to `unreadable`.
    """
    made = 0

    def at(office: str, people: list[Waiting]) -> None:
        nonlocal made
        seats = sorted(resting(office), key=lambda one: one.start)
        people = in_line(_as_they_stand(waits, store, people)) if seats else []
        for seat in seats:
            for person in [each for each in people if suits(each, seat, now)]:
                people.remove(person)
                if _offered(waits, store, person, seat, now):
                    made += 1
                    break

    by_office: dict[str, list[Waiting]] = {}
    for person in waits.all(now, unreadable):
        by_office.setdefault(person.office_id, []).append(person)
    for office, people in by_office.items():
        each(lambda office=office, people=people: at(office, people))  # type: ignore[misc]  # bound to this turn of the loop
    count("OffersMade", made)
    return made


def _as_they_stand(waits: WaitStore, store: BookingStore, people: Iterable[Waiting]) -> Iterator[Waiting]:
    """Those who wait, by the appointments that they have now: whoever has moved is at another place in the line."""
    for person in people:
        booking = store.find(person.id)
        moved = booking is not None and booking.active and booking.start != person.start
        yield waits.moved(person, booking.start) if booking and moved else person


def in_line(people: Iterable[Waiting]) -> list[Waiting]:
    """Those who wait, in the order in which a seat is offered to them."""
    return sorted(people, key=lambda person: (-person.offers, person.start), reverse=True)


def suits(person: Waiting, seat: Resting, now: datetime) -> bool:
    """Whether the seat may be offered to that person: it is earlier, and they have offers left and none to answer."""
    free = person.offer is None or person.offer.until <= now
    return free and person.offers < MOST and person.queue == seat.seat.queue and seat.end <= person.start


def _offered(waits: WaitStore, store: BookingStore, person: Waiting, seat: Resting, now: datetime) -> bool:
    """Offer the seat to the person, if their appointment still stands as it did when they began to wait."""
    booking = store.find(person.id)
    if booking is None or booking.status is not BookingStatus.CONFIRMED or booking.start <= now:
        waits.forget(person.office_id, person.booking_id)
        return False
    if booking.start < seat.end:
        return False
    offer = Offer(seat.start, seat.end, seat.seat, now + FOR, booking.version)
    try:
        store.commit(waits.offer(person, offer, seat.taken, now + FOR + AFTER))
    except (Refused, Unknown):
        return False
    return True
