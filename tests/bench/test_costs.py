"""The formula of docs/costs.md, on amounts that can be reckoned by hand, and its data."""

import pytest

from bench import costs
from bench.costs import Use, booking, bookings_a_month, call, event, minutes, month, seats_a_week, service, standing
from infra.intrinsics import read
from tests.conftest import ROOT, TEMPLATE

JOURNEY = costs.table("journey.toml")
PRICES = costs.table("prices.toml")


def test_one_call_is_billed_for_what_it_uses() -> None:
    step = {"name": "hold", "times": 1, "requests": 1, "reads": 2, "writes": 6, "bytes": 1000, "ms": 100}
    used = call(step, log_kb=1)
    assert {name: round(amount * 1e6, 9) for name, amount in used.amounts.items()} == {
        "http_request": 1,
        "invocation": 1,
        "write_unit": 6,
        "read_unit": 2,
        "gb_second": 0.05,  # 100 ms of half a gigabyte
        "gb_out": 1,  # a thousand bytes
        "log_gb": 1,
    }
    prices = {name: {"value": 2.0} for name in used.amounts}
    assert sum(used.dollars(prices).values()) == pytest.approx(2 * (1 + 1 + 6 + 2 + 0.05 + 1 + 1) / 1e6)


def test_an_event_within_a_scheduled_run_is_no_invocation_of_its_own() -> None:
    step = {"name": "sent", "times": 2, "reads": 5, "writes": 5, "ms": 330, "runs": False}
    assert event(step, log_kb=1).amounts.keys() == {"gb_second", "read_unit", "write_unit"}
    assert "invocation" in event({**step, "runs": True}, log_kb=1).amounts


def test_units_that_are_counted_once_for_a_booking_are_not_multiplied() -> None:
    step = {"name": "stream", "times": 3, "writes": 4, "ms": 60, "per_booking": True}
    assert (event(step, log_kb=1) * 3).amounts["write_unit"] * 1e6 == pytest.approx(4)


def test_a_citizen_who_only_looks_costs_no_booking() -> None:
    alone = {"call": [{"name": "look", "times": 2, "bytes": 0, "ms": 0}], "event": []}
    assumed = JOURNEY["assumed"] | {"visitors_a_booking": 5}
    assert booking({**alone, "assumed": assumed}).amounts["http_request"] * 1e6 == pytest.approx(10)


def test_a_month_is_its_bookings_and_what_stands_by_itself() -> None:
    two = month(2, JOURNEY)
    expected = booking(JOURNEY) * bookings_a_month(2, JOURNEY["assumed"]) + standing(JOURNEY)
    assert two.amounts == pytest.approx(dict(expected.amounts))
    assert month(0, JOURNEY).amounts["key"] == 3 == standing(JOURNEY).amounts["key"]


def test_seats_and_schedules_come_from_the_project_itself() -> None:
    assert seats_a_week() == 5 * 15 * 4
    assert [minutes(each) for each in ("rate(1 minute)", "rate(1 hour)", "cron(30 0 * * ? *)")] == [1, 60, 1440]
    assert read(TEMPLATE)["Globals"]["Function"]["MemorySize"] == costs.MEMORY_GB * 1024


def test_amounts_add_up_by_name() -> None:
    assert (Use({"a": 1.0}) + Use({"a": 2.0, "b": 3.0})).amounts == {"a": 3.0, "b": 3.0}


def test_ready_made_services_charge_by_desk_or_by_office() -> None:
    assert service({"dollars": 10, "per": "desk"}, 3, {"desks_an_office": 4}) == 120
    assert service({"dollars": 10, "per": "office"}, 3, {"desks_an_office": 4}) == 30


def test_every_price_says_where_it_was_read_and_how_far_to_trust_it() -> None:
    rows = [*PRICES["aws"].values(), *PRICES["zalo"].values(), *PRICES["service"]]
    for row in rows:
        assert row["confidence"] in ("page", "secondary", "not read"), row
        assert (row["source"] == "none") == (row["confidence"] == "not read"), row


def test_the_document_shows_what_the_program_prints() -> None:
    assert costs.tables(JOURNEY, PRICES) in (ROOT / "docs" / "costs.md").read_text(encoding="utf-8")
