"""How well a search answers tests/faq/queries.toml: hit@1, hit@3, MRR, rejection; and the baseline for comparison."""

import math
import tomllib
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from authoring.faq.prepare import phrases, prepare, read_toml
from faq.content import Content, Version, content_of
from faq.language import folded
from faq.search import SEARCH, Search

QUERIES = Path("tests/faq/queries.toml")
FRESH = Path("tests/faq/fresh.toml")
UNSEEN = Path("tests/faq/unseen.toml")
REPORTED = Path("tests/faq/reported.toml")
WILD = Path("tests/faq/wild.toml")
TUNED = Path("tests/faq/tuned.toml")
STRANGERS = Path("tests/faq/strangers.toml")
ONCE = Path("tests/faq/asked_once.toml")
NEWCOMERS = Path("tests/faq/newcomers.toml")
LAST = Path("tests/faq/asked_last.toml")
UNHEARD = Path("tests/faq/unheard.toml")
NEAR = "near"  # the kind of a question near ours: a wrong answer is bad there, and no answer is not

# The content with its ways of asking, which the prepared one has no more.
WRITTEN = content_of(read_toml())

# The result of a search for a question on a day: ids of entries, best first; empty if it does not answer.
type Answerer = Callable[[str, date], list[str]]


@dataclass(frozen=True)
class Query:
    """A question as typed, the entries that answer it (none: out of scope), and the day it is asked."""

    q: str
    expect: frozenset[str]
    both: bool
    on: date
    kind: str
    tuned: bool

    @property
    def held_out(self) -> bool:
        """Half of the queries, by a hash of their text: nothing is tuned on them."""
        return not self.tuned and zlib.crc32(self.q.encode()) % 2 == 1


@dataclass(frozen=True)
class Quality:
    """`rejection` is the share of out-of-scope questions not answered; `refused` is the share of the others not answered.

    Questions near ours count in none of these: `astray` is the share of them whose first answer is of another topic.
    """

    asked: int
    hit1: float
    hit3: float
    mrr: float
    refused: float
    both: float
    outside: int
    rejection: float
    near: int
    astray: float

    def row(self) -> str:
        return (
            f"{self.hit1:.3f} | {self.hit3:.3f} | {self.mrr:.3f} | {self.both:.2f} |"
            f" {self.refused:.3f} | {self.rejection:.3f}"
        )


def queries(path: Path = QUERIES) -> list[Query]:
    """The evaluation set."""
    with path.open("rb") as file:
        content = tomllib.load(file)
    answered = content.get("answered", {})
    return [
        Query(
            q=row["q"],
            expect=frozenset(row["expect"] or answered.get(row.get("about"), [])),
            both=row.get("both", False),
            on=row.get("on", content["day"]),
            kind=row["kind"],
            tuned=row.get("tuned", False),
        )
        for row in content["query"]
    ]


def quality(answer: Answerer, asked: Iterable[Query]) -> Quality:
    """The measures of one search over some queries."""
    ranks: list[int | None] = []
    both: list[bool] = []
    refused = outside = rejected = near = astray = 0
    for query in asked:
        found = answer(query.q, query.on)
        if query.kind == NEAR:
            near += 1
            astray += bool(found) and found[0] not in query.expect
            continue
        if not query.expect:
            outside += 1
            rejected += not found
            continue
        refused += not found
        ranks.append(next((rank for rank, each in enumerate(found) if each in query.expect), None))
        if query.both:
            both.append(query.expect <= set(found[:3]))
    hits = [rank for rank in ranks if rank is not None]
    return Quality(
        asked=len(ranks),
        hit1=_share(sum(rank == 0 for rank in hits), len(ranks)),
        hit3=_share(sum(rank < 3 for rank in hits), len(ranks)),
        mrr=_share(sum(1 / (rank + 1) for rank in hits), len(ranks)),
        refused=_share(refused, len(ranks)),
        both=_share(sum(both), len(both)),
        outside=outside,
        rejection=_share(rejected, outside),
        near=near,
        astray=_share(astray, near),
    )


def ours(q: str, on: date) -> list[str]:
    """The search as it runs."""
    return answers_of(SEARCH)(q, on)


def answers_of(searched: Search) -> Answerer:
    """A search as an answerer."""
    return lambda q, on: [entry.version.id for entry in searched.answer(q, on, limit=10).entries]


def unseen(path: Path = UNSEEN) -> tuple[list[Query], Search]:
    """Questions by another author, and a search whose content contains none of them as a way of asking."""
    with path.open("rb") as file:
        rows = tomllib.load(file)
    asked = {tuple(folded(row["q"])) for row in rows["query"]}
    plain = read_toml()
    for topic in plain["topics"]:
        topic["asked"] = [phrase for phrase in topic["asked"] if tuple(folded(phrase)) not in asked]
    answers = {topic["id"]: frozenset(version["id"] for version in topic["version"]) for topic in plain["topics"]}
    return [
        Query(row["q"], answers[row["topic"]], both=False, on=row.get("on", rows["day"]), kind="unseen", tuned=False)
        for row in rows["query"]
    ], Search(prepare(plain))


def folded_tfidf(content: Content, *, with_answers: bool = True) -> Answerer:
    """The baseline: words without accents, one document per entry, cosine of TF-IDF; it answers everything."""
    versions = [(topic, version) for topic in content.topics for version in topic.versions]
    texts = [
        [word for text in (*phrases(topic), *([version.answer] if with_answers else [])) for word in folded(text)]
        for topic, version in versions
    ]
    frequency = Counter(word for text in texts for word in set(text))
    rarity = {word: math.log((1 + len(texts)) / (1 + found)) + 1 for word, found in frequency.items()}
    vectors = [_unit({word: times * rarity[word] for word, times in Counter(text).items()}) for text in texts]

    def answer(q: str, on: date) -> list[str]:
        asked = _unit({word: times * rarity.get(word, 0.0) for word, times in Counter(folded(q)).items()})
        scores = {
            version.id: sum(weight * vector.get(word, 0.0) for word, weight in asked.items())
            for (_, version), vector in zip(versions, vectors, strict=True)
            if _holds(version, on)
        }
        return [each for each, score in sorted(scores.items(), key=lambda item: -item[1]) if score > 0][:10]

    return answer


def by_kind(asked: Iterable[Query]) -> dict[str, list[Query]]:
    """The queries grouped by the way they are typed."""
    groups: dict[str, list[Query]] = defaultdict(list)
    for query in asked:
        groups[query.kind].append(query)
    return groups


def _holds(version: Version, on: date) -> bool:
    return version.valid_from <= on and (version.valid_to is None or on <= version.valid_to)


def _share(part: float, whole: int) -> float:
    return part / whole if whole else math.nan


def _unit(vector: dict[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
    return {word: weight / length for word, weight in vector.items()}
