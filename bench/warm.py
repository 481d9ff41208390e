"""What a warm request costs in CPU, beside the DynamoDB calls that it makes, and where. `make bench-warm` prints the tables.

Each request runs many times against DynamoDB Local, which is a process of its own, so that only our side is counted. Its
calls are recorded and made again, bare, by the same client with the same parameters. A public request without a call is
compared with one bare GetItem. Ratios only: (request - calls) / calls. The second table says which layer takes which share
of a request's CPU, the client's part of its calls included (bench/layers.py).
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bench import layers
from infra.template import load

os.environ.update(
    {"AWS_DEFAULT_REGION": "ap-southeast-1", "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
)
os.environ["POWERTOOLS_SERVICE_NAME"] = "cccd"

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
type Call = tuple[str, dict[str, Any]]

TIMES = int(os.environ.get("TIMES", "200"))
KEY = b"a key of the bench, as long as the real ones are: 64 characters."
CONTEXT: Any = SimpleNamespace(aws_request_id="5f2c9b1e-7d43-4a6f-9c08-b1d2e3f4a5c6", function_name="bench")
OFFICE = "ca-26740"
ONE_READ: Call = ("get_item", {"TableName": "BookingsTable", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}})


def main() -> None:
    """Measure the ten commonest requests."""
    stack = load(Path(__file__).parents[1] / "infra" / "template.yaml")
    for function in stack.functions.values():
        for name, value in function.environment.items():
            os.environ.setdefault(name, value)
    from tests.races.engine import dynamodb_local

    with dynamodb_local() as url:
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = url
        from cccd import dynamodb

        for table in stack.tables.values():
            plain = {name: value for name, value in table.definition.items() if name != "StreamSpecification"}
            dynamodb.client().create_table(**plain)
        with silence():
            requests = _requests()
            rows = [(name, *_beyond(dynamodb.client(), request)) for name, request in requests.items()]
            # Afterwards, as the system's clocks of CPU time are coarser once such a timer has run.
            profiles = {name: layers.shares(request) for name, request in requests.items()}
    sys.stdout.write("| request | calls | CPU beyond its calls |\n|---|---|---|\n")
    for name, calls, ratio in rows:
        sys.stdout.write(f"| {name} | {calls} | {ratio:.2f} |\n")
    sys.stdout.write(f"\n| request | {' | '.join(layers.COLUMNS)} |\n|{'---|' * (len(layers.COLUMNS) + 1)}\n")
    for name, shares in profiles.items():
        sys.stdout.write(f"| {name} | {' | '.join(f'{share:.0%}' for share in shares.values())} |\n")


def _requests() -> dict[str, Callable[[], object]]:
    """The ten requests, by name."""
    from bookings.api import handler as bookings
    from bookings.availability_api import handler as availability
    from cccd import clock, keyring
    from cccd.session import Citizen, issue
    from faq.api import handler as faq
    from offices.api import handler as offices
    from procedures.api import handler as procedures

    for name in ("SessionKey", "IdentityKey"):
        keyring._read[name] = (time.monotonic() + 10_000, KEY)
    days = json.loads(availability(_event("GET", f"/offices/{OFFICE}/slots"), CONTEXT)["body"])["days"]
    open_days = [day for day in days if day["slots"]]
    start = open_days[-1]["slots"][0]["start"]  # so far away that a cancelled seat is free at once
    numbers = count()

    def signed(person: int, **headers: str) -> dict[str, str]:
        token, _ = issue(Citizen(str(10**18 + person)), KEY, clock.now())
        return {"authorization": f"Bearer {token}", **headers}

    def hold(person: int) -> dict[str, Any]:
        applicant = {"fullName": "Nguyễn Thị Lan", "dateOfBirth": "1990-05-20", "phone": "0912345678"}
        applicant["personalId"] = f"079190{person:06d}"
        body = {"officeId": OFFICE, "procedure": "cap-cccd", "start": start, "applicant": applicant}
        return _event("POST", "/bookings", body, signed(person, **{"idempotency-key": "first-press"}))

    def act(person: int, booking: str, what: str) -> dict[str, Any]:
        return _event("POST", f"/bookings/{booking}/{what}", None, signed(person))

    def held(person: int) -> str:
        answer = bookings(hold(person), CONTEXT)
        assert answer["statusCode"] == 201, answer["body"]
        return str(json.loads(answer["body"])["id"])

    def hold_and_cancel() -> None:
        person = next(numbers)
        bookings(act(person, held(person), "cancel"), CONTEXT)

    def hold_confirm_cancel() -> None:
        person = next(numbers)
        booking = held(person)
        for what in ("confirm", "cancel"):
            bookings(act(person, booking, what), CONTEXT)

    mine = next(numbers)
    booking = held(mine)
    bookings(act(mine, booking, "confirm"), CONTEXT)
    events = {
        "GET /offices?q=": (offices, _event("GET", "/offices", query={"q": "ben nghe"})),
        "GET /offices/{officeId}": (offices, _event("GET", f"/offices/{OFFICE}")),
        "GET /procedures/{code}": (procedures, _event("GET", "/procedures/cap-cccd")),
        "GET /faq?q=": (faq, _event("GET", "/faq", query={"q": "lam can cuoc bao nhieu tien"})),
        "GET /offices/{officeId}/slots": (availability, _event("GET", f"/offices/{OFFICE}/slots")),
        "GET /bookings": (bookings, _event("GET", "/bookings", None, signed(mine))),
        "GET /bookings/{bookingId}": (bookings, _event("GET", f"/bookings/{booking}", None, signed(mine))),
        "POST …/confirm, again": (bookings, act(mine, booking, "confirm")),
    }
    return {
        **{name: partial(handler, event, CONTEXT) for name, (handler, event) in events.items()},
        "hold and cancel": hold_and_cancel,
        "hold, confirm and cancel": hold_confirm_cancel,
    }


def _beyond(client: Any, request: Callable[[], object]) -> tuple[str, float]:
    """The calls of a request, and its CPU beyond theirs, in theirs; in one bare GetItem where it makes none."""
    calls: list[Call] = []

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        calls.append((model.name, params))

    client.meta.events.register("provide-client-params.dynamodb", note)
    request()
    client.meta.events.unregister("provide-client-params.dynamodb", note)
    if not calls:
        return "none; beside one GetItem", cpu(request) / cpu(_bare(client, [ONE_READ]))
    bare = cpu(_bare(client, [(_method(name), params) for name, params in calls]))
    return ", ".join(name for name, _ in calls), (cpu(request) - bare) / bare


def _bare(client: Any, calls: list[Call]) -> Callable[[], None]:
    """The calls alone; a write that is refused costs what a refused one does."""

    def make() -> None:
        for method, params in calls:
            try:
                getattr(client, method)(**params)
            except client.exceptions.ClientError:
                continue

    return make


def cpu(request: Callable[[], object]) -> float:
    """The least CPU seconds of one run, of five batches."""
    request()
    best = float("inf")
    for _ in range(5):
        started = time.process_time()
        for _ in range(TIMES // 5):
            request()
        best = min(best, (time.process_time() - started) / (TIMES // 5))
    return best


def _method(operation: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation).lstrip("_")


def _event(
    method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, query: dict[str, str] | None = None
) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "queryStringParameters": query,
        "headers": {"content-type": "application/json", **(headers or {})},
        "requestContext": {"http": {"method": method, "path": path}, "stage": "$default", "requestId": "1"},
        "body": json.dumps(body) if body is not None else None,
        "isBase64Encoded": False,
    }


@contextmanager
def silence() -> Iterator[None]:
    """Metrics and logs go to standard output; here nobody reads them."""
    from cccd.observability import logger

    handler: Any = logger.registered_handler
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        kept, sys.stdout, handler.stream = sys.stdout, nowhere, nowhere
        try:
            yield
        finally:
            sys.stdout = kept


if __name__ == "__main__":
    main()
