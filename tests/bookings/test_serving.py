"""At the desk: serving a person, and counting the people ahead."""

from datetime import timedelta

import pytest

from bookings.booking import BookingStatus
from bookings.lifecycle import Ask, cancel, confirm, serve
from bookings.people_ahead import people_ahead
from bookings.store import BookingStore
from cccd.errors import (
    NotServable,
    SlotFull,
)
from cccd.problems import document
from offices.opening import Capacity
from tests.bookings.holds import held
from tests.bookings.wishes import NOW, SLOT_START, rules_of, slot, wish


def test_who_is_served_keeps_their_number_for_the_day(store: BookingStore) -> None:
    lan = held(store, "lan")
    confirm(store, Ask(wish("lan").id, lan.citizen, NOW))
    with pytest.raises(NotServable):
        serve(store, wish("lan").id, NOW)
    on_the_day = SLOT_START - timedelta(minutes=10)
    served = serve(store, wish("lan").id, on_the_day)
    assert served.status is BookingStatus.SERVED
    with pytest.raises(SlotFull):
        held(store, "minh", now=on_the_day)
    assert serve(store, wish("lan").id, on_the_day + timedelta(minutes=1)) == served, "twice is once"
    assert held(store, "lan", key="another", at=slot(1, SLOT_START + timedelta(days=1))), "and may book again"


def test_a_cancelled_booking_is_refused_in_words_that_people_say(store: BookingStore) -> None:
    lan = held(store, "lan")
    cancel(store, Ask(wish("lan").id, lan.citizen, NOW), rules_of)
    with pytest.raises(NotServable) as refused:
        serve(store, wish("lan").id, NOW)
    assert document(refused.value)["detail"] == "Lịch hẹn này đã huỷ nên không tiếp nhận được."


def test_who_has_been_served_is_ahead_of_nobody(store: BookingStore) -> None:
    early = slot(2, SLOT_START - timedelta(minutes=30))
    for person, at in (("an", early), ("binh", early), ("lan", slot())):
        confirm(store, Ask(wish(person, at=at).id, held(store, person, at=at).citizen, NOW))
    lan = store.find(wish("lan").id)
    assert lan is not None
    on_the_day = SLOT_START - timedelta(minutes=20)
    assert people_ahead(store, lan, on_the_day) == 2
    serve(store, wish("an", at=early).id, on_the_day)
    assert people_ahead(store, lan, on_the_day) == 1


def test_the_other_queue_is_not_ahead(store: BookingStore) -> None:
    both: Capacity = {"permanent": 2, "temporary": 2}
    early = slot(both, SLOT_START - timedelta(minutes=30))
    for person, queue in (("an", "permanent"), ("binh", "temporary"), ("chi", "temporary")):
        held(store, person, at=early, queue=queue)
    lan = held(store, "lan", at=slot(both), queue="permanent")
    assert people_ahead(store, lan, NOW) == 1
