"""The whole service, started as `make run` starts it, on free ports; and a way to send it requests."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from local.engine import free_port
from tests.conftest import ROOT

PATIENCE = 60  # seconds for the first answer

# Never use the machine's proxy.
_direct = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Served:
    """The addresses of a running service: its API at `url`, its fake Zalo at `zalo`."""

    url: str
    zalo: str


@contextmanager
def served(clock: str, **variables: str) -> Iterator[Served]:
    """A running service whose time starts at `clock`; it ends as with Ctrl-C."""
    port, zalo_port = free_port(), free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'functions'}:{ROOT / 'layers' / 'common'}",
        "PORT": str(port),
        "ZALO_PORT": str(zalo_port),
        "CLOCK": clock,
        **variables,
    }
    process = subprocess.Popen([sys.executable, "-m", "local"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        service = Served(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{zalo_port}")
        _wait(service.url, process)
        yield service
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def ask(method: str, url: str, body: bytes | dict[str, Any] | None = None, **headers: str) -> tuple[int, Any]:
    """Status and JSON of the answer; a `body` of bytes is sent as it is."""
    content = json.dumps(body).encode() if isinstance(body, dict) else body
    request = Request(url, content, {"content-type": "application/json", **headers}, method=method)
    try:
        with _direct.open(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < give_up:
        try:
            with _direct.open(f"{url}/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the service did not start (exit code {process.poll()})")
