"""Where the CPU of a request goes, by layer: samples of the stack, taken as CPU time passes.

A sample counts for the innermost frame that belongs to a layer. So the time of C code, and of the standard library,
counts for whoever called it; a profiler that traces each call would make Python look slower than C.
"""

import signal
import time
from collections import Counter
from collections.abc import Callable
from types import FrameType

EVERY = 0.001  # CPU seconds; the kernel rounds it up to its own tick
SECONDS = 6.0  # CPU seconds of one profile

# What a path has to contain, the first match counts.
LAYERS = {
    "DynamoDB client": ("/botocore/", "/urllib3/", "/http/client.py"),
    "logs, metrics": (
        "/aws_lambda_powertools/logging/",
        "/aws_lambda_powertools/metrics/",
        "/common/cccd/observability.py",
    ),
    "routing": ("/aws_lambda_powertools/",),
    "models": ("/pydantic/",),
    "session": (
        "/common/cccd/session.py",
        "/common/cccd/citizens.py",
        "/common/cccd/hashes.py",
        "/common/cccd/keyring.py",
    ),
    "HTTP edge": (
        "/common/cccd/http.py",
        "/common/cccd/representations.py",
        "/common/cccd/problems.py",
        "/common/cccd/field_errors.py",
    ),
    "table": (
        "/common/cccd/dynamodb.py",
        "/common/cccd/table.py",
        "/common/cccd/transactions.py",
        "/store.py",
        "/items.py",
    ),
    "rules": ("/common/cccd/", "/functions/"),
}
JSON = "JSON"  # by whoever, but for the client's own
OTHER = "the bench"
COLUMNS = (*LAYERS, JSON)


def shares(request: Callable[[], object]) -> dict[str, float]:
    """For each layer its share of the request's CPU."""
    samples: Counter[str] = Counter()

    def sample(_: int, frame: FrameType | None) -> None:
        samples[layer_of(frame)] += 1

    before = signal.signal(signal.SIGPROF, sample)
    request()
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        started = time.process_time()
        while time.process_time() - started < SECONDS:
            request()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    counted = sum(samples.values()) - samples[OTHER]
    return {layer: samples[layer] / counted for layer in COLUMNS}


def layer_of(frame: FrameType | None) -> str:
    """The layer of the innermost frame that has one."""
    json = False
    while frame:
        path = frame.f_code.co_filename
        json = json or "/json/" in path
        for layer, parts in LAYERS.items():
            if any(part in path for part in parts):
                return JSON if json and layer != "DynamoDB client" else layer
        frame = frame.f_back
    return OTHER
