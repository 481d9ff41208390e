"""What a cold start costs: the CPU time of whole processes, as ratios to a handler that only makes boto3's client.

    python -m bench.cold [Function …]

Everything runs as it was built (bytecode, no source compiled), for this machine's processor, on one core, in turn, so that
the machine's noise meets all alike. A process ends without Python's own tidying up, which Lambda never does. *start* is
importing the handler and making its DynamoDB client, if it has one. *first answer* goes on until the function has answered
its event, against an engine on loopback that answers at once; it is compared with a bare handler that reads one item there.
The engine's tables are empty and no event bears a signature of Zalo's: where the answer is a refusal, its status stands
beside the figure.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cccd.clock import VIETNAM
from cccd.session import Citizen, issue
from infra.template import Function, load

ROOT = Path(__file__).parents[1]
BUILT = ROOT / ".cache" / "bench-build"
RUNS = int(os.environ.get("RUNS", "9"))
A_DAY_TO_BOOK = "2026-11-26"  # in events/
KEY = "a key of the bench, as long as the real ones are: 64 characters."

BARE_START = "import boto3; boto3.client('dynamodb')"
RESOLVER = """
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Header
from pydantic import BaseModel
APIGatewayHttpResolver(enable_validation=True)
"""
BOTOCORE = "import botocore.session; botocore.session.get_session().create_client('dynamodb')"
FLOORS = {"Powertools' resolver": RESOLVER, "botocore's client": BOTOCORE, "both": f"{RESOLVER}\n{BOTOCORE}"}
END = "\nimport os; os._exit(0)"
BARE_ANSWER = "import boto3; boto3.client('dynamodb').get_item(TableName='t', Key={'pk': {'S': 'a'}})"
START = """
import {module}
{client}
"""
ANSWER = """
import json, types
from {module} import handler
context = types.SimpleNamespace(
    aws_request_id="5f2c9b1e-7d43-4a6f-9c08-b1d2e3f4a5c6", function_name="f", memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:ap-southeast-1:000000000000:function:f",
    get_remaining_time_in_millis=lambda: 10_000,
)
answer = handler(json.loads({event!r}), context)
said = answer if isinstance(answer, dict) else {{}}
status = next((each for each in (said.get("statusCode"), said.get("status")) if isinstance(each, int)), 200)
assert status != 500, answer
with open({told!r}, "w") as file:
    file.write(str(status))
"""


def main() -> None:
    """Build, measure, print."""
    functions = load(ROOT / "infra" / "template.yaml").functions
    wanted = sys.argv[1:] or sorted(functions)
    build(wanted[0])
    with engine() as url:
        floors: dict[str, tuple[str, Mapping[str, str]]] = {name: (code, {}) for name, code in FLOORS.items()}
        starts = measured(
            {"bare": (BARE_START, {})} | floors | {name: start_of(functions[name]) for name in wanted}, url
        )
        answers = measured({"bare": (BARE_ANSWER, {})} | {name: answer_of(functions[name]) for name in wanted}, url)
    say("| function | start | first answer |\n|---|---|---|")
    for name in FLOORS:
        say(f"| *{name} alone* | {starts[name] / starts['bare']:.2f} | |")
    for name in wanted:
        status = _told(name).read_text()
        refused = "" if status.startswith("2") else f" ({status})"
        say(f"| {name} | {starts[name] / starts['bare']:.2f} | {answers[name] / answers['bare']:.2f}{refused} |")
    say(
        f"\nUnzipped: {_megabytes('layer')} MB common layer, {_megabytes('printer')} MB printer layer, {_megabytes('code')} MB code."
    )


def build(function: str) -> None:
    """What `sam build` makes, for this machine's processor; and what Lambda's runtime has."""
    shutil.rmtree(BUILT, ignore_errors=True)
    arch = {"arm64": "aarch64"}.get(platform.machine(), platform.machine())
    path = f"{ROOT}/.venv/bin:{ROOT}/.tools/uv/bin:{os.environ['PATH']}"
    parts = {"layer": ("layers/common", "CommonLayer"), "printer": ("layers/printer", "PrinterLayer")}
    for name, (folder, target) in {**parts, "code": ("functions", function)}.items():
        (BUILT / name).mkdir(parents=True)
        variables = [f"ARTIFACTS_DIR={BUILT / name}", f"ARCH={arch}"]
        subprocess.run(
            ["make", "-s", "-C", str(ROOT / folder), f"build-{target}", *variables],
            env={**os.environ, "PATH": path},
            check=True,
        )
    runtime = BUILT / "runtime"
    for package in ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six.py"):
        source = next((ROOT / ".venv" / "lib").glob("python3.*")) / "site-packages" / package
        (shutil.copytree if source.is_dir() else shutil.copy)(source, _there(runtime) / package)
    subprocess.run(
        [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", runtime], check=True
    )


def start_of(function: Function) -> tuple[str, Mapping[str, str]]:
    """The code of a process that has started, and its environment."""
    has_table = any(name.endswith("_TABLE") for name in function.environment)
    client = "from cccd.dynamodb import client; client()" if has_table else ""
    return START.format(module=function.handler.rpartition(".")[0], client=client), function.environment


def answer_of(function: Function) -> tuple[str, Mapping[str, str]]:
    """The code of a process that has answered its event, signed in."""
    text = (ROOT / "events" / f"{function.name}.json").read_text(encoding="utf-8")
    event = json.loads(text.replace(A_DAY_TO_BOOK, _next_weekday()))
    if "headers" in event:
        token, _ = issue(Citizen("1000000000000000001"), KEY.encode(), datetime.now(VIETNAM))
        event["headers"]["authorization"] = f"Bearer {token}"
    module, told = function.handler.rpartition(".")[0], str(_told(function.name))
    return ANSWER.format(module=module, event=json.dumps(event), told=told), function.environment


def _next_weekday() -> str:
    """A day that can be booked."""
    days = (datetime.now(VIETNAM).date() + timedelta(days=ahead) for ahead in range(1, 4))
    return next(day for day in days if day.weekday() < 5).isoformat()


def _told(name: str) -> Path:
    """Where a process leaves the status of its answer."""
    return BUILT / f"{name}.status"


def measured(cases: Mapping[str, tuple[str, Mapping[str, str]]], url: str) -> dict[str, float]:
    """The median CPU seconds of each, run in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(RUNS):
        for name, (code, environment) in cases.items():
            seconds[name].append(cpu_seconds(code, {**environment, **_environment(url)}))
    return {name: statistics.median(each) for name, each in seconds.items()}


def cpu_seconds(code: str, environment: Mapping[str, str]) -> float:
    """User and system time of a process that runs the code and ends."""
    core = ["taskset", "-c", "0"] if shutil.which("taskset") else []
    process = subprocess.Popen(
        [*core, os.path.realpath(sys.executable), "-s", "-c", code + END],
        env=dict(environment),
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"this failed: {code}")
    return used.ru_utime + used.ru_stime


@contextmanager
def engine() -> Iterator[str]:
    """The URL of an engine that answers everything at once: tables are empty, every secret is the same."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Engine)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class _Engine(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answers: Mapping[str, Any] = {
        "Query": {"Items": [], "Count": 0},
        "BatchGetItem": {"Responses": {}, "UnprocessedKeys": {}},
        "GetSecretValue": {"SecretString": KEY},
        "UpdateItem": {"Attributes": {"copies": {"N": "1"}}},
    }

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        operation = (self.headers.get("x-amz-target") or "").rpartition(".")[2]
        body = json.dumps(self.answers.get(operation, {"error": 452})).encode()
        self.send_response(200)
        self.send_header("content-type", "application/x-amz-json-1.0")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


def _environment(url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": ":".join(str(BUILT / part) for part in ("code", "layer/python", "printer/python", "runtime")),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_DEFAULT_REGION": "ap-southeast-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_ENDPOINT_URL": url,
        "ZALO_GRAPH_URL": url,
        "ZALO_OPENAPI_URL": url,
        "ZALO_OAUTH_URL": url,
    }


def _there(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _megabytes(part: str) -> int:
    return round(sum(path.stat().st_size for path in (BUILT / part).rglob("*") if path.is_file()) / 1_000_000)


def say(line: str) -> None:
    """One line of the report."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
