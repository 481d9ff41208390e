"""The whole service, started as `make run` starts it, on a free port."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from local.engine import free_port
from tests.conftest import ROOT

PATIENCE = 60  # seconds for the first answer


@contextmanager
def served(clock: str, **variables: str) -> Iterator[str]:
    """The URL of the running service, whose time starts at `clock`; ended as by Ctrl-C."""
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'functions'}:{ROOT / 'layers' / 'common'}",
        "PORT": str(port),
        "CLOCK": clock,
        **variables,
    }
    process = subprocess.Popen([sys.executable, "-m", "local"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < give_up:
        try:
            with urlopen(f"{url}/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the service did not start (exit code {process.poll()})")
