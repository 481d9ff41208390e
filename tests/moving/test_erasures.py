"""A restoration brings back nobody who had erased their data meanwhile."""

import io
from datetime import timedelta
from typing import Any

import boto3
import pytest
import time_machine

from cccd.dynamodb import client
from moving.copying import copy, items_of
from moving.erasures import main
from privacy.api import settings
from tests.bookings.calls import NOW, act, book
from tests.privacy.me import erase, mine
from tests.stale import settle

TABLES = ("BookingsTable", "DeclarationsTable", "FeedbackTable", "ChatTable")


def test_who_erased_since_the_backup_is_erased_again_and_nobody_else(
    aws: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(NOW, tick=False) as time:
        for who in ("lan", "minh"):
            assert act(book(who), "confirm", who).status == 200
        backup = {table: list(items_of(client(), table)) for table in TABLES}
        time.move_to(NOW + timedelta(hours=1))
        assert erase("lan").status == 200

        time.move_to(NOW + timedelta(hours=2))
        main(["list", settings.declarations_table, "--since", NOW.isoformat()])
        erased = capsys.readouterr().out.splitlines()[-1]
        restore(backup)
        assert [len(mine(who)["bookings"]) for who in ("lan", "minh")] == [1, 1], "the backup has both"

        time.move_to(NOW + timedelta(hours=3))
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{erased}\n"))
        main(["again", *TABLES, settings.images_bucket])
        assert capsys.readouterr().out.endswith("1 erased again\n")
        assert [len(mine(who)["bookings"]) for who in ("lan", "minh")] == [0, 1]


def restore(backup: dict[str, list[dict[str, Any]]]) -> None:
    """The tables as they were in the backup, and nothing since."""
    tables = boto3.client("dynamodb")
    for table, items in backup.items():
        for item in items_of(client(), table):
            tables.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
        copy(items, client(), table)
    settle()
