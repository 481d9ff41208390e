"""The content files under content/, as frozen values: loaded once, when the module is imported.

A *topic* is one thing to say (where to hand in, the household book, the fee). Its *versions* say it from one day to
another, and a *silence* explains the days on which there is nothing to say. `review.py` proves that exactly one of
them covers every day of a topic.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from procedures.sourced import Silence, Sourced, silence, sourced

FOLDER = Path(__file__).parent / "content"


class Section(StrEnum):
    """One file of content for each section."""

    CONDITIONS = "conditions"
    STEPS = "steps"
    DOCUMENTS = "documents"
    HAND_IN = "hand_in"
    PROCESSING_TIME = "processing_time"
    PLACE = "place"
    FEE = "fee"
    BENEFITS = "benefits"
    NOTES = "notes"
    LEGAL_BASIS = "legal_basis"


class Residence(StrEnum):
    """How the citizen is registered where they hand in."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"


@dataclass(frozen=True)
class Name(Sourced):
    """The name of a procedure."""

    title: str
    summary: str


@dataclass(frozen=True)
class Statement(Sourced):
    """A sentence to the citizen. `working_days` belongs to processing times, `amounts` (đồng) to fees."""

    text: str
    working_days: int | None = None
    amounts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Document(Sourced):
    """A paper. If not mandatory, `why` says when it is needed. A form `at_office` is filled in there, not brought."""

    code: str
    name: str
    why: str
    copies: str
    mandatory: bool
    at_office: bool = False


@dataclass(frozen=True)
class Topic[S: Sourced]:
    """One thing to say, for some procedures and residences."""

    code: str
    procedures: frozenset[str]
    residences: frozenset[Residence]
    versions: tuple[S, ...]
    silences: tuple[Silence, ...]

    def concerns(self, procedure: str, residence: Residence) -> bool:
        """Whether the topic is part of that procedure's answer."""
        return procedure in self.procedures and residence in self.residences


@dataclass(frozen=True)
class Procedure:
    """A procedure: its stable code, whom it is for, its names over time, and what to say for the days before it."""

    code: str
    residence: Residence
    names: tuple[Name, ...]
    before: str | None


@dataclass(frozen=True)
class Content:
    """Everything the files say."""

    reviewed_on: date
    procedures: dict[str, Procedure]
    statements: dict[Section, tuple[Topic[Statement], ...]]
    documents: tuple[Topic[Document], ...]
    fee_names: dict[str, str]
    fee_applies: dict[str, frozenset[str]]


def content_of(files: dict[str, Any]) -> Content:
    """The content of the files, by their names.

    Raises:
        KeyError, TypeError, ValueError: a file lacks a member, misspells one, or names an unknown confidence.
    """
    manifest = files["procedures"]
    procedures = {row["code"]: _procedure(row) for row in manifest["procedure"]}
    every = frozenset(procedures)
    return Content(
        reviewed_on=manifest["reviewed_on"],
        procedures=procedures,
        statements={
            section: tuple(_topic(row, every, _statement) for row in file["topic"])
            for section, file in ((section, files[section]) for section in Section)
            if section is not Section.DOCUMENTS
        },
        documents=tuple(_topic(row, every, _document) for row in files[Section.DOCUMENTS]["topic"]),
        fee_names=files[Section.FEE]["names"],
        fee_applies={what: frozenset(codes) for what, codes in files[Section.FEE]["applies"].items()},
    )


def _procedure(row: dict[str, Any]) -> Procedure:
    return Procedure(
        code=row["code"],
        residence=Residence(row["residence"]),
        names=tuple(Name(**sourced(name)) for name in row["name"]),
        before=row.get("before"),
    )


def _topic[S: Sourced](row: dict[str, Any], every: frozenset[str], version: Callable[[dict[str, Any]], S]) -> Topic[S]:
    return Topic(
        code=row["code"],
        procedures=frozenset(row.get("procedures", every)),
        residences=frozenset([Residence(row["residence"])] if "residence" in row else Residence),
        versions=tuple(version(sourced(said)) for said in row.get("version", [])),
        silences=tuple(silence(gap) for gap in row.get("silence", [])),
    )


def _statement(row: dict[str, Any]) -> Statement:
    return Statement(**row)


def _document(row: dict[str, Any]) -> Document:
    return Document(code=row.pop("document"), **row)
