"""The weight of each term in each topic, learned from the ways of asking when the content is prepared.

It starts from TF-IDF (a topic is the sum of its ways of asking), which is good. Then a few passes of softmax regression
over the ways of asking move weight to the terms that separate topics. docs/search-quality.md compares it with TF-IDF,
BM25, FTS5 and rapidfuzz; the values below are on a plateau.
"""

import math
import random
from collections import Counter
from collections.abc import Sequence

from faq.index import SCALE, Terms, packed, terms, unit

# A pair says less than a word, and a filler says less than a word that carries the question.
PAIR_WEIGHT = 0.4
FILLER_WEIGHT = 0.6
# A word that no topic knows says a little against all of them; people tell much that has nothing to do with the question.
UNKNOWN_WEIGHT = 0.6
# How sure the softmax is at the start, how many passes there are, and how far each pass moves.
SHARPNESS = 8.0
PASSES = 10
RATE = 2.0
# Smaller weights are left out of the index: it keeps a sixth of its size, with no measurable difference.
LEAST_WEIGHT = 0.025

type Example = tuple[int, list[tuple[str, float]]]


def learn(documents: Sequence[Sequence[list[str]]], fillers: frozenset[str]) -> Terms:
    """The weights for topics, and for subjects that are not ours; a topic is a list of ways of asking, and each of these is a list of tokens."""
    counts = [Counter(term for phrase in phrases for term in terms(phrase)) for phrases in documents]
    found = Counter(term for count in counts for term in count)
    rarity = {
        term: (math.log((1 + len(counts)) / (1 + times)) + 1) * _share(term, fillers) for term, times in found.items()
    }
    weights = {term: [0.0] * len(counts) for term in rarity}
    for topic, count in enumerate(counts):
        centre = unit({term: (1 + math.log(times)) * rarity[term] for term, times in count.items()})
        for term, weight in centre.items():
            weights[term][topic] = weight * SHARPNESS
    _sharpen(weights, _examples(documents, rarity))
    return Terms(
        packed={
            term: packed(
                [
                    round(rarity[term] * SCALE),
                    *(
                        number
                        for topic, weight in enumerate(row)
                        if abs(weight / SHARPNESS) >= LEAST_WEIGHT
                        for number in (topic, round(weight / SHARPNESS * SCALE))
                    ),
                ]
            )
            for term, row in weights.items()
        },
        unknown_rarity=round((math.log(1 + len(counts)) + 1) * UNKNOWN_WEIGHT, 3),
    )


def _share(term: str, fillers: frozenset[str]) -> float:
    if " " in term:
        return PAIR_WEIGHT
    return FILLER_WEIGHT if term in fillers else 1.0


def _examples(documents: Sequence[Sequence[list[str]]], rarity: dict[str, float]) -> list[Example]:
    return [
        (topic, list(unit({term: rarity[term] for term in terms(phrase)}).items()))
        for topic, phrases in enumerate(documents)
        for phrase in phrases
    ]


def _sharpen(weights: dict[str, list[float]], examples: list[Example]) -> None:
    """Softmax regression by gradient descent, one example at a time, in place."""
    topics = range(len(next(iter(weights.values()))))
    order = random.Random(1)  # the same order every time, so that prepared.json is reproducible
    for number in range(PASSES):
        order.shuffle(examples)
        step = RATE / (1 + 0.2 * number)
        for right, vector in examples:
            scores = [0.0] * len(topics)
            for term, value in vector:
                row = weights[term]
                for topic in topics:
                    scores[topic] += value * row[topic]
            highest = max(scores)
            raised = [math.exp(score - highest) for score in scores]
            whole = sum(raised)
            wrong = [each / whole - (topic == right) for topic, each in enumerate(raised)]
            for term, value in vector:
                row = weights[term]
                for topic in topics:
                    row[topic] -= step * value * wrong[topic]
