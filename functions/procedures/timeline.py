"""Reviews any content with effective dates: overlaps, unexplained gaps, sources, dates, uncertain statements."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from procedures.sourced import ONE_DAY, Confidence, Silence, Sourced

# A source is a legal text, a dated public page, or a rule of ours; "Internet" or "TODO" is not a source.
_SOURCE = re.compile(
    r"Luật|Nghị (định|quyết)|\b(NĐ|TT|QĐ|NQ) |[a-z0-9-]+\.(vn|com|net|me|org)\b|Hướng dẫn|Quy ước|Mục |Kho văn bản|Bản |Chưa đọc"
)
# An uncertain statement must say so to the citizen.
_HEDGE = re.compile(r"hãy hỏi|có thể|chưa|nếu không có", re.IGNORECASE)
_MUST_HEDGE = (Confidence.UNSURE, Confidence.INFERRED)


def timeline_findings(where: str, pieces: Sequence[Sourced | Silence], begins: date) -> Iterator[str]:
    """The mistakes in a timeline: from `begins` on, every day must be covered exactly once."""
    in_order = sorted(pieces, key=lambda piece: piece.valid_from)
    yield from neighbour_findings(where, in_order)
    if in_order and in_order[0].valid_from > begins:
        yield f"{where}: nothing said or explained from {begins} to {in_order[0].valid_from - ONE_DAY}"
    for piece in in_order:
        if isinstance(piece, Silence) and len(piece.why) < 20:
            yield f"{where}: the silence from {piece.valid_from} explains nothing"


def neighbour_findings(where: str, pieces: Sequence[Sourced | Silence]) -> Iterator[str]:
    """The mistakes between the pieces of a timeline, and within each piece."""
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


def statement_findings(where: str, said: Sourced, text: str) -> Iterator[str]:
    """The mistakes in one statement; `text` is what the citizen reads."""
    if not _SOURCE.search(said.source):
        yield f"{where}: from {said.valid_from}: “{said.source}” is no source"
    if not text.strip():
        yield f"{where}: from {said.valid_from}: an empty text"
    if said.confidence in _MUST_HEDGE and not _HEDGE.search(text):
        yield f"{where}: from {said.valid_from}: is {said.confidence}, but told as a fact"
