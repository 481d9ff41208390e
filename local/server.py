"""The HTTP server in front of the API and of the fake Zalo: uvicorn on 127.0.0.1, answering from threads.

uvicorn reads, h11 judges what may be a request; here stand what API Gateway adds: bodies have a limit, a body has one
framing, and whatever is refused is refused in JSON, never with a page of HTML or a stack trace.
"""

import asyncio
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote_from_bytes, urlsplit

import h11
import uvicorn
from starlette import requests, responses
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from local.http import Request, Response, message

MAX_BODY = 10 * 1024 * 1024  # bytes, as API Gateway takes them
MAX_HEAD = 64 * 1024  # bytes of a request's target and headers together
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
IDLE = 75  # seconds a connection is kept between two requests
PATIENCE = 2  # seconds that `stop` gives to answers under way

type Answer = Callable[[Request], Response | None]
type Refuse = Callable[[Request, HTTPStatus], Response]


class _Refused(Exception):
    """The request cannot be taken; `status` says why. What follows on the connection is unknown if `closing`."""

    def __init__(self, status: HTTPStatus, closing: bool = False):
        super().__init__(status.phrase)
        self.status = status
        self.closing = closing


class LoopbackServer:
    """The port `port` of 127.0.0.1, 0 for any free one; callers wait from now on, and are answered from `serve` on.

    `OSError` if the port cannot be had.
    """

    def __init__(self, port: int):
        # TCP by name, or asyncio leaves Nagle's algorithm on, and every call on a kept connection waits 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(("127.0.0.1", port))
            self._socket.listen(128)
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, answer: Answer, refuse: Refuse = lambda _, status: message(status)) -> None:
        """Answer requests, each in a thread of its own; after `None` the connection closes without an answer."""
        self._server = _Server(_Application(answer, refuse), self._socket)

    def stop(self) -> None:
        """Take no more requests; those under way have a moment. Harmless when done twice."""
        if self._server:
            self._server.stop()
        self._socket.close()


class _Server(uvicorn.Server):
    def __init__(self, application: "_Application", listening: socket.socket):
        super().__init__(
            uvicorn.Config(
                application,
                http=_Protocol,
                loop="asyncio",
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=IDLE,
                timeout_graceful_shutdown=PATIENCE,
                h11_max_incomplete_event_size=4 * MAX_HEAD,
            )
        )
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.run, args=([listening],), name="server", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(PATIENCE + 1)

    async def main_loop(self) -> None:
        """Until `stop`, and then at once: uvicorn's own looks up ten times a second."""
        await asyncio.to_thread(self._stopping.wait)


class _Application:
    """The ASGI application: from the wire to an answer and back."""

    def __init__(self, answer: Answer, refuse: Refuse):
        self._answer = answer
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head, asked = _head(scope), requests.Request(scope, receive)
        closing = False
        try:
            body = await _body(head, asked)
            response = await run_in_threadpool(self._answer, replace(head, body=body))
        except ClientDisconnect:
            return
        except _Refused as refused:
            response, closing = self.refuse(head, refused.status), refused.closing
        except Exception as error:  # noqa: BLE001 - a bug of the local stack: named on the terminal, answered in JSON
            print(f"! {type(error).__name__}: {error}", file=sys.stderr)
            response = self.refuse(head, HTTPStatus.INTERNAL_SERVER_ERROR)
        if response is None:
            scope["state"]["transport"].close()
            await receive()  # that it is closed
        else:
            await _reply(response, closing)(scope, receive, send)


class _Protocol(H11Protocol):
    """uvicorn's protocol, with what it says and does by itself put right."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.app_state = {"transport": transport}

    def data_received(self, data: bytes) -> None:
        """What a shell sends of a path with accents is UTF-8 as it is; h11 takes ASCII alone."""
        if self.conn.their_state is h11.IDLE:
            line, *rest = data.split(b"\n", 1)
            data = b"\n".join([quote_from_bytes(line, safe=_ASCII).encode(), *rest])
        super().data_received(data)

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio takes True for: leave it open
        """A caller that ends its side once it has asked is answered; one that ends it amid a body is refused."""
        if self.conn.states == {h11.CLIENT: h11.SEND_BODY, h11.SERVER: h11.SEND_RESPONSE}:
            self.send_400_response("the body is cut off")
        elif self.cycle and not self.cycle.response_complete:
            self.cycle.keep_alive = False
            return True
        return False

    def send_400_response(self, msg: str) -> None:
        """Refuse what h11 cannot read, under the status it names, and close."""
        reason = sys.exception()
        status = HTTPStatus(reason.error_status_hint if isinstance(reason, h11.RemoteProtocolError) else 400)
        response = self.config.loaded_app.refuse(Request("?", "/"), status)
        reply = _reply(response, closing=True)
        with suppress(h11.LocalProtocolError):  # an answer is under way already: then this one is lost
            for event in (
                h11.Response(status_code=response.status, headers=reply.raw_headers, reason=status.phrase.encode()),
                h11.Data(data=response.body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


_ASCII = "".join(map(chr, range(128)))


def _head(scope: Mapping[str, Any]) -> Request:
    """The request without its body; a target that is an address counts for its path and query."""
    path, query = scope["raw_path"].decode(), scope["query_string"].decode()
    if path.startswith(("http://", "https://")):
        path = urlsplit(path).path or "/"
    return Request(
        method=scope["method"],
        target=f"{path}?{query}" if query else path,
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
        protocol=f"HTTP/{scope['http_version']}",
        source_ip=scope["client"][0],
    )


async def _body(head: Request, asked: requests.Request) -> bytes:
    """The request's body; `_Refused` for a request, or a body, that API Gateway would not take."""
    if head.method not in METHODS:
        raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED)
    if head.protocol not in {"HTTP/1.0", "HTTP/1.1"}:
        raise _Refused(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, closing=True)
    if len(head.target) + sum(len(name) + len(value) for name, value in head.headers) > MAX_HEAD:
        raise _Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
    if not head.path.startswith("/"):
        raise _Refused(HTTPStatus.BAD_REQUEST)
    length = head.header("content-length")
    if length and head.header("transfer-encoding"):  # two framings of one body: a smuggled request
        raise _Refused(HTTPStatus.BAD_REQUEST, closing=True)
    if int(length or 0) > MAX_BODY:
        raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, closing=head.header("expect") is not None)
    body = bytearray()
    async for part in asked.stream():
        body += part
        if len(body) > MAX_BODY:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return bytes(body)


def _reply(response: Response, closing: bool) -> responses.Response:
    """The response as it goes over the wire; its framing is the server's."""
    reply = responses.Response(b"" if response.status in {204, 304} else response.body, response.status)
    reply.raw_headers += [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers
        if name not in {"content-length", "connection", "transfer-encoding"}
    ]
    if closing:
        reply.raw_headers.append((b"connection", b"close"))
    return reply
