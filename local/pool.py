"""A pool of worker processes, each able to run every function, one event at a time.

Lambda gives every function its own processes; with a dozen functions that would be dozens of idle interpreters here. So
workers are shared, and the first call that needs a handler imports it. A worker then loads a module of several
functions only once. That is right only while each variable has one value; `check_environments` refuses other templates.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path
from typing import Any, BinaryIO

from infra import account
from infra.intrinsics import TemplateError
from infra.template import Function
from local import worker
from local.clock import Clock

INIT = 10.0  # seconds: Lambda's time for importing a handler, in addition to the function's own time limit
QUEUE = 29.0  # seconds an event waits for a free worker


class Failed(Exception):
    """The function did not answer; `reason` is an exception's name, "crashed" or "timed out"."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class Busy(Exception):
    """No worker became free in time."""


@dataclass(frozen=True)
class Workplace:
    """Where and how workers run: the repository's root, the variables for AWS, the log of the functions."""

    root: Path
    endpoints: Mapping[str, str]
    clock: Clock
    log: Path

    def environment(self) -> dict[str, str]:
        """A worker's variables. It gets none from the engineer's shell, as Lambda would not have them either."""
        code = self.root / "functions"
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "en_US.UTF-8",
            "TZ": "UTC",
            "PYTHONPATH": os.pathsep.join([str(code), str(self.root / "layers/common")]),
            "LAMBDA_TASK_ROOT": str(code),
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_REGION": account.REGION,
            "AWS_DEFAULT_REGION": account.REGION,
            "AWS_ACCESS_KEY_ID": account.ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": account.SECRET_KEY,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }


def check_environments(functions: Iterable[Function]) -> None:
    """Refuse a variable that has different values in different functions: see the module's docstring."""
    seen: dict[str, tuple[str, str]] = {}
    for function in functions:
        for variable, value in function.environment.items():
            other, known = seen.setdefault(variable, (function.name, value))
            if known != value:
                raise TemplateError(
                    f"{variable} is “{known}” for {other} and “{value}” for {function.name}, "
                    "but local workers run all functions in one process: give it another name or one value"
                )


class Worker:
    """One worker process and the connection to it."""

    def __init__(self, workplace: Workplace, log: BinaryIO, generation: int):
        self.generation = generation
        self._endpoints = workplace.endpoints
        self._handlers: set[str] = set()
        self._line, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", worker.__file__, str(theirs.fileno()), str(workplace.clock.offset)],
                cwd=workplace.root / "functions",
                env=workplace.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # the terminal's Ctrl-C is for the stack, which then ends its workers
            )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def call(self, function: Function, event: Any) -> Any:
        """The handler's result. After `Failed("crashed")` or `Failed("timed out")` the process has ended."""
        patience = function.timeout + (0 if function.handler in self._handlers else INIT)
        self._handlers.add(function.handler)
        try:
            self._line.send_bytes(json.dumps(_call(function, event, self._endpoints)).encode())
            if not self._line.poll(patience):
                self.stop()
                raise Failed("timed out")
            answer = json.loads(self._line.recv_bytes())
        except (EOFError, OSError):
            self.stop()
            raise Failed("crashed") from None
        if "error" in answer:
            raise Failed(answer["error"])
        return answer["result"]

    def stop(self) -> None:
        """End the process and all that it started; harmless if it has ended already."""
        with suppress(ProcessLookupError, PermissionError):  # it has ended since we looked
            if self.alive:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._line.close()


def _call(function: Function, event: Any, endpoints: Mapping[str, str]) -> dict[str, Any]:
    """The data that a worker needs for one call; `endpoints` stand in place of the template's, which are AWS's own."""
    return {
        "name": function.name,
        "arn": account.arn("lambda", f"function:{function.name}"),
        "handler": function.handler,
        "timeout": function.timeout,
        "memory": function.memory,
        "environment": {
            **function.environment,
            **endpoints,
            "_HANDLER": function.handler,
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": worker.Context.function_version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        },
        "requestId": str(uuid.uuid4()),
        "event": event,
    }


class Pool:
    """Workers that wait for events. The last used worker is used next, so that a single caller finds warm imports."""

    def __init__(self, workplace: Workplace, size: int):
        self._workplace = workplace
        self._log = workplace.log.open("ab")
        self._generation = 0
        self._closed = False
        self._lock = threading.Lock()
        self._workers: set[Worker] = set()
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(self._start())

    def invoke(self, function: Function, event: Any) -> Any:
        """Run one event; `Failed` if the function does not answer, `Busy` if no worker is free."""
        try:
            chosen = self._idle.get(timeout=QUEUE)
        except queue.Empty:
            raise Busy from None
        try:
            if chosen.generation != self._generation or not chosen.alive:
                chosen = self._replace(chosen)
            return chosen.call(function, event)
        finally:
            self._idle.put(chosen)

    def renew(self) -> None:
        """The code has changed: replace every worker before its next event."""
        self._generation += 1

    def close(self, patience: float = 2.0) -> None:
        """End every worker; busy workers have `patience` seconds to finish."""
        deadline = time.monotonic() + patience
        while self._idle.qsize() < len(self._workers) and time.monotonic() < deadline:
            time.sleep(0.02)
        with self._lock:
            self._closed = True
            for each in self._workers:
                each.stop()
        self._log.close()

    def _start(self) -> Worker:
        with self._lock:
            if self._closed:
                raise Failed("stopped")
            started = Worker(self._workplace, self._log, self._generation)
            self._workers.add(started)
            return started

    def _replace(self, old: Worker) -> Worker:
        fresh = self._start()
        with self._lock:
            self._workers.discard(old)
        old.stop()
        return fresh
