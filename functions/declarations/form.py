"""Form editions as data: a new edition of the declaration is a new file in forms/, not new code."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal

from cccd.effective import in_force

type FieldType = Literal[
    "name", "date-of-birth", "choice", "text", "personal-id", "old-card-number", "phone", "yes-no", "agreement"
]


@dataclass(frozen=True)
class Condition:
    """When a field becomes required: another field is, or is not, a value; or a birth date is under an age."""

    field: str
    is_: str | None = None
    is_not: str | None = None
    under_age: int | None = None


@dataclass(frozen=True)
class FormField:
    """One item of a form, in the order of the paper.

    `choices` is the list to choose from, and `other` whether words of one's own are accepted too.
    `sensitive` marks what the data law calls sensitive (NĐ 356/2025/NĐ-CP Điều 4).
    """

    name: str
    title: str
    type: FieldType
    help: str = ""
    required: bool = False
    required_when: Condition | None = None
    choices: tuple[str, ...] = ()
    other: bool = False
    max_length: int = 100
    default: str | bool | None = None
    sensitive: bool = False


@dataclass(frozen=True)
class Form:
    """An edition of the declaration, in force from one day to another, for some procedures."""

    edition: str
    title: str
    valid_from: date
    valid_to: date | None
    source: str
    procedures: tuple[str, ...]
    fields: tuple[FormField, ...]


@dataclass(frozen=True)
class Purpose:
    """One purpose that a citizen may agree to; never ticked for them."""

    code: str
    text: str
    required: bool


@dataclass(frozen=True)
class ConsentText:
    """The words in which consent is asked for."""

    version: str
    purposes: tuple[Purpose, ...]


def form_for(procedure: str, on: date) -> Form | None:
    """The edition of a procedure's declaration in force that day."""
    return next((form for form in in_force(forms(), on) if procedure in form.procedures), None)


@cache
def forms() -> tuple[Form, ...]:
    """Every edition."""
    choices = _read("choices.toml")
    folder = resources.files("declarations") / "forms"
    names = sorted(each.name for each in folder.iterdir() if each.name not in {"choices.toml", "consent.toml"})
    return tuple(_form(_read(name), choices) for name in names)


@cache
def consent_text() -> ConsentText:
    """The consent asked for today."""
    content = _read("consent.toml")
    return ConsentText(content["version"], tuple(Purpose(**row) for row in content["purpose"]))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("declarations") / "forms" / name).read_text(encoding="utf-8"))


def _form(content: dict[str, Any], choices: Mapping[str, list[str]]) -> Form:
    return Form(
        edition=content["edition"],
        title=content["title"],
        valid_from=content["valid_from"],
        valid_to=content.get("valid_to"),
        source=content["source"],
        procedures=tuple(content["procedures"]),
        fields=tuple(_field(row, choices) for row in content["field"]),
    )


def _field(row: dict[str, Any], choices: Mapping[str, list[str]]) -> FormField:
    row = dict(row)
    if "choices" in row:
        row["choices"] = tuple(choices[row["choices"]])
    if "required_when" in row:
        when = row["required_when"]
        row["required_when"] = Condition(when["field"], when.get("is"), when.get("is_not"), when.get("under_age"))
    return FormField(**row)
