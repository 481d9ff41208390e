"""The Internet as the Mini App's browser sees it: Zalo's hosts and the office's API, over TLS on one port.

`h5.zdn.vn` serves the app as Zalo does, `oauth.zaloapp.com` answers the SDK's sign-in, `api.cccd.test` passes each
request to the running stack. There a test may lose an answer, hold it up, or put another in its place; preflights and
CORS stay the browser's own.
"""

import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

APP_ID = "3412345678901234567"
ORIGIN = "https://h5.zdn.vn"
APP = f"{ORIGIN}/zapps/{APP_ID}"
API = "api.cccd.test"
HOSTS = ("h5.zdn.vn", "oauth.zaloapp.com", "h5.zalo.me", API)
TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
# Not passed on: they belong to one connection.
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}

PAGE = """\
<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>Zalo Mini App</title>
<script>window.APP_ID = window.zAppID = "{app_id}";</script>
{styles}
</head>
<body><div id="app"></div>{scripts}</body>
</html>
"""


@dataclass(frozen=True)
class Seen:
    """A request to the API, as it came; `status` is 0 where the answer was lost."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int


@dataclass(frozen=True)
class Answer:
    """An answer in the stack's place, or with `lost` none at all after the stack has done its work."""

    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    lost: bool = False
    delay: float = 0.0  # seconds before the stack's own answer goes out
    strip: bool = False  # the request reaches the stack with a session that nobody signed


@dataclass
class World:
    """What the browser reaches; `stack` is the URL of the running stack behind the API's name."""

    www: Path
    stack: str = ""
    seen: list[Seen] = field(default_factory=list)
    port: int = 0
    zalo_signs_in: bool = True
    _planned: list[tuple[str, re.Pattern[str], Answer]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, method: str, path: str, answer: Answer, times: int = 1) -> None:
        """The next `times` requests with that method and a path that matches get that answer."""
        with self._lock:
            self._planned += [(method, re.compile(path), answer)] * times

    def calm_down(self) -> None:
        """Forget what is planned."""
        with self._lock:
            self._planned.clear()

    def calm(self) -> None:
        """Forget what is planned and what was seen."""
        with self._lock:
            self._planned.clear()
            self.seen.clear()
            self.zalo_signs_in = True

    def asked(self, method: str, path: str) -> list[Seen]:
        """The requests that the API got with that method and a path that matches."""
        return [each for each in self.seen if each.method == method and re.fullmatch(path, urlsplit(each.path).path)]

    def next_answer(self, method: str, path: str) -> Answer | None:
        with self._lock:
            for place, (wanted, pattern, answer) in enumerate(self._planned):
                if wanted == method and pattern.fullmatch(urlsplit(path).path):
                    del self._planned[place]
                    return answer
        return None

    def host_page(self) -> bytes:
        """The page that Zalo makes of the published app-config.json."""
        config = json.loads((self.www / "app-config.json").read_text(encoding="utf-8"))
        base = f"/zapps/{APP_ID}"
        styles = "\n".join(f'<link rel="stylesheet" href="{base}/{each}">' for each in config["listCSS"])
        scripts = "\n".join(f'<script type="module" src="{base}/{each}"></script>' for each in config["listSyncJS"])
        return PAGE.format(app_id=APP_ID, styles=styles, scripts=scripts).encode()


@contextmanager
def open_world(www: Path, folder: Path) -> Iterator[World]:
    """A world on a free port of 127.0.0.1; its certificate is thrown away with `folder`."""
    world = World(www)
    handler = type("Handler", (_Handler,), {"world": world})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(folder))
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        world.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield world
        finally:
            server.shutdown()
            thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    world: ClassVar[World]
    protocol_version = "HTTP/1.1"
    timeout = 60

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True  # the browser went away

    def log_message(self, format: str, *args: Any) -> None:
        """Paths carry ids: nothing is printed."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        host = (self.headers.get("host") or "").partition(":")[0]
        serve: dict[str, Callable[[bytes], None]] = {
            API: self._pass_on,
            "h5.zdn.vn": self._app,
            "oauth.zaloapp.com": self._sign_in,
        }
        serve.get(host, self._nothing)(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_HEAD = _serve

    def _app(self, body: bytes) -> None:
        path = urlsplit(self.path).path.removeprefix(f"/zapps/{APP_ID}")
        file = self.world.www / path.lstrip("/")
        if file.suffix in TYPES and file.is_file():
            self._reply(200, {"content-type": TYPES[file.suffix], "cache-control": "max-age=600"}, file.read_bytes())
        elif file.suffix:
            self._reply(404, {}, b"")
        else:
            self._reply(200, {"content-type": "text/html; charset=utf-8"}, self.world.host_page())

    def _sign_in(self, body: bytes) -> None:
        """The token of whoever holds the phone, in the shape that the SDK reads."""
        who = parse_qs(urlsplit(self.path).query)["code"][0]
        answer = {"access_token": f"demo-{who}", "expires_in": "3600"}
        headers = {"content-type": "application/json", "access-control-allow-origin": "*"}
        self._reply(200, headers, json.dumps(answer if self.world.zalo_signs_in else {}).encode())

    def _nothing(self, body: bytes) -> None:
        self._reply(204, {"access-control-allow-origin": "*"}, b"")

    def _pass_on(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        planned = self.world.next_answer(self.command, self.path)
        if planned is None or planned.lost or planned.delay or planned.strip:
            sent = {name: value for name, value in headers.items() if name not in HOP}
            if planned and planned.strip:
                sent["authorization"] = "Bearer nobody-signed-this"
            status, answered, content = self._ask(body, sent)
            time.sleep(planned.delay if planned else 0)
        else:
            cors = {"access-control-allow-origin": "*", "access-control-expose-headers": "retry-after,date"}
            status, answered, content = planned.status, cors | planned.headers, planned.body
        lost = planned is not None and planned.lost
        self.world.seen.append(Seen(self.command, self.path, headers, body, 0 if lost else status))
        if lost:
            self.close_connection = True
            return
        self._reply(status, answered, content)

    def _ask(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        address = urlsplit(self.world.stack)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=60)
        try:
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            answered = {name.lower(): value for name, value in answer.getheaders() if name.lower() not in HOP}
            return answer.status, answered, answer.read()
        finally:
            connection.close()

    def _reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status not in {204, 304}:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status not in {204, 304}:
            self.wfile.write(body)


def _certificate(folder: Path) -> Path:
    """A certificate and its key, signed by nobody: the browser is told not to mind."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in HOSTS]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "tests.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file
