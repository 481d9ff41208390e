"""How well a search answers tests/offices/queries.toml: hit@1, hit@3, MRR, and the share of nonsense it rejects.

`generated` makes addresses of every shape from the lists of former wards, for what no list of examples covers.
"""

import math
import random
import tomllib
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cccd.text import fold
from offices.country import before, core
from offices.directory import directory
from offices.typed import plain_words

QUERIES = Path("tests/offices/queries.toml")
FRESH = Path("tests/offices/fresh.toml")
UNSEEN = Path("tests/offices/unseen.toml")
REPORTED = Path("tests/offices/reported.toml")
WILD = Path("tests/offices/wild.toml")
UNHEARD = Path("tests/offices/unheard.toml")
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
    """`rejection` is the share of texts without a place for which nothing is found, or nothing sure; `doubted` is the share
    of the right first places that are called doubtful."""

    asked: int
    nonsense: int
    hit1: float
    hit3: float
    mrr: float
    rejection: float
    doubted: float

    def row(self) -> str:
        return f"{self.hit1:.3f} | {self.hit3:.3f} | {self.mrr:.3f} | {self.rejection:.2f} | {self.doubted:.3f}"


def queries(path: Path = QUERIES) -> list[Query]:
    """The evaluation set."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["query"]
    return [Query(row["q"], row["kind"], frozenset(row["right"])) for row in rows]


def quality(answer: Answerer, asked: Iterable[Query], sure: Callable[[str], bool] = lambda _: True) -> Quality:
    """The measures of one search over some queries; `sure` says which of its answers it does not doubt."""
    ranks: list[int | None] = []
    rejected: list[bool] = []
    doubted = 0
    for query in asked:
        found = answer(query.q)
        if query.right:
            ranks.append(next((rank for rank, each in enumerate(found) if each in query.right), None))
            doubted += ranks[-1] == 0 and not sure(query.q)
        else:
            rejected.append(not found or not sure(query.q))
    hits = [rank for rank in ranks if rank is not None]
    return Quality(
        asked=len(ranks),
        nonsense=len(rejected),
        hit1=_share(sum(rank == 0 for rank in hits), len(ranks)),
        hit3=_share(sum(rank < 3 for rank in hits), len(ranks)),
        mrr=_share(sum(1 / (rank + 1) for rank in hits), len(ranks)),
        rejection=_share(sum(rejected), len(rejected)),
        doubted=_share(doubted, sum(rank == 0 for rank in hits)),
    )


def ours(q: str) -> list[str]:
    """The search as it runs."""
    return [office.id for office in directory().search(q, TODAY, LISTED).offices]


def sure(q: str) -> bool:
    """Whether the search calls what it finds certain."""
    return directory().search(q, TODAY, LISTED).sure


# Streets of any town; most are the name of a ward or a district somewhere too.
STREETS = (
    *("Nguyễn Trãi", "Lê Lợi", "Trần Hưng Đạo", "Quang Trung", "Hai Bà Trưng", "Lý Thường Kiệt", "Điện Biên Phủ"),
    *("Cách Mạng Tháng Tám", "Hùng Vương", "Nguyễn Huệ", "Lê Duẩn", "Phan Chu Trinh", "Võ Văn Kiệt", "Hoàng Văn Thụ"),
    *("Đồng Nai", "An Giang", "Hà Nội", "Thái Nguyên", "Bình Dương", "Lạng Sơn", "Tân Phú", "Long An"),
    *("Trường Chinh", "Hòa Bình", "Kim Đồng", "30/4", "Nguyễn Văn Cừ", "Tô Hiến Thành", "Ngô Quyền", "Bạch Đằng"),
)

# The ways of writing an address: {n} a number, {street}, the names of ward, district and province without their type,
# and with it where they begin with "full_".
SHAPES = {
    "street, ward, quận district": "{n} {street}, {ward}, {full_district}",
    "street, phường ward, quận district": "{n} {street}, {full_ward}, {full_district}",
    "street, ward, district": "{n} {street}, {ward}, {district}",
    "street, ward, quận district, province": "{n} {street}, {ward}, {full_district}, {province}",
    "street, phường ward, quận district, tỉnh province": "{n} {street}, {full_ward}, {full_district}, {full_province}",
    "ward district": "{ward} {district}",
    "phường ward district province": "{full_ward} {district} {province}",
    "hẻm, street, ward, district, province": "hẻm {n}/5 {street}, {ward}, {district}, {province}",
    "street ward district": "{n} {street} {ward} {district}",
    "street phường ward district province": "so {n} {street} {full_ward} {district} {province}",
    "street, quận district": "{n} {street}, {full_district}",
    "street, district, province": "{n} đường {street}, {district}, {province}",
    "sentence": "nhà em ở {n} {street}, {full_ward}, {full_district} thì đến công an nào ạ",
}


def generated(each: int, seed: int = 1) -> list[Query]:
    """Addresses of each shape, with and without accents, in former wards drawn by lot.

    The right offices are those of every former ward of that name in a district of that name; without a ward, those of
    the district.
    """
    draw = random.Random(seed)
    known: list[tuple[str, str, str]] = []
    right: dict[tuple[str, str], set[str]] = defaultdict(set)
    for old, districts in before().districts.items():
        for code, district in districts.items():
            for ward, led in before().former[code].items():
                if ward and ward[0].isupper():
                    known.append((ward, district, before().provinces[old][0]))
                    right[_plain(ward), _plain(district)].update(f"ca-{to}" for to in led.split())
                    right["", _plain(district)].update(f"ca-{to}" for to in led.split())
    named = [place for place in known if not core(place[0]).isdigit() and not core(place[1]).isdigit()]
    found = []
    for shape, written in SHAPES.items():
        for number in range(each):
            bare = "{ward}" in written or "{district}" in written  # "12, 3" for a ward and a district is no address
            ward, district, province = draw.choice(named if bare else known)
            q = written.format(
                n=draw.randint(1, 400),
                street=draw.choice(STREETS),
                ward=core(ward),
                full_ward=ward,
                district=core(district),
                full_district=district,
                province=core(province),
                full_province=province,
            )
            typed = fold(q) if number % 2 else q
            meant = _plain(ward) if "ward}" in written else ""
            found.append(Query(typed, shape, frozenset(right[meant, _plain(district)])))
    return found


def _plain(name: str) -> str:
    return " ".join(plain_words(core(name)))


def _share(part: float, whole: int) -> float:
    return part / whole if whole else math.nan
