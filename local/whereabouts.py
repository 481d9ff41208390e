"""Where the parts of a running stack are, in a file `.local/<port>.json`: for what wants to use them from outside."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from local.settings import CannotRun

# Never use a proxy: the stack is on this machine.
_direct = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Whereabouts:
    """The addresses of a running stack; `clock` is the instant at which its time started, if it has a time of its own."""

    api: str
    zalo: str
    zalo_app_id: str
    engine: str
    tables: str
    clock: str | None


@contextmanager
def told(root: Path, port: int, whereabouts: Whereabouts) -> Iterator[None]:
    """The file of the stack on `port`, as long as it runs."""
    path = _path(root, port)
    path.write_text(json.dumps(asdict(whereabouts), indent=2) + "\n", encoding="utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def find(root: Path, port: int) -> Whereabouts:
    """The stack that answers on `port`; `CannotRun` if none does."""
    try:
        found = Whereabouts(**json.loads(_path(root, port).read_text(encoding="utf-8")))
        with _direct.open(f"{found.api}/health", timeout=30):
            return found
    except (OSError, URLError, ValueError, TypeError):
        raise CannotRun(
            f"no stack of this folder answers on port {port}: start it with `make run`, or say PORT=…"
        ) from None


def _path(root: Path, port: int) -> Path:
    return root / ".local" / f"{port}.json"
