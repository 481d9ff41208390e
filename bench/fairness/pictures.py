"""The plots of docs/fairness.md."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

from bench.fairness.report import FASTEST, SLOWEST, Report, tenth
from bench.fairness.tables import CARDS, DEMANDS, WAYS, Figure, Reports, by_way, taken

PLOTS = Path(__file__).parents[2] / "docs" / "fairness"


def draw(reports: dict[str, Reports]) -> None:
    """All of them, in docs/fairness/."""
    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "cccd", "svg.fonttype": "none", "font.size": 9})
    PLOTS.mkdir(parents=True, exist_ok=True)
    _cards(reports["cards"])
    _tenths(reports["demands"])
    _demand(reports["demands"])


def _cards(reports: Reports) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained", sharey=True)
    for axis, demand in zip(axes, ("1.5", "3"), strict=True):
        for (way, wanted), runs in by_way(reports).items():
            if wanted == demand:
                _line(axis, CARDS, [runs[n] for n in CARDS], taken, way)
        axis.set(title=f"{demand} citizens a day for each seat", xscale="log", xlabel="SIM cards of the hoarder")
        axis.set_ylim(0, None)
    axes[0].set(ylabel="share of the seats bought or wasted")
    axes[0].legend()
    _save(figure, "cards")


def _tenths(reports: Reports) -> None:
    figure, axis = plt.subplots(figsize=(8, 3.4), layout="constrained")
    for way in WAYS:
        runs = reports[f"{way} | 1.5"]
        medians = [median(each.honest(tenth(n)).served for each in runs) for n in range(1, 11)]
        axis.plot(range(1, 11), medians, marker="o", label=way)
    axis.set(
        xlabel="tenths of the citizens by hand and phone, fastest first", ylabel="found an appointment", ylim=(0, 1)
    )
    axis.legend()
    _save(figure, "tenths")


def _demand(reports: Reports) -> None:
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained", sharey=True)
    for axis, part, title in zip(axes, (FASTEST, SLOWEST), ("fastest tenth", "slowest tenth"), strict=True):
        for way in WAYS:
            runs = [reports[f"{way} | {demand:g}"] for demand in DEMANDS]
            _line(axis, DEMANDS, runs, lambda report, part=part: report.honest(part).served, way)  # type: ignore[misc]  # bound to this turn of the loop
        axis.set(title=title, xlabel="new citizens a day for each seat", ylim=(0, 1.02))
    axes[0].set(ylabel="found an appointment")
    axes[0].legend()
    _save(figure, "demand")


def _line(axis: Any, at: Sequence[float], runs: Sequence[Sequence[Report]], figure: Figure, label: str) -> None:
    """The medians over the seeds as a line, and from the least to the most as a band."""
    values = [[figure(each) for each in reports] for reports in runs]
    axis.plot(at, [median(each) for each in values], marker="o", markersize=3, label=label)
    axis.fill_between(at, [min(each) for each in values], [max(each) for each in values], alpha=0.15)


def _save(figure: Any, name: str) -> None:
    figure.savefig(PLOTS / f"{name}.svg", metadata={"Date": None})
