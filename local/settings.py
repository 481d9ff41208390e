"""The variables of `make run`, and the error for a stack that cannot run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from os import cpu_count
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

MOST_WORKERS = 40  # as many requests as the server answers at once


class CannotRun(Exception):
    """The stack cannot run; the message is the one sentence an engineer needs."""


@dataclass(frozen=True)
class Settings:
    """The variables of `make run`, checked."""

    root: Path
    port: int
    zalo_port: int
    clock: datetime | None
    dynamodb_url: str | None
    schedules: bool
    engine: Path
    workers: int

    @classmethod
    def read(cls, environ: Mapping[str, str], root: Path) -> Self:
        """Settings from the environment; `root` is the folder with infra/, functions/ and layers/."""
        port = port_number("PORT", environ.get("PORT") or "3000")
        zalo_port = port_number("ZALO_PORT", environ.get("ZALO_PORT") or str(port + 1))
        if zalo_port == port:
            raise CannotRun(f"ZALO_PORT must be another port than PORT, not “{port}” as well.")
        return cls(
            root=root,
            port=port,
            zalo_port=zalo_port,
            clock=_instant(environ["CLOCK"]) if environ.get("CLOCK") else None,
            dynamodb_url=_url(environ["DYNAMODB_URL"]) if environ.get("DYNAMODB_URL") else None,
            schedules=_switch(environ.get("SCHEDULES") or "on"),
            engine=_executable(root / (environ.get("ENGINE") or ".tools/engine/bin/ministack")),
            workers=_workers(environ.get("WORKERS") or str(max(4, cpu_count() or 1))),
        )


def port_number(variable: str, text: str) -> int:
    """The port that the variable gives; `CannotRun` if it is none."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise CannotRun(f"{variable} must be a number from 1 to 65535, not “{text}”.")
    return int(text)


def _workers(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MOST_WORKERS):
        raise CannotRun(f"WORKERS must be a number from 1 to {MOST_WORKERS}, not “{text}”.")
    return int(text)


def _instant(text: str) -> datetime:
    wanted = f"CLOCK must be an instant with its offset, like 2021-06-24T09:00:00+07:00, not “{text}”."
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise CannotRun(wanted) from None
    if instant.tzinfo is None:
        raise CannotRun(wanted)
    return instant


def _url(text: str) -> str:
    address = urlsplit(text)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise CannotRun(f"DYNAMODB_URL must be an address like http://127.0.0.1:8000, not “{text}”.")
    return text


def _switch(text: str) -> bool:
    if text not in {"on", "off"}:
        raise CannotRun(f"SCHEDULES must be on or off, not “{text}”.")
    return text == "on"


def _executable(path: Path) -> Path:
    if not path.is_file():
        raise CannotRun(f"the engine is not at {path}: `make run` puts it there, or set ENGINE to where it is.")
    return path
