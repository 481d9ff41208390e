"""Whoever erased their data after the instant of a backup, erased once more: a restoration would bring it back.

    python -m moving.erasures list DECLARATIONS --since 2026-11-25T09:00:00+07:00 > erased
    python -m moving.erasures again BOOKINGS DECLARATIONS FEEDBACK CHAT IMAGES < erased

The names are those of the tables and of the bucket; AWS_PROFILE and AWS_DEFAULT_REGION say where. The list has hashes of
citizens, one a line. Make it before anything is restored.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from bookings.store import BookingStore
from cccd import clock
from cccd.clock import epoch
from cccd.dynamodb import client, from_item, to_item
from cccd.hashes import CitizenHash
from declarations.erasing import DeclarationEraser
from feedback.store import FeedbackStore
from images.store import Images
from privacy.erasure import erase_all, forget_in_chat
from zalo.acquaintances import Acquaintances

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def erased_since(client: "DynamoDBClient", declarations: str, since: datetime) -> Iterator[CitizenHash]:
    """The citizens whose sessions an erasure has ended since then (`declarations/use.py`)."""
    pages = client.get_paginator("scan").paginate(
        TableName=declarations,
        FilterExpression="sk = :use AND sessionsEnd >= :since",
        ExpressionAttributeValues=to_item({":use": "USE", ":since": epoch(since)}),
        ConsistentRead=True,
    )
    for page in pages:
        for item in page["Items"]:
            yield CitizenHash(from_item(item)["pk"].removeprefix("CITIZEN#"))


def erase_again(
    citizens: Iterable[CitizenHash],
    declarations: DeclarationEraser,
    bookings: BookingStore,
    feedback: FeedbackStore,
    chat: Acquaintances,
    now: datetime,
) -> int:
    """Erase all that these citizens have, as at their own wish; how many they are. Twice is the same as once."""
    done = 0
    for citizen in citizens:
        forget_in_chat(chat, declarations, citizen, now)
        erase_all(declarations, bookings, feedback, citizen, now)
        done += 1
    return done


def main(arguments: list[str]) -> None:
    """List, or erase again; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m moving.erasures", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list")
    listing.add_argument("declarations")
    listing.add_argument("--since", type=datetime.fromisoformat, required=True)
    again = commands.add_parser("again")
    for name in ("bookings", "declarations", "feedback", "chat", "images"):
        again.add_argument(name)
    given = parser.parse_args(arguments)
    if given.command == "list":
        for citizen in erased_since(client(), given.declarations, given.since):
            print(citizen)
        return
    done = erase_again(
        (CitizenHash(line.strip()) for line in sys.stdin),
        DeclarationEraser(client(), given.declarations),
        BookingStore(client(), given.bookings),
        FeedbackStore(client(), given.feedback, Images(given.images)),
        Acquaintances(client(), given.chat),
        clock.now(),
    )
    print(f"{done} erased again")


if __name__ == "__main__":
    main(sys.argv[1:])
