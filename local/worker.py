"""One Lambda execution environment: a process that runs one event at a time.

`pool.py` starts it by this file's path with Python's -P. So a function sees the two roots that Lambda gives it and
nothing of the local stack; for the same reason this module imports nothing of it. The environment is rebuilt for every
call: if a function's template entry lacks a variable, it is missing here too, even if other functions have it.

Calls and answers use the socket whose number is the first argument; the second is the clock's shift in seconds.
"""

import importlib
import io
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

type Handler = Callable[[Any, "Context"], Any]

# How long a handler may run after its time limit. The pool kills it at the limit, but the pool may have ended.
GRACE = 15


class Context:
    """What Lambda tells a handler about its invocation."""

    function_version = "$LATEST"
    identity = None
    client_context = None

    def __init__(self, call: Mapping[str, Any]):
        self.function_name: str = call["name"]
        self.aws_request_id: str = call["requestId"]
        self.invoked_function_arn: str = call["arn"]
        self.memory_limit_in_mb: str = str(call["memory"])  # text, as Lambda's runtime has it
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.log_stream_name = f"local/[$LATEST]{os.getpid()}"
        self._deadline = time.monotonic() + call["timeout"]

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's time limit, never below 0."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))

    def log(self, message: str) -> None:
        """Write to the function's log."""
        sys.stdout.write(message)


def serve(connection: Connection) -> None:
    """Answer calls until the pool closes the connection, on purpose or because it ended."""
    base = dict(os.environ)
    handlers: dict[str, Handler] = {}
    while True:
        try:
            call = json.loads(connection.recv_bytes())
        except (EOFError, ConnectionError):
            return
        os.environ.clear()
        os.environ.update(base | call["environment"])
        answer = run(call, handlers)
        sys.stdout.flush()
        connection.send_bytes(answer.encode())


def run(call: Mapping[str, Any], handlers: dict[str, Handler]) -> str:
    """JSON `{"result": ...}`, or `{"error": the exception's name}` with the traceback in the log."""
    name = call["handler"]
    signal.alarm(call["timeout"] + GRACE)
    try:
        if name not in handlers:
            module, _, attribute = name.rpartition(".")
            handlers[name] = getattr(importlib.import_module(module), attribute)
        return json.dumps({"result": handlers[name](call["event"], Context(call))})
    except Exception as error:  # noqa: BLE001 - Lambda's runtime reports any of them and goes on
        print(f"{call['name']} {call['requestId']}", traceback.format_exc(), sep="\n", file=sys.stderr)
        return json.dumps({"error": type(error).__name__})
    finally:
        signal.alarm(0)


def main() -> None:
    """Run as a program: see the module's docstring."""
    socket, shift = int(sys.argv[1]), float(sys.argv[2])
    assert isinstance(sys.stdout, io.TextIOWrapper)
    sys.stdout.reconfigure(line_buffering=True)  # whole lines, so that lines of several workers do not mix
    if shift:
        import time_machine  # only here: it takes longer than everything above

        time_machine.travel(time.time() + shift, tick=True).start()
    with Connection(socket) as connection:
        serve(connection)


if __name__ == "__main__":
    main()
