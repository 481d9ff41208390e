"""The content files under content/, as frozen values.

A *topic* is one thing that people ask. Its `asked` are ways of asking it; its *versions* are the answers from one day
to another (each with an id that never changes); a *silence* explains the days without an answer.

People write TOML. Lambda reads prepared.json, which `python -m authoring.faq.prepare` makes from it.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cccd.effective import in_force
from procedures.sourced import Silence, Sourced, silence, sourced

FOLDER = Path(__file__).parent / "content"


@dataclass(frozen=True)
class Version(Sourced):
    """The answer of a topic from one day to another."""

    id: str
    question: str
    answer: str


@dataclass(frozen=True)
class Topic:
    """One thing people ask."""

    id: str
    category: str
    asked: tuple[str, ...]
    versions: tuple[Version, ...]
    silences: tuple[Silence, ...]

    def on(self, day: date) -> Version | None:
        """The answer in force on that day, if there is one."""
        return next(iter(in_force(self.versions, day)), None)


@dataclass(frozen=True)
class Outside:
    """A subject that people also ask about and that we do not answer: the words that show it, and where to go instead.

    `strong` words show it even if the card is named too: "vay tiền bằng cccd" is not about the card. `asked` are ways of
    asking about it: the search learns it from them as it learns a topic.
    """

    about: str
    named: tuple[str, ...]
    instead: str
    strong: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The sentence that says what the question is about; nothing for small talk, which has no subject."""
        return f"Câu hỏi này về {self.about}, không phải về thẻ căn cước." if self.about else ""


@dataclass(frozen=True)
class Synonyms:
    """How people write, and what they mean; with accents, as in the file."""

    spelling: dict[str, str]
    fillers: str
    meanings: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Content:
    """Everything the files say; `categories` maps a code to its Vietnamese label, in browsing order."""

    topics: tuple[Topic, ...]
    categories: dict[str, str]
    outside: tuple[Outside, ...]
    synonyms: Synonyms


def content_of(plain: dict[str, Any]) -> Content:
    """The content, from the result of `authoring.faq.prepare.read_toml` or from its JSON.

    Raises:
        KeyError, TypeError, ValueError: a file lacks a member, misspells one, or names an unknown confidence.
    """
    return Content(
        topics=tuple(_topic(row) for row in plain["topics"]),
        categories=plain["categories"],
        outside=tuple(
            Outside(
                row["about"],
                tuple(row["named"]),
                row["instead"],
                tuple(row.get("strong", ())),
                tuple(row.get("asked", ())),
            )
            for row in plain["outside"]
        ),
        synonyms=Synonyms(
            plain["spelling"],
            plain["fillers"],
            {meaning: tuple(sayings) for meaning, sayings in plain["meanings"].items()},
        ),
    )


def _topic(row: dict[str, Any]) -> Topic:
    return Topic(
        id=row["id"],
        category=row["category"],
        asked=tuple(row["asked"]),
        versions=tuple(Version(**sourced(_dated(version))) for version in row["version"]),
        silences=tuple(silence(_dated(gap)) for gap in row.get("silence", [])),
    )


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its days as dates, even if it came from JSON."""
    days = {each: row[each] for each in ("valid_from", "valid_to") if each in row}
    return {**row, **{each: date.fromisoformat(day) if isinstance(day, str) else day for each, day in days.items()}}
