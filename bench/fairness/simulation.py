"""One run: an office and its crowd over some weeks."""

import random
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import simpy

from bench.fairness.crowd import Crowd
from bench.fairness.office import DAY, Office
from bench.fairness.report import Report
from bench.fairness.scenario import Scenario


def run(scenario: Scenario) -> Report:
    """What comes of it. One seed gives one run."""
    env, report, chance = simpy.Environment(), Report(), random.Random(scenario.seed)
    office = Office(env, scenario, report, chance)
    crowd = Crowd(office, scenario, report, chance)
    env.run(until=scenario.days * DAY)
    crowd.finish()
    return report


def run_each(scenarios: Sequence[Scenario], seeds: int) -> list[list[Report]]:
    """The reports of each scenario, one for each seed from 1 on; in two processes."""
    every = [replace(scenario, seed=seed) for scenario in scenarios for seed in range(1, seeds + 1)]
    with ProcessPoolExecutor(2) as pool:
        done = list(pool.map(run, every, chunksize=max(1, seeds // 2)))
    return [done[first : first + seeds] for first in range(0, len(done), seeds)]
