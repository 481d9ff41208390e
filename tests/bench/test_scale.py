"""A small run of the simulation: no seat sold twice, none left while somebody wants it, and retries that stay bounded.

Times are never asserted. That the simulation says what the service does is asserted where it can be: the condition of a
hold and the number of items in its transactions.
"""

from dataclasses import replace

import pytest

from bench import evening
from bench.scale import LIMITS, UNITS, Bucket, Morning, Report, Simulation, Throughput, throttling
from bookings.holding import hold
from bookings.items import DUE_SHARDS
from bookings.seat_search import SeatSearch
from bookings.standing import Place
from bookings.store import BookingStore
from cccd.dynamodb import client
from infra.intrinsics import read
from tests.bookings.wishes import LIMIT, NOW, RULES, slot, wish
from tests.conftest import TEMPLATE

CROWD = Morning(offices=2, citizens=300, spread=10, days=1, never_confirm=0)  # for 120 seats


def run(**changed: object) -> Report:
    return Simulation(replace(CROWD, **changed)).run()  # type: ignore[arg-type]  # fields of Morning


def test_a_crowd_buys_every_seat_and_none_twice() -> None:
    report = run()
    assert (report.oversold, report.confirmed, report.seats) == (0, 120, 120)
    assert report.no_seat == 300 - 120
    assert report.lost_to_rivals > 0, "they did meet"


def test_without_the_condition_the_same_crowd_is_sold_seats_twice() -> None:
    """The control: a simulation that cannot oversell would prove nothing."""
    assert run(conditional=False).oversold > 0


def test_retries_stay_bounded_when_the_door_is_too_narrow() -> None:
    report = run(rate=10, burst=5)
    assert report.gateway > 0
    assert report.amplification <= LIMITS["client"]["tries"]["value"]
    assert report.confirmed + report.no_seat + report.gave_up + report.lapsed == 300, "everybody was told something"
    assert report.oversold == 0


def test_with_room_enough_nobody_asks_twice() -> None:
    assert run(spread=60).amplification == 1


def test_whoever_holds_a_seat_can_confirm_it_although_a_crowd_is_at_the_door() -> None:
    narrow = {"rate": 5, "burst": 5, "citizens": 600, "spread": 120, "days": None}
    assert run(**narrow).confirmed > run(**narrow, confirm_apart=False).confirmed


def test_one_seed_gives_one_run() -> None:
    once = run().answers
    assert once == run().answers
    assert once != run(seed=2).answers


def test_a_narrow_lambda_refuses_and_the_retries_mend_it() -> None:
    report = run(concurrency=3)
    assert report.functions > 0
    assert report.most_running <= 3
    assert report.oversold == 0


def test_a_bucket_refills_with_time_and_never_above_its_burst() -> None:
    bucket = Bucket(rate=2, burst=3)
    assert [bucket.take(1, 0.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(1, 1.0) for _ in range(3)] == [True, True, False]
    assert [bucket.take(1, 100.0) for _ in range(4)] == [True, True, True, False]


def test_a_partition_that_is_hot_for_long_is_split_but_one_key_stays_as_narrow() -> None:
    table = Throughput(partitions=1, each=10)
    keys = [f"key {n}" for n in range(8)]
    served = [sum(table.take(2, key, float(second)) for key in keys) for second in range(400)]
    assert (served[100], served[-1] > served[100]) == (5, True)
    alone = Throughput(partitions=1, each=10)
    assert [sum(alone.take(2, "one key", float(second)) for _ in range(8)) for second in range(400)][-1] == 5


def test_the_simulation_checks_the_conditions_that_the_service_writes(aws: None) -> None:
    """If this fails, `Simulation._taken` and `_commit` must follow."""
    store = BookingStore(client(), "BookingsTable")
    search = SeatSearch(slot(4), "shared")
    booking = hold(store, wish("lan", at=slot(4)), RULES, LIMIT, NOW)[0]
    first = store.take_seat(booking, search.mark, NOW)
    again = store.take_seat(booking, search.mark, NOW, "s3")
    assert first.condition == (
        "(attribute_not_exists(#seat) OR #seat.x <= :now) AND (attribute_not_exists(mark) OR mark = :mark)"
    )
    assert again.condition == "(attribute_not_exists(#seat) OR #seat.x <= :now) AND mark = :seen"
    writes = [
        first,
        store.lock_applicant(booking),
        store.count_request(booking, wish("lan").id, LIMIT, Place.guess_for(wish("lan").person)),
    ]
    assert UNITS * len(writes) == 6, "three items, as docs/performance.md counts"
    assert DUE_SHARDS == 8


def test_the_templates_limits_are_the_ones_that_are_simulated() -> None:
    settings = read(TEMPLATE)["Resources"]["Api"]["Properties"]
    default = settings["DefaultRouteSettings"]
    assert default == {
        "ThrottlingBurstLimit": {"Ref": "RequestsAtOnce"},
        "ThrottlingRateLimit": {"Ref": "RequestsASecond"},
    }
    assert settings["RouteSettings"]["POST /bookings/{bookingId}/confirm"] == default
    assert throttling() == (400, 200)


def test_every_limit_says_where_it_was_read_and_what_raises_it() -> None:
    for group in LIMITS.values():
        for name, row in group.items():
            assert row["confidence"] in ("page", "secondary", "shared", "measured", "assumed"), name
            assert row["unit"] and row["source"] and row["raised_by"], name


@pytest.mark.parametrize(("shards", "works"), [(1, 30), (8, 55)])
def test_an_evenings_messages_are_all_sent_and_more_shards_are_faster(shards: int, works: float) -> None:
    assert evening.minutes_needed(2000, shards, works, 375, zalo=0.3) > 0
    assert evening.minutes_needed(2000, 8, 55, 375, zalo=0.3) < evening.minutes_needed(2000, 1, 30, 2000, zalo=0.3)


def test_a_run_takes_no_more_than_its_share() -> None:
    assert evening.minutes_needed(750, 1, 55, 375, zalo=0.0) > 1
