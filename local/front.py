"""The socket side of the API: reads requests safely, hands them to the gateway, writes what it answers.

Whatever arrives, the answer is JSON: no page of HTML, no stack trace.
"""

import socket
from collections.abc import Iterator
from contextlib import suppress
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from io import BufferedIOBase
from typing import Any
from urllib.parse import urlsplit

from local.gateway import Gateway
from local.http import Request, Response
from local.loopback import LoopbackServer

MAX_BODY = 10 * 1024 * 1024  # bytes, as API Gateway takes them
DRAIN = 4 * MAX_BODY  # bytes still read of a request that was refused
IDLE = 75.0  # seconds a connection may stay silent


class BadBody(Exception):
    """The body cannot be taken; `status` says why."""

    def __init__(self, status: HTTPStatus):
        super().__init__(status.phrase)
        self.status = status


class Front(LoopbackServer):
    """The API's port. `OSError` if the port cannot be had."""

    def __init__(self, port: int):
        super().__init__(port, _Handler)
        self.gateway: Gateway

    def serve(self, gateway: Gateway) -> None:
        """Answer requests through `gateway` from now on."""
        self.gateway = gateway
        self.start()


class _Handler(BaseHTTPRequestHandler):
    server: Front
    protocol_version = default_request_version = "HTTP/1.1"
    # Headers and body in one segment, at once: otherwise every call waits 40 ms for the peer's delayed ACK.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = IDLE

    def serve(self) -> None:
        """Answer one request."""
        try:
            body = read_body(self.rfile, self.headers)
        except BadBody as refused:
            self._refuse(refused.status)
            self._drain()
            return
        request = self._request(body)
        if request is None:
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        try:
            response = self.server.gateway.answer(request)
        except Exception:
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR)
            raise  # a bug of the local stack: named on the terminal by the server
        self._write(response)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve

    def handle_expect_100(self) -> bool:
        """Tell a caller that waits before sending a large body at once whether it may."""
        try:
            body_length(self.headers)
        except BadBody as refused:
            self._refuse(refused.status)
            return False
        return super().handle_expect_100()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the standard library refuses by itself, in JSON."""
        status = HTTPStatus(code)
        self._refuse(HTTPStatus.METHOD_NOT_ALLOWED if status is HTTPStatus.NOT_IMPLEMENTED else status)

    def log_message(self, format: str, *args: Any) -> None:
        """The gateway keeps the log."""

    def _request(self, body: bytes) -> Request | None:
        """The request, or `None` if its target is neither a path nor an address."""
        sent = getattr(self, "path", "")
        if sent.startswith(("http://", "https://")):
            address = urlsplit(sent)
            sent = f"{address.path or '/'}{'?' if address.query else ''}{address.query}"
        if not sent.startswith("/"):
            return None
        return Request(
            method=self.command,
            target="".join(chr(byte) if byte < 128 else f"%{byte:02X}" for byte in sent.encode("latin-1")),
            headers=self.headers.items(),
            body=body,
            protocol=self.request_version,
            source_ip=self.client_address[0],
        )

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer for the front itself; the rest of what the caller sends is unknown, so the connection ends."""
        self.close_connection = True
        headers: Message | None = getattr(self, "headers", None)
        known = Request(getattr(self, "command", None) or "?", "/", headers.items() if headers else ())
        self._write(self.server.gateway.refuse(known, status))
        self.wfile.flush()

    def _drain(self) -> None:
        """Read on for a moment: a socket closed with input unread resets, and the answer may be lost on its way."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(2)
            left = DRAIN
            while left > 0 and (read := self.rfile.read1(65536)):
                left -= len(read)

    def _write(self, response: Response) -> None:
        self.send_response_only(response.status)
        self.send_header("date", self.date_time_string(self.server.gateway.now().timestamp()))
        for name, value in response.headers:
            if name not in {"content-length", "connection", "transfer-encoding", "date"}:
                self.send_header(name, value)
        if response.status not in {204, 304}:
            self.send_header("content-length", str(len(response.body)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        if self.command != "HEAD" and response.status not in {204, 304}:
            self.wfile.write(response.body)


def body_length(headers: Message) -> int | None:
    """The length a request declares, `None` if it comes in chunks; `BadBody` if neither can be."""
    lengths = set(headers.get_all("content-length") or [])
    encodings = [value.strip().lower() for value in headers.get_all("transfer-encoding") or []]
    if encodings:
        if lengths or encodings != ["chunked"]:  # two framings of one body: a smuggled request
            raise BadBody(HTTPStatus.BAD_REQUEST)
        return None
    if not lengths:
        return 0
    declared = lengths.pop()
    if lengths or not (declared.isascii() and declared.isdigit()):
        raise BadBody(HTTPStatus.BAD_REQUEST)
    if len(declared) > 12 or int(declared) > MAX_BODY:
        raise BadBody(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return int(declared)


def read_body(stream: BufferedIOBase, headers: Message) -> bytes:
    """A request's body; `BadBody` if it is too large, cut off or not framed properly."""
    length = body_length(headers)
    if length is None:
        return b"".join(_chunks(stream))
    body = stream.read(length)
    if len(body) < length:
        raise BadBody(HTTPStatus.BAD_REQUEST)
    return body


def _chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    total = 0
    while True:
        size = _chunk_size(stream.readline(1024))
        total += size
        if total > MAX_BODY:
            raise BadBody(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if size == 0:
            while stream.readline(65537).strip():  # trailers
                pass
            return
        chunk = stream.read(size)
        if len(chunk) < size or stream.readline(3) != b"\r\n":
            raise BadBody(HTTPStatus.BAD_REQUEST)
        yield chunk


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not digits or len(digits) > 12 or digits.strip(b"0123456789abcdefABCDEF"):
        raise BadBody(HTTPStatus.BAD_REQUEST)
    return int(digits, 16)
