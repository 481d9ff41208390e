"""The runs of docs/fairness.md, and its tables: each figure is the median over the seeds, with the least and the most."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import time

from bench.fairness.report import FASTEST, SLOWEST, Report, Spread
from bench.fairness.scenario import Scenario

EIGHT, EVENING, HALF_PAST = time(8), time(20), time(8, 30)

# The office as its profile stands; with an hour that everybody knows; and with a draw of all its seats, or of the first half.
MIDNIGHT = Scenario()
AT_EIGHT = replace(MIDNIGHT, opens=EIGHT)
DRAWN = replace(MIDNIGHT, draw_at=EVENING, second_portion_days=0)
DRAWN_EARLY = replace(DRAWN, draw_at=HALF_PAST)
HALF_DRAWN = replace(MIDNIGHT, draw_at=EVENING)
WAYS = {
    "first come, at midnight": MIDNIGHT,
    "first come, at 08:00": AT_EIGHT,
    "draw at 20:00, all seats": DRAWN,
    "draw at 20:00, first portion only": HALF_DRAWN,
}
A_DAY = 24 * 60  # minutes
HOARDED = 100  # accounts, in the tables that have a hoarder

type Runs = Mapping[str, Scenario]
type Reports = Mapping[str, Sequence[Report]]
type Figure = Callable[[Report], float]


def mornings() -> Runs:
    """One day of 96 seats, wanted by 10,000 citizens who are all there in time."""
    crowd = replace(
        MIDNIGHT,
        window_days=1,
        second_portion_days=0,
        backlog=10_000,
        demand=0,
        keen=1,
        scripted=0,
        buys=0,
        hoarder="stays away",
        warm_up=0,
        measured=1,
        tail=2,
    )
    ways = {
        "first come, at 08:00": replace(crowd, opens=EIGHT),
        "draw at 08:30": replace(crowd, draw_at=HALF_PAST),
    }
    runs = {f"{way}, {n:,}": replace(each, accounts=n) for way, each in ways.items() for n in (0, 10, 100, 1000)}
    eight = replace(crowd, opens=EIGHT)
    return {
        **runs,
        "first come, at 08:00, without limits, 1": replace(eight, limits=False, accounts=1),
        "first come, at 08:00, 0 but 1 % has scripts": replace(eight, scripted=0.01),
        "draw at 08:30, 0 but 1 % has scripts": replace(crowd, draw_at=HALF_PAST, scripted=0.01),
    }


def rules() -> Runs:
    """What each rule does about a hoarder who sells: alone, and when it alone is missing."""
    hoarded = replace(MIDNIGHT, accounts=HOARDED)
    bare = replace(hoarded, limits=False, standing=False, second_portion_days=0, rest_minutes=0, waiting=False)
    return {
        "no hoarder, all rules": MIDNIGHT,
        "no hoarder, all but two portions": replace(MIDNIGHT, second_portion_days=0),
        "no rule": bare,
        "only limits": replace(bare, limits=True),
        "only two portions": replace(bare, second_portion_days=3),
        "only rest and offers": replace(bare, rest_minutes=8, waiting=True),
        "all rules": hoarded,
        "all but limits": replace(hoarded, limits=False),
        "all but no-show standing": replace(hoarded, standing=False),
        "all but two portions": replace(hoarded, second_portion_days=0),
        "all but rest and offers": replace(hoarded, rest_minutes=0, waiting=False),
        "all, and two bookings an account": replace(hoarded, family=2),
        "all, and nobody cancels on the last day": replace(hoarded, cancel_minutes=A_DAY),
        "the same, and all but two portions": replace(hoarded, cancel_minutes=A_DAY, second_portion_days=0),
        "all, and 08:00": replace(hoarded, opens=EIGHT),
        "all, and a draw of the first portion": replace(HALF_DRAWN, accounts=HOARDED),
        "all, and a draw of all seats": replace(DRAWN, accounts=HOARDED),
        "a draw of all seats, and two bookings an account": replace(DRAWN, accounts=HOARDED, family=2),
        "a draw of all seats, and nobody cancels on the last day": replace(
            DRAWN, accounts=HOARDED, cancel_minutes=A_DAY
        ),
    }


def spoilers() -> Runs:
    """What two missed appointments do to a hoarder who never comes, and to one who cancels what nobody bought."""
    idle = replace(MIDNIGHT, accounts=HOARDED, buys=0)
    hoarders = {
        "never comes": replace(idle, hoarder="stays away"),
        "cancels two hours before": idle,
        "cancels a day before, as it must": replace(idle, cancel_minutes=A_DAY),
    }
    return {
        f"{name}, {'with' if standing else 'without'} standing": replace(each, standing=standing)
        for name, each in hoarders.items()
        for standing in (False, True)
    }


def cards() -> Runs:
    """How much so many SIM cards take."""
    return {
        f"{way} | {demand:g} | {n}": replace(each, accounts=n, demand=demand)
        for way, each in WAYS.items()
        for demand in (1.5, 3.0)
        for n in CARDS
    }


CARDS = (10, 30, 100, 300)


def demands() -> Runs:
    """Citizens with and without scripts, by how many want a seat; no hoarder."""
    ways = {**WAYS, "draw at 08:30, all seats": DRAWN_EARLY}
    return {f"{way} | {demand:g}": replace(each, demand=demand) for way, each in ways.items() for demand in DEMANDS}


DEMANDS = (0.8, 1.0, 1.25, 1.5, 2.0, 3.0)


def sales() -> Runs:
    """What hold-and-release yields."""
    hoarded, drawn = replace(MIDNIGHT, accounts=HOARDED), replace(DRAWN, accounts=HOARDED)
    return {
        "no rest": replace(hoarded, rest_minutes=0, waiting=False),
        "rest near the day, nobody waits": replace(hoarded, waiting=False),
        "rest near the day, and offers (as configured)": hoarded,
        "rest up to 30 minutes near the day, and offers": replace(hoarded, rest_minutes=30),
        "rest on every day, and offers": replace(hoarded, rest_everywhere=True),
        "a draw, rest near the day, and offers": drawn,
        "a draw, rest on every day, and offers": replace(drawn, rest_everywhere=True),
    }


def fast() -> Runs:
    """Whether to refuse a confirmation that is faster than typing."""
    busy = replace(MIDNIGHT, accounts=HOARDED, scripted=0.1)
    return {
        "scripts confirm at once; it is counted": busy,
        "scripts confirm at once; it is refused": replace(busy, refuse_fast=True),
        "scripts wait three seconds; it is counted": replace(busy, naive=False),
        "scripts wait three seconds; it is refused": replace(busy, naive=False, refuse_fast=True),
    }


def doubts() -> Runs:
    """The suppositions that nobody has measured, one changed at a time; no hoarder."""
    return {
        "midnight, nobody awake": replace(MIDNIGHT, owls=0),
        "midnight, all of the keen awake": replace(MIDNIGHT, owls=1),
        "08:00, all there": replace(AT_EIGHT, keen=1),
        "08:00, everybody nearly as fast": replace(AT_EIGHT, pace_sigma=0.2),
        "08:00, everybody ten times as slow": replace(AT_EIGHT, pace=300),
        "draw, nobody knows the hour": replace(DRAWN_EARLY, keen=0),
        "draw at 20:00, patience of 3 to 30 days": replace(DRAWN, patience=(3, 30), warm_up=70, tail=30),
        "midnight, a third has scripts": replace(MIDNIGHT, scripted=0.33),
        "draw at 20:00, a third has scripts": replace(DRAWN, scripted=0.33),
    }


# --- figures -------------------------------------------------------------------------------------------------------

TAKEN = "bought or wasted"


def taken(report: Report) -> float:
    """The share of the seats that somebody had to pay for, or that nobody had, because of the hoarder."""
    return report.share("bought", "wasted")


SHARES: Mapping[str, Figure] = {
    "citizens by hand": lambda report: report.share("honest", "missed"),
    "citizens with a script": lambda report: report.share("script"),
    "bought": lambda report: report.share("bought"),
    "wasted by the hoarder": lambda report: report.share("wasted"),
    "free": lambda report: report.share("free"),
}
SERVED: Mapping[str, Figure] = {
    "found one": lambda report: report.honest().served,
    "fastest tenth": lambda report: report.honest(FASTEST).served,
    "slowest tenth": lambda report: report.honest(SLOWEST).served,
    "with a script": lambda report: report.scripted().served,
}
WAITS: Mapping[str, Figure] = {
    "days to the appointment, P50": lambda report: report.honest().wait(0.5),
    "P90": lambda report: report.honest().wait(0.9),
    "slowest tenth, P50": lambda report: report.honest(SLOWEST).wait(0.5),
    "looks for each appointment": lambda report: report.honest().visits,
}


def percents(figures: Mapping[str, Figure], reports: Sequence[Report]) -> list[str]:
    return [Spread.of([figure(each) for each in reports]).percent() for figure in figures.values()]


def numbers(figures: Mapping[str, Figure], reports: Sequence[Report], digits: int = 1) -> list[str]:
    return [Spread.of([figure(each) for each in reports]).number(digits) for figure in figures.values()]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def morning_table(reports: Reports) -> str:
    shares: Mapping[str, Figure] = {
        **SHARES,
        "wishes of the hoarder": lambda report: report.wish_share("hoarder"),
        "drawn for it": lambda report: report.chance("hoarder"),
    }
    return table(["run, accounts", *shares], [[name, *percents(shares, each)] for name, each in reports.items()])


def rules_table(reports: Reports) -> str:
    return table(
        ["run", TAKEN, *SHARES, "citizens who found one", "slowest tenth", "P50 days"],
        [
            [
                name,
                *percents({TAKEN: taken, **SHARES}, each),
                *percents({"": SERVED["found one"], " ": SERVED["slowest tenth"]}, each),
                *numbers(dict(list(WAITS.items())[:1]), each),
            ]
            for name, each in reports.items()
        ],
    )


def spoilers_table(reports: Reports) -> str:
    figures = SHARES
    return table(["hoarder", *figures], [[name, *percents(figures, each)] for name, each in reports.items()])


def cards_table(reports: Reports) -> str:
    """By way and demand: the share taken by so many cards, and the cards for a quarter and a half of the seats."""
    rows = []
    for (way, demand), by_card in by_way(reports).items():
        shares = {n: Spread.of([taken(each) for each in runs]) for n, runs in by_card.items()}
        medians = [(n, spread.median) for n, spread in shares.items()]
        needed = [told_cards(medians, share) for share in (0.1, 0.25, 0.5)]
        rows.append([way, demand, *(spread.percent() for spread in shares.values()), *needed])
    heads = ["way", "demand", *(f"{n} cards take" for n in CARDS), "for 10 %", "for 25 %", "for 50 %"]
    return table(heads, rows)


def by_way(reports: Reports) -> dict[tuple[str, str], dict[int, Sequence[Report]]]:
    """The runs of `cards`, by way and demand, then by cards."""
    found: dict[tuple[str, str], dict[int, Sequence[Report]]] = {}
    for name, each in reports.items():
        way, demand, n = name.split(" | ")
        found.setdefault((way, demand), {})[int(n)] = each
    return found


def told_cards(points: Sequence[tuple[int, float]], share: float) -> str:
    """How many cards take that share, between the two runs around it; no guess beyond them."""
    before = (0, 0.0)
    for point in points:
        if point[1] >= share:
            (n, low), (more, high) = before, point
            return f"{n + (more - n) * (share - low) / (high - low):.0f}"
        before = point
    return f"more than {points[-1][0]}"


def demands_table(reports: Reports) -> str:
    return table(
        ["way", "demand", *SERVED, *WAITS],
        [[*name.split(" | "), *percents(SERVED, each), *numbers(WAITS, each)] for name, each in reports.items()],
    )


def sales_table(reports: Reports) -> str:
    tried: Mapping[str, Figure] = {"sales tried in two weeks": lambda report: report.offered_for_sale.total()}
    sold: Mapping[str, Figure] = {"sold, a card and week": lambda report: report.sold.total() / HOARDED / 2}
    shares: Mapping[str, Figure] = {
        "tries that succeed": lambda report: report.sold.total() / max(1, report.offered_for_sale.total()),
        "bought": SHARES["bought"],
        "wasted by the hoarder": SHARES["wasted by the hoarder"],
        "citizens by hand": SHARES["citizens by hand"],
    }
    return table(
        ["run", *tried, *sold, *shares],
        [
            [name, *numbers(tried, each, 0), *numbers(sold, each, 1), *percents(shares, each)]
            for name, each in reports.items()
        ],
    )


def fast_table(reports: Reports) -> str:
    shares = SHARES
    seen: Mapping[str, Figure] = {"faster than typing": lambda report: report.confirmed_fast.total()}
    return table(
        ["run", *shares, *seen],
        [[name, *percents(shares, each), *numbers(seen, each, 0)] for name, each in reports.items()],
    )


def doubts_table(reports: Reports) -> str:
    return table(
        ["changed", *SERVED, *WAITS],
        [[name, *percents(SERVED, each), *numbers(WAITS, each)] for name, each in reports.items()],
    )
