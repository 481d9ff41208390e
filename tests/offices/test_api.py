"""GET /offices and GET /offices/{officeId}, as a front end calls them."""

from datetime import date
from typing import Any

import pytest

from cccd import clock
from desk.office_api import handler as office
from offices.api import handler
from tests.gateway import call


@pytest.fixture(autouse=True)
def _table(aws: None) -> None:
    """An office is read with what it announces."""


def search(q: str, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = call(handler, "GET", "/offices", query={"q": q, **query}).body["items"]
    return items


def read(office_id: str) -> dict[str, Any]:
    answer = call(office, "GET", f"/offices/{office_id}")
    assert answer.status == 200
    body: dict[str, Any] = answer.body
    return body


def test_a_search() -> None:
    answer = call(handler, "GET", "/offices", query={"q": "ben nghe", "limit": "1"})
    assert answer.body["items"] == [
        {
            "id": "ca-26740",
            "name": "Công an phường Sài Gòn",
            "province": "Thành phố Hồ Chí Minh",
            "ward": "Phường Sài Gòn",
            "address": "Phường Sài Gòn, Thành phố Hồ Chí Minh",
            "officialAccount": None,
            "bookable": True,
        }
    ]
    assert answer.headers["cache-control"] == "public, max-age=300"
    again = call(
        handler,
        "GET",
        "/offices",
        query={"q": "ben nghe", "limit": "1"},
        headers={"if-none-match": answer.headers["etag"]},
    )
    assert again.status == 304


def test_what_to_do_when_nothing_was_found() -> None:
    answer = call(handler, "GET", "/offices", query={"q": "paris"})
    assert answer.body["items"] == []
    assert "tên cũ" in answer.body["message"] and "PC06" in answer.body["message"]
    assert call(handler, "GET", "/offices", query={"q": "ben nghe"}).body["message"] is None


@pytest.mark.parametrize("q", ["gần chợ Bình Thành", "kế bên bệnh viện Chợ Rẫy", "cạnh trường tiểu học Kim Đồng"])
def test_a_landmark_that_is_a_commune_elsewhere_is_doubted(q: str) -> None:
    answer = call(handler, "GET", "/offices", query={"q": q})
    assert answer.body["confident"] is False
    assert "phường, xã" in answer.body["message"]


@pytest.mark.parametrize("q", ["ben nghe", "gần chợ Hạnh Thông, Gò Vấp", "12 lê lợi quận 1", "pc06", ""])
def test_what_names_its_place_is_not_doubted(q: str) -> None:
    answer = call(handler, "GET", "/offices", query={"q": q})
    assert (answer.body["confident"], answer.body["message"]) == (True, None)


def test_limits() -> None:
    assert len(search("", limit="1")) == 1
    assert len(search("")) == 20
    assert len(search("", limit="100")) == 100


@pytest.mark.parametrize(
    ("query", "field"), [({"limit": "0"}, "limit"), ({"limit": "101"}, "limit"), ({"q": "x" * 2_000}, "q")]
)
def test_what_does_not_fit_is_named(query: dict[str, str], field: str) -> None:
    answer = call(handler, "GET", "/offices", query=query)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("q", ["🙂", "\u0000\u0007", "công an", "a", "警察", "😀" * 100, "'; DROP TABLE--", '"', "%"])
def test_nothing_typed_is_an_error_of_ours(q: str) -> None:
    assert call(handler, "GET", "/offices", query={"q": q}).status == 200


def test_an_office_without_bookings_says_which_offices_of_the_province_take_them() -> None:
    office = read("ca-26737")
    assert not office["bookable"] and office["openingHours"] == office["procedures"] == []
    assert [each["id"] for each in office["elsewhere"]] == ["ca-26740", "ca-26743", "ca-27004", "ca-27559", "pc06-79"]
    assert "chưa nhận đặt lịch hẹn" in office["notices"][0] and "Công an phường Sài Gòn" in office["notices"][0]


def test_a_province_where_nobody_takes_bookings() -> None:
    office = read("ca-01273")
    assert office["elsewhere"] == []
    assert office["notices"][0].endswith("trước khi đến.")


def test_an_office_that_is_no_more_says_who_took_over() -> None:
    office = read("cah-760")
    assert [each["id"] for each in office["elsewhere"]][0] in ("ca-26740", "ca-26743")
    assert "đã dừng hoạt động sau ngày 28/02/2025. Vui lòng đến: Công an phường" in office["notices"][0]


def test_an_office_that_is_not_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2021, 6, 24))
    office = read("ca-26740")
    assert not office["bookable"]
    assert office["notices"] == ["Công an phường Sài Gòn nhận hồ sơ từ ngày 01/07/2025."]
    assert search("ben nghe")[0]["id"] == "cah-760"


def test_a_bookable_office() -> None:
    office = read("ca-26740")
    assert office["bookable"] and office["procedures"] and office["notices"] == office["elsewhere"] == []
    assert office["openingHours"][0] == {"days": "Thứ Hai - Thứ Sáu", "hours": "07:30-11:30, 13:30-17:00"}
