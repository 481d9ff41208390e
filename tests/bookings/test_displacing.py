"""Whoever knows a personal id can book for it; its owner, with a phone number that Zalo proves, gets the appointment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bookings.booking import Booking, BookingStatus
from bookings.holding import hold
from bookings.lifecycle import Ask, cancel, confirm, release, reschedule
from bookings.proof import Proof
from bookings.seats import Seat
from bookings.store import BookingStore
from cccd.errors import AlreadyBooked, NotConfirmable, NotFound, SlotFull
from cccd.hashes import CitizenHash
from tests.bookings.calls import act, book, person
from tests.bookings.holds import LATER, held, occupants
from tests.bookings.people import signed_in
from tests.bookings.wishes import LIMIT, NOW, RULES, SLOT_START, rules_of, slot, wish

type Arrange = Callable[[Callable[[], object]], None]

THIEF, OWNER = CitizenHash("a thief"), CitizenHash("lan herself")
ELSEWHERE = slot(4, SLOT_START + timedelta(hours=2))


def stolen(store: BookingStore, **parts: Any) -> Booking:
    """A confirmed booking for Lan that is not hers."""
    held(store, "lan", citizen=THIEF, key="thief", **parts)
    return confirm(store, Ask(wish("lan", citizen=THIEF, key="thief").id, THIEF, NOW))


def claim(store: BookingStore, proof: Proof = Proof.PHONE, **parts: Any) -> Booking:
    return held(store, "lan", citizen=OWNER, key="owner", proof=proof, **parts)


def found(store: BookingStore, citizen: CitizenHash, key: str) -> Booking:
    booking = store.find(wish("lan", citizen=citizen, key=key).id)
    assert booking is not None
    return booking


@pytest.mark.parametrize("seats", [1, 4], ids=["the only seat", "one of four"])
@pytest.mark.parametrize("where", ["there", "elsewhere"])
def test_a_proven_booking_displaces_an_unproven_one(store: BookingStore, where: str, seats: int) -> None:
    stolen(store, at=slot(seats))
    mine = claim(store, at=slot(seats) if where == "there" else ELSEWHERE)
    assert (mine.status, mine.replaced) == (BookingStatus.HELD, True)
    assert list(occupants(store).values()) == [mine.id], "the other seat is free at once"
    assert found(store, THIEF, "thief").status is BookingStatus.DISPLACED
    assert (store.tally(THIEF)["n"], store.tally(OWNER)["n"]) == (0, 1)
    assert confirm(store, Ask(wish("lan", citizen=OWNER, key="owner").id, OWNER, NOW)).replaced, "still told"


def test_a_displaced_booking_frees_its_seat_in_the_other_queue(store: BookingStore) -> None:
    """The thief booked as a temporary resident, in a row of seats of its own."""
    two_rows = slot({"permanent": 1, "temporary": 1})
    stolen(store, at=two_rows, queue="temporary")
    mine = claim(store, at=two_rows, queue="permanent")
    assert occupants(store) == {Seat(1, "permanent"): mine.id}


@pytest.mark.parametrize("theirs", [Proof.NONE, Proof.PHONE])
def test_never_the_other_way_round(store: BookingStore, theirs: Proof) -> None:
    mine = claim(store)
    with pytest.raises(AlreadyBooked) as refused:
        held(store, "lan", citizen=THIEF, key="thief", proof=theirs, at=ELSEWHERE)
    assert "cơ quan Công an" in refused.value.said["advice"]
    assert occupants(store) == {mine.seat: mine.id}


def test_who_has_not_proved_a_phone_is_told_to(store: BookingStore) -> None:
    stolen(store)
    with pytest.raises(AlreadyBooked) as refused:
        claim(store, Proof.NONE, at=ELSEWHERE)
    assert "chia sẻ số điện thoại" in refused.value.said["advice"]
    assert "booking" not in refused.value.extra


def test_a_full_slot_displaces_nobody(store: BookingStore) -> None:
    theirs = stolen(store)
    held(store, "minh", at=slot(1, ELSEWHERE.start))
    with pytest.raises(SlotFull):
        claim(store, at=slot(1, ELSEWHERE.start))
    assert found(store, THIEF, "thief") == theirs


def test_an_appointment_that_has_begun_stays(store: BookingStore) -> None:
    stolen(store)
    with pytest.raises(AlreadyBooked):
        claim(store, now=SLOT_START, at=ELSEWHERE)


def test_the_same_press_displaces_once(store: BookingStore) -> None:
    stolen(store)
    mine = claim(store, at=ELSEWHERE)
    again, new = hold(
        store, wish("lan", citizen=OWNER, key="owner", proof=Proof.PHONE, at=ELSEWHERE), RULES, LIMIT, NOW
    )
    assert (again, new) == (mine, False)


def test_who_was_displaced_is_told_so_and_keeps_nothing(store: BookingStore) -> None:
    held(store, "lan", citizen=THIEF, key="thief")
    claim(store, at=ELSEWHERE)
    with pytest.raises(NotConfirmable) as refused:
        confirm(store, Ask(wish("lan", citizen=THIEF, key="thief").id, THIEF, NOW))
    assert "nhường cho người" in refused.value.said["status"]


MEANWHILE: dict[str, Callable[[BookingStore], object]] = {
    "confirms": lambda store: confirm(store, Ask(wish("lan", citizen=THIEF, key="thief").id, THIEF, NOW)),
    "cancels": lambda store: cancel(store, Ask(wish("lan", citizen=THIEF, key="thief").id, THIEF, NOW), rules_of),
    "moves away": lambda store: reschedule(
        store,
        Ask(wish("lan", citizen=THIEF, key="thief").id, THIEF, NOW),
        SLOT_START + timedelta(hours=4),
        lambda _: (slot(4, SLOT_START + timedelta(hours=4)), "shared"),
        rules_of,
    ),
    "is released": lambda store: release(store, wish("lan").id.applicant, NOW),
}


@pytest.mark.parametrize("deed", MEANWHILE)
@pytest.mark.parametrize("where", [slot(4), ELSEWHERE], ids=["there", "elsewhere"])
def test_what_happens_in_the_same_instant_does_not_save_it(
    store: BookingStore, rival_acts_first: Arrange, deed: str, where: Any
) -> None:
    """The rival acts after the lock was seen and before our transaction."""
    held(store, "lan", citizen=THIEF, key="thief", at=slot(4))
    store.table.client.meta.events.register_first(
        "after-call.dynamodb.TransactWriteItems",
        arrange := _once(lambda: rival_acts_first(lambda: MEANWHILE[deed](store))),
    )
    mine = claim(store, at=where)
    store.table.client.meta.events.unregister("after-call.dynamodb.TransactWriteItems", arrange)
    assert list(occupants(store).values()) == [mine.id]
    assert not found(store, THIEF, "thief").active
    assert store.tally(THIEF)["n"] == 0


def _once(deed: Callable[[], object]) -> Callable[..., None]:
    left = [deed]

    def act(**_: object) -> None:
        if left:
            left.pop()()

    return act


def test_the_office_releases_a_booking(store: BookingStore) -> None:
    stolen(store)
    ended = release(store, wish("lan").id.applicant, NOW)
    assert ended.status is BookingStatus.RELEASED and occupants(store) == {}
    assert store.tally(THIEF)["n"] == 0
    with pytest.raises(NotFound):
        release(store, wish("lan").id.applicant, NOW)
    assert claim(store, Proof.NONE, at=ELSEWHERE).status is BookingStatus.HELD


def test_a_lapsed_hold_is_nothing_to_release(store: BookingStore) -> None:
    held(store, "lan", citizen=THIEF)
    with pytest.raises(NotFound):
        release(store, wish("lan").id.applicant, LATER)


@pytest.mark.usefixtures("aws", "clock")
def test_on_the_wire_a_proven_phone_gets_ones_own_appointment_back() -> None:
    theirs = book("lan", start="2026-11-27T08:00:00+07:00")
    act(theirs, "confirm")
    me = person("lan")
    refused = book("a neighbour", applicant=me)
    assert refused.code == "already_booked" and "chia sẻ số điện thoại" in refused.body["detail"]
    other_number = book("a neighbour", applicant=me, headers=signed_in("a neighbour", "84987654321"))
    assert other_number.code == "already_booked", "the proven number is not the one on the booking"
    mine = book("a neighbour", key="with my phone", applicant=me, headers=signed_in("a neighbour", "84912345678"))
    assert (mine.status, mine.body["replacedAnother"]) == (201, True)
    assert act(theirs, "reschedule", body={"start": "2026-11-27T09:00:00+07:00"}).code == "not_reschedulable"
