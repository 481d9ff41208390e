"""Template messages: after a citizen has been silent for 7 days, Zalo takes no others.

content/templates.toml says which template an office has for which kind of message, and what Zalo takes in each
parameter. Parameters are checked here before Zalo is asked; a message with a wrong one is not sent.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from accounts.account import Account
from bookings.booking import Booking
from notifications.notice import Kind
from offices.directory import directory
from offices.office import Office

FILE = Path(__file__).parent / "content" / "templates.toml"

_ID = re.compile(r"[0-9]{1,20}")
_TIME = re.compile(r"\d\d:\d\d \d\d/\d\d/\d{4}")
_NAMES = ("ticket", "time", "office", "declaration")
_LONGEST = 400  # characters of a whole paragraph, by Zalo
_SETTINGS = ("Mã số", "Thời gian", "Địa chỉ", "Nhãn tùy chỉnh")


class DoesNotFit(Exception):
    """Zalo would not take the message; the text names the parameter, not its value."""


@dataclass(frozen=True)
class Parameter:
    """What Zalo takes in one parameter: at most `limit` characters, in the form of its `setting`."""

    name: str
    setting: str
    limit: int
    kinds: frozenset[Kind]

    def checked(self, value: str) -> str:
        """The value as it is sent, in NFC, as Zalo counts characters.

        Raises:
            DoesNotFit
        """
        text = unicodedata.normalize("NFC", value).strip()
        wrong_form = self.setting == "Thời gian" and not _TIME.fullmatch(text)
        if not 0 < len(text) <= self.limit or wrong_form or not text.isprintable():
            raise DoesNotFit(self.name)
        return text


@dataclass(frozen=True)
class Templates:
    """The templates of a deployment: ids by kind, for every office or for single ones, and their parameters."""

    every_office: Mapping[Kind, str]
    by_office: Mapping[str, Mapping[Kind, str]]
    parameters: tuple[Parameter, ...]

    def id(self, account: Account, kind: Kind) -> str | None:
        """The id of the account's template for that kind of message, if it has one: Zalo approves a template for one account."""
        own = (self.by_office.get(each, {}).get(kind) for each in account.offices)
        every = self.every_office.get(kind) if account.everywhere else None
        return account.templates.get(kind) or next(filter(None, own), every)

    def data(self, kind: Kind, booking: Booking, office: Office, declared: bool) -> dict[str, str]:
        """The parameters of a message; each fits Zalo's limits.

        Raises:
            DoesNotFit
        """
        values = {
            "ticket": booking.ticket,
            "time": f"{booking.start:%H:%M %d/%m/%Y}",
            "office": office.short_name,
            "declaration": "đã có tờ khai" if declared else "chưa có tờ khai",
        }
        return {each.name: each.checked(values[each.name]) for each in self.parameters if kind in each.kinds}


@cache
def templates() -> Templates:
    """The templates of this deployment.

    Raises:
        ValueError: the file does not fit; the message has one line for each thing that is wrong.
    """
    return configured(FILE.read_text(encoding="utf-8"))


def configured(text: str) -> Templates:
    """The templates in the text of a templates.toml; raises as `templates`."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"this is not TOML: {error}") from None
    wrong = [*_findings(content)]
    if wrong:
        raise ValueError("\n".join(wrong))
    return Templates(
        _ids(content.get("every-office", {})),
        {office: _ids(row) for office, row in content.get("office", {}).items()},
        tuple(_parameter(row) for row in content["parameter"]),
    )


def _findings(content: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"there is no {name!r} here" for name in content.keys() - {"every-office", "office", "parameter"})
    yield from _wrong_ids("every-office", content.get("every-office", {}))
    offices = content.get("office", {})
    if not isinstance(offices, dict):
        yield "office: write each as [office.<id>]"
    else:
        for office, row in offices.items():
            if directory().find(office) is None:
                yield f"office.{office}: there is no such office"
            yield from _wrong_ids(f"office.{office}", row)
    yield from _wrong_parameters(content.get("parameter"))


def _wrong_parameters(rows: Any) -> Iterator[str]:
    tables = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    if [row.get("name") for row in tables] != list(_NAMES):
        yield f"parameter: write {', '.join(_NAMES[:-1])} and {_NAMES[-1]}, each once and in this order"
    for row in tables:
        where = f"parameter {row.get('name')}"
        if row.get("setting") not in _SETTINGS:
            yield f"{where}: setting: {row.get('setting')!r} is not one of {', '.join(_SETTINGS)}"
        if not isinstance(row.get("limit"), int) or not 1 <= row["limit"] <= _LONGEST:
            yield f"{where}: limit: {row.get('limit')!r} should be a whole number from 1 to {_LONGEST}"
        if not set(row.get("only", [])) <= set(Kind):
            yield f"{where}: only: write some of {', '.join(Kind)}"


def _wrong_ids(where: str, row: Any) -> Iterator[str]:
    if not isinstance(row, dict):
        yield f"{where}: write it as a table of kind = id"
        return
    for kind, value in row.items():
        if kind not in set(Kind):
            yield f"{where}: {kind!r} is not one of {', '.join(Kind)}"
        if not isinstance(value, str) or not _ID.fullmatch(value):
            yield f"{where}: {kind}: {value!r} should be digits in quotes, as Zalo shows the template's id"


def _ids(row: Mapping[str, str]) -> dict[Kind, str]:
    return {Kind(kind): value for kind, value in row.items()}


def _parameter(row: Mapping[str, Any]) -> Parameter:
    return Parameter(row["name"], row["setting"], row["limit"], frozenset(map(Kind, row.get("only", list(Kind)))))
