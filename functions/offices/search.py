"""How a citizen finds an office: the names nearest to what was typed, and the offices of the day to which they lead.

A name is scored by how much of it was typed, and how much of what was typed it and the district or province behind it
explain. An old ward that was split leads to all its wards, the one that took most of it first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from offices.country import LAST_DAY_OF_63_PROVINCES, LAST_DAY_OF_DISTRICTS, core, offices_of_province, ward_name
from offices.index import Index, index
from offices.typed import Level, Word, plain_words, read, says_nothing, tone_last

ENOUGH = 0.58  # the score under which a name is no answer: two words, both with a slip, are not
ENOUGH_FOR_ONE_WORD = 0.25  # half of a name may be all that is known of it
SURE = 0.85  # under which slips are looked for in words that are known, too
_NEARER = 0.99  # an area counts less for each nearer one: the old district before the province of today
MOST_NAMES = 250  # that are scored, the likeliest first

# The levels that a typed type may mean: "thành phố" was a district's or is a province's.
_FITS: dict[Level, tuple[str, ...]] = {
    "ward": ("ward",),
    "district": ("district",),
    "city": ("district", "city"),
    "province": ("province", "city"),
}
_LEVEL_OF = {"ward": "ward", "former": "ward", "district": "district", "province": "province"}

type Meant = Mapping[str, float]


@dataclass(frozen=True)
class Found:
    """An office id with how well its name fits; `place` is its place among those the name leads to."""

    id: str
    score: float
    place: int


def search(text: str, on: date, bookable: Callable[[str], bool]) -> list[str] | None:
    """The ids of that day's offices, best first; None for nothing typed, or no more than "công an"."""
    names = index()
    words = [each for word in read(text) for each in _unglued(word, names)]
    if not words:
        return None if says_nothing(text) else []
    best: dict[str, Found] = {}
    for score, position in _scored(words, names, on):
        for place, office in enumerate(_leads_to(names, position, on), start=_first_place(names, position)):
            known = best.get(office)
            if known is None or (score, -place) > (known.score, -known.place):
                best[office] = Found(office, score, place)
    ranked = sorted(
        best.values(), key=lambda each: (-round(each.score, 2), min(each.place, 1), not bookable(each.id), each.place)
    )
    return [each.id for each in ranked]


def _unglued(word: Word, names: Index) -> list[Word]:
    if word.text in names.words or len(word.text) < 5 or names.meant(word.text, begun=True, slips=True):
        return [word]
    parts = names.cut(word.text)
    return [
        replace(word, text=part, accented="", level=word.level if n == 0 else "") for n, part in enumerate(parts)
    ] or [word]


def _scored(words: list[Word], names: Index, on: date) -> list[tuple[float, int]]:
    """Names that fit well enough, with their scores."""
    found: list[tuple[float, int]] = []
    for slips in (False, True):
        meant = [names.meant(word.text, begun=n == len(words) - 1, slips=slips) for n, word in enumerate(words)]
        found = [(_score(words, meant, names, position), position) for position in _likely(meant, names, on)]
        if any(score >= SURE for score, _ in found):
            break
    top = max((score for score, _ in found), default=0)
    enough = ENOUGH_FOR_ONE_WORD if len(words) == 1 else ENOUGH
    return [(score, position) for score, position in found if score >= max(enough, top * 0.6)]


def _likely(meant: Sequence[Meant], names: Index, on: date) -> list[int]:
    """The positions of the names of which most was typed."""
    typed: dict[int, float] = {}
    for words in meant:
        here: dict[int, float] = {}
        for word, sure in words.items():
            for position in names.positions(word):
                if here.get(position, 0) < sure:
                    here[position] = sure
        for position, sure in here.items():
            typed[position] = typed.get(position, 0) + sure
    today = on > LAST_DAY_OF_63_PROVINCES
    share = {
        position: hits / (names.folded[position].count(" ") + 1)
        for position, hits in typed.items()
        if today or names.before[position]
    }
    enough = 0.5 if len(meant) == 1 else 0.7  # with less no name reaches ENOUGH
    likely = [position for position, part in share.items() if part >= enough]
    return sorted(likely, key=lambda position: (-min(share[position], 1), -typed[position]))[:MOST_NAMES]


def _score(words: list[Word], meant: Sequence[Meant], names: Index, position: int) -> float:
    own = names.folded[position].split()
    kind = names.kinds[position]
    first, hits = _run(own, words, meant)
    used = set(range(first, first + len(own))) if hits else set()
    order = 1.0
    if not hits:
        used, hits = _anywhere(own, words, meant)
        order = 0.9
    if not hits:
        return 0.0
    level = _LEVEL_OF[kind]
    if level == "province" and names.names[position].startswith("Thành phố"):
        level = "city"
    of_name = [words[at] for at in sorted(used)]
    order *= _level_fits(words, used, used, level)
    explained = 0.0
    if len(used) < len(words):
        for distance, (area, its_words) in enumerate(_areas(names.areas[names.within[position]])):
            explained += _explained(area, its_words, words, meant, used) * _NEARER**distance
    asked = sum(not word.loose or at in used for at, word in enumerate(words))
    covered = hits / len(own)
    if len(words) == 1 and own[0] == words[0].text:
        covered = max(covered, 0.8)  # who types on begins with the beginning
    score = order * covered**2 * min(1.0, (hits + explained) / asked)
    score *= _accents_fit(of_name, names.names[position])
    return score + _bonus(of_name, names, position)


def _run(own: list[str], words: list[Word], meant: Sequence[Meant]) -> tuple[int, float]:
    """Where the whole name stands in what was typed, and how surely; (0, 0) if it does not."""
    best = (0, 0.0)
    for start in range(len(words) - len(own) + 1):
        sure = 0.0
        for n, part in enumerate(own):
            this = meant[start + n].get(part, 0.0)
            if not this:
                break
            sure += this
        else:
            if sure > best[1]:
                best = (start, sure)
    return best


def _anywhere(own: list[str], words: list[Word], meant: Sequence[Meant]) -> tuple[set[int], float]:
    """The typed words that are of the name, in any order, and how surely; a name of numbers must be whole."""
    used: set[int] = set()
    hits = 0.0
    for part in own:
        sure, at = max(((each.get(part, 0.0), -n) for n, each in enumerate(meant) if n not in used), default=(0.0, 0))
        if sure:
            used.add(-at)
            hits += sure
    return used, hits


def _level_fits(words: list[Word], span: Iterable[int], used: set[int], level: str) -> float:
    """1, or less where a type was typed before the name that is not of its level: "quận 3" is no ward.

    A type that is itself `used` as part of a name, as in "phuc xa ba dinh", says nothing of what follows.
    """
    for at in span:
        word = words[at]
        if not word.level or level in _FITS[word.level]:
            continue
        if at - 1 in used and words[at - 1].text == word.kind:
            continue
        return 0.2 if word.text.isdigit() else 0.85
    return 1.0


@lru_cache(maxsize=1024)
def _areas(joined: str) -> tuple[tuple[str, list[str]], ...]:
    """Areas behind a name, nearest first, as (level, words of its name)."""
    parts = (area.partition(":") for area in joined.split("|") if area)
    return tuple((level, name.split()) for level, _, name in parts)


def _explained(level: str, own: list[str], words: list[Word], meant: Sequence[Meant], used: set[int]) -> float:
    """How many typed words an area behind the name explains, when all of its name was typed; they count as used."""
    for start in range(len(words) - len(own) + 1):
        if own[0] not in meant[start]:
            continue
        span = range(start, start + len(own))
        if used.intersection(span):
            continue
        sure = [meant[at].get(part, 0.0) for at, part in zip(span, own, strict=True)]
        if all(sure) and _level_fits(words, span, used, level) == 1.0:
            used.update(span)
            return sum(sure)
    return 0.0


def _accents_fit(used: list[Word], name: str) -> float:
    """1, or less for each accented word that the name writes otherwise: "Cẩm Giàng" is not "Cẩm Giang"."""
    accented = [word.accented for word in used if word.accented]
    if not accented:
        return 1.0
    own = {tone_last(word) for word in name.replace("-", " ").split()}
    return 1.0 - 0.04 * sum(each not in own for each in accented)


def _bonus(used: list[Word], names: Index, position: int) -> float:
    """What decides between names that fit alike: the typed type, today's before former, a place that was a district too."""
    kind = names.kinds[position]
    bonus = {"ward": 0.03, "district": 0.02, "province": 0.03, "former": 0.0}[kind]
    bonus += 0.015 * min(len(used) - 1, 3)  # a longer name that fits as well is the one that was meant
    typed = {word.kind for word in used if word.kind}
    if typed and _type_of(names.names[position]) in typed:
        bonus += 0.03
    if typed & {"thi xa", "thanh pho", "quan"} and names.names[position].startswith("Huyện"):
        bonus -= 0.03  # towns grow: who types "huyện" may mean a town of today, but hardly the other way round
    if kind == "ward" and f":{names.folded[position]}" in names.areas[names.within[position]]:
        bonus += 0.02
    return bonus


def _first_place(names: Index, position: int) -> int:
    """1 where no office is the place's own: of a district's wards, only one of its very name comes before bookable ones."""
    first = names.today[position].partition(" ")[0]
    if names.kinds[position] != "district" or plain_words(core(ward_name(first[3:]))) == names.folded[position].split():
        return 0
    return 1


@lru_cache(maxsize=1024)
def _type_of(name: str) -> str:
    """ "phuong" of "Phường Sài Gòn"."""
    return " ".join(plain_words(name.removesuffix(core(name))))


def _leads_to(names: Index, position: int, on: date) -> Iterator[str]:
    """The offices of that day for a name, best first."""
    if on > LAST_DAY_OF_63_PROVINCES:
        yield from (here := names.today[position].split())
    else:
        before = names.before[position].split()
        # From March to June 2025 there were no districts any more: the province's police received people.
        yield from (here := before[:1] if on <= LAST_DAY_OF_DISTRICTS else before[-1:])
    if names.kinds[position] == "province":
        yield from offices_of_province((names.before[position] or here[0]).removeprefix("pc06-"), on)
