"""What a booking and a month cost: counts × prices. `make costs` prints the tables of docs/costs.md.

The counts are in journey.toml, the prices in prices.toml, each with its source. What stands by itself (keys, secrets,
alarms, schedules) is counted in infra/template.yaml, and an office's seats by its own opening rules.
"""

import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from infra.intrinsics import read
from infra.template import load
from offices import opening
from offices.configuration import rules

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "infra" / "template.yaml"
OFFICES = ROOT / "functions" / "offices" / "content" / "offices.toml"
PROFILE = "office-hours"  # the opening profile of the tables: state office hours
A_MONDAY = date(2026, 11, 23)

MEMORY_GB = 0.5  # Globals.Function.MemorySize, which the test compares
MINUTES_A_MONTH = 30.4 * 24 * 60
MILLION, GB, KB = 1e6, 1e9, 1e3


@dataclass(frozen=True)
class Use:
    """Amounts that are billed, each in the unit of its price in prices.toml ([aws])."""

    amounts: Mapping[str, float] = field(default_factory=dict)

    def __add__(self, other: "Use") -> "Use":
        names = [*self.amounts, *(name for name in other.amounts if name not in self.amounts)]
        return Use({name: self.amounts.get(name, 0) + other.amounts.get(name, 0) for name in names})

    def __mul__(self, times: float) -> "Use":
        return Use({name: amount * times for name, amount in self.amounts.items()})

    def dollars(self, prices: Mapping[str, Any]) -> dict[str, float]:
        """The price of each amount."""
        return {name: amount * prices[name]["value"] for name, amount in self.amounts.items()}


def table(name: str) -> dict[str, Any]:
    """One of the TOML files beside this module."""
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


def call(step: Mapping[str, Any], log_kb: float) -> Use:
    """One call of the API: the gateway, a function, DynamoDB, its bytes and its log lines."""
    return _work(step) + Use(
        {
            "http_request": 1 / MILLION,
            "invocation": 1 / MILLION,
            "gb_out": step["bytes"] / GB,
            "log_gb": log_kb * KB / GB,
        }
    )


def event(step: Mapping[str, Any], log_kb: float) -> Use:
    """What the service does by itself; a run of its own, unless it happens within a scheduled run."""
    run = Use({"invocation": 1 / MILLION, "log_gb": log_kb * KB / GB})
    return _work(step) + run if step.get("runs", True) else _work(step)


def _work(step: Mapping[str, Any]) -> Use:
    share = 1 / step["times"] if step.get("per_booking") else 1  # units that are counted once for the booking
    return Use(
        {
            "gb_second": step["ms"] / 1000 * MEMORY_GB / MILLION,
            "write_unit": step.get("writes", 0) * share / MILLION,
            "read_unit": step.get("reads", 0) * share / MILLION,
        }
    )


def booking(journey: Mapping[str, Any]) -> Use:
    """All that one booked citizen, and those who only looked, make the service do."""
    assumed = journey["assumed"]
    log_kb = assumed["log_kb_a_call"]
    total = Use({"stored_gb": assumed["stored_kb_a_booking"] * assumed["months_stored"] * KB / GB})
    for step in journey["call"]:
        total += call(step, log_kb) * times(step, assumed)
    for step in journey["event"]:
        total += event(step, log_kb) * step["times"]
    return total


def times(step: Mapping[str, Any], assumed: Mapping[str, Any]) -> float:
    """How often a call happens for each booking."""
    if step.get("declared"):
        return float(step["times"] * assumed["declarations"])
    return float(step["times"] * (1 if step.get("booked") else assumed["visitors_a_booking"]))


def standing(journey: Mapping[str, Any]) -> Use:
    """What a month costs with no citizen at all: keys, secrets, alarms, metrics, scheduled runs that find nothing."""
    resources = [each for each in read(TEMPLATE)["Resources"].values() if "Condition" not in each]
    kinds = [resource["Type"] for resource in resources]
    runs = sum(MINUTES_A_MONTH / minutes(each.expression) for each in load(TEMPLATE).schedules)
    assumed = journey["assumed"]
    return Use(
        {
            "key": kinds.count("AWS::KMS::Key"),
            "secret": kinds.count("AWS::SecretsManager::Secret"),
            "alarm": sum(map(metrics_of, resources)),
            "dashboard": kinds.count("AWS::CloudWatch::Dashboard"),
            "metric": assumed["own_metrics"],
            "scheduler_run": runs / MILLION,
            "invocation": runs / MILLION,
            "gb_second": runs * assumed["idle_run_ms"] / 1000 * MEMORY_GB / MILLION,
            "log_gb": runs * assumed["log_kb_a_call"] * KB / GB,
        }
    )


def metrics_of(resource: Mapping[str, Any]) -> int:
    """How many metrics an alarm watches; 0 of what is no alarm."""
    if resource["Type"] != "AWS::CloudWatch::Alarm":
        return 0
    return sum("MetricStat" in each for each in resource["Properties"].get("Metrics", [])) or 1


def minutes(expression: str) -> float:
    """The time between two runs of a schedule; ours with cron run once a day."""
    found = re.fullmatch(r"rate\((\d+) (minute|hour)s?\)", expression)
    return int(found[1]) * {"minute": 1, "hour": 60}[found[2]] if found else 24 * 60


def seats_a_week(profile: str = PROFILE) -> int:
    """The seats that an office of that profile offers in a week without holidays, by its own rules."""
    content = tomllib.loads(OFFICES.read_text(encoding="utf-8"))
    its = rules(content["profile"][profile])
    days = [A_MONDAY + timedelta(days=n) for n in range(7)]
    return sum(sum(slot.capacity.values()) for day in days for slot in opening.slots_on(its, {}, day))


def bookings_a_month(offices: int, assumed: Mapping[str, Any]) -> float:
    """The bookings of that many offices."""
    return float(offices * seats_a_week() * assumed["weeks_a_month"] * assumed["seats_filled"])


def month(offices: int, journey: Mapping[str, Any]) -> Use:
    """A month of that many offices in one deployment."""
    return booking(journey) * bookings_a_month(offices, journey["assumed"]) + standing(journey)


def zalo(bookings: float, journey: Mapping[str, Any], prices: Mapping[str, Any]) -> float:
    """Dollars to Zalo: the messages outside its free hours."""
    (sent,) = [step for step in journey["event"] if step["name"] == "a message is sent"]
    messages = bookings * sent["times"] * journey["assumed"]["template_messages"]
    return float(messages * prices["template_message"]["value"] / prices["dong_a_dollar"]["value"])


def service(row: Mapping[str, Any], offices: int, assumed: Mapping[str, Any]) -> float:
    """Dollars a month that a ready-made service charges by its list price."""
    return float(row["dollars"] * offices * (assumed["desks_an_office"] if row["per"] == "desk" else 1))


GROUPS = {
    "DynamoDB": ("write_unit", "read_unit", "stored_gb"),
    "API Gateway and bytes out": ("http_request", "gb_out"),
    "Lambda": ("invocation", "gb_second"),
    "logs, metrics, alarms": ("log_gb", "metric", "alarm", "dashboard"),
    "keys, secrets, schedules": ("key", "secret", "scheduler_run"),
}


def tables(journey: Mapping[str, Any], prices: Mapping[str, Any]) -> str:
    """The tables of docs/costs.md."""
    assumed, aws = journey["assumed"], prices["aws"]
    one = booking(journey).dollars(aws)
    lines = ["| a booking | amount | US cents |", "|---|---|---|"]
    amounts = booking(journey).amounts
    for name in sorted(one, key=lambda each: -one[each]):
        lines.append(f"| {name} | {_amount(name, amounts[name])} | {100 * one[name]:.4f} |")
    lines.append(f"| together | | {100 * sum(one.values()):.4f} |")
    sizes = (1, 100, 3321)
    lines += [
        "",
        "| a month | " + " | ".join(f"{each:,} offices" for each in sizes) + " |",
        "|---|" + "---|" * len(sizes),
    ]
    bills = [month(each, journey).dollars(aws) for each in sizes]
    booked = [bookings_a_month(each, assumed) for each in sizes]
    rows: list[tuple[str, list[float]]] = [
        (group, [sum(bill.get(name, 0) for name in names) for bill in bills]) for group, names in GROUPS.items()
    ]
    rows.append(("AWS, us-east-1", [sum(bill.values()) for bill in bills]))
    rows.append(("AWS, a dearer region", [sum(bill.values()) * prices["elsewhere"] for bill in bills]))
    rows.append(("Zalo's template messages", [zalo(each, journey, prices["zalo"]) for each in booked]))
    lines.append("| bookings | " + " | ".join(f"{each:,.0f}" for each in booked) + " |")
    lines += [f"| {name} | " + " | ".join(f"${each:,.2f}" for each in values) + " |" for name, values in rows]
    lines += ["", "| ready-made, list price | " + " | ".join(f"{each:,} offices" for each in sizes) + " | it says |"]
    lines.append("|---|" + "---|" * len(sizes) + "---|")
    for row in prices["service"]:
        values = " | ".join(f"${service(row, each, assumed):,.0f}" for each in sizes)
        lines.append(f"| {row['name']} | {values} | {row['says']} |")
    return "\n".join(lines)


def _amount(name: str, amount: float) -> str:
    if name == "gb_second":
        return f"{amount * MILLION:.2f} GB-seconds"
    if name in ("gb_out", "log_gb", "stored_gb"):
        return f"{amount * GB / KB:.1f} KB" + (" a month" if name == "stored_gb" else "")
    return f"{amount * MILLION:.1f}"


if __name__ == "__main__":
    sys.stdout.write(tables(table("journey.toml"), table("prices.toml")) + "\n")
