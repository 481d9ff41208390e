"""Declarations end to end through the handlers, on the article's day and today."""

from datetime import datetime
from typing import Any

import pytest
import time_machine

from cccd.clock import VIETNAM
from declarations.api import handler
from declarations.forms_api import handler as forms
from tests.bookings.people import signed_in
from tests.gateway import Answer, call

TODAY = datetime(2026, 11, 23, 9, tzinfo=VIETNAM)
THE_ARTICLES_DAY = datetime(2021, 6, 24, 9, tzinfo=VIETNAM)
CONSENT = {"version": "2026-01-01", "purposes": ["declaration"]}

FORM_2026: dict[str, Any] = {
    "edition": "2026",
    "procedure": "cap-cccd",
    "officeId": "ca-26740",
    "consent": CONSENT,
    "fullName": "Nguyễn Thị Lan",
    "dateOfBirth": "1990-05-20",
    "sex": "Nữ",
    "personalId": "079190001234",
    "phone": "0912 345 678",
    "residence": "12 Lê Lợi, phường Sài Gòn, Thành phố Hồ Chí Minh",
    "request": "Cấp đổi thẻ",
    "reason": "Đủ 14, 25, 40 hoặc 60 tuổi",
    "truthful": True,
}

FORM_2021: dict[str, Any] = {
    "edition": "legacy-2021",
    "procedure": "cap-cccd",
    "officeId": "cah-760",
    "consent": CONSENT,
    "fullName": "H'Hen Niê",
    "dateOfBirth": "1992-05-15",
    "sex": "Nữ",
    "oldCardNumber": "024 123 456",
    "ethnicity": "Ê Đê",
    "religion": "Không",
    "nationality": "Việt Nam",
    "maritalStatus": "Chưa kết hôn",
    "birthRegistrationPlace": "Đắk Lắk",
    "nativePlace": "Đắk Lắk",
    "permanentResidence": "Quận 1, Thành phố Hồ Chí Minh",
    "currentResidence": "Quận 1, Thành phố Hồ Chí Minh",
    "occupation": "Sinh viên",
    "education": "12/12",
    "householdHeadName": "Y Moan",
    "relationToHouseholdHead": "Con",
    "request": "Đổi",
    "phone": "0912345678",
    "truthful": True,
}


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
        ({"procedure": "ho-chieu"}, "procedure"),
        ({"officeId": "nowhere"}, "officeId"),
        ({"consent": {"version": "2026-01-01", "purposes": []}}, "consent.purposes"),
        ({"consent": {"version": "1999", "purposes": ["declaration"]}}, "consent.version"),
        ({"consent": {"version": "2026-01-01", "purposes": ["declaration", "selling it"]}}, "consent.purposes"),
        ({"dateOfBirth": "2014-06-01"}, "representativeName"),
        ({"dateOfBirth": "2030-01-01"}, "dateOfBirth"),
        ({"dateOfBirth": "1880-01-01"}, "dateOfBirth"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(aws: None, change: dict[str, Any], field: str) -> None:
    answer = submit(FORM_2026 | change)
    assert field in [error["field"] for error in answer.body["errors"]]


@pytest.mark.parametrize(
    ("on", "edition"), [("2021-06-24", "legacy-2021"), ("2024-07-01", "2026"), ("2026-11-23", "2026")]
)
def test_the_form_in_force_can_be_rendered(on: str, edition: str) -> None:
    form = call(forms, "GET", "/forms/cap-cccd", query={"on": on}).body
    assert form["edition"] == edition
    fields = form["schema"]["properties"]
    assert all(field["title"] for name, field in fields.items() if name not in ("edition", "procedure"))
    orders = [field["x-order"] for field in fields.values() if "x-order" in field]
    assert orders == list(range(1, len(orders) + 1))


def test_the_schema_accepts_what_the_service_accepts() -> None:
    import jsonschema

    for on, body in (("2021-06-24", FORM_2021), ("2026-11-23", FORM_2026)):
        schema = call(forms, "GET", "/forms/cap-cccd", query={"on": on}).body["schema"]
        plain = body | {"oldCardNumber": "024123456"}
        jsonschema.validate(plain, schema)
