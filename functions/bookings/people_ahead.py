"""How many people are ahead of a ticket on its day ("Người trước bạn"), counted when read."""

from datetime import datetime

from bookings import items
from bookings.booking import Booking
from bookings.store import BookingStore
from cccd.clock import epoch


def people_ahead(store: BookingStore, booking: Booking, now: datetime) -> int:
    """How many people of the same queue and day come before this booking and still wait to be served: one Query."""
    day = booking.start.date()
    mine = (booking.start, booking.seat.number)
    return sum(
        (start, seat.number) < mine
        and seat.queue == booking.seat.queue
        and holder.live(epoch(now))
        and not holder.served
        and not holder.rests
        for start, item in store.slots(booking.office_id, day, day).items()
        for seat, holder in items.seats_of(item).items()
    )
