"""An honest wait: measured, or not told."""

from typing import Any

import pytest

from desk.waits import ENOUGH, Wait, statistics, wait_of, waits_at


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
