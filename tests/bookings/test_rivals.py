"""Every kind of write against every rival: the rival's whole operation runs just before our transaction.

Afterwards the table is sound, whoever won, and our answer describes the stored booking.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from bookings import items
from bookings.booking import Booking, BookingStatus
from bookings.draw_store import DrawStore
from bookings.drawing import draw_days
from bookings.due import close_days
from bookings.holding import hold
from bookings.intake import HoldRequest
from bookings.lifecycle import Ask, cancel, close, confirm, lapse, release, reschedule, serve
from bookings.proof import Proof
from bookings.seats import RESTING, Seat, Taken
from bookings.store import BookingStore
from bookings.wait_store import Offer, WaitStore
from bookings.waiting import accept, join
from cccd.clock import epoch
from cccd.errors import Refusal
from cccd.hashes import CitizenHash
from offices.opening import Slot
from tests.bookings.wishes import LIMIT, NOW, RULES, SLOT_START, rules_of, slot, wish
from tests.races.invariants import check

CAPACITY = 1
HERE = slot(CAPACITY)
THERE = slot(CAPACITY, SLOT_START + timedelta(hours=1))
EARLY = slot(CAPACITY, SLOT_START - timedelta(minutes=30))
ELSEWHERE = slot(CAPACITY, SLOT_START + timedelta(hours=2))
LAN = wish("lan", at=HERE)
LATER = NOW + timedelta(minutes=15)
DRAW = NOW + timedelta(minutes=10)
DUE = DRAW + timedelta(minutes=1)
ON_THE_DAY = SLOT_START - timedelta(minutes=10)
AFTERWARDS = SLOT_START + timedelta(days=1)

type Deed = Callable[[BookingStore], object]


def move_to(where: object) -> Deed:
    target = THERE if where == "there" else ELSEWHERE
    return lambda store: reschedule(
        store, Ask(LAN.id, LAN.citizen, NOW), target.start, lambda _: (target, "shared"), rules_of
    )


def claim(where: Slot) -> HoldRequest:
    """Another citizen, whose phone is proven, books for Lan."""
    return wish("lan", citizen=CitizenHash("lan's other account"), key="claim", at=where, proof=Proof.PHONE)


def read(store: BookingStore) -> Booking:
    found = store.find(LAN.id)
    assert found is not None
    return found


def offered(store: BookingStore) -> None:
    """Lan waits for an earlier appointment, and a seat that rests is offered to her."""
    waits, booking = WaitStore(store.table.client, store.table.name), read(store)
    join(waits, store, Ask(LAN.id, LAN.citizen, NOW))
    seat = Taken(RESTING, epoch(LATER))
    key = items.slot_key("office", EARLY.start)
    store.table.write(store.table.put({**key, "mark": "s1", "s01": {"b": RESTING, "x": seat.expires}}))
    waiting = waits.find("office", booking.id)
    assert waiting is not None
    offer = Offer(EARLY.start, EARLY.end, Seat(1, "shared"), NOW + timedelta(minutes=10), booking.version)
    store.commit(waits.offer(waiting, offer, seat, LATER))


def take_offer(store: BookingStore) -> Booking:
    waits = WaitStore(store.table.client, store.table.name)
    return accept(waits, store, Ask(LAN.id, LAN.citizen, NOW), EARLY.start)


DEEDS: dict[str, Deed] = {
    "accept": take_offer,
    "take the offered seat by a fast clock": lambda store: hold(store, wish("rival", at=EARLY), RULES, LIMIT, LATER),
    "confirm": lambda store: confirm(store, Ask(LAN.id, LAN.citizen, NOW)),
    "cancel": lambda store: cancel(store, Ask(LAN.id, LAN.citizen, NOW), rules_of),
    "move there": move_to("there"),
    "move elsewhere": move_to("elsewhere"),
    "serve": lambda store: serve(store, LAN.id, ON_THE_DAY),
    "lapse": lambda store: lapse(store, read(store), LATER),
    "close": lambda store: close(store, read(store), AFTERWARDS, lambda _: True),
    "close of day": lambda store: close_days(store, AFTERWARDS, lambda: True, workers=1),
    "displace here": lambda store: hold(store, claim(HERE), RULES, LIMIT, NOW),
    "displace there": lambda store: hold(store, claim(THERE), RULES, LIMIT, NOW),
    "release": lambda store: release(store, LAN.id.applicant, NOW),
    "take the lapsed seat over": lambda store: hold(store, wish("rival", at=HERE), RULES, LIMIT, LATER),
    "take the place there": lambda store: hold(store, wish("rival", at=THERE), RULES, LIMIT, NOW),
}


def draw(store: BookingStore) -> object:
    return draw_days(store, DrawStore(store.table.client, store.table.name), lambda *_: [HERE], DUE, lambda: True)


# What may happen to a wish while something else happens to it.
OF_A_WISH: dict[str, Deed] = {
    "draw": draw,
    "cancel": DEEDS["cancel"],
    "release": DEEDS["release"],
    "displace by a hold": DEEDS["displace here"],
    "displace by a wish": lambda store: hold(store, replace(claim(HERE), draw_at=DRAW), RULES, LIMIT, NOW),
    "take the seat": lambda store: hold(store, wish("rival", at=HERE), RULES, LIMIT, LATER),
}


@pytest.mark.parametrize("rival", OF_A_WISH)
@pytest.mark.parametrize("ours", [name for name in OF_A_WISH if not name.startswith("take")])
def test_a_rival_of_a_wish_acts_first(
    store: BookingStore, rival_acts_first: Callable[[Callable[[], object]], None], ours: str, rival: str
) -> None:
    hold(store, replace(LAN, draw_at=DRAW), RULES, LIMIT, NOW)

    def act_first() -> None:
        with suppress(Refusal):
            OF_A_WISH[rival](store)

    rival_acts_first(act_first)
    with suppress(Refusal):
        OF_A_WISH[ours](store)
    check(store.table.client, store.table.name, LATER, CAPACITY)
    draw(store)
    check(store.table.client, store.table.name, LATER, CAPACITY)
    assert read(store).status is not BookingStatus.WISHED, "no wish outlives its draw"


@pytest.mark.parametrize("confirmed", [False, True], ids=["held", "confirmed"])
@pytest.mark.parametrize("rival", DEEDS)
@pytest.mark.parametrize("ours", [name for name in DEEDS if not name.startswith("take")])
def test_a_rival_acts_first(
    store: BookingStore,
    rival_acts_first: Callable[[Callable[[], object]], None],
    ours: str,
    rival: str,
    confirmed: bool,
) -> None:
    hold(store, LAN, RULES, LIMIT, NOW)
    if confirmed:
        confirm(store, Ask(LAN.id, LAN.citizen, NOW))
        offered(store)

    def act_first() -> None:
        with suppress(Refusal):  # the rival may be refused too
            DEEDS[rival](store)

    rival_acts_first(act_first)
    try:
        told = DEEDS[ours](store)
    except Refusal:
        told = None
    # There are two clocks. A hold may have lapsed by one and not by the other, so each is checked by the later clock.
    check(store.table.client, store.table.name, LATER, CAPACITY)
    stands = read(store)
    if isinstance(told, tuple):  # of a hold: the booking, and whether it is new
        told = told[0]
    if isinstance(told, Booking):
        if told.id != stands.id:
            stands = store.find(claim(HERE).id) or stands
        assert (told.status, told.start, told.seat) == (stands.status, stands.start, stands.seat)
    if told is True:
        assert stands.status in (BookingStatus.LAPSED, BookingStatus.NO_SHOW)
