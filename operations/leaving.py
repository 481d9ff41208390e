"""An office leaves: what is held for it goes into a folder, and is then erased.

    python -m operations.leaving export ca-26740 --stack cccd-prod --to ./ca-26740
    python -m operations.leaving erase  ca-26740 --stack cccd-prod

`export` writes `bookings.jsonl`, `declarations.jsonl` (with the sealed answers opened), `feedback.jsonl`, `desk.jsonl` (slots, acts,
announcements and statistics of the office) and the pictures. `erase` deletes the same, and records each declaration's and booking's
erasure in its citizen's journal, as the law asks. It refuses while anybody has an appointment there: whoever has one is told first.
Both work under the credentials and region of the shell; docs/personal-data/leaving.md says which rights they take.

What is not an office's own stays: citizens' counts and consents, which hold no answer, and messages, which have no words and end
after 30 days.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import botocore.session

from bookings.booking import BookingStatus
from cccd import clock
from cccd.dynamodb import Item, client, from_item
from cccd.hashes import CitizenHash
from cccd.table import THERE, Table
from cccd.transactions import Refused
from consent.journal import Journal
from declarations.sealing import KmsKey, open_answers
from declarations.store import sealing_context
from images.store import client as objects

ACTIVE = {BookingStatus.HELD.value, BookingStatus.CONFIRMED.value, BookingStatus.WISHED.value}


class CannotLeave(Exception):
    """The office cannot be exported or erased; the message says why."""


@dataclass(frozen=True)
class Deployment:
    """The physical names of a stack's tables, bucket and key."""

    bookings: str
    declarations: str
    feedback: str
    images: str
    sensitive_key: str


def of_stack(names: Mapping[str, str]) -> Deployment:
    """The deployment whose logical ids have these physical names."""
    return Deployment(
        bookings=names["BookingsTable"],
        declarations=names["DeclarationsTable"],
        feedback=names["FeedbackTable"],
        images=names["ImagesBucket"],
        sensitive_key=names["SensitiveKey"],
    )


@dataclass(frozen=True)
class Held:
    """What is held for one office: items as they are stored."""

    bookings: tuple[Item, ...]
    declarations: tuple[Item, ...]
    feedback: tuple[Item, ...]
    desk: tuple[Item, ...]  # the office's own partition in the bookings table

    @property
    def pictures(self) -> Iterator[str]:
        """The keys of the pictures that came with feedback."""
        return (key for item in self.feedback for key in item.get("images", ()))


def held(at: Deployment, office_id: str) -> Held:
    """Everything of that office; it reads the tables whole, which an office's people are not kept waiting by."""
    partition = f"OFFICE#{office_id}"
    return Held(
        bookings=tuple(each for each in _all(at.bookings) if each.get("office") == office_id and "seat" in each),
        declarations=tuple(
            each for each in _all(at.declarations) if each.get("office") == office_id and "answers" in each
        ),
        feedback=tuple(each for each in _all(at.feedback) if each.get("office") == office_id and "content" in each),
        desk=tuple(Table(client(), at.bookings).query(partition)),
    )


def export(at: Deployment, office_id: str, folder: Path) -> dict[str, int]:
    """Write it all into `folder`, which must be new; returns how many of each.

    Raises:
        CannotLeave: the folder has something in it.
    """
    if folder.exists() and any(folder.iterdir()):
        raise CannotLeave(f"{folder} has something in it already")
    found, key = held(at, office_id), KmsKey(at.sensitive_key)
    (folder / "pictures").mkdir(parents=True, exist_ok=True, mode=0o700)
    opened = [_opened(item, key) for item in found.declarations]
    parts: dict[str, Iterable[Item]] = {
        "bookings": found.bookings,
        "declarations": opened,
        "feedback": found.feedback,
        "desk": found.desk,
    }
    for name, items in parts.items():
        lines = [json.dumps(item, ensure_ascii=False, default=str) for item in items]
        (folder / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    pictures = list(found.pictures)
    for picture in pictures:
        body = objects().get_object(Bucket=at.images, Key=picture)["Body"].read()
        (folder / "pictures" / picture.rpartition("/")[2]).write_bytes(body)
    return {**{name: len(list(items)) for name, items in parts.items()}, "pictures": len(pictures)}


def erase(at: Deployment, office_id: str, now: datetime) -> dict[str, int]:
    """Delete it all; returns how many of each. A repetition does what is left.

    Raises:
        CannotLeave: somebody has an appointment there.
    """
    found = held(at, office_id)
    active = [each for each in found.bookings if each["status"] in ACTIVE]
    if active:
        raise CannotLeave(f"{len(active)} have an appointment there; end them first, so that everybody is told")
    bookings, declarations, feedback = (Table(client(), name) for name in (at.bookings, at.declarations, at.feedback))
    journal = Journal(declarations)
    for picture in found.pictures:
        objects().delete_object(Bucket=at.images, Key=picture)
    for item in found.feedback:
        citizen, number = item["pk"].removeprefix("CITIZEN#"), item["sk"].removeprefix("FEEDBACK#")
        feedback.write(feedback.delete({"pk": f"OFFICE#{office_id}", "sk": f"FEEDBACK#{number}-{item['mark']}"}))
        feedback.write(feedback.delete(_key(item)))
        journal.note_erasure(CitizenHash(citizen), "feedback", 1, "office", now)
    for item in found.declarations:
        record = journal.erased(CitizenHash(item["citizen"]), "declaration", 1, "office", now)
        try:
            declarations.commit([declarations.delete(_key(item), THERE), record])
        except Refused:
            continue  # its citizen erased it just now
    for item in found.bookings:
        record = journal.erased(CitizenHash(item["citizen"]), "booking", 1, "office", now)
        try:
            bookings.commit([bookings.delete(_key(item), THERE), record])
        except Refused:
            continue
    for item in found.desk:
        bookings.write(bookings.delete(_key(item)))
    return {
        "bookings": len(found.bookings),
        "declarations": len(found.declarations),
        "feedback": len(found.feedback),
        "desk": len(found.desk),
    }


def _opened(item: Item, key: KmsKey) -> Item:
    """A declaration with all of its answers as one, and without what seals them."""
    context = sealing_context(CitizenHash(item["citizen"]), item["id"])
    sealed = item.get("sealed")
    answers = json.loads(item["answers"]) | open_answers(key, bytes(sealed) if sealed else None, context)
    return {**{name: value for name, value in item.items() if name != "sealed"}, "answers": answers}


def _key(item: Item) -> dict[str, str]:
    return {"pk": item["pk"], "sk": item["sk"]}


def _all(table: str) -> Iterator[Item]:
    for page in client().get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from map(from_item, page["Items"])


def _physical(stack: str) -> dict[str, str]:
    """The physical names of a stack's resources, by logical id."""
    formation = botocore.session.get_session().create_client("cloudformation")
    pages = formation.get_paginator("list_stack_resources").paginate(StackName=stack)
    found = [each for page in pages for each in page["StackResourceSummaries"]]
    return {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in found}


def main() -> int:
    """Run as a program: see the module's docstring."""
    parser = argparse.ArgumentParser(description="An office leaves a deployment.")
    parser.add_argument("what", choices=["export", "erase"])
    parser.add_argument("office", help="as ca-26740")
    parser.add_argument("--stack", required=True, help="as cccd-prod")
    parser.add_argument("--to", type=Path, help="a new folder, for the export")
    given = parser.parse_args()
    if given.what == "export" and given.to is None:
        parser.error("--to says into which folder")
    try:
        at = of_stack(_physical(given.stack))
        done = export(at, given.office, given.to) if given.what == "export" else erase(at, given.office, clock.now())
    except CannotLeave as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    sys.stdout.write("".join(f"{count:>7} {name}{os.linesep}" for name, count in done.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
