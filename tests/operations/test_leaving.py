"""An office leaves: everything of it is in the folder, nothing of it is left, and no other office notices."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
import time_machine

from bookings import api, audit
from bookings.api import handler as bookings
from cccd import clock
from cccd.clock import VIETNAM, epoch
from cccd.dynamodb import client
from cccd.hashes import CitizenHash
from cccd.table import Table
from declarations.api import handler as declarations
from declarations.use import Use
from feedback.store import FeedbackStore
from images.store import Images
from operations.leaving import CannotLeave, Deployment, erase, export, held
from tests.bookings.people import signed_in
from tests.conftest import BUCKET
from tests.declarations.people import FORM_2021, FORM_2026
from tests.desk.officers import at_desk
from tests.gateway import CONTEXT, call

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=VIETNAM)
LEAVES, STAYS = "ca-26740", "cah-760"
AT = Deployment("BookingsTable", "DeclarationsTable", "FeedbackTable", BUCKET, "alias/SensitiveKey")


@pytest.fixture
def office(aws: None) -> Any:
    """Two offices, each with a declaration; one with an appointment and a feedback with a picture besides."""
    with time_machine.travel(datetime(2021, 6, 24, 9, 0, tzinfo=VIETNAM), tick=False):
        declare("hen", FORM_2021)
    with time_machine.travel(NOW, tick=False) as traveller:
        declare("lan", FORM_2026)
        store = FeedbackStore(client(), "FeedbackTable", Images(BUCKET))
        picture, somebody = store.images.put(b"a picture"), CitizenHash("somebody")
        in_time = Use(Table(client(), "DeclarationsTable")).in_time(somebody, epoch(NOW))
        store.add(somebody, LEAVES, 1, "Chờ lâu", "Tôi chờ một giờ.", NOW, in_time, [picture])
        store.add(somebody, STAYS, 1, "Tốt", "Nhanh.", NOW, in_time)
        yield traveller


def declare(name: str, form: dict[str, Any]) -> None:
    assert call(declarations, "POST", "/declarations", body=form, headers=signed_in(name)).status == 201


def book(name: str = "lan") -> str:
    body = {
        "officeId": LEAVES,
        "procedure": "cap-cccd",
        "start": "2026-11-26T08:00:00+07:00",
        "applicant": {
            "fullName": "Lan",
            "personalId": "079190001234",
            "dateOfBirth": "1990-05-20",
            "phone": "0912345678",
        },
    }
    headers = signed_in(name) | {"idempotency-key": "first-press-of-it"}
    answer = call(bookings, "POST", "/bookings", body=body, headers=headers)
    assert answer.status == 201
    return str(answer.body["id"])


def cancel(booking: str) -> None:
    assert call(api.handler, "POST", f"/bookings/{booking}/cancel", headers=signed_in("lan")).status == 200


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def test_the_folder_has_everything_of_the_office_and_nothing_of_another(office: Any, tmp_path: Path) -> None:
    book()
    done = export(AT, LEAVES, tmp_path / "out")
    assert done["bookings"] == done["declarations"] == done["feedback"] == done["pictures"] == 1 and done["desk"] >= 1
    [declaration] = lines(tmp_path / "out", "declarations")
    assert declaration["answers"]["residence"] == FORM_2026["residence"]
    assert [
        each["office"] for name in ("bookings", "declarations", "feedback") for each in lines(tmp_path / "out", name)
    ] == [LEAVES] * 3
    [picture] = (tmp_path / "out" / "pictures").iterdir()
    assert picture.read_bytes() == b"a picture"


def test_sealed_answers_come_opened(office: Any, tmp_path: Path) -> None:
    export(AT, STAYS, tmp_path / "out")
    [declaration] = lines(tmp_path / "out", "declarations")
    assert declaration["answers"]["ethnicity"] == FORM_2021["ethnicity"]
    assert "sealed" not in declaration


def test_a_folder_with_something_in_it_is_not_written_over(office: Any, tmp_path: Path) -> None:
    (tmp_path / "note").touch()
    with pytest.raises(CannotLeave, match="something in it"):
        export(AT, LEAVES, tmp_path)


def test_nobody_loses_an_appointment_without_a_word(office: Any) -> None:
    book()
    before = held(AT, LEAVES)
    with pytest.raises(CannotLeave, match="1 have an appointment there"):
        erase(AT, LEAVES, clock.now())
    assert held(AT, LEAVES) == before


def test_nothing_of_the_office_is_left_and_no_other_office_notices(office: Any) -> None:
    cancel(book())
    at_desk("POST", f"/desk/offices/{LEAVES}/notices", body={"text": "Nghỉ.", "until": "2026-11-26T17:00:00+07:00"})
    other = held(AT, STAYS)
    done = erase(AT, LEAVES, clock.now())
    assert done["declarations"] == done["bookings"] == done["feedback"] == 1
    assert held(AT, LEAVES) == type(other)((), (), (), ())
    assert held(AT, STAYS) == other and other.declarations and other.feedback
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="feedback/")
    left = [
        json.dumps(item)
        for table in ("BookingsTable", "FeedbackTable")
        for item in boto3.client("dynamodb").scan(TableName=table)["Items"]
    ]
    assert not [item for item in left if LEAVES in item]
    assert audit.handler({}, CONTEXT)["differences"] == 0
    assert erase(AT, LEAVES, clock.now()) == dict.fromkeys(done, 0)


def test_each_erasure_is_on_record_as_the_offices(office: Any) -> None:
    erase(AT, LEAVES, clock.now())
    records = [
        (item["what"]["S"], item["by"]["S"])
        for item in boto3.client("dynamodb").scan(TableName="DeclarationsTable")["Items"]
        if item["sk"]["S"].startswith("ERASED#")
    ]
    assert sorted(records) == [("declaration", "office"), ("feedback", "office")]
