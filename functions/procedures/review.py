"""What a careful reviewer checks in the content: overlaps, unexplained gaps, sources, dates that make no sense.

The rules run in the tests, so a pull request with a hole in the law's timeline fails, in words.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from procedures.as_of import EARLIEST
from procedures.content import (
    Confidence,
    Content,
    Document,
    Name,
    Residence,
    Section,
    Silence,
    Sourced,
    Statement,
    Topic,
)

ONE_DAY = timedelta(days=1)

# Every answer has something to say in these, on every day.
ALWAYS_SAID = (
    Section.CONDITIONS,
    Section.STEPS,
    Section.HAND_IN,
    Section.PROCESSING_TIME,
    Section.PLACE,
    Section.FEE,
    Section.BENEFITS,
    Section.LEGAL_BASIS,
)
# A source is a legal text, a dated public page, or a rule of ours; "Internet" or "TODO" is none.
_SOURCE = re.compile(
    r"Luật|Nghị (định|quyết)|\b(NĐ|TT|QĐ|NQ) |[a-z0-9-]+\.(vn|com|net|me|org)\b|Hướng dẫn|Quy ước|Mục |Kho văn bản|Bản |Chưa đọc"
)
# What is not certain must be said so to the citizen.
_HEDGE = re.compile(r"hãy hỏi|có thể|chưa|nếu không có", re.IGNORECASE)
_MUST_HEDGE = (Confidence.UNSURE, Confidence.INFERRED)


def findings(content: Content) -> list[str]:
    """Everything wrong with the content, one sentence each; empty when a reviewer would let it pass."""
    return [
        *_names(content),
        *_scopes(content),
        *(said for where, topic in topics(content) for said in _timeline(where, topic, content)),
        *(said for where, sourced in statements(content) for said in _statement(where, sourced)),
        *_missing_sections(content),
        *_fees(content),
    ]


def topics(content: Content) -> Iterator[tuple[str, Topic[Statement] | Topic[Document]]]:
    """Every topic with where it stands, as `section/topic`."""
    for section, every in content.statements.items():
        for topic in every:
            yield f"{section}/{topic.code}", topic
    for paper in content.documents:
        yield f"{Section.DOCUMENTS}/{paper.code}", paper


def statements(content: Content) -> Iterator[tuple[str, Name | Statement | Document]]:
    """Every statement with where it stands."""
    for procedure in content.procedures.values():
        for name in procedure.names:
            yield f"procedures/{procedure.code}", name
    for where, topic in topics(content):
        for version in topic.versions:
            yield where, version


def _names(content: Content) -> Iterator[str]:
    for procedure in content.procedures.values():
        where = f"procedures/{procedure.code}"
        yield from _row(where, procedure.names)
        if procedure.names[0].valid_from > EARLIEST and not procedure.before:
            yield f"{where}: begins after {EARLIEST} without a `before` that explains it"


def _timeline(where: str, topic: Topic[Statement] | Topic[Document], content: Content) -> Iterator[str]:
    """Every day from the topic's first procedure on is covered exactly once, by a version or a silence."""
    unknown = topic.procedures - set(content.procedures)
    if unknown:
        yield f"{where}: names no procedure of ours: {', '.join(sorted(unknown))}"
        return
    if not topic.versions:
        yield f"{where}: says nothing at all"
    pieces = sorted([*topic.versions, *topic.silences], key=lambda piece: piece.valid_from)
    yield from _row(where, pieces)
    begins = min(content.procedures[code].names[0].valid_from for code in topic.procedures)
    if pieces and pieces[0].valid_from > begins:
        yield f"{where}: nothing said or explained from {begins} to {pieces[0].valid_from - ONE_DAY}"
    for silence in topic.silences:
        if len(silence.why) < 20:
            yield f"{where}: the silence from {silence.valid_from} explains nothing"


def _row(where: str, pieces: Sequence[Sourced | Silence]) -> Iterator[str]:
    for earlier, later in pairwise(pieces):
        if earlier.valid_to is None or later.valid_from <= earlier.valid_to:
            yield f"{where}: two statements hold on {later.valid_from}"
        elif later.valid_from > earlier.valid_to + ONE_DAY:
            yield f"{where}: nothing said or explained from {earlier.valid_to + ONE_DAY} to {later.valid_from - ONE_DAY}"
    for piece in pieces:
        if piece.valid_to is not None and piece.valid_to < piece.valid_from:
            yield f"{where}: ends on {piece.valid_to}, before it begins on {piece.valid_from}"
        if not date(1999, 1, 1) <= piece.valid_from <= date(2035, 1, 1):
            yield f"{where}: begins on {piece.valid_from}, which is no date of this law"
    if pieces and pieces[-1].valid_to is not None:
        yield f"{where}: nothing said or explained after {pieces[-1].valid_to}"


def _statement(where: str, said: Name | Statement | Document) -> Iterator[str]:
    if not _SOURCE.search(said.source):
        yield f"{where}: from {said.valid_from}: “{said.source}” is no source"
    text = told(said)
    if not text.strip():
        yield f"{where}: from {said.valid_from}: an empty text"
    if said.confidence in _MUST_HEDGE and not _HEDGE.search(text):
        yield f"{where}: from {said.valid_from}: is {said.confidence}, but told as a fact"


def _scopes(content: Content) -> Iterator[str]:
    """Within one section, a topic's code speaks once for each procedure and residence."""
    seen: set[tuple[str, str, Residence]] = set()
    for where, topic in topics(content):
        for procedure in sorted(topic.procedures):
            for residence in topic.residences:
                if (where, procedure, residence) in seen:
                    yield f"{where}: two topics speak for {procedure}, {residence}"
                seen.add((where, procedure, residence))


def _missing_sections(content: Content) -> Iterator[str]:
    for procedure in content.procedures.values():
        first = procedure.names[0].valid_from
        for residence in Residence:
            for section in ALWAYS_SAID:
                spoken = [t for t in content.statements[section] if t.concerns(procedure.code, residence)]
                versions = [version for topic in spoken for version in topic.versions]
                for day in _changes(versions, first):
                    if not any(v.valid_from <= day and (v.valid_to is None or day <= v.valid_to) for v in versions):
                        yield f"{section}: nothing for {procedure.code}, {residence} on {day}"


def _changes(versions: Iterable[Sourced], first: date) -> set[date]:
    days = {first} | {version.valid_from for version in versions}
    days |= {version.valid_to + ONE_DAY for version in versions if version.valid_to}
    return {day for day in days if day >= first}


def _fees(content: Content) -> Iterator[str]:
    for topic in content.statements[Section.FEE]:
        for version in topic.versions:
            for what, dong in version.amounts.items():
                if what not in content.fee_names or what not in content.fee_applies:
                    yield f"fee/{topic.code}: {what} has no name or no procedure"
                if not (0 < dong <= 1_000_000 and dong % 1_000 == 0):
                    yield f"fee/{topic.code}: {dong} đồng from {version.valid_from} is no fee"


def told(said: Name | Statement | Document) -> str:
    """The words a citizen reads."""
    match said:
        case Name():
            return f"{said.title}. {said.summary}"
        case Statement():
            return said.text
        case Document():
            return f"{said.name}. {said.why}"
