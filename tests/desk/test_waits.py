"""An honest wait: measured, or not told."""

from dataclasses import replace
from typing import Any

import pytest

from bookings.booking import BookingStatus
from bookings.seats import Seat
from bookings.store import BookingStore
from desk.endings import keep_ending
from desk.tickets import ticket_of
from desk.waits import ENOUGH, Wait, statistics, wait_of, waits_at
from tests.bookings.holds import held
from tests.bookings.wishes import slot
from tests.desk.days import desk_of


def outcome(waited: int | None, hour: int = 8, ticket: str = "0800-01", what: str = "served") -> Any:
    return {"sk": f"STAT#2026-11-25#{ticket}", "outcome": what, "hour": hour, "procedure": "cap-cccd", "waited": waited}


def test_nothing_is_said_while_too_few_have_come() -> None:
    assert wait_of([60] * (ENOUGH - 1)) is None


def test_half_waited_so_long_and_nine_in_ten_so_long() -> None:
    assert wait_of([60 * minutes for minutes in range(1, 101)]) == Wait(50, 90)
    assert wait_of([61] * ENOUGH) == Wait(2, 2), "rounded up: nobody is promised less than there was"


def test_only_the_hour_counts_and_only_those_who_were_called() -> None:
    assert waits_at([outcome(5), outcome(7, hour=9), outcome(None)], 8) == [5]


def test_statistics_count_what_became_of_the_tickets() -> None:
    found = statistics(
        [outcome(60), outcome(120, 9, "0900-W01"), outcome(None, 9, "0930-01"), outcome(None, 9, "1000-01", "no_show")]
    )
    assert (found.served, found.no_shows, found.walk_ins) == (3, 1, 1)
    assert found.by_hour == {8: [60], 9: [120]}
    assert found.by_procedure == {"cap-cccd": [60, 120]}
    assert found.by_day == {"2026-11-25": 3}


@pytest.mark.parametrize("count", [30, 31, 99])
def test_p90_is_never_below_p50(count: int) -> None:
    found = wait_of(list(range(count)))
    assert found and found.p50 <= found.p90


def ending(store: BookingStore, status: BookingStatus) -> bool:
    lan = held(store, "lan", key=status.value, at=slot(4))
    return keep_ending(store.table.client, store.table.name, replace(lan, status=status))


@pytest.mark.parametrize("status", [BookingStatus.CANCELLED, BookingStatus.LAPSED, BookingStatus.NO_SHOW])
def test_an_ending_counts_once_however_often_its_change_comes(store: BookingStore, status: BookingStatus) -> None:
    lan = replace(held(store, "lan", at=slot(4)), status=status)
    assert keep_ending(store.table.client, store.table.name, lan)
    assert not keep_ending(store.table.client, store.table.name, lan)
    rows = list(store.table.query("OFFICE#office", "STAT#"))
    assert [row["outcome"] for row in rows] == [status.value]
    assert lan.id not in str(rows) and lan.citizen not in str(rows), "of nobody"


def test_what_the_desk_has_written_of_a_ticket_stays(store: BookingStore) -> None:
    lan = replace(held(store, "lan", at=slot(4)), status=BookingStatus.NO_SHOW)
    desk = desk_of(store)
    served = desk.count("office", ticket_of(lan.start, "s01", {"b": lan.id}), "served", "x")
    store.commit([served])
    shown = replace(lan, seat=Seat(1, "shared"))
    assert not keep_ending(store.table.client, store.table.name, shown)


def test_a_served_booking_and_a_wish_are_none_of_these(store: BookingStore) -> None:
    assert not ending(store, BookingStatus.SERVED)
