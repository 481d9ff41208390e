"""The organisations of the template: offices, by the Mini App that speaks for them; and their news."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from cccd.errors import FieldError, InvalidRequest
from offices.directory import bookable, directory
from offices.office import Office

_CONTENT = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Organisation:
    """A copy of the template, and the office for which it speaks."""

    mini_app_id: str
    office: str
    description: str
    logo_url: str


@dataclass(frozen=True)
class Article:
    """A piece of news; `offices` are those whose news it is, none for all."""

    id: int
    title: str
    desc: str
    link: str
    thumb: str
    created_at: date
    offices: tuple[str, ...]


@cache
def organisations() -> dict[str, Organisation]:
    """All of them, by the id of their Mini App."""
    rows = tomllib.loads((_CONTENT / "organisations.toml").read_text(encoding="utf-8"))["organisation"]
    return {row["mini_app_id"]: Organisation(**row) for row in rows}


@cache
def articles() -> tuple[Article, ...]:
    """The news, newest first."""
    rows = tomllib.loads((_CONTENT / "articles.toml").read_text(encoding="utf-8"))["article"]
    found = (Article(**{**row, "offices": tuple(row["offices"])}) for row in rows)
    return tuple(sorted(found, key=lambda each: (each.created_at, each.id), reverse=True))


def office_of(organization_id: str | None) -> Office:
    """The office that the header `x-organization-id` names.

    Raises:
        InvalidRequest: there is none.
    """
    office = directory().find((organization_id or "").strip())
    if office is None:
        raise InvalidRequest([_unknown("Không tìm thấy cơ quan của ứng dụng này. Vui lòng mở lại ứng dụng.")])
    return office


def bookable_office_of(organization_id: str | None, today: date) -> Office:
    """The same office, which takes appointments.

    Raises:
        InvalidRequest: there is none, or it takes none.
    """
    office = office_of(organization_id)
    if not bookable(office, today):
        raise InvalidRequest([_unknown("Cơ quan này hiện không nhận đặt lịch qua ứng dụng.")])
    return office


def _unknown(message: str) -> FieldError:
    return FieldError("x-organization-id", "not_found", message)
