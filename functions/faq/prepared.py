"""The content and its index as Lambda loads them: prepared.json loads in a tenth of the time of building them.

Nobody else relies on its shape: `python -m authoring.faq.prepare` writes it, this module reads it, a test compares
the two.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from faq.content import FOLDER, Content, content_of
from faq.index import Terms, packed
from faq.language import Vocabulary, Word

PREPARED = FOLDER / "prepared.json"


@dataclass(frozen=True)
class Prepared:
    """All that a search needs. `outside` and `strong` are sayings of `content.outside`, each with its position."""

    content: Content
    vocabulary: Vocabulary
    terms: Terms
    outside: list[tuple[list[Word], str]]
    strong: list[tuple[list[Word], str]]


def prepared(path: Path = PREPARED) -> Prepared:
    """Read the file that `python -m authoring.faq.prepare` wrote."""
    plain = json.loads(path.read_text())
    vocabulary, terms = plain["vocabulary"], plain["terms"]
    return Prepared(
        content=content_of(plain["content"]),
        vocabulary=Vocabulary(
            spelling={typed: _words(meant) for typed, meant in vocabulary["spelling"].items()},
            fillers=frozenset(vocabulary["fillers"]),
            meanings=[(_words(said), meaning) for said, meaning in vocabulary["meanings"]],
            known=vocabulary["known"],
            accented=frozenset(vocabulary["accented"]),
            asked=frozenset(vocabulary["asked"]),
        ),
        terms=Terms(
            {term: packed(numbers) for term, numbers in terms["packed"].items()},
            terms["unknown_rarity"],
        ),
        outside=[(_words(said), about) for said, about in plain["outside"]],
        strong=[(_words(said), about) for said, about in plain["strong"]],
    )


def plain_words(said: list[Word]) -> str:
    """Words as text: first the words without accents, then those with accents."""
    return " ".join([*(word.folded for word in said), *(word.accented for word in said)])


def _words(plain: str) -> list[Word]:
    parts = [sys.intern(part) for part in plain.split(" ")]  # one copy of each word
    half = len(parts) // 2
    return [
        Word(folded, accented, folded == accented) for folded, accented in zip(parts[:half], parts[half:], strict=True)
    ]
