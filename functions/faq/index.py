"""Finds the nearest topic to a question: a linear model over tokens and pairs of neighbours, as an inverted index.

The weight of a term in a topic is learned when the content is prepared (`learn.py`); a search is one sum.
"""

import math
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

# Weights are kept as whole thousandths, two bytes each.
SCALE = 1000


@dataclass(frozen=True)
class Terms:
    """What each term weighs in a question and in each topic, packed: lists of numbers would take three times the memory.

    `packed` holds `[rarity, topic, weight, topic, weight, …]` as 16-bit integers, rarities and weights in thousandths.
    """

    packed: dict[str, bytes]
    unknown_rarity: float


def packed(numbers: Sequence[int]) -> bytes:
    """One value of `Terms.packed`."""
    return array("h", numbers).tobytes()


def unpacked(term: bytes) -> list[int]:
    """The numbers of `packed`."""
    return memoryview(term).cast("h").tolist()


@dataclass(frozen=True)
class Found:
    """A topic by its position, and how near it is: about 0 to 1, as a cosine."""

    topic: int
    score: float


class Index:
    """Finds the topics nearest to a question."""

    def __init__(self, terms: Terms, fillers: frozenset[str]):
        self._terms = terms
        self._fillers = fillers

    def search(self, tokens: list[str]) -> list[Found]:
        """Every topic that shares a term with the question, best first."""
        known = self._terms.packed
        typed = [unpacked(known[term]) for term in dict.fromkeys(terms(tokens)) if term in known]
        # As a unit vector; a word that no topic uses counts against all topics.
        length = math.hypot(
            *(rarity for rarity, *_ in typed), *[self._terms.unknown_rarity * SCALE] * len(self.unread(tokens))
        )
        scores: dict[int, float] = defaultdict(float)
        for rarity, *weights in typed:
            flat = iter(weights)
            share = rarity / length / SCALE
            for topic, weight in zip(flat, flat, strict=True):
                scores[topic] += share * weight
        found = [Found(topic, score) for topic, score in scores.items() if score > 0]
        return sorted(found, key=lambda each: (-each.score, each.topic))

    def shared(self, tokens: list[str], topic: int) -> set[str]:
        """The tokens, but fillers, that speak for this topic."""
        return {token for token in tokens if token not in self._fillers and self.knows(token, topic)}

    def knows(self, token: str, topic: int) -> bool:
        """Whether the topic's ways of asking use this token."""
        return any(each == topic and weight > 0 for each, weight in self._weights(token))

    def unread(self, tokens: list[str]) -> set[str]:
        """The tokens that no topic uses and that may carry the meaning of the question."""
        return {token for token in tokens if token not in self._terms.packed and token not in self._fillers}

    def _weights(self, term: str) -> Iterator[tuple[int, int]]:
        """Each topic that the term speaks for or against, and how much, in thousandths."""
        flat = iter(unpacked(self._terms.packed[term])[1:] if term in self._terms.packed else ())
        return zip(flat, flat, strict=True)


def terms(tokens: list[str]) -> list[str]:
    """The tokens, and each pair of neighbours."""
    return [*tokens, *(f"{one} {next_one}" for one, next_one in pairwise(tokens))]


def unit(vector: dict[str, float]) -> dict[str, float]:
    """The vector with length 1."""
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {term: weight / length for term, weight in vector.items()}
