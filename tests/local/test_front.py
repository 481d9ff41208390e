"""The front over a real socket, with a function that answers with the event it got."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from infra.template import Cors, Function, Route, Stack
from local.clock import Clock
from local.front import MAX_BODY, Front
from local.gateway import Gateway
from local.pool import Busy, Failed

FUNCTIONS = {name: Function(name, f"{name}.handler", 3, 128, {}) for name in ("echo", "broken", "busy", "wrong")}
ROUTES = (
    Route("echo", "GET", "/things/{id}"),
    Route("echo", "POST", "/things"),
    Route("broken", "GET", "/broken"),
    Route("busy", "GET", "/busy"),
    Route("wrong", "GET", "/wrong"),
)
STACK = Stack(FUNCTIONS, ROUTES, Cors(("*",)), {}, {}, (), ())


def invoke(function: Function, event: Any) -> Any:
    match function.name:
        case "broken":
            raise Failed("KeyError")
        case "busy":
            raise Busy
        case "wrong":
            return {"statusCode": "many"}
    return {"statusCode": 200, "body": json.dumps(event)}


LINES: list[str] = []


@pytest.fixture
def log() -> list[str]:
    LINES.clear()
    return LINES


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    served = Front(0)
    served.serve(Gateway(STACK, invoke, Clock(), LINES.append))
    yield served
    served.stop()


def exchange(front: Front, *sent: bytes) -> tuple[str, dict[str, str], bytes]:
    """Status line, headers and body of the answer to raw bytes; the connection is used once."""
    with socket.create_connection(("127.0.0.1", front.server_port), timeout=10) as connection:
        for part in sent:
            connection.sendall(part)
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    return status, dict(line.split(": ", 1) for line in lines), body


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    return "\r\n".join([f"{line} HTTP/1.1", "Host: x", *headers, "", ""]).encode() + body


def test_a_request_becomes_an_event_and_its_result_a_response(front: Front, log: list[str]) -> None:
    status, headers, body = exchange(front, request("GET /things/secret-7?a=1"))
    assert status == "HTTP/1.1 200 OK"
    assert headers["access-control-allow-origin"] == "*"
    assert json.loads(body)["pathParameters"] == {"id": "secret-7"}
    assert len(log) == 1 and log[0].startswith("GET /things/{id} 200 ")  # the route, not whose it is


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        (request("GET /nothing"), 404, "Not Found"),
        (request("GET /broken"), 500, "Internal Server Error"),
        (request("GET /wrong"), 500, "Internal Server Error"),
        (request("GET /busy"), 503, "Service Unavailable"),
        (request("BREW /things/7"), 405, "Method Not Allowed"),
        (request("GET nowhere"), 400, "Bad Request"),
        (b"nonsense\r\n\r\n", 400, "Bad Request"),
        (b"GET /things/7 HTTP/9.9\r\n\r\n", 505, "HTTP Version Not Supported"),
        (request("GET /" + "a" * 70_000), 414, "URI Too Long"),
        (request("GET /things/7", f"X: {'a' * 70_000}"), 431, "Request Header Fields Too Large"),
        (request("POST /things", "Content-Length: many"), 400, "Bad Request"),
        (request("POST /things", "Content-Length: -1"), 400, "Bad Request"),
        (request("POST /things", "Content-Length: 5", body=b"abc"), 400, "Bad Request"),
        (request("POST /things", "Content-Length: 1", "Content-Length: 2", body=b"ab"), 400, "Bad Request"),
        (request("POST /things", "Transfer-Encoding: chunked", "Content-Length: 1"), 400, "Bad Request"),
        (request("POST /things", "Transfer-Encoding: gzip"), 400, "Bad Request"),
        (request("POST /things", "Transfer-Encoding: chunked", body=b"xyz\r\n"), 400, "Bad Request"),
        (request("POST /things", f"Content-Length: {MAX_BODY + 1}"), 413, "Request Entity Too Large"),
        (
            request("POST /things", "Expect: 100-continue", "Content-Length: 99999999999"),
            413,
            "Request Entity Too Large",
        ),
        (request("POST /things", "Transfer-Encoding: chunked", body=b"fffffff\r\n"), 413, "Request Entity Too Large"),
    ],
)
def test_every_refusal_is_json_and_readable_by_a_page(front: Front, sent: bytes, status: int, said: str) -> None:
    line, headers, body = exchange(front, sent)
    assert line.split(" ")[1] == str(status)
    assert headers["content-type"] == "application/json"
    assert headers["access-control-allow-origin"] == "*"
    assert json.loads(body) == {"message": said}


def test_a_body_that_is_too_large_is_refused_though_it_is_sent(front: Front) -> None:
    sent = request("POST /things", f"Content-Length: {MAX_BODY + 1}"), b"a" * (MAX_BODY + 1)
    assert exchange(front, *sent)[0].startswith("HTTP/1.1 413 ")


def test_a_long_path_reaches_the_function(front: Front) -> None:
    _, _, body = exchange(front, request(f"GET /things/{'a' * 12_000}"))
    assert json.loads(body)["pathParameters"] == {"id": "a" * 12_000}


def test_a_chunked_body_arrives_whole(front: Front) -> None:
    chunks = b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: 1\r\n\r\n"
    sent = request("POST /things", "Content-Type: text/plain", "Transfer-Encoding: chunked", body=chunks)
    assert json.loads(exchange(front, sent)[2])["body"] == "abcde"


def test_bytes_outside_ascii_in_the_path_are_read_as_utf_8(front: Front) -> None:
    _, _, body = exchange(front, "GET /things/một HTTP/1.1\r\n\r\n".encode())
    assert json.loads(body)["pathParameters"] == {"id": "một"}


def test_head_has_no_body(front: Front) -> None:
    status, headers, body = exchange(front, request("HEAD /things/7"))
    assert (status, body) == ("HTTP/1.1 404 Not Found", b"")
    assert int(headers["content-length"]) > 0


def test_a_preflight_never_reaches_a_function(front: Front, log: list[str]) -> None:
    sent = request("OPTIONS /things", "Origin: https://h5.zdn.vn", "Access-Control-Request-Method: POST")
    status, headers, _ = exchange(front, sent)
    assert status == "HTTP/1.1 204 No Content"
    assert headers["access-control-allow-origin"] == "*"
    assert log[0].startswith("OPTIONS preflight 204")


def test_one_connection_carries_many_requests(front: Front) -> None:
    with socket.create_connection(("127.0.0.1", front.server_port), timeout=10) as connection:
        for number in range(3):
            connection.sendall(request(f"GET /things/{number}"))
            received = connection.recv(65536)
            assert received.startswith(b"HTTP/1.1 200")
            assert f'"id": "{number}"'.encode() in received
