"""`make facts`: what expires in the next 90 days, and what nobody has confirmed yet.

python -m procedures.facts [YYYY-MM-DD]
"""

import sys
from collections.abc import Iterator
from datetime import date, timedelta

from cccd import clock
from procedures.content import CONTENT, Content
from procedures.review import findings, statements, told
from procedures.sourced import Confidence

HORIZON = timedelta(days=90)
CONFIRMED = (Confidence.VERIFIED, Confidence.SERVICE_RULE)


def report(content: Content, today: date) -> Iterator[str]:
    """The report, line by line."""
    ending = [
        (said.valid_to, where, said)
        for where, said in statements(content)
        if said.valid_to and today <= said.valid_to <= today + HORIZON
    ]
    yield f"Expires between {today} and {today + HORIZON}: {len(ending)}"
    for ends, where, said in sorted(ending, key=lambda row: row[:2]):
        yield f"  {ends}  {where}: {told(said)}"

    open_ended = [(w, s) for w, s in statements(content) if s.valid_to is None or s.valid_to >= today]
    for level in Confidence:
        rows = [(where, said) for where, said in open_ended if said.confidence is level]
        if level in CONFIRMED or not rows:
            continue
        yield ""
        yield f"In force or to come, and only “{level}”: {len(rows)}"
        for where, said in rows:
            yield f"  {where} (from {said.valid_from}): {told(said)}"
            yield f"      source: {said.source}"
    yield ""
    yield f"Last reviewed on {content.reviewed_on}, {(today - content.reviewed_on).days} days ago."


def main(arguments: list[str]) -> int:
    """Print the report; 1 if the content would not pass a review."""
    today = date.fromisoformat(arguments[0]) if arguments else clock.today()
    problems = findings(CONTENT)
    for line in (*report(CONTENT, today), *problems):
        sys.stdout.write(line + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
