"""Starts the parts and stops them, in the right order."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from errno import EADDRINUSE
from functools import partial
from os import getpid
from pathlib import Path
from typing import Any

from infra.intrinsics import TemplateError
from infra.template import Schedule, Stack, load
from local import desk, miniapp, reference
from local.accounts import OPERATOR, connect_accounts
from local.clock import Clock
from local.engine import Engine
from local.folder import Folder, claim
from local.gateway import Gateway
from local.http import Request, Response
from local.officers import NOBODY, Officers
from local.pool import Busy, Failed, Pool, Workplace, check_environments
from local.reload import Watcher
from local.resources import create_buckets, create_keys, create_queues, create_secrets, create_tables
from local.schedules import Scheduler, event
from local.server import LoopbackServer
from local.settings import CannotRun, Settings
from local.sources import Feeder
from local.whereabouts import Whereabouts, told
from local.zalo import FakeZalo

type Say = Callable[[str], None]

TEMPLATE = Path("infra/template.yaml")
CODE = (Path("functions"), Path("layers/common"))
MOST_MINUTES = 60 * 24 * 366

# The template's parameters and secrets that get the fake Zalo's values.
ZALO_URLS = ("ZaloGraphUrl", "ZaloOpenApiUrl", "ZaloOauthUrl")


@dataclass(frozen=True)
class Running:
    """A running stack that answers."""

    api: str
    zalo: FakeZalo
    engine: Engine
    folder: Folder


@contextmanager
def running(settings: Settings, say: Say) -> Iterator[Running]:
    """The stack, from its first answer to its clean end; `CannotRun` or `TemplateError` if it cannot start."""
    with ExitStack() as parts:
        front = _opened("PORT", settings.port, LoopbackServer)
        parts.callback(front.stop)
        zalo = parts.enter_context(_opened("ZALO_PORT", settings.zalo_port, FakeZalo))
        source = _Source(settings, zalo)
        say(f"· template: {_summary(source.read())}")
        folder = parts.enter_context(claim(settings.root, settings.port, lasting=settings.clock is None))
        say("· engine")
        engine = parts.enter_context(Engine(settings.engine, folder.state, folder.engine_log, folder.lock))
        stack = source.read(engine.url)
        say(f"· tables {', '.join(table.name for table in stack.tables.values()) or '(none)'}, and secrets")
        create_tables(settings.dynamodb_url or engine.url, stack.tables.values())
        create_secrets(engine.url, stack.secrets.values(), given=zalo.secrets)
        create_keys(engine.url, stack.key_aliases)
        create_buckets(engine.url, stack.buckets)
        create_queues(engine.url, stack.queues)
        say(f"· {settings.workers} workers")
        folder.functions_log.write_bytes(b"")
        clock = Clock.starting_at(settings.clock) if settings.clock else Clock()
        pool = Pool(
            Workplace(settings.root, _endpoints(settings, engine), clock, folder.functions_log), settings.workers
        )
        parts.callback(pool.close)
        zalo.endpoints["POST", "/clock"] = partial(_let_time_pass, clock, pool)
        if operator := stack.functions.get(OPERATOR):
            for refused in connect_accounts(partial(pool.invoke, operator), zalo):
                say(f"· not connected: {refused}")
        officers = Officers(next(iter(stack.authorizers.values()), NOBODY), clock)
        gateway = Gateway(stack, pool.invoke, clock, say, officers.claims)
        scheduler = Scheduler(clock)
        parts.callback(scheduler.stop)
        parts.enter_context(told(settings.root, settings.port, _whereabouts(settings, front.url, zalo, engine)))
        front.start(
            lambda request: _page(request, officers) or officers.answer(request) or gateway.answer(request),
            gateway.refuse,
        )
        parts.callback(front.stop)
        live = _Live(settings, source, stack, pool, gateway, scheduler, say)
        live.follow(stack)
        feeder = _feeder(engine.url, settings.dynamodb_url or engine.url, stack, pool, say)
        parts.callback(feeder.stop)
        feeder.start(stack.queue_sources, stack.stream_sources)
        watcher = Watcher([settings.root / folder for folder in (*CODE, TEMPLATE.parent)], live.changed, say)
        watcher.start()
        parts.callback(watcher.stop)
        yield Running(front.url, zalo, engine, folder)


def _let_time_pass(clock: Clock, pool: Pool, request: Request) -> dict[str, Any]:
    """`{"minutes": 20}` makes the whole stack that much later: to see a hold lapse without waiting for it.

    A schedule that sleeps until its next time sleeps on as long as it meant to.
    """
    try:
        minutes = float(json.loads(request.body)["minutes"])
    except (ValueError, TypeError, KeyError):
        return {"error": 'the body must be like {"minutes": 20}'}
    if not 0 <= minutes <= MOST_MINUTES:
        return {"error": f"minutes must be between 0 and {MOST_MINUTES}"}
    clock.advance(minutes * 60)
    pool.renew()
    return {"now": clock.now().isoformat()}


def _page(request: Request, officers: Officers) -> Response | None:
    """The answer of the API reference, the Mini App or the officers' page, if the request is for one; no function serves them."""
    if page := desk.answer(request, officers.authorizer):
        return page
    found = reference.answer(request.path) or miniapp.answer(request.path) if request.method == "GET" else None
    return Response(found[0], [("content-type", found[1])], found[2]) if found else None


def _opened[Server](variable: str, port: int, server: Callable[[int], Server]) -> Server:
    """The server on the port that `variable` gives."""
    try:
        return server(port)
    except OSError as error:
        raise _no_port(variable, port, error) from None


def _no_port(variable: str, port: int, error: OSError) -> CannotRun:
    """Why a port is not available, and another to try: not the next one, as another run's fake Zalo may have it."""
    what = "is taken by another program" if error.errno == EADDRINUSE else f"cannot be opened ({error.strerror})"
    other = 3010 if port != 3010 else 3020
    return CannotRun(f"port {port} {what}; try `make run {variable}={other}`.")


def _feeder(url: str, tables_url: str, stack: Stack, pool: Pool, say: Say) -> Feeder:
    def invoke(function: str, event: Any) -> Any:
        try:
            return pool.invoke(stack.functions[function], event)
        except Failed as failure:
            say(f"{function} failed: {failure.reason}")
        except Busy:
            say(f"{function} waits: no worker was free")
        return None

    return Feeder(url, tables_url, invoke, say)


def _whereabouts(settings: Settings, api: str, zalo: FakeZalo, engine: Engine) -> Whereabouts:
    return Whereabouts(
        api=api,
        zalo=zalo.url,
        zalo_app_id=zalo.app_id,
        engine=engine.url,
        tables=settings.dynamodb_url or engine.url,
        clock=settings.clock.isoformat() if settings.clock else None,
    )


def _endpoints(settings: Settings, engine: Engine) -> Mapping[str, str]:
    """The addresses for the functions' AWS clients; botocore reads these variables by itself."""
    tables = {"AWS_ENDPOINT_URL_DYNAMODB": settings.dynamodb_url} if settings.dynamodb_url else {}
    return {"AWS_ENDPOINT_URL": engine.url, **tables}


def _summary(stack: Stack) -> str:
    counts = {
        "functions": stack.functions,
        "routes": stack.routes,
        "tables": stack.tables,
        "secrets": stack.secrets,
        "schedules": stack.schedules,
    }
    counted = ", ".join(f"{len(things)} {name if len(things) != 1 else name[:-1]}" for name, things in counts.items())
    return counted + "".join(f"\n  not run here: {event}" for event in stack.not_run)


class _Source:
    """Reads the template for this run."""

    def __init__(self, settings: Settings, zalo: FakeZalo):
        self._path = settings.root / TEMPLATE
        own = {"ZaloAppId": zalo.app_id, "DeskUrl": f"http://127.0.0.1:{settings.port}/desk/"}
        self._parameters = dict.fromkeys(ZALO_URLS, zalo.url) | own
        self._engine_url = ""
        # A run at another time has its own data, even in a DynamoDB that outlives the run.
        shared = settings.clock and settings.dynamodb_url
        self._table_suffix = f"-{settings.clock:%Y%m%dT%H%M%S}-{getpid()}" if shared else ""

    def read(self, engine_url: str | None = None) -> Stack:
        self._engine_url = engine_url or self._engine_url
        stack = load(self._path, self._parameters, table_suffix=self._table_suffix, engine_url=self._engine_url)
        check_environments(stack.functions.values())
        return stack


class _Live:
    """The parts that follow the code and the template while the stack runs."""

    def __init__(
        self,
        settings: Settings,
        source: _Source,
        stack: Stack,
        pool: Pool,
        gateway: Gateway,
        scheduler: Scheduler,
        say: Say,
    ):
        self._settings = settings
        self._source = source
        self._stack = stack
        self._pool = pool
        self._gateway = gateway
        self._scheduler = scheduler
        self._say = say

    def follow(self, stack: Stack) -> None:
        """Serve this stack's routes and schedules from now on, and no others."""
        self._scheduler.follow(stack.schedules if self._settings.schedules else (), partial(self._ring, stack))
        self._gateway.serve(stack)
        if _lasting(stack) != _lasting(self._stack):
            self._say("· tables, secrets, queues or what they feed changed: start the stack again to have them")
        self._stack = stack

    def changed(self, paths: set[Path]) -> None:
        """Bring changed code, and a changed template, into the running stack."""
        names = sorted(str(path.relative_to(self._settings.root)) for path in paths)
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        self._say(f"· changed: {names[0]}{more}; reloaded")
        self._pool.renew()
        if str(TEMPLATE) in names:
            try:
                self.follow(self._source.read())
            except TemplateError as error:
                self._say(f"· the template as it was stays in force: {error}")

    def _ring(self, stack: Stack, schedule: Schedule, due: datetime) -> None:
        try:
            self._pool.invoke(stack.functions[schedule.function], event(schedule, due))
        except Failed as failure:
            self._say(f"schedule {schedule.name} failed: {failure.reason}")
        except Busy:
            self._say(f"schedule {schedule.name} left out: no worker was free")
        else:
            self._say(f"schedule {schedule.name} done")


def _lasting(stack: Stack) -> tuple[Any, ...]:
    """The parts that are made when the stack starts, and not again."""
    return stack.tables, stack.secrets, stack.queues, stack.queue_sources, stack.stream_sources
