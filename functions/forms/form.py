"""Form editions as data: a new edition of the declaration is a new file in editions/, not new code."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from cccd.effective import in_force

type FieldType = Literal[
    "name",
    "date-of-birth",
    "choice",
    "choices",
    "text",
    "address",
    "personal-id",
    "card-number",
    "phone",
    "yes-no",
    "agreement",
]

_LISTS = "lists.toml"  # the only file in editions/ that is not an edition


@dataclass(frozen=True)
class Condition:
    """A condition on another field: one of `is_in`, none of `not_in`, a birth date under an age, or any answer."""

    field: str
    is_in: tuple[str | bool, ...] = ()
    not_in: tuple[str, ...] = ()
    under_age: int | None = None
    answered: bool = False


@dataclass(frozen=True)
class FormField:
    """One blank of a form, in the order of the paper.

    `item` is the number printed on the paper; several blanks may share one (a father's name and nationality).
    `required_when` makes the field required as soon as one of its conditions is met. `choices` is the list to choose
    from; `other` says whether the citizen's own words are accepted too. If a field goes `with_` another one, its
    `default` counts only when that other field is answered. `sensitive` marks a field that the data law calls sensitive
    (NĐ 356/2025/NĐ-CP Điều 4): its answer is kept under a key of its own.
    """

    name: str
    title: str
    type: FieldType
    section: str
    item: str = ""
    help: str = ""
    example: str = ""
    required: bool = False
    required_when: tuple[Condition, ...] = ()
    choices: tuple[str, ...] = ()
    other: bool = False
    max_length: int = 100
    default: str | bool | None = None
    with_: str | None = None
    sensitive: bool = False


@dataclass(frozen=True)
class Form:
    """An edition of the declaration, in force from one day to another, for some procedures.

    `sections` are titles by code, in the order of the paper. Citizens younger than `youngest` years may not apply with
    it.
    """

    edition: str
    title: str
    valid_from: date
    valid_to: date | None
    source: str
    procedures: tuple[str, ...]
    sections: Mapping[str, str]
    fields: tuple[FormField, ...]
    youngest: int = 0
    footer: str = ""

    def field(self, name: str) -> FormField | None:
        """The field with that name."""
        return next((each for each in self.fields if each.name == name), None)


def form_for(procedure: str, on: date) -> Form | None:
    """The edition of a procedure's declaration in force that day."""
    return next((form for form in in_force(forms(), on) if procedure in form.procedures), None)


def form_of(edition: str) -> Form:
    """The edition with that name, in force or not.

    Raises:
        KeyError: there never was such an edition.
    """
    return {form.edition: form for form in forms()}[edition]


@cache
def forms() -> tuple[Form, ...]:
    """Every edition."""
    lists = _read(_LISTS)
    folder = Path(__file__).parent / "editions"
    return tuple(_form(_read(name), lists) for name in sorted(each.name for each in folder.iterdir()) if name != _LISTS)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "editions" / name).read_text(encoding="utf-8"))


def _form(content: dict[str, Any], lists: Mapping[str, list[str]]) -> Form:
    sections = content["section"]
    return Form(
        edition=content["edition"],
        title=content["title"],
        valid_from=content["valid_from"],
        valid_to=content.get("valid_to"),
        source=content["source"],
        procedures=tuple(content["procedures"]),
        sections={row["code"]: row["title"] for row in sections},
        fields=tuple(_field(row, section["code"], lists) for section in sections for row in section["field"]),
        youngest=content.get("youngest", 0),
        footer=content.get("footer", ""),
    )


def _field(row: dict[str, Any], section: str, lists: Mapping[str, list[str]]) -> FormField:
    row = {"with_" if name == "with" else name: value for name, value in row.items()}
    if "choices" in row:
        row["choices"] = tuple(lists[row["choices"]])
    row["required_when"] = tuple(_condition(when) for when in row.get("required_when", []))
    return FormField(section=section, **row)


def _condition(when: dict[str, Any]) -> Condition:
    return Condition(
        field=when["field"],
        is_in=tuple(when.get("is", [])),
        not_in=tuple(when.get("is_not", [])),
        under_age=when.get("under_age"),
        answered=when.get("answered", False),
    )
