"""A request and a response, in the form that the server and the gateway share."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

# The status that API Gateway still calls by its former name.
_OLD_NAMES = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Request Entity Too Large"}

# What a browser is told of the files of our pages, by their endings.
FILE_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}

type Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """`target` is the path and query as sent, in ASCII; `headers` keep their order and repeated names."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    protocol: str = "HTTP/1.1"
    source_ip: str = "127.0.0.1"

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """A header's values joined as API Gateway joins them, or `None`; `name` in lower case."""
        values = [value for key, value in self.headers if key.lower() == name]
        return ",".join(values) if values else None


@dataclass(frozen=True)
class Response:
    """Header names in lower case."""

    status: int
    headers: Headers
    body: bytes


def message(status: HTTPStatus) -> Response:
    """API Gateway's own answer: `{"message": "Not Found"}`."""
    body = json.dumps({"message": _OLD_NAMES.get(status, status.phrase)}).encode()
    return Response(status, [("content-type", "application/json")], body)
