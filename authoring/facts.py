"""`make facts`: the content of the procedures and the FAQ that expires in the next 90 days or is unconfirmed.

python -m authoring.facts [YYYY-MM-DD] [--log FILE]

With a log of the functions (one JSON record a line, as CloudWatch exports it or `make run` writes it), also how many
questions got no answer, by the topics nearest to them.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from authoring.faq import review as faq_review
from authoring.faq.prepare import read_toml
from authoring.procedures import review as procedures_review
from cccd import clock
from faq import content as faq
from faq.unanswered import RECORD
from procedures.content import Content
from procedures.prepared import CONTENT
from procedures.sourced import Confidence, Sourced

HORIZON = timedelta(days=90)
CONFIRMED = (Confidence.VERIFIED, Confidence.SERVICE_RULE)


@dataclass(frozen=True)
class Said:
    """A text that citizens read: where it is, its days and source, and its words."""

    where: str
    facts: Sourced
    words: str


def in_procedures(content: Content) -> list[Said]:
    """Everything that the procedures say."""
    return [Said(where, each, procedures_review.told(each)) for where, each in procedures_review.statements(content)]


def in_faq(content: faq.Content) -> list[Said]:
    """Every answer of the FAQ."""
    return [
        Said(f"faq/{version.id}", version, f"{version.question} {version.answer}")
        for topic in content.topics
        for version in topic.versions
    ]


def report(said: Sequence[Said], today: date) -> Iterator[str]:
    """The report, line by line."""
    ending = [
        (each.facts.valid_to, each.where, each.words)
        for each in said
        if each.facts.valid_to and today <= each.facts.valid_to <= today + HORIZON
    ]
    yield f"Expires between {today} and {today + HORIZON}: {len(ending)}"
    for ends, where, words in sorted(ending):
        yield f"  {ends}  {where}: {words}"

    open_ended = [each for each in said if each.facts.valid_to is None or each.facts.valid_to >= today]
    for level in Confidence:
        rows = [each for each in open_ended if each.facts.confidence is level]
        if level in CONFIRMED or not rows:
            continue
        yield ""
        yield f"In force or to come, and only “{level}”: {len(rows)}"
        for each in rows:
            yield f"  {each.where} (from {each.facts.valid_from}): {each.words}"
            yield f"      source: {each.facts.source}"


def unanswered(log: Iterable[str], content: faq.Content) -> Iterator[str]:
    """How often a question got no answer, by the topics nearest to it, the most frequent first.

    The records hold no text. What to do: read the topic's ways of asking, and add those that people use.
    """
    counts: Counter[str] = Counter()
    total = 0
    for line in log:
        start = line.find("{")  # exports put a time before the record
        try:
            record = json.loads(line[start:]) if start >= 0 else None
        except ValueError:
            continue
        if isinstance(record, dict) and record.get("message") == RECORD:
            total += 1
            counts.update(record.get("nearest") or ["none"])
    asked = {topic.id: topic.versions[-1].question for topic in content.topics}
    yield f"Questions without an answer: {total}"
    yield from (f"  {times:5}  {nearest} {asked.get(nearest, '')}".rstrip() for nearest, times in counts.most_common())


def main(arguments: list[str]) -> int:
    """Print the report; 1 if the content would not pass a review."""
    parser = argparse.ArgumentParser(prog="python -m authoring.facts")
    parser.add_argument("day", nargs="?", type=date.fromisoformat, default=None)
    parser.add_argument("--log", type=Path)
    options = parser.parse_args(arguments)
    today = options.day or clock.today()
    questions = faq.content_of(read_toml())
    problems = [*procedures_review.findings(CONTENT), *faq_review.findings(questions)]
    reviewed = CONTENT.reviewed_on
    lines = [
        *report([*in_procedures(CONTENT), *in_faq(questions)], today),
        "",
        *([*unanswered(options.log.read_text(encoding="utf-8").splitlines(), questions), ""] if options.log else []),
        f"Procedures last reviewed on {reviewed}, {(today - reviewed).days} days ago.",
        *problems,
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
