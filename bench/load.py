"""Citizens upon the running stack, on this machine alone. `make bench-load` prints the tables of docs/performance.md.

The stack runs as `make run` runs it, with more and more workers, on its own tables and on DynamoDB Local; locust sends
the citizens (bench/citizens.py). Afterwards the tables must hold every guarantee that tests/races checks, and exactly
the appointments that the citizens were told of. Then the DynamoDB requests of the same journeys are sent to each engine
alone, as bytes that were recorded, to see what it could do if it were all there is.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection
from multiprocessing import get_context
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from bench.warm import silence
from cccd.clock import VIETNAM
from infra import account
from infra.template import load
from local.engine import Engine, free_port
from local.resources import client as client_of
from local.resources import create_tables
from local.settings import Settings
from local.stack import TEMPLATE, Running, running
from tests.gateway import CONTEXT, Handler, event
from tests.races.engine import dynamodb_local
from tests.races.invariants import check

ROOT = Path(__file__).parents[1]
LOCUST = ROOT / ".tools" / "load" / "bin" / "locust"
ENGINE = ROOT / ".tools" / "engine" / "bin" / "ministack"
CONTRACT = ROOT / "functions" / "edge" / "openapi.json"

OFFICES = ("ca-26740", "ca-26743")  # those of bench/citizens.py
MORNING = datetime(2026, 11, 25, 9, tzinfo=VIETNAM)
RUNS = ((1, 16), (2, 16), (4, 16), (8, 16), (4, 1), (4, 40))  # workers, citizens at once
CITIZENS = 160  # in a run, one after another for each that is there at once
MOST_SECONDS = 120  # of a run
ALONE, WARMING = 120, 40  # citizens whose requests are recorded, and those of them who warm the engine
KEY = b"a key of the bench, as long as the real ones are: 64 characters."

TICK = os.sysconf("SC_CLK_TCK")
EMBEDDED, DYNAMODB_LOCAL = "embedded", "DynamoDB Local"

type Sent = tuple[str, dict[str, str], bytes]  # path, headers and body of a request to DynamoDB

_direct = build_opener(ProxyHandler({}))  # never use the machine's proxy


@dataclass(frozen=True)
class Outcome:
    """A run: what locust saw, the CPU seconds of the parts, and how many people were told of a seat that is not there."""

    tables: str
    workers: int
    at_once: int
    seen: dict[str, Any]
    cpu: dict[str, float]
    oversold: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return float(self.seen["requests"] / self.seen["seconds"])


def main() -> None:
    """Print the tables; the exit code is 1 if anything was an error."""
    failed = False
    for tables in (EMBEDDED, DYNAMODB_LOCAL):
        say(f"\n## {tables}\n")
        say(
            "| workers | citizens at once | requests | errors | oversold | refused | throughput, 1 worker = 1 | a second "
            "| P50 / P95 / P99, ms | gateway | workers | engine | citizens | gateway, engine = 1 |\n|" + "---|" * 14
        )
        outcomes = []
        for workers, at_once in RUNS:
            outcomes.append(found := loaded(tables, workers, at_once))
            say(row(found, outcomes[0]))
            failed |= found.oversold > 0
            for error, times in found.seen["errors"].items():
                failed = True
                say(f"  {times} × {error}")
        say("\n" + alone(tables, max(outcomes, key=lambda each: each.rate)))
    sys.exit(failed)


def row(found: Outcome, first: Outcome) -> str:
    """A line of the table. CPU is in shares of what all parts used."""
    seen, cpu = found.seen, found.cpu
    refused = ", ".join(f"{number} {code}" for code, number in sorted(seen["refused"].items())) or "none"
    shares = " | ".join(f"{cpu[part] / sum(cpu.values()):.2f}" for part in ("gateway", "workers", "engine", "citizens"))
    return (
        f"| {found.workers} | {found.at_once} | {seen['requests']:,} | {sum(seen['errors'].values())} "
        f"| {found.oversold} | {refused} "
        f"| {found.rate / first.rate:.2f} | {found.rate:.0f} | {' / '.join(f'{ms:.0f}' for ms in seen['ms'].values())} | {shares} "
        f"| {cpu['gateway'] / cpu['engine']:.2f} |"
    )


# --- through the stack -------------------------------------------------------------------------------------------


def loaded(tables: str, workers: int, at_once: int) -> Outcome:
    """A run. A first, small crowd warms the workers, as each imports what it needs when it first needs it.

    Raises:
        Broken: the tables do not hold a guarantee.
    """
    with ExitStack() as parts:
        url = parts.enter_context(dynamodb_local()) if tables == DYNAMODB_LOCAL else None
        settings = Settings(
            root=ROOT,
            port=free_port(),
            zalo_port=free_port(),
            clock=MORNING,
            dynamodb_url=url,
            schedules=False,
            engine=ENGINE,
            workers=workers,
        )
        began = time.monotonic()
        stack = parts.enter_context(running(settings, lambda _: None))
        capacity = seats_of_a_slot(stack.api)
        first = crowd(stack, 0, max(at_once, workers), 2)
        before = cpu_by_part()
        seen = crowd(stack, 1, at_once, CITIZENS // at_once)
        cpu = {part: used - before.get(part, 0) for part, used in cpu_by_part().items()} | {"citizens": seen["cpu"]}
        seen["errors"] |= {f"first crowd, {error}": times for error, times in first["errors"].items()}
        now = MORNING + timedelta(seconds=time.monotonic() - began)
        told = Counter(first["appointments"]) + Counter(seen["appointments"])
        proved(url or stack.engine.url, capacity, now, told.total())
    oversold = sum(max(0, people - capacity) for people in told.values())
    return Outcome(tables, workers, at_once, seen, cpu, oversold)


def crowd(stack: Running, number: int, at_once: int, journeys: int) -> dict[str, Any]:
    """What locust saw of that many citizens, with its CPU seconds."""
    with TemporaryDirectory() as folder:
        result = Path(folder) / "seen.json"
        told = {
            "HOST": stack.api,
            "CONTRACT": str(CONTRACT),
            "RESULT": str(result),
            "USERS": str(at_once),
            "JOURNEYS": str(journeys),
            "CROWD": str(number),
        }
        options = ["--headless", "--users", str(at_once), "--spawn-rate", str(at_once), "--run-time", str(MOST_SECONDS)]
        quiet = ["--only-summary", "--loglevel", "ERROR", "--exit-code-on-error", "0"]
        before = os.times()
        subprocess.run(
            [LOCUST, "--locustfile", Path(__file__).with_name("citizens.py"), *options, *quiet],
            env={"PATH": os.environ["PATH"], **told},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=MOST_SECONDS + 60,
            check=True,
        )
        after = os.times()
        seen: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return seen | {"cpu": used}


def seats_of_a_slot(api: str) -> int:
    """The most seats of any slot, as a citizen sees them before anybody has come."""
    most = 0
    for office in OFFICES:
        with _direct.open(f"{api}/offices/{office}/slots", timeout=60) as answer:
            days = json.load(answer)["days"]
        most = max([most, *(slot["seatsLeft"] for day in days for slot in day["slots"])])
    return most


def proved(url: str, capacity: int, now: datetime, told: int) -> None:
    """Every guarantee holds of the tables, and they have as many appointments as the citizens were told of."""
    client = client_of("dynamodb", url)
    [table] = [name for name in client.list_tables()["TableNames"] if name.startswith("BookingsTable")]
    check(client, table, now, capacity)
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        ConsistentRead=True,
        FilterExpression="sk = :active AND #status = :confirmed",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":active": {"S": "ACTIVE"}, ":confirmed": {"S": "confirmed"}},
    )
    kept = sum(page["Count"] for page in pages)
    assert kept == told, f"{told} appointments were told, and {kept} are kept"


def cpu_by_part() -> dict[str, float]:
    """CPU seconds until now: of the stack's own process, its workers, and the engines."""
    found = {"gateway": time.process_time(), "workers": 0.0, "engine": 0.0}
    for pid, command in _descendants(os.getpid()):
        part = "workers" if "worker.py" in command else "engine"
        found[part] += _cpu(pid)
    return found


def _descendants(parent: int) -> Iterator[tuple[int, str]]:
    for child in Path(f"/proc/{parent}/task").glob("*/children"):
        for pid in map(int, child.read_text().split()):
            yield pid, Path(f"/proc/{pid}/cmdline").read_text()
            yield from _descendants(pid)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


# --- the engine alone --------------------------------------------------------------------------------------------


def alone(tables: str, best: Outcome) -> str:
    """A sentence: what the engine does with the same requests to DynamoDB when nothing else is there."""
    with TemporaryDirectory() as folder:
        # In a process of its own: handlers keep what they have made for their first engine.
        apart = ProcessPoolExecutor(1, get_context("spawn"))
        with engine_alone(tables, Path(folder)) as url, apart:
            every = apart.submit(recorded, url).result()
        with engine_alone(tables, Path(folder)) as url:
            create_tables(url, load(ROOT / TEMPLATE).tables.values())
            replayed(url, every[:WARMING], best.at_once)
            before, began = cpu_by_part()["engine"], time.perf_counter()
            sent = replayed(url, every[WARMING:], best.at_once)
            seconds, used = time.perf_counter() - began, cpu_by_part()["engine"] - before
    rate, cost = (ALONE - WARMING) / seconds, used / (ALONE - WARMING)
    parts = ", ".join(f"{part} {seconds / CITIZENS / cost:.2f}" for part, seconds in best.cpu.items())
    return (
        f"A citizen makes {sent / (ALONE - WARMING):.1f} requests to DynamoDB. Through the stack come {CITIZENS / best.seen['seconds'] / rate:.2f} "
        f"of the citizens whom the engine alone would serve in the same time. CPU of a citizen, in the engine's alone: {parts}."
    )


@contextmanager
def engine_alone(tables: str, folder: Path) -> Iterator[str]:
    """The URL of an engine that has nothing."""
    if tables == DYNAMODB_LOCAL:
        with dynamodb_local() as url:
            yield url
        return
    with TemporaryDirectory(dir=folder) as state, Engine(ENGINE, Path(state), folder / "engine.log") as engine:
        yield engine.url


def recorded(url: str) -> list[list[Sent]]:
    """The requests to DynamoDB of each citizen, with the handlers in this process. They do as bench/citizens.py has it."""
    stack = load(ROOT / TEMPLATE)
    for function in stack.functions.values():
        os.environ.update(function.environment)
    os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = url
    os.environ["AWS_ACCESS_KEY_ID"] = account.ACCESS_KEY  # DynamoDB Local has tables of its own for each
    create_tables(url, stack.tables.values())
    from bookings.api import handler as bookings
    from bookings.availability_api import handler as availability
    from cccd import clock, dynamodb, keyring
    from cccd.session import Citizen, issue

    for name in ("SessionKey", "IdentityKey"):
        keyring._read[name] = (time.monotonic() + 10_000, KEY)
    every: list[list[Sent]] = []

    def note(request: Any, **_: Any) -> None:
        headers = {str(name): _text(value) for name, value in request.headers.items()}
        every[-1].append((urlsplit(request.url).path or "/", headers, request.body))

    def ask(handler: Handler, made: dict[str, Any], status: int) -> Any:
        answer = handler(made, CONTEXT)
        assert answer["statusCode"] == status, answer
        return json.loads(answer["body"])

    dynamodb.client().meta.events.register("before-send.dynamodb", note)
    with silence():
        for person in range(ALONE):
            every.append([])
            token, _ = issue(Citizen(str(10**18 + person)), KEY, clock.now())
            signed = {"authorization": f"Bearer {token}"}
            days = ask(availability, event("GET", f"/offices/{OFFICES[person % 2]}/slots"), 200)["days"]
            starts = [slot["start"] for day in days for slot in day["slots"] if slot["seatsLeft"]]
            applicant = {"fullName": "Nguyễn Thị Lan", "dateOfBirth": "1990-05-20", "phone": "0912345678"}
            applicant["personalId"] = f"079190{person:06d}"
            wanted = {"procedure": "cap-cccd", "start": starts[person % 40], "applicant": applicant}
            body = {"officeId": OFFICES[person % 2], **wanted}
            booking = f"/bookings/{ask(bookings, hold(body, signed, 'first-press'), 201)['id']}"
            if person % 10 == 0:
                ask(bookings, hold(body, signed, "second-press"), 429)
            ask(bookings, event("POST", f"{booking}/confirm", headers=signed), 200)
            ask(bookings, event("GET", "/bookings", headers=signed), 200)
            ask(bookings, event("GET", booking, headers=signed), 200)
            if person % 2:
                ask(bookings, event("POST", f"{booking}/cancel", headers=signed), 200)
    dynamodb.client().meta.events.unregister("before-send.dynamodb", note)
    return every


def hold(body: dict[str, Any], signed: dict[str, str], key: str) -> dict[str, Any]:
    return event("POST", "/bookings", body=body, headers={**signed, "idempotency-key": key})


def replayed(url: str, every: list[list[Sent]], at_once: int) -> int:
    """How many requests were sent again, of that many citizens at once; what is refused costs what a refusal costs."""
    left = deque(every)
    address = urlsplit(url)

    def serve() -> int:
        connection, sent = HTTPConnection(str(address.hostname), address.port, timeout=60), 0
        connection.connect()
        # http.client sends head and body apart: with Nagle's algorithm each body would wait 40 ms.
        connection.sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        while left:
            try:
                each = left.popleft()
            except IndexError:
                break
            for path, headers, body in each:
                connection.request("POST", path, body, headers)
                connection.getresponse().read()
                sent += 1
        connection.close()
        return sent

    with ThreadPoolExecutor(at_once) as pool:
        return sum(each.result() for each in [pool.submit(serve) for _ in range(at_once)])


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
