"""Which texts a source cites, and whether they are in force while the statement holds (texts.toml)."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from procedures.sourced import ONE_DAY, Sourced

FILE = Path(__file__).parent / "texts.toml"

# "TT 59/2021/TT-BCA", "Luật Căn cước 26/2023/QH15", "NQ 66.22/2026/NQ-CP"
_NUMBERED = re.compile(r"(TT|NĐ|NQ|Luật(?: [^\W\d]+)*) (\d[\d.]*/\d{4})")
_YEAR_ONLY = re.compile(r"Luật (Căn cước công dân|Căn cước|Cư trú)(?: 20\d\d)?(?! \d+/)(?! công dân)")
_NAMED = re.compile(r"QĐ 5230|Hướng dẫn 08|[hH]ướng dẫn thủ tục|Bộ luật Lao động 2019")
# What follows a citation may say that it counts for only a part of the statement's days.
_FROM = re.compile(r"[^;]*?\btừ (\d\d)/(\d\d)/(\d{4})")
_UNTIL = re.compile(r"[^;]*?\b(?:đến hết|đến|hết hiệu lực) (\d\d)/(\d\d)/(\d{4})")


@dataclass(frozen=True)
class Life:
    """The days on which a text is in force; no `last` means until further notice."""

    first: date
    last: date | None


@dataclass(frozen=True)
class Cited:
    """A text, its life, and whether the source says from when or until when it counts."""

    name: str
    life: Life
    from_said: bool
    until_said: bool


class UnknownText(LookupError):
    """A source cites a text that texts.toml does not know."""


@cache
def _file() -> tuple[dict[str, Life], dict[str, str], dict[str, date]]:
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    lives = {name: Life(row["from"], row.get("to")) for name, row in content["lives"].items()}
    return lives, content["also"], content["begins"]


def cited(source: str) -> list[Cited]:
    """The texts that a source cites.

    Raises:
        UnknownText: one is not in texts.toml.
    """
    lives, also, _ = _file()
    found: list[tuple[int, str]] = []
    for match in _NUMBERED.finditer(source):
        kind = "Luật" if match[1].startswith("Luật") else match[1]
        found.append((match.end(), f"{kind} {match[2]}"))
    for match in (*_YEAR_ONLY.finditer(source), *_NAMED.finditer(source)):
        found.append((match.end(), also.get(re.sub(r" 20\d\d$", "", match[0]), match[0])))
    texts = []
    for end, name in sorted(found):
        if name not in lives:
            raise UnknownText(name)
        rest = source[end:]
        texts.append(Cited(name, lives[name], bool(_FROM.match(rest)), bool(_UNTIL.match(rest))))
    return texts


def life_findings(where: str, said: Sourced, words: str) -> Iterator[str]:
    """The days on which a statement relies on a text that is not in force, and things told of before they existed."""
    try:
        texts = cited(said.source)
    except UnknownText as unknown:
        yield f"{where}: from {said.valid_from}: cites {unknown}, whose life authoring/texts.toml does not know"
        return
    for text in texts:
        if text.life.first > said.valid_from and not text.from_said:
            yield f"{where}: from {said.valid_from}: cites {text.name}, in force from {text.life.first}"
        if text.life.last and (said.valid_to is None or text.life.last < said.valid_to) and not text.until_said:
            yield f"{where}: from {said.valid_from}: cites {text.name}, in force until {text.life.last}"
        if (said.valid_to and text.life.first > said.valid_to + ONE_DAY) or (
            text.life.last and text.life.last + ONE_DAY < said.valid_from and not text.until_said
        ):
            yield f"{where}: from {said.valid_from}: cites {text.name}, which is of other days"
    for thing, begins in _file()[2].items():
        if thing in words and said.valid_from < begins and not _told_as_not_yet(thing, begins, words):
            yield f"{where}: from {said.valid_from}: tells of {thing}, which begins on {begins}"


def _told_as_not_yet(thing: str, begins: date, words: str) -> bool:
    """Whether the words say that the thing is not there yet, or name its day."""
    day = f"{begins:%d/%m/%Y}"
    return any(thing in sentence and ("chưa" in sentence.lower() or day in sentence) for sentence in words.split("."))
