"""How well a search answers tests/offices/queries.toml: hit@1, hit@3, MRR, and the share of nonsense it rejects."""

import math
import tomllib
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from offices.directory import directory

QUERIES = Path("tests/offices/queries.toml")
FRESH = Path("tests/offices/fresh.toml")
UNSEEN = Path("tests/offices/unseen.toml")
REPORTED = Path("tests/offices/reported.toml")
TODAY = date(2026, 11, 23)
LISTED = 20  # how many offices the API gives by default

# The result of a search for a text: office ids, best first.
type Answerer = Callable[[str], list[str]]


@dataclass(frozen=True)
class Query:
    """A typed text and its right answers, any of several offices; none if the text means nothing."""

    q: str
    kind: str
    right: frozenset[str]

    @property
    def held_out(self) -> bool:
        """Half of the queries, by a hash of their text: nothing is tuned on them."""
        return zlib.crc32(self.q.encode()) % 2 == 1


@dataclass(frozen=True)
class Quality:
    """`rejection` is the share of meaningless texts for which nothing is found."""

    asked: int
    nonsense: int
    hit1: float
    hit3: float
    mrr: float
    rejection: float

    def row(self) -> str:
        return f"{self.hit1:.3f} | {self.hit3:.3f} | {self.mrr:.3f} | {self.rejection:.2f}"


def queries(path: Path = QUERIES) -> list[Query]:
    """The evaluation set."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["query"]
    return [Query(row["q"], row["kind"], frozenset(row["right"])) for row in rows]


def quality(answer: Answerer, asked: Iterable[Query]) -> Quality:
    """The measures of one search over some queries."""
    ranks: list[int | None] = []
    rejected: list[bool] = []
    for query in asked:
        found = answer(query.q)
        if query.right:
            ranks.append(next((rank for rank, each in enumerate(found) if each in query.right), None))
        else:
            rejected.append(not found)
    hits = [rank for rank in ranks if rank is not None]
    return Quality(
        asked=len(ranks),
        nonsense=len(rejected),
        hit1=_share(sum(rank == 0 for rank in hits), len(ranks)),
        hit3=_share(sum(rank < 3 for rank in hits), len(ranks)),
        mrr=_share(sum(1 / (rank + 1) for rank in hits), len(ranks)),
        rejection=_share(sum(rejected), len(rejected)),
    )


def ours(q: str) -> list[str]:
    """The search as it runs."""
    return [office.id for office in directory().search(q, TODAY, LISTED)]


def _share(part: float, whole: int) -> float:
    return part / whole if whole else math.nan
