"""DynamoDB Local as a child process in memory: Amazon's own engine, really parallel, with real transactions."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local import keeper
from local.engine import free_port
from tests.races.fetch_dynamodb_local import FOLDER

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Not from conftest.py: what imports that has each answer compared with the contract, and a bench must not.
JAVA = Path(__file__).parents[2] / ".cache" / "java"
PATIENCE = 60  # seconds until it answers


@contextmanager
def dynamodb_local() -> Iterator[str]:
    """The URL of DynamoDB Local on 127.0.0.1, until the block ends."""
    assert (FOLDER / ".ready").exists() and JAVA.exists(), "run `make test` once: it fetches DynamoDB Local and a Java"
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable,  # so that the engine ends however this process ends
            keeper.__file__,
            JAVA,
            "-Xmx512m",
            "-Djava.library.path=DynamoDBLocal_lib",
            "-jar",
            "DynamoDBLocal.jar",
            "-disableTelemetry",
            "-inMemory",
            "-port",
            str(port),
        ],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, port, process)
        yield url
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(30)


def client_of(url: str) -> "DynamoDBClient":
    """A client with its own connections: the threads of a race share none. It never repeats a call by itself."""
    return _session().client(
        "dynamodb",
        endpoint_url=url,
        config=Config(retries={"total_max_attempts": 1}, read_timeout=60, max_pool_connections=1),
    )


@cache
def _session() -> boto3.session.Session:
    """One session for all clients, which are made one after the other: each session would read the models again."""
    return boto3.session.Session()


def _wait(url: str, port: int, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < give_up:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            client = client_of(url)
            with suppress(BotoCoreError, ClientError):
                client.list_tables()
                client.close()
                return
        time.sleep(0.1)
    raise AssertionError(f"DynamoDB Local did not start (exit code {process.poll()})")
