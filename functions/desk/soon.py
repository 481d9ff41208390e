"""Tell those who are next in line that their turn comes soon: once each, by the same messages as everything else."""

from bookings.booking_id import BookingId
from cccd.observability import log_unexpected
from desk.acts import Day
from desk.order import in_order
from desk.store import DeskStore
from notifications.notice import notice_of_turn
from notifications.store import NoticeStore

PLACES = 3  # in line


def tell_who_is_next(desk: DeskStore, notices: NoticeStore, day: Day) -> None:
    """Keep a message for the next few people with an appointment. Whoever was told keeps the one message.

    The call that brought them here is made already, so a failure is logged and hurts nobody.
    """
    try:
        tickets = desk.tickets(day.office_id, day.date)
        line = in_order(tickets, day.rules.booked_before_walk_in)[:PLACES]
        ids = [found for each in line if (found := BookingId.parse(each.holder))]
        for booking in desk.bookings.find_active(ids):
            notices.add(notice_of_turn(booking, day.now))
    except Exception as error:  # noqa: BLE001 - nobody waits for this
        log_unexpected(error, "soon")
