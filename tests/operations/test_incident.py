"""A request's story: told from what the functions really log, from the local stack's file and from CloudWatch."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from bookings import api
from bookings.store import BookingStore
from cccd.observability import logger
from operations.incident import CannotTell, Record, Search, in_cloudwatch, in_file, story, told
from tests.bookings.people import signed_in
from tests.conftest import ROOT
from tests.gateway import CONTEXT, call

GATEWAYS = "JKJaXmPLvHcESHA="
ACCESS = {
    "requestId": GATEWAYS,
    "function": CONTEXT.aws_request_id,
    "at": "1795572000000",
    "source": "203.0.113.9",
    "route": "GET /bookings",
    "status": "500",
    "ms": "812",
    "error": "-",
}

# As local/worker.py writes it.
CRASH = (
    "PurgeFunction a-crash-of-a-worker\nTraceback (most recent call last):\n  File \"x.py\", line 1\nKeyError: 'x'\n"
)


@pytest.fixture
def log(aws: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the functions log: one request that fails, a crash of a worker, one request that goes well under another id."""
    printed = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", printed)
    with monkeypatch.context() as broken:
        broken.setattr(BookingStore, "of_citizen", fail)
        assert call(api.handler, "GET", "/bookings", headers=signed_in("lan")).status == 500
    failed = printed.getvalue()
    assert call(api.handler, "GET", "/bookings", headers=signed_in("lan")).status == 200
    well = printed.getvalue().removeprefix(failed).replace(CONTEXT.aws_request_id, "another-request")
    path = tmp_path / "functions.log"
    path.write_text(failed + CRASH + well, encoding="utf-8")
    return path


def fail(*_: object, **__: object) -> Any:
    raise KeyError("0912345678")


def test_the_story_of_a_failed_request_has_its_error_with_the_place_and_its_answer(log: Path) -> None:
    records = story(CONTEXT.aws_request_id, in_file(log))
    text = "\n".join(map(told, records))
    assert "ERROR unexpected error: error KeyError, route GET /bookings" in text
    assert "test_incident.py:" in text and text.count("list_bookings") == 1
    assert "answered" in text and "status 500" in text
    assert "another-request" not in text and "0912345678" not in text


def test_other_requests_stay_out_and_a_stack_trace_stays_whole(log: Path) -> None:
    [crash] = story("a-crash-of-a-worker", in_file(log))
    assert told(crash).endswith("KeyError: 'x'")
    assert all("a-crash" not in record.text for record in story("another-request", in_file(log)))


def written(*records: Record) -> Search:
    return lambda asked: [each for each in records if asked in each.text]


@pytest.mark.parametrize("asked", [GATEWAYS, CONTEXT.aws_request_id])
def test_either_id_finds_the_gateways_record_and_the_functions(asked: str) -> None:
    search = written(
        Record(None, "citizens", json.dumps({"message": "answered", "request_id": CONTEXT.aws_request_id})),
        Record(None, "access", json.dumps(ACCESS)),
    )
    text = "\n".join(map(told, story(asked, search)))
    assert "GET /bookings answered 500 after 812 ms, to 203.0.113.9" in text
    assert "answered" in text.splitlines()[0]
    assert len(text.splitlines()) == 2


def test_a_call_that_met_no_function_is_told_so() -> None:
    refused = ACCESS | {"function": "-", "status": "429", "error": "Too Many Requests"}
    [record] = story(GATEWAYS, written(Record(None, "access", json.dumps(refused))))
    assert "no function was called; the gateway says: Too Many Requests" in told(record)


def test_cloudwatch_is_asked_in_the_words_of_its_command_line_for_each_log_of_the_stage() -> None:
    commands: list[list[str]] = []

    def run(command: list[str]) -> str:
        commands.append(command)
        at = {"access": 2, "citizens": 1, "functions": 3}[command[4].rpartition("/")[2]]
        return json.dumps({"events": [{"timestamp": at, "message": "REPORT RequestId: " + CONTEXT.aws_request_id}]})

    found = story(CONTEXT.aws_request_id, in_cloudwatch("prod", 24, run))
    assert [record.log for record in found] == ["citizens", "access", "functions"]
    taken = botocore.session.get_session().get_service_model("logs").operation_model("FilterLogEvents").input_shape
    assert taken is not None
    options = {"--" + re.sub("([A-Z])", r"-\1", name).lower() for name in taken.members}
    for command in commands:
        assert command[:3] == ["aws", "logs", "filter-log-events"]
        assert set(command[3::2]) <= options | {"--output"}
    assert [command[4] for command in commands] == ["/cccd/prod/access", "/cccd/prod/citizens", "/cccd/prod/functions"]


@pytest.mark.parametrize("asked", ["", "short", 'a" || $.x = "b', "x" * 65, "../../etc/passwd"])
def test_what_is_no_id_is_not_searched_for(asked: str) -> None:
    with pytest.raises(CannotTell, match="is no request id"):
        story(asked, written())


def test_the_command_says_what_it_cannot_find(tmp_path: Path) -> None:
    def ask(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "operations.incident", *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    missing = ask("12345678", "--log", str(tmp_path / "none.log"))
    assert (missing.returncode, "make run" in missing.stderr) == (2, True)
    empty = tmp_path / "empty.log"
    empty.write_text("")
    nothing = ask("12345678", "--log", str(empty))
    assert (nothing.returncode, "speaks of 12345678" in nothing.stderr) == (1, True)
