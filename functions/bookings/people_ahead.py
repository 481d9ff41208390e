"""How many people are ahead of a ticket on its day ("Người trước bạn"), counted when read."""

from datetime import datetime

from bookings import items
from bookings.booking import Booking
from bookings.store import BookingStore
from cccd.clock import epoch
from desk.order import in_order
from desk.tickets import tickets_of


def people_ahead(store: BookingStore, booking: Booking, now: datetime, booked_before_walk_in: int = 3) -> int:
    """How many people will be called before this booking: one Query.

    Of somebody who is here it is their place in the line; of everybody else, how many people of the same queue and day come before
    them and still wait to be served.
    """
    day = booking.start.date()
    slots = list(store.slot_items(booking.office_id, day, day))
    line = [each.holder for each in in_order(tickets_of(slots), booked_before_walk_in)]
    if booking.id in line:
        return line.index(booking.id)
    mine = (booking.start, booking.seat.number)
    return sum(
        (start, seat.number) < mine
        and seat.queue == booking.seat.queue
        and holder.live(epoch(now))
        and not holder.served
        and not holder.rests
        for start, item in ((items.slot_start(item), item) for item in slots)
        for seat, holder in items.seats_of(item).items()
    )
