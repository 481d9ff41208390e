"""The audit finds differences, lists bookings that no longer fit, warns of predicted days, and changes nothing."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bookings import audit, items
from bookings.audit import beyond_rules, differences, predicted_days
from bookings.booking import Booking
from bookings.holding import hold
from bookings.lifecycle import Ask, confirm, serve
from bookings.store import BookingStore
from cccd.clock import VIETNAM
from cccd.dynamodb import to_item
from cccd.hashes import CitizenHash
from cccd.working_calendar import national_calendar
from offices.directory import directory
from offices.office import Office
from tests.bookings.wishes import LIMIT, NOW, RULES, SLOT_START, slot, wish
from tests.gateway import CONTEXT

LATER = NOW + timedelta(minutes=15)


def office(**changes: Any) -> Office:
    found = directory().find("ca-26740")
    assert found is not None
    return replace(found, id="office", **changes)


@pytest.fixture
def booked(store: BookingStore) -> BookingStore:
    """Two people: one confirmed, one still holding."""
    for person in ("lan", "minh"):
        hold(store, wish(person, at=slot(4)), RULES, LIMIT, NOW)
    confirm(store, Ask(wish("lan").id, CitizenHash("citizen of lan"), NOW))
    return store


def put_seat(store: BookingStore, booking: Booking, seat: str, taken: dict[str, Any] | None) -> None:
    """Write a seat of the booking's slot without the store's conditions; None removes the seat."""
    item = store.slots("office", booking.start.date(), booking.start.date())[booking.start]
    item.pop(seat, None)
    store.table.client.put_item(TableName=store.table.name, Item=to_item(item | ({seat: taken} if taken else {})))


def test_all_is_well_after_ordinary_work(booked: BookingStore) -> None:
    assert differences(booked, [office()], NOW) == []
    assert differences(booked, [office()], LATER) == [], "a lapsed hold is no difference"


def test_a_seat_without_a_booking_is_found(booked: BookingStore) -> None:
    booked.table.client.delete_item(
        TableName=booked.table.name, Key=to_item(items.active_key(wish("lan").id.applicant))
    )
    assert [each.what for each in differences(booked, [office()], NOW)] == ["a seat without a booking"]


def test_who_has_been_served_is_no_difference(booked: BookingStore) -> None:
    on_the_day = SLOT_START - timedelta(minutes=10)
    serve(booked, wish("lan").id, on_the_day)
    assert differences(booked, [office()], on_the_day) == []


def test_a_booking_without_its_seat_is_found(booked: BookingStore) -> None:
    lan = booked.find(wish("lan").id)
    assert lan is not None
    put_seat(booked, lan, lan.seat.attribute, None)
    assert [each.what for each in differences(booked, [office()], NOW)] == ["a booking without its seat"]


def test_a_second_seat_of_one_booking_is_found(booked: BookingStore) -> None:
    lan = booked.find(wish("lan").id)
    assert lan is not None
    put_seat(booked, lan, "s09", {"b": lan.id})
    assert [each.what for each in differences(booked, [office()], NOW)] == ["a second seat of one booking"]


def test_a_seat_that_would_lapse_under_a_confirmed_booking_is_found(booked: BookingStore) -> None:
    lan = booked.find(wish("lan").id)
    assert lan is not None
    put_seat(booked, lan, lan.seat.attribute, {"b": lan.id, "x": 99_999_999_999})
    assert [each.what for each in differences(booked, [office()], NOW)] == [
        "a seat that lapses at another time than its booking"
    ]


def test_what_a_lowered_capacity_has_no_room_for_is_listed(booked: BookingStore) -> None:
    rules = office().opening
    assert rules is not None
    one_seat = {dow: tuple(replace(each, capacity={"shared": 1}) for each in day) for dow, day in rules.weekly.items()}
    found = beyond_rules(booked, [office(opening=replace(rules, weekly=one_seat))], national_calendar(), NOW)
    taken = [each.seat.number for each in booked.every_active()]
    assert len(found) == sum(number > 1 for number in taken)
    assert beyond_rules(booked, [office()], national_calendar(), NOW) == []
    closed = beyond_rules(booked, [office(opening=replace(rules, weekly={}))], national_calendar(), NOW)
    assert len(closed) == 2 and {each.office_id for each in closed} == {"office"}


def test_predicted_days_that_can_be_booked_are_told() -> None:
    before_tet = datetime(2027, 2, 1, 9, tzinfo=VIETNAM)
    found = predicted_days([office()], national_calendar(), before_tet)
    assert date(2027, 2, 5) in found
    assert predicted_days([office()], national_calendar(), datetime(2026, 3, 2, 9, tzinfo=VIETNAM)) == []


def test_the_function_counts_and_lists(aws: None, capsys: pytest.CaptureFixture[str]) -> None:
    answer = audit.handler({}, CONTEXT)
    assert (answer["differences"], answer["beyondRules"]) == (0, [])
    printed = capsys.readouterr().out
    assert '"BookingDifferences":[0.0]' in printed and '"PredictedDaysInHorizon"' in printed
