"""What came of a run, and how runs with several seeds are told as one figure."""

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

# Who had a seat when its time came. "bought" is a citizen who paid the hoarder for it; "wasted" was the hoarder's until then, or
# until too late for anybody else; "missed" is a citizen's who did not come.
type Use = Literal["honest", "script", "bought", "wasted", "missed", "free"]
USES: tuple[Use, ...] = ("honest", "script", "bought", "wasted", "missed", "free")


@dataclass
class Search:
    """A citizen's search for a seat. Days are counted from the day on which they needed one; None if they never got one."""

    scripted: bool
    pace: float  # seconds
    visits: int = 0
    found: float | None = None
    appointment: float | None = None
    paid: bool = False


@dataclass
class Report:
    """What happened on the measured days, and to the citizens whose need arose on them."""

    seats: Counter[Use] = field(default_factory=Counter)
    searches: list[Search] = field(default_factory=list)
    wished: Counter[str] = field(default_factory=Counter)  # wishes that were in a draw, by kind of account
    drawn: Counter[str] = field(default_factory=Counter)  # those that got a seat
    held_by_hoarder: int = 0  # seats that the hoarder confirmed
    offered_for_sale: Counter[str] = field(default_factory=Counter)  # releases for a buyer, by "near" its day and "far"
    sold: Counter[str] = field(default_factory=Counter)  # those whose seat the buyer got
    confirmed_fast: Counter[str] = field(
        default_factory=Counter
    )  # faster than typing, by kind: what the metric would show
    offers: int = 0
    offers_accepted: int = 0

    def share(self, *uses: Use) -> float:
        """The share of all seats with one of these uses."""
        return sum(self.seats[each] for each in uses) / max(1, self.seats.total())

    def citizens(self) -> float:
        """The share of the seats that citizens without a script had, paid or not, whether they came or not."""
        return self.share("honest", "bought", "missed")

    def honest(self, part: Callable[[Sequence[Search]], Sequence[Search]] = lambda each: each) -> "Searches":
        """What became of the citizens without a script, or of a part of them (`tenth`)."""
        return Searches(part([each for each in self.searches if not each.scripted]))

    def scripted(self) -> "Searches":
        """What became of those with one."""
        return Searches([each for each in self.searches if each.scripted])

    def chance(self, kind: str) -> float:
        """The share of the drawn seats that went to accounts of that kind."""
        return self.drawn[kind] / max(1, self.drawn.total())

    def wish_share(self, kind: str) -> float:
        """The share of the wishes that accounts of that kind had."""
        return self.wished[kind] / max(1, self.wished.total())


@dataclass(frozen=True)
class Searches:
    """What became of some of the citizens."""

    searches: Sequence[Search]

    @property
    def served(self) -> float:
        """The share that got an appointment before their patience ended."""
        return sum(each.found is not None for each in self.searches) / max(1, len(self.searches))

    @property
    def visits(self) -> float:
        """Looks into the app for each appointment found."""
        return sum(each.visits for each in self.searches) / max(
            1, sum(each.found is not None for each in self.searches)
        )

    def wait(self, share: float) -> float:
        """Days from the need to the appointment of all of them, by quantile; infinite where that many never got one."""
        waits = sorted(float("inf") if each.appointment is None else each.appointment for each in self.searches)
        return waits[min(len(waits) - 1, int(share * len(waits)))] if waits else float("nan")


def tenth(number: int) -> Callable[[Sequence[Search]], Sequence[Search]]:
    """The `number`-th tenth by hand and phone: 1 the fastest, 10 the slowest."""

    def part(searches: Sequence[Search]) -> Sequence[Search]:
        ordered = sorted(searches, key=lambda each: each.pace)
        return ordered[len(ordered) * (number - 1) // 10 : len(ordered) * number // 10]

    return part


FASTEST, SLOWEST = tenth(1), tenth(10)


@dataclass(frozen=True)
class Spread:
    """A figure over several seeds: median, least and most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))

    def percent(self) -> str:
        """As `42 % (40-45)`, or `42 %` where every run says so."""
        return self._told(lambda share: f"{100 * share:.0f}", " %")

    def number(self, digits: int = 0) -> str:
        """As `4.2 (3.9-4.4)`; `never` for what is infinite."""
        return self._told(lambda value: "never" if value == float("inf") else f"{value:,.{digits}f}")

    def _told(self, written: Callable[[float], str], unit: str = "") -> str:
        least, most = written(self.least), written(self.most)
        return f"{written(self.median)}{unit}" + (f" ({least}-{most})" if least != most else "")
