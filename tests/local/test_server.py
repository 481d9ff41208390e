"""The server over a real socket; the function answers with the event that it got."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from infra.template import Cors, Function, Route, Stack
from local.clock import Clock
from local.gateway import Gateway
from local.http import Request, Response
from local.pool import Busy, Failed
from local.server import MAX_BODY, LoopbackServer

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
def server() -> Iterator[LoopbackServer]:
    served = LoopbackServer(0)
    gateway = Gateway(STACK, invoke, Clock(), LINES.append)
    served.start(gateway.answer, gateway.refuse)
    yield served
    served.stop()


def exchange(server: LoopbackServer, *sent: bytes) -> tuple[str, dict[str, str], bytes]:
    """Status line, headers and body of the answer to raw bytes; the connection is used once."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        for part in sent:
            connection.sendall(part)
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    return status, dict(line.split(": ", 1) for line in lines), body


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    return "\r\n".join([f"{line} HTTP/1.1", "Host: x", *headers, "", ""]).encode() + body


def test_a_request_becomes_an_event_and_its_result_a_response(server: LoopbackServer, log: list[str]) -> None:
    status, headers, body = exchange(server, request("GET /things/secret-7?a=1"))
    assert status == "HTTP/1.1 200 OK"
    assert headers["access-control-allow-origin"] == "*"
    assert json.loads(body)["pathParameters"] == {"id": "secret-7"}
    assert len(log) == 1 and log[0].startswith("GET /things/{id} 200 ")  # the log names the route, not the id


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
        (request("GET /" + "a" * 70_000), 431, "Request Header Fields Too Large"),
        (request("GET /things/7", f"X: {'a' * 70_000}"), 431, "Request Header Fields Too Large"),
        (request("POST /things", "Content-Length: many"), 400, "Bad Request"),
        (request("POST /things", "Content-Length: -1"), 400, "Bad Request"),
        (request("POST /things", "Content-Length: 5", body=b"abc"), 400, "Bad Request"),
        (request("POST /things", "Content-Length: 1", "Content-Length: 2", body=b"ab"), 400, "Bad Request"),
        (request("POST /things", "Transfer-Encoding: chunked", "Content-Length: 1"), 400, "Bad Request"),
        (b"x" * 300_000, 431, "Request Header Fields Too Large"),
        (request("POST /things", "Transfer-Encoding: gzip"), 501, "Not Implemented"),
        (request("POST /things", "Transfer-Encoding: chunked, chunked"), 501, "Not Implemented"),
        (request("POST /things", "Transfer-Encoding : chunked"), 400, "Bad Request"),
        (request("POST /things", "Transfer-Encoding: chunked", body=b"xyz\r\n"), 400, "Bad Request"),
        (request("POST /things", f"Content-Length: {MAX_BODY + 1}"), 413, "Request Entity Too Large"),
        (
            request("POST /things", "Expect: 100-continue", "Content-Length: 99999999999"),
            413,
            "Request Entity Too Large",
        ),
        (request("POST /things", "Transfer-Encoding: chunked", body=b"+3\r\nabc\r\n"), 400, "Bad Request"),
        (request("POST /things", "Transfer-Encoding: chunked", body=b"2\r\nabc\r\n"), 400, "Bad Request"),
        (request("POST /things", "Transfer-Encoding: chunked", body=b"3\r\na"), 400, "Bad Request"),
    ],
)
def test_every_refusal_is_json_and_readable_by_a_page(
    server: LoopbackServer, sent: bytes, status: int, said: str
) -> None:
    line, headers, body = exchange(server, sent)
    assert line.split(" ")[1] == str(status)
    assert headers["content-type"] == "application/json"
    assert headers["access-control-allow-origin"] == "*"
    assert json.loads(body) == {"message": said}


def test_a_body_that_is_too_large_is_refused_though_it_is_sent(server: LoopbackServer) -> None:
    sent = request("POST /things", f"Content-Length: {MAX_BODY + 1}"), b"a" * (MAX_BODY + 1)
    assert exchange(server, *sent)[0].startswith("HTTP/1.1 413 ")
    megabyte = b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
    chunks = megabyte * 10 + b"1\r\na\r\n0\r\n\r\n"
    assert exchange(server, request("POST /things", "Transfer-Encoding: chunked"), chunks)[0].startswith(
        "HTTP/1.1 413 "
    )


def test_the_largest_body_is_taken(server: LoopbackServer) -> None:
    sent = request("POST /things", "Content-Type: text/plain", f"Content-Length: {MAX_BODY}"), b"a" * MAX_BODY
    status, _, body = exchange(server, *sent)
    assert status == "HTTP/1.1 200 OK"
    assert len(json.loads(body)["body"]) == MAX_BODY


def test_a_body_of_two_framings_smuggles_nothing(server: LoopbackServer, log: list[str]) -> None:
    sent = request("POST /things", "Transfer-Encoding: chunked", "Content-Length: 5", body=b"0\r\n\r\n")
    status, headers, _ = exchange(server, sent + request("GET /things/smuggled"))
    assert (status, headers["connection"]) == ("HTTP/1.1 400 Bad Request", "close")
    assert log == ["POST refused 400 Bad Request"]


def test_who_waits_with_a_body_is_told_to_send_it(server: LoopbackServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request("POST /things", "Expect: 100-continue", "Content-Length: 3"))
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"abc")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_long_path_reaches_the_function(server: LoopbackServer) -> None:
    _, _, body = exchange(server, request(f"GET /things/{'a' * 12_000}"))
    assert json.loads(body)["pathParameters"] == {"id": "a" * 12_000}


def test_a_chunked_body_arrives_whole(server: LoopbackServer) -> None:
    chunks = b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: 1\r\n\r\n"
    sent = request("POST /things", "Content-Type: text/plain", "Transfer-Encoding: chunked", body=chunks)
    assert json.loads(exchange(server, sent)[2])["body"] == "abcde"


def test_bytes_outside_ascii_in_the_path_are_read_as_utf_8(server: LoopbackServer) -> None:
    _, _, body = exchange(server, request("GET /things/một?q=hộ+khẩu"))
    event = json.loads(body)
    assert event["pathParameters"] == {"id": "một"}
    assert event["queryStringParameters"] == {"q": "hộ khẩu"}


def test_head_has_no_body(server: LoopbackServer) -> None:
    status, headers, body = exchange(server, request("HEAD /things/7"))
    assert (status, body) == ("HTTP/1.1 404 Not Found", b"")
    assert int(headers["content-length"]) > 0


def test_a_preflight_never_reaches_a_function(server: LoopbackServer, log: list[str]) -> None:
    sent = request("OPTIONS /things", "Origin: https://h5.zdn.vn", "Access-Control-Request-Method: POST")
    status, headers, _ = exchange(server, sent)
    assert status == "HTTP/1.1 204 No Content"
    assert headers["access-control-allow-origin"] == "*"
    assert log[0].startswith("OPTIONS preflight 204")


def test_one_connection_carries_many_requests_without_a_pause(server: LoopbackServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    took = []
    for number in range(20):
        started = time.perf_counter()
        connection.request("GET", f"/things/{number}", headers={"Cookie": "a=1"})
        used = connection.sock
        with connection.getresponse() as response:
            assert json.load(response)["pathParameters"] == {"id": str(number)}
        took.append(time.perf_counter() - started)
        assert connection.sock is used is not None
    connection.close()
    assert min(took) < 0.03  # Nagle's algorithm would cost 40 ms each time


def test_a_repeated_header_and_one_with_an_underscore_arrive(server: LoopbackServer) -> None:
    _, _, body = exchange(server, request("GET /things/7", "X_Y: 1", "x-z: 1", "X-Z: 2", "Cookie: a=1", "Cookie: b=2"))
    event = json.loads(body)
    assert (event["headers"]["x_y"], event["headers"]["x-z"], event["cookies"]) == ("1", "1,2", ["a=1", "b=2"])


def test_a_bug_of_the_stack_is_named_and_told_in_json(capfd: pytest.CaptureFixture[str]) -> None:
    def broken(asked: Request) -> Response:
        raise LookupError("a bug")

    server = LoopbackServer(0)
    server.start(broken)
    status, _, body = exchange(server, request("GET /things/7"))
    server.stop()
    assert (status, body) == ("HTTP/1.1 500 Internal Server Error", b'{"message": "Internal Server Error"}')
    assert capfd.readouterr().err == "! LookupError: a bug\n"


def test_who_calls_before_the_stack_is_up_is_answered_then() -> None:
    server = LoopbackServer(0)
    with ThreadPoolExecutor(1) as caller:
        early = caller.submit(exchange, server, request("GET /things/7"))
        server.start(lambda asked: Response(204, [], b""))
        assert early.result(10)[0] == "HTTP/1.1 204 No Content"
    server.stop()
    server.stop()


def test_it_may_end_as_soon_as_it_has_begun() -> None:
    for _ in range(5):
        server = LoopbackServer(0)
        server.start(lambda asked: None)
        server.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port))


def test_what_is_under_way_is_answered_before_the_end() -> None:
    asked, may = threading.Event(), threading.Event()

    def slow(request_: Request) -> Response:
        asked.set()
        may.wait(10)
        return Response(200, [], b"done")

    server = LoopbackServer(0)
    server.start(slow)
    with ThreadPoolExecutor(2) as callers:
        answer = callers.submit(exchange, server, request("GET /things/7"))
        assert asked.wait(10)
        ended = callers.submit(server.stop)
        may.set()
        assert answer.result(10)[2] == b"done"
        ended.result(10)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port))


def test_what_takes_longer_is_told_so_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, ended = threading.Event(), threading.Event()

    def stuck(request_: Request) -> Response:
        asked.set()
        ended.wait(10)
        return Response(200, [], b"")

    monkeypatch.setattr("local.server.PATIENCE", 0)
    server = LoopbackServer(0)
    server.start(stuck)
    with ThreadPoolExecutor(1) as caller:
        answer = caller.submit(exchange, server, request("GET /things/7"))
        assert asked.wait(10)
        server.stop()
        ended.set()
        status, _, body = answer.result(10)
    assert (status, body) == ("HTTP/1.1 503 Service Unavailable", b'{"message": "Service Unavailable"}')


def test_it_answers_on_the_loopback_interface_alone(server: LoopbackServer) -> None:
    assert server.url == f"http://127.0.0.1:{server.port}"
    with socket.create_server(("127.0.0.2", server.port)):  # this would fail if the server listened on every address
        pass
