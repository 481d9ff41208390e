"""`python -m local` from outside, with a project of its own: a template, a function or two, and the real engine."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from local.engine import free_port

REPOSITORY = Path(__file__).parents[2]

TEMPLATE = """
Parameters:
  ZaloGraphUrl: {Type: String, Default: "https://graph.zalo.me"}
  ZaloOpenApiUrl: {Type: String, Default: "https://openapi.zalo.me"}
  ZaloOauthUrl: {Type: String, Default: "https://oauth.zaloapp.com"}
  ZaloAppId: {Type: String, Default: "0"}
  DeskUrl: {Type: String, Default: "http://localhost/desk/"}
Globals:
  Function: {Timeout: 10}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties: {CorsConfiguration: {AllowOrigins: ["*"]}}
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      TimeToLiveSpecification: {AttributeName: ttl, Enabled: true}
  ZaloAppSecret:
    Type: AWS::SecretsManager::Secret
    Properties: {GenerateSecretString: {PasswordLength: 32, ExcludePunctuation: true}}
  Key:
    Type: AWS::SecretsManager::Secret
    Properties: {GenerateSecretString: {PasswordLength: 64, ExcludePunctuation: true}}
  ThingsFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: things.api.handler
      Environment: {Variables: {THINGS: !Ref Things, KEY: !Ref Key}}
      Events:
        Read: {Type: HttpApi, Properties: {Path: "/things/{thing}", Method: GET}}
        Write: {Type: HttpApi, Properties: {Path: "/things/{thing}", Method: PUT}}
        Rest: {Type: HttpApi}
        Often: {Type: ScheduleV2, Properties: {ScheduleExpression: "cron(* * * * ? *)"}}
  PlainFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: plain.handler
      Timeout: 1
      Events:
        Act: {Type: HttpApi, Properties: {Path: "/plain/{act}", Method: GET}}
"""

THINGS = """
import json, os, time

import boto3
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

app = APIGatewayHttpResolver()
dynamodb = boto3.client("dynamodb")
secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["KEY"])["SecretString"]

@app.get("/things/<thing>")
def read(thing):
    item = dynamodb.get_item(TableName=os.environ["THINGS"], Key={"pk": {"S": thing}}).get("Item", {})
    # What Powertools keeps on the class must still be this request's after a call.
    seen = app.current_event["pathParameters"]["thing"]
    value = item.get("value", {}).get("S")
    return {"asked": thing, "seen": seen, "value": value, "pid": os.getpid(), "now": time.time(), "key": secret}

@app.put("/things/<thing>")
def write(thing):
    item = {"pk": {"S": thing}, "value": {"S": app.current_event.json_body["value"]}, "ttl": {"N": "1"}}
    dynamodb.put_item(TableName=os.environ["THINGS"], Item=item)
    return {}

def handler(event, context):
    if event.get("source") == "aws.scheduler":
        print("the timer rang at", event["time"])
        return None
    return app.resolve(event, context)
"""

PLAIN = """
import os, sys, time

VERSION = "first"

def handler(event, context):
    match event["pathParameters"]["act"]:
        case "sleep":
            time.sleep(30)
        case "die":
            os._exit(1)
        case "raise":
            raise KeyError("a secret thing")
        case "environment":
            return {name: os.environ.get(name) for name in ("THINGS", "AWS_LAMBDA_FUNCTION_NAME", "HOME", "TZ")}
    return {"version": VERSION, "left": context.get_remaining_time_in_millis()}
"""

# Never use the machine's proxy.
direct = build_opener(ProxyHandler({}))


class Run:
    """A running stack: its process, its API, and what it has printed."""

    def __init__(self, process: subprocess.Popen[str], output: Path, port: int):
        self.process = process
        self.port = port
        self._output = output

    @property
    def printed(self) -> str:
        return self._output.read_text(encoding="utf-8")

    def address_of(self, part: str) -> str:
        """An address of the greeting."""
        found = re.search(rf"^  {part} +(http://\S+)", self.printed, re.MULTILINE)
        assert found
        return found[1]

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        request = Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with direct.open(request, timeout=30) as response:
                return response.status, json.load(response)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(15)


@contextmanager
def run(root: Path, **told: str) -> Iterator[Run]:
    """`python -m local` in `root`, from its greeting on, on its own ports."""
    port = int(told.get("PORT") or free_port())
    output = root / f"output-{port}"
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "ENGINE": str(REPOSITORY / ".tools/engine/bin/ministack"),
        "ZALO_PORT": str(free_port()),
        "SCHEDULES": "off",
        **told,
        "PORT": str(port),
    }
    with output.open("w") as terminal:
        process = subprocess.Popen(
            [sys.executable, "-m", "local"],
            cwd=root,
            env=environment,
            stdout=terminal,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # as a terminal would: Ctrl-C reaches the whole group
        )
    stack = Run(process, output, port)
    try:
        eventually(lambda: "Ctrl-C ends it" in stack.printed or process.poll() is not None)
        yield stack
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(15)


def eventually(holds: Callable[[], bool], within: float = 15) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)


def descendants(process: int) -> set[int]:
    """The processes that `process` started, and all that these started."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listing.splitlines()]
    found: set[int] = set()
    while fresh := {child for child, parent in pairs if parent in {process, *found}} - found:
        found |= fresh
    return found


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    for path, text in {
        "infra/template.yaml": TEMPLATE,
        "functions/things/api.py": THINGS,
        "functions/plain.py": PLAIN,
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def stack(project: Path) -> Iterator[Run]:
    with run(project) as running:
        yield running


def test_every_caller_sees_its_own_request(stack: Run) -> None:
    with ThreadPoolExecutor(16) as callers:
        answers = list(callers.map(lambda number: stack.call("GET", f"/things/t{number}"), range(64)))
    assert [(answer["asked"], answer["seen"]) for _, answer in answers] == [(f"t{n}", f"t{n}") for n in range(64)]
    assert len({answer["pid"] for _, answer in answers}) > 1


def test_the_terminal_shows_routes_and_no_ids(stack: Run) -> None:
    stack.call("GET", "/things/somebodys-thing")
    assert re.search(r"^GET /things/\{thing\} 200 \d+ ms$", stack.printed, re.MULTILINE)
    assert "somebodys-thing" not in stack.printed


def test_five_commands_are_offered(stack: Run) -> None:
    assert len(re.findall(rf"^  curl .*http://127.0.0.1:{stack.port}/", stack.printed, re.MULTILINE)) == 5


def test_a_function_has_its_own_variables_and_nothing_of_the_shell(stack: Run) -> None:
    assert stack.call("GET", "/plain/environment")[1] == {
        "THINGS": None,
        "AWS_LAMBDA_FUNCTION_NAME": "PlainFunction",
        "HOME": None,
        "TZ": "UTC",
    }


@pytest.mark.parametrize(("act", "reason"), [("raise", "KeyError"), ("die", "crashed"), ("sleep", "timed out")])
def test_a_function_that_fails_is_a_500_and_the_next_call_is_well(stack: Run, act: str, reason: str) -> None:
    assert stack.call("GET", f"/plain/{act}") == (500, {"message": "Internal Server Error"})
    assert f"PlainFunction: {reason}" in stack.printed
    assert "a secret thing" not in stack.printed
    for _ in range(5):
        assert stack.call("GET", "/plain/well")[0] == 200


def test_a_worker_killed_from_outside_is_replaced(stack: Run) -> None:
    os.kill(stack.call("GET", "/things/x")[1]["pid"], signal.SIGKILL)
    time.sleep(0.2)  # a call that meets the dying process is lost with it, as in Lambda
    assert {stack.call("GET", "/things/x")[0] for _ in range(5)} == {200}


def test_changed_code_is_in_force(stack: Run, project: Path) -> None:
    assert stack.call("GET", "/plain/well")[1]["version"] == "first"
    (project / "functions/plain.py").write_text(PLAIN.replace("first", "second"), encoding="utf-8")
    eventually(lambda: "changed: functions/plain.py; reloaded" in stack.printed)
    assert stack.call("GET", "/plain/well")[1]["version"] == "second"


def test_a_changed_template_is_in_force_and_a_broken_one_is_not(stack: Run, project: Path) -> None:
    template = project / "infra/template.yaml"
    template.write_text(TEMPLATE.replace("/plain/{act}", "/simple/{act}"), encoding="utf-8")
    eventually(lambda: stack.call("GET", "/simple/well")[0] == 200)
    template.write_text("Resources: [", encoding="utf-8")
    eventually(lambda: "as it was stays in force" in stack.printed)
    assert stack.call("GET", "/simple/well")[0] == 200
    template.write_text(TEMPLATE, encoding="utf-8")
    eventually(lambda: stack.call("GET", "/plain/well")[0] == 200)


@pytest.mark.parametrize("variable", ["PORT", "ZALO_PORT"])
def test_a_taken_port_is_told_in_one_sentence(project: Path, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with run(project, **{variable: str(port)}) as refused:
            assert refused.process.wait(15) == 1
    assert refused.printed == f"make run: port {port} is taken by another program; try `make run {variable}=3010`.\n"


def test_the_fake_zalo_is_where_it_was_told_to_be(project: Path) -> None:
    port = free_port()
    with run(project, ZALO_PORT=str(port)) as stack:
        assert stack.address_of("Fake Zalo") == f"http://127.0.0.1:{port}"


def test_data_and_secrets_outlive_every_way_of_ending(tmp_path: Path, project: Path) -> None:
    root = tmp_path / "another"
    for folder in ("infra", "functions"):
        (root / folder).parent.mkdir(exist_ok=True)
        (root / folder).symlink_to(project / folder)
    keys = set()
    for written, number in enumerate((signal.SIGINT, signal.SIGKILL, signal.SIGTERM)):
        with run(root) as stack:
            for earlier in range(written):
                assert stack.call("GET", f"/things/{earlier}")[1]["value"] == "kept"
            assert stack.call("PUT", f"/things/{written}", {"value": "kept"})[0] == 200
            keys.add(stack.call("GET", f"/things/{written}")[1]["key"])
            started = descendants(stack.process.pid)
            assert len(started) >= 6  # four workers, the engine and its keeper
            assert stack.end(number) == (-signal.SIGKILL if number == signal.SIGKILL else 0)
            eventually(lambda started=started: not any(map(alive, started)), within=5)  # type: ignore[misc]
            assert "Traceback" not in stack.printed
    assert len(keys) == 1 and len(keys.pop()) == 64


def test_a_run_at_another_time_is_there_and_alone(stack: Run, project: Path) -> None:
    stack.call("PUT", "/things/here", {"value": "today"})
    shared = stack.address_of("Engine")  # any DynamoDB works; this one has today's tables in it
    # One second before a minute begins; then the schedule is due.
    with run(project, CLOCK="2021-06-24T08:59:59+07:00", SCHEDULES="on", DYNAMODB_URL=shared) as past:
        assert past.address_of("Tables") == shared
        answer = past.call("GET", "/things/here")[1]
        assert 1624499999 < answer["now"] < 1624500059
        assert answer["value"] is None
        past.call("PUT", "/things/there", {"value": "then"})
        log = project / f".local/{past.port}/functions.log"
        eventually(lambda: "the timer rang at 2021-06-24T02:00:00Z" in log.read_text())
        eventually(lambda: "schedule ThingsFunctionOften done" in past.printed)
        assert past.end() == 0
    assert stack.call("GET", "/things/there")[1]["value"] is None


def test_a_clock_that_is_none_is_refused(project: Path) -> None:
    with run(project, CLOCK="noon") as refused:
        assert refused.process.wait(15) == 1
    assert refused.printed.startswith("make run: CLOCK must be") and refused.printed.count("\n") == 1


def test_time_passes_when_it_is_told_to(project: Path) -> None:
    with run(project, CLOCK="2026-11-25T09:00:00+07:00") as running:
        clock = f"{running.address_of('Fake Zalo')}/clock"
        before = running.call("GET", "/things/a")[1]["now"]
        with direct.open(Request(clock, b'{"minutes": 20}', method="POST"), timeout=30) as answer:
            assert json.load(answer)["now"].startswith("2026-11-25T02:2")
        assert 1200 <= running.call("GET", "/things/a")[1]["now"] - before < 1200 + 60
        for wrong in (b"", b"[]", b'{"minutes": -1}', b'{"minutes": 1e9}', b'{"minutes": "soon"}'):
            with direct.open(Request(clock, wrong, method="POST"), timeout=30) as answer:
                assert "error" in json.load(answer)
