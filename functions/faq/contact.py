"""Whom to ask when we are not sure: the citizen's office, by its published number, or the ministry's hotline."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from offices.office import Office


@dataclass(frozen=True)
class Contact:
    """A contact who knows: a name and a phone number as written."""

    name: str
    phone: str


@cache
def hotline() -> Contact:
    """The ministry's hotline, from content/hotline.toml."""
    content = tomllib.loads((Path(__file__).parent / "content" / "hotline.toml").read_text(encoding="utf-8"))
    return Contact(content["name"], content["phone"])


def contact(office: Office | None) -> Contact:
    """The office, if it has published a number; the hotline otherwise."""
    return Contact(office.name, office.phone) if office and office.phone else hotline()
