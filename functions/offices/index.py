"""The names that lead to an office, by their words: data/index.json, made by `python -m authoring.offices.prepare`.

Nobody else relies on its shape. Columns are read whole and cut when needed, so that a cold start pays for reading, not
for objects.
"""

import json
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

INDEX = Path(__file__).parent / "data" / "index.json"

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Sounds that are the same in some dialect or that people confuse in writing, without accents.
_SOUNDS = (
    ("tr", "ch"),
    ("x", "s"),
    ("gi", "d"),
    ("r", "g"),
    ("l", "n"),
    ("ngh", "ng"),
    ("i", "y"),
    ("k", "c"),
    ("qu", "q"),
)
# The consonants that a syllable may begin with; other ones ("bth") show that something is left out.
_ONSETS = frozenset(
    [
        "b",
        "c",
        "ch",
        "d",
        "g",
        "gh",
        "gi",
        "h",
        "k",
        "kh",
        "l",
        "m",
        "n",
        "ng",
        "ngh",
        "nh",
        "p",
        "ph",
        "q",
        "qu",
        "r",
        "s",
        "t",
        "th",
        "tr",
        "v",
        "x",
        "dd",
    ]
)
_ONSET = re.compile("[bcdghklmnpqrstvx]+")
_EXACT, _BEGUN, _SLIP = 1.0, 0.85, 0.8
_LONGEST_SLIP = 16  # letters; no name has a longer word, and each letter costs fifty guesses
_MOST_BEGUN = 200  # words that one partly typed word may stand for


@dataclass(frozen=True)
class Index:
    """All names by position; `words` gives the positions of a word, `areas` the areas that may follow a name."""

    kinds: Sequence[str]
    names: Sequence[str]
    folded: Sequence[str]
    today: Sequence[str]
    before: Sequence[str]
    within: Sequence[int]
    areas: Sequence[str]
    words: Mapping[str, str]
    _read: dict[str, array[int]] = field(default_factory=dict, repr=False)

    def positions(self, word: str) -> array[int]:
        """The names that contain this word."""
        known = self._read.get(word)
        if known is None:
            known = self._read[word] = array("H", map(int, self.words[word].split()))
        return known

    def meant(self, word: str, *, begun: bool, slips: bool) -> dict[str, float]:
        """The known words that a typed word may mean, and how surely, 0 to 1.

        `begun`: the typed word may be only a beginning. `slips`: also allow one letter too many, too few, wrong or
        swapped; an unknown word always allows this.
        """
        found: dict[str, float] = {}
        if begun and not word.isdigit():
            longer = [known for known in self.words if known.startswith(word)]
            found = dict.fromkeys(sorted(longer, key=len)[:_MOST_BEGUN], _BEGUN)
        if (slips or word not in self.words) and 1 < len(word) <= _LONGEST_SLIP and not word.isdigit():
            found |= dict.fromkeys(filter(self.words.__contains__, _slips(word)), _SLIP)
        if word in self.words:
            found[word] = _EXACT
        return found

    def cut_to_name(self, glued: str) -> list[str]:
        """The two known words of one name that were glued into a typed word: "sapa" is "sa pa"."""
        for at in range(2, len(glued) - 1):
            parts = [glued[:at], glued[at:]]
            if all(part in self.words for part in parts):
                name = " ".join(parts)
                if any(self.folded[position] == name for position in self.positions(parts[0])):
                    return parts
        return []

    def with_initial(self, glued: str) -> list[str]:
        """The two words of the only district whose first word was cut to its initial: "bthanh" is "binh thanh"."""
        onset = _ONSET.match(glued)
        rest = glued[1:]
        if onset is None or onset[0] in _ONSETS or rest not in self.words:
            return []
        named = {
            self.folded[position]
            for position in self.positions(rest)
            if self.kinds[position] == "district" and self.folded[position].endswith(f" {rest}")
        }
        meant = [name.split() for name in named if name[0] == glued[0] and name.count(" ") == 1]
        return meant[0] if len(meant) == 1 else []

    def cut(self, glued: str) -> list[str]:
        """The fewest known words, at most five, that make up a glued word: "haichau" is "hai chau"."""
        best: list[list[str] | None] = [[]] + [None] * len(glued)
        for end in range(1, len(glued) + 1):
            for start in range(max(0, end - 7), end - 1):
                before, word = best[start], glued[start:end]
                so_far = best[end]
                if before is not None and word in self.words and (so_far is None or len(before) + 1 < len(so_far)):
                    best[end] = [*before, word]
        return [] if len(best[-1] or []) > 5 else best[-1] or []


@cache
def index(path: Path = INDEX) -> Index:
    """The country's names."""
    columns = json.loads(path.read_text(encoding="utf-8"))
    kinds, names, folded, today, before = (
        columns[name].split("\n") for name in ("kinds", "names", "folded", "today", "before")
    )
    return Index(kinds, names, folded, today, before, columns["within"], columns["areas"], columns["words"])


def _slips(word: str) -> Iterator[str]:
    """Every word that is one slip away from a word."""
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    for left, right in halves:
        if right:
            yield left + right[1:]
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]
        for letter in _LETTERS:
            yield left + letter + right
            if right:
                yield left + letter + right[1:]
    for one, other in _SOUNDS:
        yield word.replace(one, other)
        yield word.replace(other, one)
