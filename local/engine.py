"""The embedded engine: ministack as a child process. It imitates DynamoDB, KMS, S3, Secrets Manager and SQS.

It keeps its data in memory and writes it to `state` when it is asked to stop. Ctrl-C, SIGTERM and even `kill -9` of the
stack lead to that request (see `keeper.py`). A `kill -9` of the engine itself, or a power cut, loses what was written
since the last stop; the engine offers no way to flush earlier. If you need more, use DYNAMODB_URL with a DynamoDB Local
on disk.
"""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from infra import account
from local import keeper
from local.settings import CannotRun

SERVICES = "dynamodb,dynamodbstreams,kms,s3,secretsmanager,sqs"
READY_WITHIN = 30.0  # seconds; it takes less than one on an idle machine
STOPPED_WITHIN = 15.0

# Never use a proxy: the engine is on this machine.
_direct = build_opener(ProxyHandler({}))


class Engine:
    """A running engine, as a context manager: `with Engine(executable, state, log) as engine: engine.url`.

    `lock` is the number of an open file. It stays open until the data is written, even if the stack is gone by then.
    `services` are all that it has, if None.
    """

    def __init__(
        self, executable: Path, state: Path, log: Path, lock: int | None = None, services: str | None = SERVICES
    ):
        self._executable = executable
        self._state = state
        self._log = log
        self._services = services
        self._held = () if lock is None else (lock,)
        self._port = free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def running(self) -> bool:
        return self._keeper.poll() is None

    def __enter__(self) -> Self:
        self._state.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._keeper = subprocess.Popen(
                [sys.executable, "-P", keeper.__file__, str(self._executable.absolute())],
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=self._held,
                start_new_session=True,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            # Both are needed so that it does not listen on other network interfaces.
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            "GATEWAY_PORT": str(self._port),
            **({"SERVICES": self._services} if self._services else {}),
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._state.absolute()),
            "AWS_SECRET_ACCESS_KEY": account.SECRET_KEY,
            "MINISTACK_REGION": account.REGION,
            "MINISTACK_ACCOUNT_ID": account.ACCOUNT,
            "LOG_LEVEL": "WARNING",
        }

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if not self.running:
                break
            try:
                with _direct.open(f"{self.url}/_ministack/health", timeout=2):
                    return
            except (URLError, OSError):
                time.sleep(0.05)
        raise CannotRun(f"the engine {self._executable} did not start; {self._log} says why.")

    def _stop(self) -> None:
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        try:
            self._keeper.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait()


def free_port() -> int:
    """A port of the loopback interface that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
