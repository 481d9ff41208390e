"""The HTTP server in front of the API and of the fake Zalo: uvicorn on 127.0.0.1; threads make the answers.

uvicorn reads, and h11 decides what may be a request. This module adds API Gateway's rules: bodies have a limit, a body
has one framing, and every refusal is JSON, never a page of HTML or a stack trace.
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
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response as StarletteResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from local.http import Request, Response, message

MAX_BODY = 10 * 1024 * 1024  # bytes, API Gateway's limit
MAX_HEAD = 64 * 1024  # bytes of a request's target and headers together
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
IDLE = 75  # seconds for which an idle connection is kept
PATIENCE = 2  # seconds that `stop` gives to running answers
CLOSE = {"connection": "close"}  # nobody knows what follows on the connection
ASCII = "".join(map(chr, range(128)))

type Answer = Callable[[Request], Response | None]
type Refuse = Callable[[Request, HTTPStatus], Response]


class LoopbackServer(uvicorn.Server):
    """The port `port` of 127.0.0.1, 0 for any free one; callers wait from now on, and get answers after `start`.

    `OSError` if the port is not available. For uvicorn this is the ASGI application too.
    """

    def __init__(self, port: int):
        # Name TCP, or asyncio leaves Nagle's algorithm on, and every call on a kept connection waits 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(("127.0.0.1", port))
            self._socket.listen(128)
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self.run, args=([self._socket],), name=self.url, daemon=True)
        super().__init__(
            uvicorn.Config(
                self,
                interface="asgi3",
                http=_Protocol,
                loop="asyncio",
                ws="none",
                lifespan="off",
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

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, answer: Answer, refuse: Refuse = lambda _, status: message(status)) -> None:
        """Answer requests, forty at a time in threads; if an answer is `None`, the connection closes without one."""
        self._answer, self.refuse = answer, refuse
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests; running ones have a moment. Calling it twice, or without a start, is harmless."""
        self.should_exit = True
        if self._thread.is_alive():
            if self._loop:
                with suppress(RuntimeError):  # it has just ended
                    self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join(PATIENCE + 1)
        self._socket.close()

    async def main_loop(self) -> None:
        """Wait for `stop` and end at once; uvicorn's own loop wakes up ten times a second."""
        self._loop = asyncio.get_running_loop()
        if not self.should_exit:
            await self._ended.wait()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read a request, and write its answer."""
        head, more = _head(scope), None
        try:
            body = await _body(head, StarletteRequest(scope, receive))
            response = await run_in_threadpool(self._answer, replace(head, body=body))
        except ClientDisconnect:
            return
        except HTTPException as refused:
            response, more = self.refuse(head, HTTPStatus(refused.status_code)), refused.headers
        except asyncio.CancelledError:  # the server stops, and has waited for this answer
            response = self.refuse(head, HTTPStatus.SERVICE_UNAVAILABLE)
        except Exception as error:  # noqa: BLE001 - a bug of the local stack: named on the terminal, answered in JSON
            print(f"! {type(error).__name__}: {error}", file=sys.stderr)
            response = self.refuse(head, HTTPStatus.INTERNAL_SERVER_ERROR)
        if response is None:
            scope["state"]["transport"].close()
            await receive()  # the message that says it is closed
        else:
            await _reply(response, more)(scope, receive, send)


class _Protocol(H11Protocol):
    """uvicorn's protocol, with corrections to what it says and does by itself."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.app_state = {"transport": transport}

    def data_received(self, data: bytes) -> None:
        """A shell sends a path with accents as plain UTF-8; h11 takes only ASCII."""
        if self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:  # so a request line begins here
            line, *rest = data.split(b"\n", 1)
            data = b"\n".join([quote_from_bytes(line, safe=ASCII).encode(), *rest])
        super().data_received(data)

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio takes True for: leave it open
        """Answer a caller that closes its side after the request; refuse one that closes it in the middle of a body."""
        if self.conn.states == {h11.CLIENT: h11.SEND_BODY, h11.SERVER: h11.SEND_RESPONSE}:
            self.send_400_response("the body is cut off")
        elif self.cycle and not self.cycle.response_complete:
            self.cycle.keep_alive = False
            return True
        return False

    def send_400_response(self, msg: str) -> None:
        """Refuse what h11 cannot read, with the status that h11 names, and close."""
        reason = sys.exception()
        status = HTTPStatus(reason.error_status_hint if isinstance(reason, h11.RemoteProtocolError) else 400)
        response = self.config.loaded_app.refuse(Request("?", "/"), status)
        reply = _reply(response, CLOSE)
        with suppress(h11.LocalProtocolError):  # an answer is already being sent: then this one is lost
            for event in (
                h11.Response(status_code=response.status, headers=reply.raw_headers, reason=status.phrase.encode()),
                h11.Data(data=response.body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def _head(scope: Mapping[str, Any]) -> Request:
    """The request without its body; if the target is a full URL, only its path and query count."""
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


async def _body(head: Request, asked: StarletteRequest) -> bytes:
    """The request's body; `HTTPException` for a request, or a body, that API Gateway would refuse."""
    if head.method not in METHODS:
        raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED)
    if head.protocol not in {"HTTP/1.0", "HTTP/1.1"}:
        raise HTTPException(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, headers=CLOSE)
    if len(head.target) + sum(len(name) + len(value) for name, value in head.headers) > MAX_HEAD:
        raise HTTPException(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
    if not head.path.startswith("/"):
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    length = head.header("content-length")
    if length and head.header("transfer-encoding"):  # two framings of one body: a smuggled request
        raise HTTPException(HTTPStatus.BAD_REQUEST, headers=CLOSE)
    if int(length or 0) > MAX_BODY:
        waiting = head.header("expect") is not None  # the caller waits with the body, which then never comes
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, headers=CLOSE if waiting else None)
    body = bytearray()
    async for part in asked.stream():
        body += part
        if len(body) > MAX_BODY:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return bytes(body)


def _reply(response: Response, more: Mapping[str, str] | None) -> StarletteResponse:
    """The response as it goes over the wire, with its length."""
    reply = StarletteResponse(b"" if response.status in {204, 304} else response.body, response.status)
    headers = [*response.headers, *(more or {}).items()]
    reply.raw_headers += [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return reply
