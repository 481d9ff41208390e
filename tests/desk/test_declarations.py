"""What an officer learns of a person's declaration: whether it is ready, what it says, and that reading it is on record."""

from datetime import date
from typing import Any

import pytest

from cccd.dynamodb import client
from declarations.api import handler as declarations
from desk.declaration_api import handler as reading
from desk.store import DeskStore
from privacy.api import handler as privacy
from tests.bookings.calls import OFFICE, START, act, book, person
from tests.bookings.people import signed_in
from tests.declarations.people import FORM_2021, FORM_2026
from tests.desk.officers import at_2021, at_desk, claims
from tests.gateway import Answer, call

DAY = f"/desk/offices/{OFFICE}/days/{START[:10]}"


def declare(**changes: Any) -> Any:
    body = FORM_2026 | {"personalId": person("lan")["personalId"], "fullName": "lan"} | changes
    answer = call(declarations, "POST", "/declarations", body=body, headers=signed_in("lan"))
    assert answer.status == 201, answer.body
    return answer.body


@pytest.fixture
def declared(aws: None, clock: Any) -> Any:
    return declare()


@pytest.fixture
def today(declared: Any, clock: Any) -> Any:
    """Lan's appointment of tomorrow, with her declaration, has become today's."""
    found = act(book("lan", declarationId=declared["id"]), "confirm")
    assert found.status == 200, found.body
    clock.move_to(START)
    return found.body


def read(ticket: str, token: dict[str, str] | None = None) -> Answer:
    return at_desk("GET", f"{DAY}/tickets/{ticket}/declaration", token, via=reading)


def line() -> Any:
    (found,) = at_desk("GET", DAY).body["tickets"]
    return found["declarationReady"], found["declarationMissing"]


def test_a_declaration_that_fits_is_ready(today: Any) -> None:
    assert line() == (True, None)


def test_no_declaration_is_told(aws: None, clock: Any) -> None:
    act(book("lan"), "confirm")
    clock.move_to(START)
    assert line() == (False, "Chưa khai tờ khai.")


def test_a_declaration_that_was_taken_back_is_told_and_not_shown(today: Any, declared: Any) -> None:
    path = f"/declarations/{declared['id']}"
    taken = call(declarations, "POST", f"{path}/withdraw", body={"version": 1}, headers=signed_in("lan"))
    assert taken.status == 200, taken.body
    assert line() == (False, "Tờ khai đã rút lại hoặc đang sửa, chưa gửi lại.")
    assert read(today["ticket"]).code == "not_found"


def test_a_declaration_that_is_of_somebody_else_now_is_told(today: Any, declared: Any) -> None:
    path = f"/declarations/{declared['id']}"
    body = FORM_2026 | {"personalId": person("minh")["personalId"], "fullName": "Minh", "version": 1}
    changed = call(declarations, "PUT", path, body=body, headers=signed_in("lan"))
    assert changed.status == 200, changed.body
    assert line() == (False, "Tờ khai đã sửa, không còn khớp với lịch hẹn.")
    assert read(today["ticket"]).code == "not_found", "it is Minh's, who has no appointment here"


def test_a_declaration_that_is_erased_is_told(today: Any, declared: Any) -> None:
    for item in client().scan(TableName="DeclarationsTable", ConsistentRead=True)["Items"]:
        if "answers" in item:
            client().delete_item(TableName="DeclarationsTable", Key={"pk": item["pk"], "sk": item["sk"]})
    assert line() == (False, "Tờ khai đã bị xoá.")
    assert read(today["ticket"]).code == "not_found"


def test_the_list_is_read_anew_every_five_minutes_though_no_ticket_changed(today: Any, clock: Any) -> None:
    etag = at_desk("GET", DAY).headers["etag"]
    assert at_desk("GET", DAY, headers={"if-none-match": etag}).status == 304
    clock.shift(300)
    assert at_desk("GET", DAY, headers={"if-none-match": etag}).status == 200


def test_an_officer_reads_all_of_it_with_the_papers_that_it_calls_for(today: Any) -> None:
    found = read(today["ticket"])
    assert found.status == 200, found.body
    answers = {each["title"]: each["answer"] for part in found.body["sections"] for each in part["answers"]}
    assert person("lan")["personalId"] in answers.values()
    assert "20/05/1990" in answers.values(), "as it is read in Vietnam"
    assert all(part["title"] for part in found.body["sections"]) and "" not in answers.values()
    assert [each["name"] for each in found.body["papers"]] == [each["name"] for each in today["documentsToBring"]]


def test_the_sealed_answers_are_read_too(aws: None, clock: Any) -> None:
    clock.move_to("2021-06-24T09:00:00+07:00")
    declared = call(declarations, "POST", "/declarations", body=FORM_2021, headers=signed_in("lan")).body
    ticket = act(at_2021(declared["id"]), "confirm").body["ticket"]
    path = f"/desk/offices/cah-760/days/2021-06-25/tickets/{ticket}/declaration"
    found = at_desk("GET", path, claims("[cah-760.officer]"), via=reading).body
    assert ("Dân tộc", "Ê Đê") in [
        (each["title"], each["answer"]) for part in found["sections"] for each in part["answers"]
    ]


def test_each_reading_is_on_record_at_the_office_and_for_the_citizen(today: Any, declared: Any) -> None:
    read(today["ticket"])
    read(today["ticket"])
    (first, _) = [
        each
        for each in DeskStore(client(), "BookingsTable").acts(OFFICE, date.fromisoformat(START[:10]))
        if each["what"] == "reading"
    ]
    assert (first["who"], first["ticket"]) == ("0a1b", today["ticket"])
    held = call(privacy, "GET", "/me/data", headers=signed_in("lan")).body
    found = [each for each in held["accesses"] if each["what"] == "reading"]
    assert [(each["by"], each["declarationId"]) for each in found] == [("office", declared["id"])] * 2


def test_a_reading_that_cannot_be_put_on_record_shows_nothing(today: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("consent.journal.Journal.note_reading", broken)
    assert read(today["ticket"]).status == 500


@pytest.mark.parametrize("token", [claims("[ca-26743.officer]"), claims("[]")])
def test_nobody_of_another_office_reads_it(today: Any, token: dict[str, str]) -> None:
    assert read(today["ticket"], token).code == "not_your_office"


@pytest.mark.parametrize("ticket", ["0800-99", "x", "W01", "../0800-01"])
def test_no_declaration_of_no_ticket(today: Any, ticket: str) -> None:
    assert read(ticket).status in (400, 404)


def test_an_appointment_without_a_declaration_has_none_to_read(aws: None, clock: Any) -> None:
    ticket = act(book("lan"), "confirm").body["ticket"]
    clock.move_to(START)
    assert read(ticket).code == "not_found"
