"""A small run of the fairness simulation: what it says of the rules, where it could say otherwise.

A share is compared with what chance allows: three standard deviations, over the seeds together.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from functools import cache
from math import sqrt

import pytest

from bench.fairness import simulation
from bench.fairness.report import FASTEST, SLOWEST, Report, Search, Searches, Spread
from bench.fairness.scenario import FAMILY, Scenario
from bench.fairness.tables import taken, told_cards
from bookings.api import BookingsSettings
from bookings.rest import WITHIN
from offices.opening import OpeningRules

SMALL = Scenario(demand=2, warm_up=7, measured=5, tail=7)
AT_EIGHT = replace(SMALL, opens=time(8))
DRAWN = replace(SMALL, draw_at=time(20), second_portion_days=0)
HALF_DRAWN = replace(SMALL, draw_at=time(20), second_portion_days=3)
SEATS = 96 * SMALL.measured
SEEDS = (1, 2, 3)


@cache
def run(scenario: Scenario) -> Report:
    """A run, once for all tests."""
    return simulation.run(scenario)


def runs(scenario: Scenario) -> list[Report]:
    return [run(replace(scenario, seed=seed)) for seed in SEEDS]


def drawn_as_expected(reports: Sequence[Report], kind: str) -> bool:
    """Whether the seats drawn for accounts of that kind are within noise of their share of the wishes."""
    wished = sum(each.wished[kind] for each in reports) / sum(each.wished.total() for each in reports)
    seats = sum(each.drawn.total() for each in reports)
    expected, noise = seats * wished, sqrt(seats * wished * (1 - wished))
    return expected > 30 and abs(sum(each.drawn[kind] for each in reports) - expected) < 3 * noise


def test_a_script_gets_no_more_of_a_draw_than_its_share_of_the_wishes() -> None:
    assert drawn_as_expected(runs(replace(DRAWN, scripted=0.2)), "script")


def test_first_come_a_script_always_finds_a_seat_and_a_person_does_not() -> None:
    for scenario in (SMALL, AT_EIGHT):
        for report in runs(scenario):
            assert report.scripted().served > 0.97
            assert report.honest().served < 0.75


def test_a_hoarder_gets_of_a_draw_what_its_cards_wish_for_and_first_come_much_more() -> None:
    drawn = runs(replace(DRAWN, accounts=30))
    assert drawn_as_expected(drawn, "hoarder")
    first_come = runs(replace(AT_EIGHT, accounts=30))
    assert max(map(taken, drawn)) < 0.75 * min(map(taken, first_come))


def test_a_draw_of_the_first_portion_alone_leaves_the_second_to_the_fastest() -> None:
    whole, half = (runs(replace(each, accounts=30)) for each in (DRAWN, HALF_DRAWN))
    assert min(map(taken, half)) > max(map(taken, whole))


def test_an_hour_that_everybody_knows_leaves_slow_phones_without_a_seat_and_a_draw_does_not() -> None:
    for report in runs(AT_EIGHT):
        assert report.honest(SLOWEST).served < 0.3 < 0.8 < report.honest(FASTEST).served
    gaps = [report.honest(FASTEST).served - report.honest(SLOWEST).served for report in runs(DRAWN)]
    assert abs(Spread.of(gaps).median) < 0.15


def test_an_account_has_its_limit_and_without_limits_one_account_has_the_day() -> None:
    idle = replace(AT_EIGHT, scripted=0, buys=0, hoarder="stays away", standing=False, accounts=1)
    day = replace(idle, window_days=1, second_portion_days=0, warm_up=0, measured=1)
    assert run(day).held_by_hoarder == FAMILY
    assert run(replace(day, limits=False)).held_by_hoarder == 96
    assert run(replace(day, accounts=10)).held_by_hoarder == 10 * FAMILY


def test_who_misses_appointments_holds_less_and_who_cancels_in_time_does_not() -> None:
    """The second half is a hole that docs/fairness.md tells of; if it is closed, both must follow."""
    absent = replace(SMALL, accounts=30, buys=0, hoarder="stays away")
    with_standing, without = runs(absent), runs(replace(absent, standing=False))
    assert max(map(taken, with_standing)) < 0.5 * min(map(taken, without))
    cancels = replace(absent, hoarder="sells")
    assert run(cancels).held_by_hoarder == run(replace(cancels, standing=False)).held_by_hoarder > 100


def test_a_seat_is_sold_by_giving_it_back_unless_it_rests_and_is_offered() -> None:
    """Far from its day a seat does not rest, so whoever is told the second has it."""
    sold, resting = run(replace(SMALL, accounts=20)), run(replace(SMALL, accounts=20, rest_everywhere=True))
    assert sold.offered_for_sale["far"] > 20
    assert sold.sold["far"] > 0.95 * sold.offered_for_sale["far"]
    assert resting.sold.total() < 0.9 * resting.offered_for_sale.total()
    assert WITHIN.days == 2, "far and near are told apart by it"


def test_what_is_confirmed_faster_than_typing_is_seen_of_those_alone_who_do_not_wait() -> None:
    busy = replace(SMALL, accounts=10, scripted=0.1)
    seen, unseen = run(busy), run(replace(busy, naive=False))
    refused = run(replace(busy, refuse_fast=True, warm_up=0, measured=1, tail=8))
    assert seen.confirmed_fast["script"] > 100 and seen.confirmed_fast["honest"] == 0
    assert (refused.share("script"), taken(refused)) == (0, 0)
    assert unseen.confirmed_fast.total() == 0
    assert taken(unseen) == pytest.approx(taken(seen), rel=0.2)


def test_where_seats_are_enough_everybody_finds_one_with_and_without_a_draw() -> None:
    for scenario in (SMALL, AT_EIGHT, DRAWN):
        assert run(replace(scenario, demand=0.7)).honest().served > 0.97


def test_every_seat_of_the_measured_days_has_one_use() -> None:
    for scenario in (SMALL, AT_EIGHT, DRAWN, HALF_DRAWN):
        report = run(replace(scenario, accounts=20))
        assert report.seats.total() == SEATS
        assert 0 < report.drawn.total() <= SEATS or scenario.draw_at is None
        assert report.offers_accepted <= report.offers


def test_one_seed_gives_one_run() -> None:
    hoarded = replace(HALF_DRAWN, accounts=20)
    assert run(hoarded) == simulation.run(hoarded)
    assert run(hoarded) != run(replace(hoarded, seed=2))


def test_the_simulation_supposes_what_the_service_is_configured_with() -> None:
    assert BookingsSettings.model_fields["bookings_per_citizen"].default == FAMILY
    assert OpeningRules({}).window_days == SMALL.window_days
    assert OpeningRules({}).cancel_minutes == 0, "a hoarder may cancel until the slot begins"


def test_figures_over_seeds_and_people_who_never_find_a_seat() -> None:
    assert Spread.of([0.3, 0.1, 0.2]).percent() == "20 % (10-30)"
    assert (Spread.of([0.101, 0.102]).percent(), Spread.of([2.0]).number()) == ("10 %", "2")
    assert Spread.of([float("inf"), 2.0, float("inf")]).number(1) == "never (2.0-never)"
    found = Search(scripted=False, pace=1, visits=3, found=2.0, appointment=4.0)
    never = Search(scripted=False, pace=2, visits=5)
    both = Searches([found, never])
    assert (both.served, both.visits, both.wait(0.4), both.wait(0.9)) == (0.5, 8, 4.0, float("inf"))
    assert told_cards([(10, 0.2), (30, 0.4)], 0.3) == "20"
    assert told_cards([(10, 0.2), (30, 0.4)], 0.5) == "more than 30"
