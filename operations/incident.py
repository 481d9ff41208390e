"""A request's story: every record that speaks of it, in order.

    python -m operations.incident 5f2c9b1e-7d43-4a6f-9c08-b1d2e3f4a5c6                # the log of `make run`
    python -m operations.incident 5f2c9b1e-7d43-4a6f-9c08-b1d2e3f4a5c6 --stage prod   # CloudWatch, through the AWS CLI

The id is a function's (`requestId` of an answer, `request_id` of a record) or the gateway's (`apigw-requestid` of an
answer): the gateway's record ties them together, and either finds the whole. Records hold no personal data, so the story
has none.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cccd.clock import VIETNAM

LOCAL_LOG = Path(".local/functions.log")
GROUPS = ("access", "citizens", "functions")
ID = re.compile(r"[A-Za-z0-9=_-]{8,64}")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")


class CannotTell(Exception):
    """The story cannot be looked for; the message says why."""


@dataclass(frozen=True)
class Record:
    """One record: when it was written (None where it does not say), in which log, and its text or JSON."""

    at: datetime | None
    log: str
    text: str

    @property
    def parsed(self) -> dict[str, Any]:
        """The record's JSON; empty for plain text."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


type Search = Callable[[str], Iterable[Record]]


def story(asked: str, search: Search) -> list[Record]:
    """The records of the request with that id, and of the other id that the gateway's record gives it, in order.

    Raises:
        CannotTell: that is no id, or the logs cannot be read.
    """
    if not ID.fullmatch(asked):
        raise CannotTell(f"{asked!r} is no request id: letters, digits, '-', '_' and '=' alone, at least 8 of them")
    found = list(search(asked))
    for other in {each for record in found for each in _ids(record)} - {asked}:
        found += [record for record in search(other) if record not in found]
    return sorted(found, key=lambda each: each.at or datetime.max.replace(tzinfo=UTC))


def told(record: Record) -> str:
    """The record in one line, with Vietnam's time, or in more for an error with its stack."""
    when = record.at.astimezone(VIETNAM).strftime("%H:%M:%S.%f")[:-3] if record.at else " " * 12
    return f"{when}  {record.log:<9}  " + "\n".ljust(26).join(_lines(record))


def _lines(record: Record) -> Iterator[str]:
    said = record.parsed
    if "route" in said and "requestId" in said:  # the gateway's
        yield f"{said['route']} answered {said['status']} after {said['ms']} ms, to {said['source']}"
        if said.get("function", "-") == "-":
            yield f"no function was called; the gateway says: {said.get('error', '-')}"
    elif "message" in said:
        known = {"level", "message", "location", "timestamp", "service", "request_id", "frames", "xray_trace_id"}
        rest = ", ".join(f"{name} {value}" for name, value in said.items() if name not in known)
        yield (
            f"{said.get('level', '')} {said['message']}: {rest}"
            if rest
            else f"{said.get('level', '')} {said['message']}"
        )
        for frame in said.get("frames", []):
            yield f"  {frame['file']}:{frame['line']} {frame['function']}"
    else:
        yield from record.text.rstrip().splitlines()


def _ids(record: Record) -> Iterator[str]:
    """The ids that the gateway's record ties together; none of any other record."""
    said = record.parsed
    if "route" in said and "requestId" in said:
        yield from (said[name] for name in ("requestId", "function") if ID.fullmatch(str(said.get(name))))


def in_file(path: Path) -> Search:
    """Searches the log of the local stack; a stack trace belongs to the line that it follows.

    Raises:
        CannotTell: there is no such file.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise CannotTell(f"there is no {path}; `make run` writes it, or give LOG=…") from None
    whole: list[str] = []
    for line in lines:
        if whole and line[:1] in (" ", "\t") or line.startswith("Traceback") or _ends_a_trace(line, whole):
            whole[-1] += f"\n{line}"
        else:
            whole.append(line)

    def search(asked: str) -> Iterator[Record]:
        for text in whole:
            if asked in text:
                yield Record(_written_at(text), "local", text)

    return search


def _ends_a_trace(line: str, whole: list[str]) -> bool:
    """The error's own line, which is not indented and comes last."""
    return (
        bool(whole) and "\nTraceback" in whole[-1] and whole[-1].rpartition("\n")[2].startswith(" ") and line[:1] != "{"
    )


def _written_at(text: str) -> datetime | None:
    stamp = Record(None, "", text).parsed.get("timestamp", "")
    return datetime.fromisoformat(stamp) if isinstance(stamp, str) and _STAMP.match(stamp) else None


def in_cloudwatch(stage: str, hours: int, run: Callable[[list[str]], str]) -> Search:
    """Searches a deployment's three logs of the last hours; `run` runs a command and answers what it printed."""

    def search(asked: str) -> Iterator[Record]:
        since = int((datetime.now(UTC) - timedelta(hours=hours)).timestamp() * 1000)
        for group in GROUPS:
            command = ["aws", "logs", "filter-log-events", "--log-group-name", f"/cccd/{stage}/{group}"]
            command += ["--filter-pattern", f'"{asked}"', "--start-time", str(since), "--output", "json"]
            for event in json.loads(run(command) or "{}").get("events", []):
                at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                yield Record(at, group, event["message"])

    return search


def aws_cli(command: list[str]) -> str:
    """What the AWS CLI prints.

    Raises:
        CannotTell: it is not installed, or it refuses; with its own words.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our words, and an id of checked letters
    except FileNotFoundError:
        raise CannotTell("the AWS CLI is not installed (https://aws.amazon.com/cli)") from None
    if done.returncode:
        raise CannotTell(done.stderr.strip())
    return done.stdout


def main() -> int:
    """Run as a program: see the module's docstring."""
    parser = argparse.ArgumentParser(description="A request's story, from the logs.")
    parser.add_argument("id", help="a requestId of an answer, or its apigw-requestid")
    parser.add_argument("--stage", help="dev, staging or prod; without it the local stack's log is read")
    parser.add_argument("--hours", type=int, default=24, help="how far back in CloudWatch")
    parser.add_argument("--log", type=Path, default=LOCAL_LOG, help="another file than the local stack's log")
    given = parser.parse_args()
    try:
        search = in_cloudwatch(given.stage, given.hours, aws_cli) if given.stage else in_file(given.log)
        found = story(given.id, search)
    except CannotTell as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    for record in found:
        sys.stdout.write(told(record) + "\n")
    if not found:
        where = f"the last {given.hours} hours of /cccd/{given.stage}" if given.stage else given.log
        sys.stderr.write(f"nothing in {where} speaks of {given.id}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
