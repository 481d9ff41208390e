import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.template import Route
from local.events import BadResult, event_of, response_of
from local.http import Headers, Request

NOW = datetime(2021, 6, 24, 2, 0, tzinfo=UTC)
ROUTE = Route("Things", "GET", "/things/{id}")


def event(
    target: str = "/things/7", headers: Headers = (), body: bytes = b"", parameters: dict[str, str] | None = None
) -> dict[str, Any]:
    return event_of(Request("GET", target, headers, body), ROUTE, parameters or {}, NOW)


def test_the_event_of_a_plain_request() -> None:
    made = event(headers=[("Host", "127.0.0.1:3000"), ("User-Agent", "curl/8")], parameters={"id": "7"})
    assert made["requestContext"].pop("requestId")
    assert made["headers"].pop("x-amzn-trace-id").startswith("Root=1-60d3e720-")
    assert made == {
        "version": "2.0",
        "routeKey": "GET /things/{id}",
        "rawPath": "/things/7",
        "rawQueryString": "",
        "headers": {
            "host": "127.0.0.1:3000",
            "user-agent": "curl/8",
            "content-length": "0",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": "3000",
            "x-forwarded-proto": "http",
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "127.0.0.1:3000",
            "domainPrefix": "127",
            "http": {
                "method": "GET",
                "path": "/things/7",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "curl/8",
            },
            "routeKey": "GET /things/{id}",
            "stage": "$default",
            "time": "24/Jun/2021:02:00:00 +0000",
            "timeEpoch": 1624500000000,
        },
        "pathParameters": {"id": "7"},
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=1&a=2", {"a": "1,2"}),
        ("q=s%C3%A0i+g%C3%B2n", {"q": "sài gòn"}),
        ("a", {"a": ""}),
        ("", None),
    ],
)
def test_query(query: str, parameters: dict[str, str] | None) -> None:
    made = event(f"/things?{query}")
    assert made["rawQueryString"] == query
    assert made.get("queryStringParameters") == parameters


def test_repeated_headers_are_joined_and_cookies_stand_apart() -> None:
    made = event(headers=[("Accept", "a"), ("ACCEPT", "b"), ("Cookie", "x=1; y=2"), ("X-Forwarded-For", "10.0.0.1")])
    assert made["headers"]["accept"] == "a,b"
    assert made["headers"]["x-forwarded-for"] == "10.0.0.1, 127.0.0.1"
    assert made["cookies"] == ["x=1", "y=2"]
    assert "cookie" not in made["headers"]


def test_the_path_arrives_decoded() -> None:
    made = event("/things/m%E1%BB%99t%20hai")
    assert made["rawPath"] == made["requestContext"]["http"]["path"] == "/things/một hai"


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("application/json", b"{}", "{}"),
        ("application/json; charset=utf-8", "một".encode(), "một"),
        ("text/plain", b"x", "x"),
        ("application/json", b"\xff", None),
        ("application/x-www-form-urlencoded", b"a=1", None),
        ("image/png", b"\x89", None),
        (None, b"x", None),
    ],
)
def test_a_body_is_text_or_base64(content_type: str | None, body: bytes, text: str | None) -> None:
    made = event(headers=[("Content-Type", content_type)] if content_type else [], body=body)
    assert made["isBase64Encoded"] is (text is None)
    assert made["body"] == (base64.b64encode(body).decode() if text is None else text)


def test_a_full_response() -> None:
    response = response_of(
        {
            "statusCode": 201,
            "headers": {"Content-Type": "text/html", "Retry-After": 3},
            "cookies": ["a=1", "b=2"],
            "body": "một",
        }
    )
    assert response.status == 201
    assert response.headers == [
        ("content-type", "text/html"),
        ("retry-after", "3"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    ]
    assert response.body == "một".encode()


def test_a_binary_response() -> None:
    assert response_of({"statusCode": 200, "body": "iVA=", "isBase64Encoded": True}).body == b"\x89P"


def test_a_result_without_status_is_a_body() -> None:
    response = response_of({"a": 1})
    assert (response.status, response.headers, response.body) == (
        200,
        [("content-type", "application/json")],
        b'{"a": 1}',
    )


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "many"},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "body": "?", "isBase64Encoded": True},
        {"statusCode": 200, "headers": {"a": "1\r\nset-cookie: b"}},
        {"statusCode": 200, "headers": {"a\r\nset-cookie": "b"}},
        {"statusCode": 200, "headers": {"a b": "1"}},
        {"statusCode": 200, "headers": {"a": "\x00"}},
        {"statusCode": 200, "headers": {"a": ["1", "2"]}},
        {"statusCode": 200, "headers": {"a": "ộ"}},
        {"statusCode": 200, "headers": "a"},
    ],
)
def test_what_is_no_response_is_refused(result: dict[str, Any]) -> None:
    with pytest.raises(BadResult):
        response_of(result)
