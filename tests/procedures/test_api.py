"""GET /procedures and GET /procedures/{code} through the Lambda handler, as API Gateway calls it."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine

from procedures.api import handler


def get(path: str, query: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    event = {
        "version": "2.0",
        "routeKey": f"GET {path}",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "queryStringParameters": query,
        "headers": headers or {},
        "requestContext": {"http": {"method": "GET", "path": path}, "stage": "$default", "requestId": "1"},
        "isBase64Encoded": False,
    }
    return handler(event, SimpleNamespace(aws_request_id="request-1"))  # type: ignore[arg-type]


def body(answer: dict[str, Any]) -> dict[str, Any]:
    parsed = json.loads(answer["body"])
    assert isinstance(parsed, dict)
    return parsed


def test_the_list_of_the_articles_day() -> None:
    answer = get("/procedures", {"on": "2021-06-24"})
    assert answer["statusCode"] == 200
    assert [(item["code"], item["title"]) for item in body(answer)["items"]] == [
        ("cap-cccd", "Cấp CCCD"),
        ("cap-cccd-tam-tru", "Cấp CCCD tạm trú"),
        ("cap-lan-dau", "Cấp CCCD lần đầu"),
        ("cap-doi", "Đổi thẻ CCCD"),
        ("cap-lai", "Cấp lại thẻ CCCD"),
    ]
    assert body(answer)["nextCursor"] is None


def test_a_procedure_has_the_fields_of_the_contract() -> None:
    found = body(get("/procedures/cap-cccd", {"on": "2021-06-24"}))
    contract = "code title conditions steps documents processingTime place fee benefits legalBasis validFrom validTo"
    assert set(contract.split()) <= set(found)
    assert (found["validFrom"], found["validTo"]) == ("2021-01-01", "2021-06-30")
    assert [paper["code"] for paper in found["documents"]] == ["cmnd-cccd-cu", "so-ho-khau", "giay-khai-sinh"]
    assert found["fee"]["text"].startswith("Chuyển từ CMND sang thẻ CCCD: 15.000 đồng. Đổi thẻ: 25.000 đồng.")
    assert found["processingTime"]["workingDays"] == 7
    for said in (*found["conditions"], *found["steps"], *found["documents"], found["place"], *found["legalBasis"]):
        assert said["source"]
        assert said["confidenceNote"]


def test_today_is_the_default() -> None:
    with time_machine.travel(datetime(2026, 12, 31, 16, 59, tzinfo=UTC), tick=False):  # 23:59 in Vietnam
        assert body(get("/procedures/cap-lai"))["fee"]["amounts"][0]["amount"] == 35_000
    with time_machine.travel(datetime(2026, 12, 31, 17, 0, tzinfo=UTC), tick=False):  # 1 January in Vietnam
        assert body(get("/procedures/cap-lai"))["fee"]["amounts"][0]["amount"] == 70_000


def test_residence_may_be_asked() -> None:
    found = body(get("/procedures/cap-cccd", {"on": "2021-06-24", "residence": "temporary"}))
    assert found["residence"] == "temporary"
    assert "so-tam-tru" in [paper["code"] for paper in found["documents"]]


def test_before_it_existed_a_procedure_is_not_found_with_the_reason() -> None:
    answer = get("/procedures/tre-em-duoi-14", {"on": "2024-06-30"})
    assert answer["statusCode"] == 404
    assert body(answer)["code"] == "not_found"
    assert "từ đủ 14 tuổi" in body(answer)["detail"]


@pytest.mark.parametrize("code", ["ho-chieu", "x" * 10_000, "%F0%9F%98%80", "cap-cccd%00", "..", "CAP-CCCD"])
def test_an_unknown_code_is_not_found(code: str) -> None:
    answer = get(f"/procedures/{code}")
    assert answer["statusCode"] == 404
    assert body(answer)["code"] == "not_found"


@pytest.mark.parametrize(
    ("on", "code"),
    [
        ("hôm nay", "wrong_date"),
        ("", "wrong_date"),
        ("2026-02-30", "wrong_date"),
        ("2020-12-31", "too_early"),
        ("0001-01-01", "too_early"),
        ("9999-12-31", "too_late"),
    ],
)
@pytest.mark.parametrize("path", ["/procedures", "/procedures/cap-cccd"])
def test_a_day_that_is_none_is_told_by_field(path: str, on: str, code: str) -> None:
    answer = get(path, {"on": on})
    assert answer["statusCode"] == 422
    assert [(error["field"], error["code"]) for error in body(answer)["errors"]] == [("on", code)]


def test_a_residence_that_is_none_is_told_with_the_days_error() -> None:
    answer = get("/procedures/cap-cccd", {"residence": "homeless", "on": "x"})
    assert answer["statusCode"] == 422
    assert {(error["field"], error["code"]) for error in body(answer)["errors"]} == {
        ("residence", "not_a_choice"),
        ("on", "wrong_date"),
    }


def test_answers_are_kept_and_asked_about_by_etag() -> None:
    answer = get("/procedures/cap-cccd", {"on": "2021-06-24"})
    assert answer["headers"]["Cache-Control"] == "public, max-age=300"
    again = get("/procedures/cap-cccd", {"on": "2021-06-24"}, {"if-none-match": answer["headers"]["ETag"]})
    assert again["statusCode"] == 304
    assert not again["body"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [("*", 304), (' "other", W/{etag} ', 304), ("{etag}", 304), ('"other"', 200), ('"a{etag}b"', 200), ("", 200)],
)
def test_a_client_tells_what_it_has_as_the_rfc_says(asked: str, status: int) -> None:
    """RFC 9110, 13.1.2: a list of tags, compared without the mark of a weak one, or a star."""
    etag = get("/procedures/cap-cccd")["headers"]["ETag"]
    asked = asked.replace("{etag}", etag)
    assert get("/procedures/cap-cccd", None, {"if-none-match": asked})["statusCode"] == status
