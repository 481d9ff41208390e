"""Finds the nearest topic to a question: a linear model over tokens and pairs of neighbours, as an inverted index.

The weight of a term in a topic is learned when the content is prepared (`learn.py`); a search is one sum.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Terms:
    """The weight of each term in each topic, `[topic, weight, topic, weight, …]`, and in a question; both about 0 to 1.

    Flat lists, as they stand in prepared.json: pairs would take twice the memory.
    """

    postings: dict[str, list[float]]
    rarity: dict[str, float]
    unknown_rarity: float


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
        scores: dict[float, float] = defaultdict(float)
        for term, weight in self._question(tokens).items():
            for topic, weighs in self._weights(term):
                scores[topic] += weight * weighs
        found = [Found(int(topic), score) for topic, score in scores.items() if score > 0]
        return sorted(found, key=lambda each: (-each.score, each.topic))

    def shared(self, tokens: list[str], topic: int) -> set[str]:
        """The tokens, but fillers, that speak for this topic."""
        return {token for token in tokens if token not in self._fillers and self.knows(token, topic)}

    def knows(self, token: str, topic: int) -> bool:
        """Whether the topic's ways of asking use this token."""
        return any(each == topic and weight > 0 for each, weight in self._weights(token))

    def unread(self, tokens: list[str]) -> set[str]:
        """The tokens that no topic uses and that may carry the meaning of the question."""
        return {token for token in tokens if token not in self._terms.rarity and token not in self._fillers}

    def _weights(self, term: str) -> Iterator[tuple[float, float]]:
        """Each topic that the term speaks for or against, and how much."""
        flat = iter(self._terms.postings.get(term, ()))
        return zip(flat, flat, strict=True)

    def _question(self, tokens: list[str]) -> dict[str, float]:
        """The question as a unit vector; a word that no topic uses counts against all topics."""
        known = self._terms.rarity
        vector = {term: known[term] for term in terms(tokens) if term in known}
        return unit(vector | dict.fromkeys(self.unread(tokens), self._terms.unknown_rarity))


def terms(tokens: list[str]) -> list[str]:
    """The tokens, and each pair of neighbours."""
    return [*tokens, *(f"{one} {next_one}" for one, next_one in pairwise(tokens))]


def unit(vector: dict[str, float]) -> dict[str, float]:
    """The vector with length 1."""
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {term: weight / length for term, weight in vector.items()}
