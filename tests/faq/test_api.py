"""GET /faq through the Lambda handler, as API Gateway calls it: answers, refusals, caching."""

import json
import logging
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from faq.api import handler
from faq.contact import Contact, contact
from faq.unanswered import RECORD
from offices.office import Office


def get(query: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    event = {
        "version": "2.0",
        "routeKey": "GET /faq",
        "rawPath": "/faq",
        "rawQueryString": urlencode(query or {}, errors="surrogatepass"),
        "queryStringParameters": query,
        "headers": headers or {},
        "requestContext": {"http": {"method": "GET", "path": "/faq"}, "stage": "$default", "requestId": "1"},
        "isBase64Encoded": False,
    }
    return handler(event, SimpleNamespace(aws_request_id="request-1"))  # type: ignore[arg-type]


def body(query: dict[str, str] | None = None, status: int = 200) -> dict[str, Any]:
    answer = get(query)
    assert answer["statusCode"] == status, answer["body"]
    parsed = json.loads(answer["body"])
    assert isinstance(parsed, dict)
    return parsed


def test_search_has_the_fields_of_the_contract() -> None:
    found = body({"q": "mat cccd lam lai o dau z", "on": "2026-11-23", "limit": "2"})
    assert found["confident"] is True
    assert len(found["items"]) == 2
    first = found["items"][0]
    assert first["id"] == "faq-008"
    assert set(["id", "category", "question", "answer", "score", "validFrom", "validTo", "source"]) <= set(first)
    assert 0 < first["score"] <= 1
    assert found["nextCursor"] is None


def test_outside_is_an_honest_no() -> None:
    found = body({"q": "làm hộ chiếu ở đâu"})
    assert found["confident"] is False
    assert found["items"] == []
    assert "hộ chiếu" in found["message"]
    assert found["nearestTopics"]


def test_browse_everything_and_by_category() -> None:
    everything = body({"on": "2026-11-23"})
    assert len(everything["items"]) == 58
    assert everything["items"][0]["score"] is None
    fees = body({"on": "2026-11-23", "category": "le-phi"})
    assert [item["id"] for item in fees["items"]] == ["faq-005", "faq-006", "faq-007"]
    labels = {category["code"]: category["label"] for category in fees["categories"]}
    assert labels["le-phi"] == "Lệ phí"
    assert sum(category["entries"] for category in fees["categories"]) == 58


def test_search_within_a_category() -> None:
    found = body({"q": "làm căn cước ở đâu", "category": "tam-tru", "on": "2026-11-23"})
    assert {item["category"] for item in found["items"]} <= {"tam-tru"}


def test_as_of_a_day() -> None:
    found = body({"q": "đi làm cccd cần giấy tờ gì", "on": "2021-06-24"})
    assert found["items"][0]["id"] == "faq-002-2021"
    assert "sổ hộ khẩu" in found["items"][0]["answer"]


@pytest.mark.parametrize("q", ["", "   ", "\u200b", "\x07"])
def test_an_empty_question_browses(q: str) -> None:
    assert body({"q": q})["items"]


@pytest.mark.parametrize(
    "q",
    [
        "a",
        "🙂",
        "🙂 cccd 🙂",
        "ạ ơi",
        "và là của",
        "a" * 500,
        "\x00\x01\x02x",
        "'; drop table faq; --",
        "%%%",
        "{}[]<>",
        "ひらがな",
        "‮abc",
        "1" * 100,
    ],
)
def test_strange_questions_are_answered_or_honestly_not(q: str) -> None:
    found = body({"q": q})
    assert found["items"] or found["message"]


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"q": "x" * 2_000}, "q", "too_long"),
        ({"limit": "-1"}, "limit", "too_small"),
        ({"limit": "0"}, "limit", "too_small"),
        ({"limit": "1000000"}, "limit", "too_large"),
        ({"limit": "9" * 400}, "limit", "too_large"),
        ({"limit": "năm"}, "limit", "wrong_type"),
        ({"on": "x"}, "on", "wrong_date"),
        ({"on": "2020-12-31"}, "on", "too_early"),
        ({"on": "9999-12-31"}, "on", "too_late"),
        ({"category": "ho-chieu"}, "category", "not_a_choice"),
    ],
)
def test_what_does_not_fit_is_told_by_field(query: dict[str, str], field: str, code: str) -> None:
    problem = body(query, 422)
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [(field, code)]


def test_too_long_a_question_names_the_limit() -> None:
    assert body({"q": "x" * 501}, 422)["errors"][0]["message"] == "Mục này dài quá 500 ký tự."


def test_answers_are_kept_and_asked_about_by_etag() -> None:
    answer = get({"q": "lệ phí", "on": "2026-11-23"})
    assert answer["headers"]["Cache-Control"] == "public, max-age=300"
    again = get({"q": "lệ phí", "on": "2026-11-23"}, {"if-none-match": answer["headers"]["ETag"]})
    assert again["statusCode"] == 304


def test_an_unsure_answer_names_somebody_to_call() -> None:
    unsure = body({"q": "asdfgh qwerty", "officeId": "ca-26740"})
    assert unsure["confident"] is False
    assert unsure["contact"]["phone"] and unsure["contact"]["name"]
    assert body({"q": "le phi doi can cuoc"})["contact"] is None
    assert body({"q": "asdfgh qwerty", "officeId": "nowhere"})["contact"]["phone"] == "1900 0368"


def test_another_offices_question_names_its_door_and_not_ours() -> None:
    passport = body({"q": "làm hộ chiếu ở đâu", "officeId": "ca-26740"})
    assert passport["confident"] is False and passport["contact"] is None
    assert "xuất nhập cảnh" in passport["message"]


def test_a_question_without_an_answer_is_counted_without_its_text(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    body({"q": "zzz qwerty uvwxyz"})
    body({"q": "làm hộ chiếu cho Nguyễn Thị Lan"})
    body({"q": "le phi doi can cuoc"})
    records = [record for record in caplog.records if record.getMessage() == RECORD]
    assert [vars(record)["nearest"] for record in records] == [[], ["elsewhere"]]
    assert capsys.readouterr().out.count('"UnansweredQuestions":[1.0]') == 2
    assert not any("qwerty" in str(vars(record)) or "Lan" in str(vars(record)) for record in records)


def test_an_office_with_a_number_is_named_itself() -> None:
    office = Office("ca-1", "Công an phường A", "B", "C", "D", phone="028 3822 0000")
    assert contact(office) == Contact("Công an phường A", "028 3822 0000")
