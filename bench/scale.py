"""A discrete-event simulation of 08:00, when everybody wants an appointment. `make bench-scale` prints and plots it.

    python -m bench.scale [SEED [PART]]   the tables of docs/scale.md and its plots, in docs/scale/
    python -m bench.scale measure         the CPU time of a hold, for limits.toml

Each citizen looks at the free slots of their office, chooses one, holds a seat, types, and confirms. A request passes
the gateway's token bucket, Lambda's concurrency and its ramp, and DynamoDB's partitions. What decides about seats is
the service's own code: `SeatSearch` guesses and chooses again, `pauses` spaces the tries of a transaction. The items are
as the service stores them, and the condition of `take_seat` is checked as DynamoDB would check it. That the real store
never sells a seat twice is proved in tests/races; here one sees what a crowd does to times, refusals and retries.

Limits and times come from limits.toml; units are seconds. One seed gives one run.
"""

import gc
import random
import statistics
import sys
import time
import tomllib
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import simpy

from bookings import seat_search
from bookings.availability import MAX_ALTERNATIVES
from bookings.items import DUE_SHARDS, seats_of
from bookings.lifecycle import MAX_SEAT_TRIES
from bookings.seat_search import SeatSearch
from bookings.seats import sellable
from cccd import transactions
from cccd.clock import VIETNAM, epoch
from cccd.dynamodb import Item
from cccd.errors import SlotFull
from cccd.transactions import pauses
from infra.intrinsics import read
from offices import opening
from offices.configuration import rules
from offices.opening import OpeningRules, Queue, Slot

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "infra" / "template.yaml"
OFFICES = ROOT / "functions" / "offices" / "content" / "offices.toml"
PLOTS = ROOT / "docs" / "scale"
LIMITS = tomllib.loads((Path(__file__).parent / "limits.toml").read_text(encoding="utf-8"))

AT_EIGHT = datetime(2026, 11, 25, 8, 0, tzinfo=VIETNAM)
COUNTRY = 3321
CITIZENS = 1_000_000
QUEUE: Queue = "shared"
UNITS, LOOK_UNITS = 2, 2.5  # write units of each item in a transaction; read units of half-full slots
TYPING = (20.0, 60.0)  # seconds from a hold to its confirmation

type Steps[T] = Generator[simpy.Event, Any, T]


@cache
def limit(group: str, name: str) -> float:
    """A value of limits.toml."""
    return float(LIMITS[group][name]["value"])


def seconds(name: str) -> float:
    """One of the times of limits.toml, which are in milliseconds."""
    return limit("time", name) / 1000


def throttling() -> tuple[float, float]:
    """The API's own limit by the template's defaults: requests a second, and at once."""
    parameters = read(TEMPLATE)["Parameters"]
    return float(parameters["RequestsASecond"]["Default"]), float(parameters["RequestsAtOnce"]["Default"])


@dataclass(frozen=True)
class Morning:
    """One run: who comes, and what the account allows.

    `spread` is the seconds over which the citizens come, evenly; `never_confirm` the share that leaves after the hold.
    Only one of `part` offices, citizens and units of every shared limit is simulated: a tenth of a country behaves as the
    country does, but for an office's own partition, which is narrower than in reality.
    Without `conditional`, a hold overwrites what it finds: the control that must oversell.
    Without `confirm_apart`, a confirmation must pass the gateway in the same crowd as everything else.
    """

    offices: int
    citizens: int
    spread: float = 600
    rate: float = limit("gateway", "account_rate")
    burst: float = limit("gateway", "account_burst")
    concurrency: float = limit("lambda", "concurrency")
    table_writes: float = limit("dynamodb", "new_table_writes")
    seed: int = 1
    never_confirm: float = 0.05
    days: int | None = None
    part: int = 1
    conditional: bool = True
    confirm_apart: bool = True


class Bucket:
    """A token bucket, refilled as time passes."""

    def __init__(self, rate: float, burst: float):
        self.rate, self._burst = rate, burst
        self._tokens, self._at = burst, 0.0

    def take(self, amount: float, now: float) -> bool:
        """Take that much if it is there."""
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens < amount:
            return False
        self._tokens -= amount
        return True


class Partition:
    """A part of a table's keys, with one partition's throughput. After long throttling it is split in two."""

    def __init__(self, rate: float):
        self._bucket = Bucket(rate, rate)
        self._throttled_since: float | None = None
        self._halves: tuple[Partition, Partition] | None = None

    def take(self, amount: float, digits: int, now: float) -> bool:
        """Use that many units of the key whose hash has those digits."""
        if self._halves:
            return self._halves[digits & 1].take(amount, digits >> 1, now)
        if self._bucket.take(amount, now):
            return True
        if self._throttled_since is None:
            self._throttled_since = now
        elif now - self._throttled_since > limit("dynamodb", "split_after"):
            self._halves = (Partition(self._bucket.rate), Partition(self._bucket.rate))
        return False


class Throughput:
    """A table's or an index's partitions. Its keys are spread by a hash."""

    def __init__(self, partitions: int, each: float):
        self._partitions = [Partition(each) for _ in range(partitions)]

    def take(self, amount: float, key: str, now: float) -> bool:
        """Use that many units of the key's partition."""
        digits = zlib.crc32(key.encode())
        return self._partitions[digits % len(self._partitions)].take(amount, digits // len(self._partitions), now)


class Function:
    """A Lambda function: environments stay warm, and new ones come as fast as the ramp allows."""

    def __init__(self, account: "Account", ramp: float):
        self._account = account
        self._idle = 0
        self._ramp = Bucket(ramp / limit("lambda", "ramp_seconds"), ramp)

    def start(self, now: float) -> float | None:
        """Begin an execution; the seconds of its cold start, or None if it is throttled."""
        if self._account.running >= self._account.concurrency:
            return None
        cold = 0.0
        if self._idle:
            self._idle -= 1
        elif self._ramp.take(1, now):
            cold = seconds("cold_start")
        else:
            return None
        self._account.running += 1
        return cold

    def finish(self) -> None:
        """The execution is over; its environment stays."""
        self._account.running -= 1
        self._idle += 1


@dataclass
class Account:
    """The executions of all functions."""

    concurrency: float
    running: int = 0


class SlotItem:
    """A slot and its item, as the service stores it. A transaction locks the item for a while."""

    def __init__(self, slot: Slot, office: str):
        self.slot = slot
        self.office = office
        self.item: Item = {}
        self.locked_until = 0.0
        self._free: int | None = None
        self._true_until = float("inf")

    def seats_left(self, now: int) -> int:
        """By the service's own rule; counted again when the item has changed or a hold has lapsed."""
        if self._free is None or now >= self._true_until:
            taken = seats_of(self.item)
            self._free = len(sellable(taken, self.slot.capacity, QUEUE, now))
            ends = [each.expires for each in taken.values() if each.expires and each.expires > now]
            self._true_until = min(ends, default=float("inf"))
        return self._free

    def changed(self) -> None:
        self._free = None


@dataclass
class Report:
    """What happened."""

    morning: Morning
    seats: int = 0
    needed: int = 0  # requests that had to be answered
    sent: int = 0  # with their retries
    gateway: int = 0  # refused by the gateway, by Lambda, or told to come back by the function itself
    functions: int = 0
    busy: int = 0
    conflicts: int = 0  # transactions cancelled by another one on the same slot
    partitions: int = 0  # transactions and reads throttled by a partition
    lost_to_rivals: int = 0
    confirmed: int = 0
    lapsed: int = 0
    no_seat: int = 0
    gave_up: int = 0
    oversold: int = 0
    ended: float = 0.0
    most_running: int = 0
    answers: list[float] = field(default_factory=list)  # seconds of the function's answers
    presses: list[float] = field(default_factory=list)  # seconds from the press of the button to its answer
    by_second: dict[str, Counter[int]] = field(
        default_factory=lambda: {name: Counter() for name in ("arrived", "sent", "refused", "sold")}
    )

    @property
    def amplification(self) -> float:
        """Requests sent for each one that was needed."""
        return self.sent / max(1, self.needed)


class Simulation:
    """One morning."""

    def __init__(self, morning: Morning):
        random.seed(morning.seed)
        # The service's own code takes its randomness from the system. Here it takes the run's, so that a seed gives one run.
        vars(seat_search)["_random"] = vars(transactions)["_random"] = random
        self.morning = morning
        self.report = Report(morning)
        self.env = simpy.Environment()
        part = morning.part
        self._gateway = Bucket(morning.rate / part, morning.burst / part)
        self._confirm = Bucket(morning.rate / part, morning.burst / part) if morning.confirm_apart else self._gateway
        self._account = Account(morning.concurrency / part)
        ramp = limit("lambda", "ramp") / part
        self._look, self._book = Function(self._account, ramp), Function(self._account, ramp)
        writes, reads = limit("dynamodb", "partition_writes"), limit("dynamodb", "partition_reads")
        partitions = max(1, round(morning.table_writes / writes))
        self._writes, self._index = Throughput(partitions, writes / part), Throughput(partitions, writes / part)
        self._reads = Throughput(partitions, reads / part)
        self._share = read(TEMPLATE)["Globals"]["Function"]["MemorySize"] / limit("time", "cpu_mb")
        slots = bookable_slots(morning.days)
        offices = morning.offices // part
        self._offices = [[SlotItem(slot, f"OFFICE#{n}") for slot in slots] for n in range(offices)]
        self._owners: dict[tuple[int, str], list[str]] = {}
        self.report.seats = offices * sum(slot.capacity[QUEUE] for slot in slots)

    def run(self) -> Report:
        """The whole morning, until the last citizen has left."""
        gc.disable()  # a million citizens are no garbage while they wait
        self.env.process(self._arrivals())
        self.env.run()
        gc.enable()
        self.report.ended = self.env.now
        self.report.oversold = sum(len(owners) - 1 for owners in self._owners.values() if len(owners) > 1)
        return self.report

    def _clock(self) -> datetime:
        return AT_EIGHT + timedelta(seconds=self.env.now)

    def _arrivals(self) -> Steps[None]:
        coming = sorted(
            random.uniform(0, self.morning.spread) for _ in range(self.morning.citizens // self.morning.part)
        )
        for n, at in enumerate(coming):
            yield self.env.timeout(at - self.env.now)
            self._note("arrived")
            self.env.process(self._citizen(n))

    def _citizen(self, n: int) -> Steps[None]:
        office = self._offices[n % len(self._offices)]
        booking = f"booking {n}"
        slots = yield from self._ask(self._gateway, self._look, "look_cpu", lambda: self._looked(office))
        while slots:
            wanted = slots[int(len(slots) * random.random() ** 2)]  # most people want an early one
            held = yield from self._ask(
                self._gateway, self._book, "hold_cpu", partial(self._held, booking, wanted, office)
            )
            if held is None:
                return
            seat, slots = held
            if seat:
                yield from self._typed(booking, wanted, seat)
                return
        if slots is not None:
            self.report.no_seat += 1

    def _typed(self, booking: str, at: SlotItem, seat: str) -> Steps[None]:
        if random.random() < self.morning.never_confirm:
            self.report.lapsed += 1
            return
        yield self.env.timeout(random.uniform(*TYPING))
        done = yield from self._ask(self._confirm, self._book, "hold_cpu", lambda: self._confirmed(booking, at, seat))
        if done:
            self.report.confirmed += 1
            self._note("sold")
            self._owners.setdefault((id(at), seat), []).append(booking)
        elif done is not None:
            self.report.lapsed += 1

    # --- the citizen's app, the gateway, Lambda -------------------------------------------------------------------

    def _ask[T](
        self, gate: Bucket, function: Function, cpu: str, work: Callable[[], Steps[T | None]]
    ) -> Steps[T | None]:
        """One press of a button: asks until there is an answer or the app gives up. None is no answer."""
        report, pressed = self.report, self.env.now
        report.needed += 1
        for tries in range(int(limit("client", "tries"))):
            report.sent += 1
            self._note("sent")
            answer = yield from self._passed(gate, function, cpu, work)
            if answer is not None:
                report.presses.append(self.env.now - pressed)
                return answer
            self._note("refused")
            longest = min(limit("client", "longest_pause"), limit("client", "first_pause") * 2**tries)
            yield self.env.timeout(random.uniform(0, longest))
        report.gave_up += 1
        return None

    def _passed[T](
        self, gate: Bucket, function: Function, cpu: str, work: Callable[[], Steps[T | None]]
    ) -> Steps[T | None]:
        report = self.report
        if not gate.take(1, self.env.now):
            report.gateway += 1
            return None
        cold = function.start(self.env.now)
        if cold is None:
            report.functions += 1
            return None
        report.most_running = max(report.most_running, self._account.running)
        began = self.env.now
        yield self.env.timeout(cold + seconds(cpu) / self._share)
        answer = yield from work()
        function.finish()
        report.answers.append(self.env.now - began)
        report.busy += answer is None
        return answer

    # --- what the functions do, as in bookings/holding.py and lifecycle.py ---------------------------------------

    def _looked(self, office: list[SlotItem]) -> Steps[list[SlotItem] | None]:
        """The slots with seats left; None if the partition is too busy, also for botocore's second try."""
        if not self._reads.take(LOOK_UNITS, office[0].office, self.env.now):
            self.report.partitions += 1
            yield self.env.timeout(random.random())
            if not self._reads.take(LOOK_UNITS, office[0].office, self.env.now):
                self.report.partitions += 1
                return None
        yield self.env.timeout(seconds("read"))
        now = epoch(self._clock())
        return [each for each in office if each.seats_left(now)]

    def _held(
        self, booking: str, at: SlotItem, office: list[SlotItem]
    ) -> Steps[tuple[str | None, list[SlotItem]] | None]:
        """The seat, or the slots nearest to the full one; None if the service is too busy."""
        try:
            search = SeatSearch(at.slot, QUEUE)
        except SlotFull:
            return None, []
        for _ in range(MAX_SEAT_TRIES):
            seat = search.choice.attribute
            done = yield from self._commit(at, booking, lambda: self._taken(at, booking, search))
            if done is None:
                return None
            if done:
                return seat, []
            self.report.lost_to_rivals += 1
            if not search.choose_among(at.item, self._clock()):
                break
        yield self.env.timeout(2 * seconds("read"))  # whether an earlier try made it, and the alternatives
        now = epoch(self._clock())
        left = [each for each in office if each.seats_left(now)]
        return None, sorted(left, key=lambda each: abs(each.slot.start - at.slot.start))[:MAX_ALTERNATIVES]

    def _taken(self, at: SlotItem, booking: str, search: SeatSearch) -> Item | None:
        """The change of the slot's item, if the condition of `BookingStore.take_seat` holds."""
        now = epoch(self._clock())
        seat, there = search.choice.attribute, at.item.get(search.choice.attribute)
        free = there is None or there.get("x", now + 1) <= now
        mark = at.item.get("mark")
        same_rules = mark in (None, search.mark) if search.seen_mark is None else mark == search.seen_mark
        if self.morning.conditional and not (free and same_rules):
            return None
        return {seat: {"b": booking, "x": now + 60 * the_rules().hold_minutes}, "mark": search.mark}

    def _confirmed(self, booking: str, at: SlotItem, seat: str) -> Steps[bool | None]:
        """Whether the seat is now firm; it is not if the hold has lapsed. None if the service is too busy."""
        yield self.env.timeout(seconds("read"))

        def kept() -> Item | None:
            held = at.item.get(seat, {})
            living = held.get("b") == booking and held.get("x", 0) > epoch(self._clock())
            return {seat: {"b": booking}} if living or not self.morning.conditional else None

        return (yield from self._commit(at, booking, kept))

    def _commit(self, at: SlotItem, booking: str, change: Callable[[], Item | None]) -> Steps[bool | None]:
        """A transaction, with the service's own pauses: whether its conditions held, or None after the last try.

        It uses units of the slot's, the applicant's and the citizen's partition and of the index, also when refused.
        `change` is asked at the instant at which the transaction has its items for itself.
        """
        for pause in pauses():
            now = self.env.now
            keys = (at.office, f"APPLICANT#{booking}", f"CITIZEN#{booking}")
            room = all([self._writes.take(UNITS, key, now) for key in keys])
            room &= self._index.take(1, f"HOLD#{zlib.crc32(booking.encode()) % DUE_SHARDS}", now)
            if not room:
                self.report.partitions += 1
            elif at.locked_until > now and self.morning.conditional:
                self.report.conflicts += 1
            else:
                changed = change()
                at.locked_until = now + seconds("transaction")
                if changed is not None:
                    at.item = {**at.item, **changed}
                    at.changed()
                yield self.env.timeout(seconds("transaction"))
                return changed is not None
            yield self.env.timeout(pause)
        return None

    def _note(self, what: str) -> None:
        self.report.by_second[what][int(self.env.now)] += 1


def the_rules() -> OpeningRules:
    """The opening rules of every office of the simulation: state office hours, with all seats released at once.

    That is the hardest morning. Where half is released later, fewer people find a seat on it, and fewer come back.
    """
    return _RULES


_RULES = replace(
    rules(tomllib.loads(OFFICES.read_text(encoding="utf-8"))["profile"]["office-hours"]), second_portion_days=0
)


def bookable_slots(days: int | None = None) -> list[Slot]:
    """The slots that can be booked at eight, by the service's own rules; of the first open days only, if `days` says so."""
    first = AT_EIGHT.date() + timedelta(days=1)
    found = opening.days(_RULES, {}, first, _RULES.window_days, AT_EIGHT)
    open_days = [day for day in found if day.slots][:days]
    return [slot for day in open_days for slot in day.slots]


# --- the tables --------------------------------------------------------------------------------------------------

HEAD = (
    "| run | offices | citizens | confirmed of seats | oversold | left without a seat | gave up | requests for each needed "
    "| refused by gateway | by Lambda | throttled partitions | conflicts | answer P50 / P99 | press P50 / P99 | over after |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def row(name: str, report: Report) -> str:
    """One line of the table."""
    morning = report.morning
    return (
        f"| {name}{f' (1/{morning.part})' if morning.part > 1 else ''} | {morning.offices // morning.part:,} "
        f"| {morning.citizens // morning.part:,} | {report.confirmed:,} of {report.seats:,} "
        f"| {report.oversold} | {report.no_seat:,} | {report.gave_up:,} | {report.amplification:.2f} "
        f"| {report.gateway:,} | {report.functions:,} | {report.partitions:,} | {report.conflicts:,} "
        f"| {_spread(report.answers, 1000)} ms | {_spread(report.presses, 1)} s | {report.ended / 60:.0f} min |"
    )


def _spread(times: Sequence[float], factor: float) -> str:
    if not times:
        return "-"
    ordered = sorted(times)
    return " / ".join(f"{ordered[int(share * (len(ordered) - 1))] * factor:.3g}" for share in (0.5, 0.99))


def mornings(seed: int, part: int = 1) -> dict[str, Morning]:
    """The runs of docs/scale.md. The country's 1,000,000 citizens are 301 for each office.

    `part` is for a quick look: 10 simulates a tenth of a thousand offices and of the country.
    """
    rate, burst = throttling()
    each = CITIZENS // COUNTRY
    small = {
        f"{offices:,} offices": Morning(offices, offices * each, rate=rate, burst=burst, seed=seed, part=of)
        for offices, of in ((10, 1), (100, 1), (1000, part))
    }
    country = Morning(COUNTRY, CITIZENS, seed=seed, part=part)
    warm = replace(country, table_writes=40_000)
    return {
        **small,
        "country, one bucket": replace(country, rate=rate, burst=burst, confirm_apart=False),
        "country, as deployed": replace(country, rate=rate, burst=burst),
        "country, API raised": country,
        "country, API and table raised": warm,
        "country, the same in one minute": replace(warm, spread=60),
        "country, in one minute, Lambda raised too": replace(warm, spread=60, concurrency=10_000),
        "one minute, API no wider than the table": replace(warm, spread=60, rate=4_000, burst=2_000),
    }


def simulated(morning: Morning) -> Report:
    """A run, in a process of its own."""
    return Simulation(morning).run()


def main(seed: int = 1, part: int = 1) -> None:
    """Print the tables, draw the plots."""
    from bench import evening  # it imports this module

    runs, reports = mornings(seed, part), {}
    say(HEAD)
    with ProcessPoolExecutor(2) as pool:
        for name, report in zip(runs, pool.map(simulated, runs.values()), strict=True):
            reports[name] = report
            say(row(name, report))
    say("\n" + evening.table())
    draw({name: report for name, report in reports.items() if name.startswith("country")})


def draw(reports: dict[str, Report]) -> None:
    """A picture of each run: what came and what became of it, by second; and how long a press of a button took."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "cccd", "svg.fonttype": "none", "font.size": 9})
    PLOTS.mkdir(parents=True, exist_ok=True)
    figure, axes = plt.subplots(len(reports), 1, figsize=(8, 2.4 * len(reports)), layout="constrained")
    for axis, (name, report) in zip(axes, reports.items(), strict=True):
        last = int(report.ended) // 10 + 1
        for what in report.by_second:
            tens = Counter[int]()
            for second, number in report.by_second[what].items():
                tens[second // 10] += number
            axis.plot([n / 6 for n in range(last)], [tens[n] / 10 for n in range(last)], label=what, linewidth=1)
        axis.set(title=name, ylabel="a second", yscale="symlog", xlim=(0, min(25, report.ended / 60)))
    axes[0].legend(ncols=4, loc="upper right")
    axes[-1].set(xlabel="minutes after 08:00")
    figure.savefig(PLOTS / "morning.svg", metadata={"Date": None})
    figure, axis = plt.subplots(figsize=(8, 3), layout="constrained")
    for name, report in reports.items():
        ordered = sorted(report.presses)
        shares = [n / 200 for n in range(201)]
        axis.plot([max(0.05, ordered[int(share * (len(ordered) - 1))]) for share in shares], shares, label=name)
    axis.set(xscale="log", xlabel="seconds from the press of a button to its answer", ylabel="share of the presses")
    axis.legend()
    figure.savefig(PLOTS / "presses.svg", metadata={"Date": None})


def measure() -> None:
    """The CPU and wall time of a hold on DynamoDB Local, in milliseconds."""
    from bookings.holding import hold
    from bookings.store import BookingStore
    from cccd.observability import metrics
    from infra.template import load
    from tests.bookings.wishes import LIMIT, NOW, RULES, SLOT_START, slot, wish
    from tests.races.engine import client_of, dynamodb_local

    with dynamodb_local() as url:
        client = client_of(url)
        client.create_table(**{**load(TEMPLATE).tables["BookingsTable"].definition, "TableName": "Measured"})
        store = BookingStore(client, "Measured")
        cpu, wall = [], []
        for n in range(300):
            wanted = wish(f"person {n}", at=slot(50, SLOT_START + timedelta(minutes=30 * (n // 50))))
            began, worked = time.perf_counter(), time.process_time()
            hold(store, wanted, RULES, LIMIT, NOW)
            cpu.append(1000 * (time.process_time() - worked))
            wall.append(1000 * (time.perf_counter() - began))
            metrics.clear_metrics()  # it would print them
    say(f"a hold: {statistics.median(cpu):.1f} ms of CPU, {statistics.median(wall):.1f} ms in all (median of 300)")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["measure"]:
        measure()
    else:
        main(*map(int, sys.argv[1:]))
