"""Declarations end to end through the handlers, on the article's day and today."""

from datetime import datetime
from typing import Any

import pytest
import time_machine

from cccd.clock import VIETNAM
from declarations.api import handler
from forms.combinations import requests_for
from forms.form import form_of
from tests.bookings.people import signed_in
from tests.declarations.people import FORM_2021, FORM_2026
from tests.gateway import Answer, call

TODAY = datetime(2026, 11, 23, 9, tzinfo=VIETNAM)

THE_ARTICLES_DAY = datetime(2021, 6, 24, 9, tzinfo=VIETNAM)


def submit(body: Any, who: str = "lan") -> Answer:
    return call(handler, "POST", "/declarations", body=body, headers=signed_in(who))


@time_machine.travel(TODAY)
def test_submits_and_reads_back_todays_form(aws: None) -> None:
    made = submit(FORM_2026)
    assert made.status == 201, made.body
    assert (made.body["status"], made.body["version"], made.body["warnings"]) == ("submitted", 1, [])
    assert "so-ho-khau" not in [paper["code"] for paper in made.body["documentsToBring"]]
    assert made.body["data"]["phone"] == "84912345678"
    path = f"/declarations/{made.body['id']}"
    assert call(handler, "GET", path, headers=signed_in("lan")).body == made.body
    assert call(handler, "GET", "/declarations", headers=signed_in("lan")).body["items"] == [made.body]


@time_machine.travel(THE_ARTICLES_DAY)
@pytest.mark.parametrize("differs", [False, True])
def test_the_articles_citizen_brings_what_the_article_says(aws: None, differs: bool) -> None:
    made = submit(FORM_2021 | {"differsFromRecords": differs})
    assert made.status == 201, made.body
    assert made.body["data"]["fullName"] == "H'HEN NIÊ"
    expected = ["cmnd-cccd-cu", "so-ho-khau", *(["giay-khai-sinh"] if differs else [])]
    assert [paper["code"] for paper in made.body["documentsToBring"]] == expected


REISSUE = {"request": "Cấp lại thẻ", "reason": "Mất thẻ"}

FIRST = {"request": "Cấp thẻ lần đầu", "reason": None}


@time_machine.travel(TODAY)
@pytest.mark.parametrize(
    ("change", "warned", "said"),
    [
        ({"reason": "Mất thẻ"}, ("reason", "not_of_request"), "“Mất thẻ” là lý do của “Cấp lại thẻ”"),
        (
            REISSUE | {"reason": "Sắp xếp đơn vị hành chính"},
            ("reason", "not_of_request"),
            "“Cấp đổi thẻ”, còn bạn chọn",
        ),
        (REISSUE | {"reason": "Đủ 14, 25, 40 hoặc 60 tuổi"}, ("reason", "not_of_request"), "hoặc “Cấp đổi thẻ”"),
        (FIRST | {"reason": "Mất thẻ"}, ("reason", "not_of_request"), "còn bạn chọn “Cấp thẻ lần đầu”"),
        ({"procedure": "cap-lan-dau"}, ("request", "not_of_procedure"), "dành cho “Cấp thẻ lần đầu”"),
        ({"procedure": "cap-lai"}, ("request", "not_of_procedure"), "dành cho “Cấp lại thẻ”"),
        (REISSUE | {"procedure": "cap-doi"}, ("request", "not_of_procedure"), "dành cho “Cấp đổi thẻ”"),
        (FIRST | {"procedure": "tre-em-duoi-14"}, ("dateOfBirth", "not_a_child"), "dành cho trẻ dưới 14 tuổi"),
        (FIRST | {"currentCard": "Thẻ CCCD"}, ("currentCard", "not_of_request"), "không làm thẻ lần đầu"),
        ({"currentCard": "CMND"}, ("currentCard", "not_of_request"), "làm thẻ căn cước lần đầu"),
        ({"currentCard": "Không có thẻ"}, ("currentCard", "not_of_request"), "chọn cấp lại"),
    ],
)
def test_answers_that_contradict_each_other_are_asked_about(
    aws: None, change: dict[str, Any], warned: tuple[str, str], said: str
) -> None:
    made = submit(FORM_2026 | change)
    assert made.status == 201, made.body
    warnings = made.body["warnings"]
    assert [(each["field"], each["code"]) for each in warnings] == [warned]
    assert said in warnings[0]["message"] and "iểm tra lại" in warnings[0]["message"]
    if warned[0] == "reason":
        assert made.body["fee"]["amount"] is None


@time_machine.travel(TODAY)
@pytest.mark.parametrize(
    "change",
    [
        REISSUE,
        REISSUE | {"procedure": "cap-lai"},
        FIRST,
        FIRST | {"procedure": "cap-lan-dau", "currentCard": "CMND"},
        FIRST | {"reason": "Đủ 14, 25, 40 hoặc 60 tuổi"},
        {"procedure": "cap-doi", "currentCard": "Thẻ CCCD"},
    ],
)
def test_answers_that_agree_are_not(aws: None, change: dict[str, Any]) -> None:
    assert submit(FORM_2026 | change).body["warnings"] == []


def test_every_reason_and_request_of_todays_form_is_known() -> None:
    form = form_of("2026")
    requests, reasons = form.field("request"), form.field("reason")
    assert requests and reasons
    assert {each for reason in reasons.choices for each in requests_for(reason)} == {*requests.choices}
    assert all(requests_for(reason) for reason in reasons.choices)


@time_machine.travel(TODAY)
def test_how_far_papers_and_fee_were_checked_is_told(aws: None) -> None:
    made = submit(FORM_2026 | {"currentCard": "Thẻ căn cước"}).body
    assert made["fee"]["amount"] == 0
    assert (made["fee"]["confidence"], "bản trích dẫn" in made["fee"]["confidenceNote"]) == ("quoted", True)
    assert {(paper["confidence"], bool(paper["confidenceNote"])) for paper in made["documentsToBring"]} == {
        ("verified", True),
        ("quoted", True),
    }


@time_machine.travel(TODAY)
def test_another_citizens_declaration_is_not_found(aws: None) -> None:
    made = submit(FORM_2026)
    assert call(handler, "GET", f"/declarations/{made.body['id']}", headers=signed_in("minh")).code == "not_found"
    assert call(handler, "GET", "/declarations", headers=signed_in("minh")).body["items"] == []


@time_machine.travel(TODAY)
def test_all_mistakes_are_told_at_once_in_the_forms_order(aws: None) -> None:
    body = FORM_2026 | {
        "fullName": "R2D2",
        "dateOfBirth": "1990-02-30",
        "sex": "?",
        "personalId": "1",
        "truthful": False,
    }
    del body["phone"]
    answer = submit(body)
    assert answer.code == "invalid_request"
    fields = [error["field"] for error in answer.body["errors"]]
    assert fields == ["fullName", "dateOfBirth", "sex", "personalId", "phone", "truthful"]


@time_machine.travel(TODAY)
def test_what_may_be_right_only_warns(aws: None) -> None:
    answer = submit(FORM_2026 | {"dateOfBirth": "1991-01-01", "sex": "Nam"})
    assert answer.status == 201
    assert [warning["code"] for warning in answer.body["warnings"]] == ["birth_year_differs", "sex_differs"]


@time_machine.travel(TODAY)
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"edition": "legacy-2021"}, "edition"),
        ({"edition": None}, "edition"),
        ({"procedure": "ho-chieu"}, "procedure"),
        ({"procedure": 7}, "procedure"),
        ({"officeId": ""}, "officeId"),
        ({"officeId": "x" * 65}, "officeId"),
        ({"draft": "yes"}, "draft"),
        ({"consent": None}, "consent"),
        ({"consent": "yes"}, "consent"),
        ({"consent": {}}, "consent.version"),
        ({"consent": {"version": "2026-11-25", "purposes": [{}]}}, "consent.purposes"),
        ({"officeId": "nowhere"}, "officeId"),
        ({"consent": {"version": "2026-11-25", "purposes": []}}, "consent.purposes"),
        ({"consent": {"version": "1999", "purposes": ["declaration"]}}, "consent.version"),
        ({"consent": {"version": "2026-11-25", "purposes": ["declaration", "selling it"]}}, "consent.purposes"),
        ({"dateOfBirth": "2014-06-01"}, "representativeName"),
        ({"dateOfBirth": "2030-01-01"}, "dateOfBirth"),
        ({"dateOfBirth": "1880-01-01"}, "dateOfBirth"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(aws: None, change: dict[str, Any], field: str) -> None:
    answer = submit(FORM_2026 | change)
    assert field in [error["field"] for error in answer.body["errors"]]


@time_machine.travel(TODAY)
def test_head_consent_and_form_are_judged_together(aws: None) -> None:
    answer = submit({"fullName": "R2D2", "procedure": "cap-cccd"})
    fields = [error["field"] for error in answer.body["errors"]]
    assert fields[:3] == ["edition", "officeId", "fullName"]
    assert fields[-1] == "consent" and "dateOfBirth" in fields


@time_machine.travel(TODAY)
def test_papers_fee_and_time_are_those_of_the_day_asked_about(aws: None) -> None:
    made = submit(FORM_2026 | {"currentCard": "Thẻ căn cước", "reason": "Theo yêu cầu"}).body
    assert (made["on"], made["fee"]["amount"], made["processingTime"]["readyOn"]) == (
        "2026-11-23",
        25_000,
        "2026-12-03",
    )
    path = f"/declarations/{made['id']}"
    later = call(handler, "GET", path, query={"on": "2027-01-04"}, headers=signed_in("lan")).body
    assert (later["on"], later["fee"]["amount"]) == ("2027-01-04", 50_000)
    assert call(handler, "GET", path, query={"on": "soon"}, headers=signed_in("lan")).code == "invalid_request"
