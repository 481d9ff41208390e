"""What one run of the simulation supposes: the office's rules, who wants its seats, and how they behave.

What the service decides is taken from its own code (`office.py`). What people do is nowhere written down: every number here is a
supposition, and docs/fairness.md says which of them carry its conclusions.
"""

from dataclasses import dataclass
from datetime import time
from typing import Literal

FAMILY = 4  # active bookings of an account whose phone is proven, as the service is configured by default

type Seller = Literal["sells", "stays away"]


@dataclass(frozen=True)
class Scenario:
    """One run. Shares are between 0 and 1; `demand` is new citizens a day for each seat of a day.

    `opens` is the hour at which the window moves on by a day. The service has midnight; 08:00 is what offices are used to.
    `limits` are those of an account (`standing.py`), `standing` what two missed appointments do to it. `rest_everywhere` is no
    setting of the service: a seat that is given back would rest, and be offered, however far its day is. Nor is `refuse_fast`: a confirmation
    sooner than a person can press would be refused.
    """

    # the office
    opens: time = time(0)
    draw_at: time | None = None
    second_portion_days: int = 3
    rest_minutes: int = 8
    cancel_minutes: int = 0
    window_days: int = 7
    limits: bool = True
    family: int = FAMILY
    standing: bool = True
    waiting: bool = True
    rest_everywhere: bool = False
    refuse_fast: bool = False
    # the crowd
    demand: float = 1.5
    backlog: int = 0  # citizens who want a seat when the run begins
    scripted: float = 0.05  # of the citizens have a script that presses for them
    naive: bool = True  # scripts confirm at once; others wait as long as a person would
    accounts: int = 0  # of a hoarder: a SIM card each
    hoarder: Seller = "sells"
    # honest people
    keen: float = 0.5  # of them know the hour, and are there
    owls: float = 0.2  # of the keen are awake at midnight
    pace: float = (
        30.0  # median seconds from the opening to the press; a tenth is faster than 11 and a tenth slower than 84
    )
    pace_sigma: float = 0.8
    patience: tuple[int, int] = (3, 14)  # days until they come without an appointment, evenly
    buys: float = 0.3  # of them would pay, after three days without a seat
    cancels: float = 0.08
    misses: float = 0.05
    # the run
    warm_up: int = 35  # until as many give up each day as find no seat
    measured: int = 14
    tail: int = 14  # so that everybody who is measured has found a seat or given up
    seed: int = 1

    @property
    def days(self) -> int:
        """How many days are simulated."""
        return self.warm_up + self.measured + self.tail
