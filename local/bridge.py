"""How a container reaches the stack, which listens on 127.0.0.1 alone.

Docker Desktop, and what else runs Docker in a machine of its own (macOS, Windows), takes `host.docker.internal` to the
host's loopback. Docker on Linux does not: there a relay listens on the address that the host has in Docker's bridge, for as
long as it is needed, and takes connections from that bridge alone.
"""

import json
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from ipaddress import IPv4Network, ip_address
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from local.settings import CannotRun

INTERNAL = "host.docker.internal"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_CHUNK = 64 * 1024


class Bridge:
    """Addresses of this machine as a container has them: `with Bridge(urls) as bridge: bridge.seen(url)`.

    `host` is where a container finds this machine's loopback, if the engineer knows better.
    """

    def __init__(self, urls: Iterable[str], host: str | None = None):
        self._urls = {url for url in urls if urlsplit(url).hostname in _LOOPBACK}
        self._host = host
        self._seen: dict[str, str] = {}
        self._parts = ExitStack()

    def __enter__(self) -> Self:
        host = self._host or _internal()
        for url in self._urls:
            port = urlsplit(url).port or 80
            self._seen[url] = (
                f"http://{host}:{port}" if host else self._parts.enter_context(Relay(port, *_bridge())).url
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parts.close()

    def seen(self, url: str) -> str:
        """The address by which a container reaches `url`."""
        return self._seen.get(url, url)


class Relay(socketserver.ThreadingTCPServer):
    """What arrives at a port of `address` goes on to `port` of 127.0.0.1, if it comes from `network`."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, address: str, network: IPv4Network):
        self.port = port
        self._network = network
        try:
            super().__init__((address, 0), _Carrier)
        except OSError as error:
            raise CannotRun(
                f"nothing can listen on {address}, Docker's bridge ({error.strerror}). If Docker runs without root or in a "
                "machine of its own, say HOST_FROM_CONTAINER=…: where its containers find this machine's 127.0.0.1."
            ) from None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Only whoever is in the network: Linux takes packets for this address from elsewhere too."""
        return ip_address(client_address[0]) in self._network


class _Carrier(socketserver.BaseRequestHandler):
    server: Relay

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.port)) as far:
            back = threading.Thread(target=_pour, args=(far, self.request), daemon=True)
            back.start()
            _pour(self.request, far)
            back.join()


def _pour(source: socket.socket, target: socket.socket) -> None:
    """Carry on what comes, and its end; whoever has gone needs nothing more."""
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def docker_answers() -> None:
    """`CannotRun`, with what an engineer can do, if there is no Docker or it does not answer."""
    without = (
        "`sam local` runs functions in containers. Without Docker, `make run` runs them all, and every check works"
    )
    if not shutil.which("docker"):
        raise CannotRun(f"Docker is not installed. {without}.")
    asked = subprocess.run(["docker", "version", "--format", "{{.Server.Version}}"], capture_output=True, text=True)
    if asked.returncode:
        raise CannotRun(f"Docker does not answer: {asked.stderr.strip()} {without}.")


def _internal() -> str | None:
    """`host.docker.internal`, where it leads to the host's loopback."""
    system = _docker("info", "--format", "{{.OperatingSystem}}")
    return INTERNAL if sys.platform != "linux" or "Docker Desktop" in system else None


def _bridge() -> tuple[str, IPv4Network]:
    """The host's address in Docker's bridge, and the bridge's network."""
    configured = json.loads(_docker("network", "inspect", "bridge", "--format", "{{json .IPAM.Config}}"))
    network = IPv4Network(configured[0]["Subnet"])
    return configured[0].get("Gateway") or str(next(network.hosts())), network


def _docker(*arguments: str) -> str:
    try:
        return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout.strip()
    except subprocess.CalledProcessError as error:
        raise CannotRun(f"docker {arguments[0]} says: {error.stderr.strip()}") from None
