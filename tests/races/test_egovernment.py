"""The template's door and our own at once, on DynamoDB Local with real threads."""

from collections import Counter
from datetime import datetime

from bookings.booking import Booking, BookingStatus
from bookings.draw_store import DrawStore
from bookings.holding import hold
from bookings.intake import place
from bookings.store import BookingStore
from cccd.clock import VIETNAM, epoch
from cccd.hashes import CitizenHash
from egovernment.asked import ScheduleIn
from egovernment.scheduling import Desk, book
from egovernment.tokens import Caller
from offices.directory import directory, rules_of
from tests.bookings.wishes import wish
from tests.races.invariants import check
from tests.races.test_threads import Deed, racers

OFFICE = "ca-26740"
NOW = datetime(2026, 11, 25, 9, tzinfo=VIETNAM)
AT_ONCE = 32  # at each door
KEY = b"k" * 32


def asks(who: str) -> Deed:
    office = directory().find(OFFICE)
    assert office is not None
    asked = ScheduleIn.model_validate({"fullName": "Lan", "phoneNumber": "0912345678", "date": "11-26-2026"})
    caller = Caller(CitizenHash(who), epoch(NOW))
    return lambda store: book(
        Desk(store, DrawStore(store.table.client, store.table.name), KEY), office, caller, asked, NOW
    )


def holds(who: str) -> Deed:
    where = place(OFFICE, "cap-cccd", datetime(2026, 11, 26, 7, 30, tzinfo=VIETNAM), NOW)
    wanted = wish(who, at=where.slot, office_id=OFFICE, citizen=CitizenHash(f"citizen of {who}"))
    return lambda store: hold(store, wanted, rules_of(OFFICE), 1, NOW)[0]


def test_both_doors_at_once_give_no_seat_twice(engine: str, table: str, store: BookingStore) -> None:
    with racers(engine, table, 2 * AT_ONCE) as race:
        found = race([asks(f"template {n}") for n in range(AT_ONCE)] + [holds(f"person {n}") for n in range(AT_ONCE)])
    bookings = [each for each in found if isinstance(each, Booking)]
    tickets = Counter(each.ticket for each in bookings)
    assert max(tickets.values()) == 1, tickets
    first = [each for each in bookings if each.ticket.startswith("0730")]
    assert len(first) == sum(slot_seats()), "the slot that both doors wanted is full"
    through_the_template = [each for each in found[:AT_ONCE] if isinstance(each, Booking)]
    assert through_the_template and all(each.status is BookingStatus.CONFIRMED for each in through_the_template)
    check(store.table.client, table, NOW, max(slot_seats()))


def test_one_finger_that_taps_many_times_has_one_booking(engine: str, table: str, store: BookingStore) -> None:
    with racers(engine, table, 16) as race:
        found = race([asks("lan")] * 16)
    assert len({each.ticket for each in found if isinstance(each, Booking)}) == 1, found
    (mine,) = store.of_citizen(CitizenHash("lan"))
    assert mine.status is BookingStatus.CONFIRMED


def slot_seats() -> list[int]:
    where = place(OFFICE, "cap-cccd", datetime(2026, 11, 26, 7, 30, tzinfo=VIETNAM), NOW)
    return list(where.slot.capacity.values())
