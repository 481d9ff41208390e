"""How a citizen finds an office: the names nearest to the typed text, and the offices of the day to which they lead.

The score of a name says how much of the name was typed, and how much of the typed text is explained by the name and by
the district or province behind it. An old ward that was split leads to all its wards, the largest part first.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from cccd.telex import telex_decoded
from offices.address import is_introduced, looks_like_address, wards_in_address
from offices.areas import LEVEL_OF, Area, areas, level_fits
from offices.country import (
    LAST_DAY_OF_63_PROVINCES,
    LAST_DAY_OF_DISTRICTS,
    core,
    office_ids,
    offices_of_province,
    ward_name,
)
from offices.index import Index, index
from offices.typed import TYPES, Word, names_the_province_police, plain_words, read, says_nothing, tone_last

ENOUGH = 0.58  # a name with a lower score is no answer: two words, both with a slip, stay below it
ENOUGH_FOR_ONE_WORD = 0.25  # a citizen may know only half of a name
SURE = 0.85  # below it, slips are also looked for in known words
_NEARER = 0.99  # each nearer area counts less: the old district before the province of today
_MOST_PARTS = 6  # places that may begin in a text and are looked for by themselves, the last ones; an address has four
_LONGEST_TAIL = 6  # words at the end of an address in which a name is looked for
_ACCENT_DIFFERS, _PLAIN_DIFFERS = 0.08, 0.04  # cost of a word with other accents, or of one without among others with
_MOSTLY_ACCENTED = 0.3  # of a name's typed words: above it, a word without accents means exactly that
MOST_NAMES = 250  # at most this many names are scored, the likeliest first

type Meant = Mapping[str, float]


@dataclass(frozen=True)
class Offices:
    """Office ids, best first; not `sure` if a part of the text fits none of them, as in "gần chợ Bình Thành"."""

    ids: list[str]
    sure: bool


@dataclass(frozen=True)
class Found:
    """An office id and how well its name fits; `place` is its position among the offices of that name."""

    id: str
    score: float
    place: int


def search(text: str, on: date, bookable: Callable[[str], bool]) -> Offices | None:
    """That day's offices, best first; None if the text is empty, or no more than "công an"."""
    names = index()
    words = [each for word in read(text) for each in _unglued(word, names)]
    if not words and names_the_province_police(text):
        offices = [each for each in office_ids(on) if each.startswith("pc06-")]
        return Offices(sorted(offices, key=lambda each: not bookable(each)), sure=True)
    if not words:
        return None if says_nothing(text) else Offices([], sure=True)
    best: dict[str, Found] = {}
    scored, sure = _scored_whole_or_part(words, names, on)
    for score, position in scored:
        for place, office in enumerate(_leads_to(names, position, on), start=_first_place(names, position)):
            known = best.get(office)
            if known is None or (score, -place) > (known.score, -known.place):
                best[office] = Found(office, score, place)
    ranked = sorted(
        best.values(), key=lambda each: (-round(each.score, 2), min(each.place, 1), not bookable(each.id), each.place)
    )
    return Offices([each.id for each in ranked], sure)


def _unglued(word: Word, names: Index) -> list[Word]:
    """The word, or the known words that it stands for: from keystrokes, from an initial, or glued together."""
    if word.text in names.words or not word.text.isalpha():
        return [word]
    keyed = next(filter(names.words.__contains__, telex_decoded(word.text)), None) if len(word.text) > 2 else None
    if keyed and not word.accented:
        return [replace(word, text=keyed)]
    parts = names.cut_to_name(word.text) or names.with_initial(word.text)
    if not parts and (len(word.text) < 5 or names.meant(word.text, begun=True, slips=True)):
        return [word]
    parts = parts or names.cut(word.text)
    return [
        replace(word, text=part, accented="", level=word.level if n == 0 else "", begins=word.begins and n == 0)
        for n, part in enumerate(parts)
    ] or [word]


def _scored_whole_or_part(words: list[Word], names: Index, on: date) -> tuple[list[tuple[float, int]], bool]:
    """The names of the whole text; for an address ("12 lê lợi quận 1"), the names of the part that names a place.

    Also whether they are sure: nothing of the text is left over, but for what may stand before an address.
    """
    if looks_like_address(words) and (wards := _wards_in_address(words, names, on)):
        return wards, True
    whole = _scored(words, names, on)
    unread = whole[0].unread if whole else set(range(len(words)))
    begun = [
        at for at in range(len(words)) if _begins_a_place(words, at) and unread.intersection(range(at, len(words)))
    ]
    for at in begun[-_MOST_PARTS:]:
        for part in _from(words, at):
            found = _scored(part, names, on)
            if found and not found[0].unread:
                # Other matches come behind: the street's name may be a ward's name elsewhere.
                return _places(found), True
    if (not whole or unread) and (wards := _wards_in_address(words, names, on)):
        return wards, True
    if not whole or 0 in unread:
        behind = max(unread) + 1 if whole else 1
        for at in range(max(behind, len(words) - _LONGEST_TAIL), len(words)):
            part = words[at:]
            found = [each for each in _scored(part, names, on, mended=False) if _is_tail(each, part, names)]
            if found:
                larger = names.kinds[found[0].position] not in ("ward", "former")
                return _places(found), larger or words[0].text.isdigit()
    return _places(whole), not unread or (bool(whole) and _is_large_place_at_the_end(whole[0], words, names))


def _is_large_place_at_the_end(found: "Scored", words: list[Word], names: Index) -> bool:
    """Whether a district or a province stands behind all that it leaves unread: "gần chợ Hạnh Thông Tây gò vấp"."""
    named = names.folded[found.position]
    large = LEVEL_OF[names.kinds[found.position]] != "ward" or f"district:{named}" in names.areas[
        names.within[found.position]
    ].split("|")
    return large and is_introduced(words) and max(found.unread) < found.first


def _places(found: Sequence["Scored"]) -> list[tuple[float, int]]:
    return [(each.score, each.position) for each in found]


def _wards_in_address(words: list[Word], names: Index, on: date) -> list[tuple[float, int]]:
    """The wards at the end of an address; who names a district as well means the wards that it had."""
    places = wards_in_address(words, names, former=on <= LAST_DAY_OF_63_PROVINCES)
    scored = [
        (_accents_fit(each.name, names.names[each.position]) + (0.02 if each.old else 0.0), each.position)
        for each in places
    ]
    return sorted(scored, key=lambda each: (-each[0], each[1]))


def _begins_a_place(words: list[Word], at: int) -> bool:
    """Whether a place's name may begin there: behind a type, or behind a comma of an address."""
    return bool(words[at].level) or (words[at].begins and at > 0 and is_introduced(words))


def _from(words: list[Word], at: int) -> Iterator[list[Word]]:
    """The text from there on; for "quận 7", whose number needs nothing behind it, also that alone."""
    if at > 1 or (at == 1 and not words[0].loose):
        yield words[at:]
    if at > 2 and words[at].level and words[at - 1].text == words[at].kind and words[at - 2].text in TYPES:
        yield words[at - 1 :]  # "huyện Quản Bạ": the type that was read belongs to the name
    if words[at].text.isdigit() and words[at].level == "district":
        yield [words[at]]


def _is_tail(found: "Scored", part: list[Word], names: Index) -> bool:
    """Whether the end of an address is exactly this name; a single word counts only for a province or a district."""
    if found.unread or found.score < SURE or any(word.text.isdigit() and not word.level for word in part):
        return False
    return len(part) > 1 or (names.kinds[found.position] != "ward" and names.folded[found.position] == part[0].text)


@dataclass(frozen=True)
class Scored:
    """A name's score and position, where it begins, and the typed words that neither it nor its areas explain."""

    score: float
    position: int
    unread: set[int]
    first: int = 0


def _scored(words: list[Word], names: Index, on: date, *, mended: bool = True) -> list[Scored]:
    """Names that fit well enough, best first; only `mended` looks for slips."""
    found: list[Scored] = []
    for slips in (False, True) if mended else (False,):
        meant = [names.meant(word.text, begun=n == len(words) - 1, slips=slips) for n, word in enumerate(words)]
        if is_introduced(words):  # "gần" is no slip of Cần Thơ
            meant[0] = {word: sure for word, sure in meant[0].items() if word == words[0].text}
        found = [_score(words, meant, names, position) for position in _likely(meant, names, on)]
        if any(each.score >= SURE for each in found):
            break
    top = max((each.score for each in found), default=0)
    enough = ENOUGH_FOR_ONE_WORD if len(words) == 1 else ENOUGH
    return sorted((each for each in found if each.score >= max(enough, top * 0.6)), key=lambda each: -each.score)


def _likely(meant: Sequence[Meant], names: Index, on: date) -> list[int]:
    """The positions of the names that share most typed words."""
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
    enough = 0.5 if len(meant) == 1 else 0.7  # with less, no name reaches ENOUGH
    likely = [position for position, part in share.items() if part >= enough]
    return sorted(likely, key=lambda position: (-min(share[position], 1), -typed[position]))[:MOST_NAMES]


def _score(words: list[Word], meant: Sequence[Meant], names: Index, position: int) -> Scored:
    own = names.folded[position].split()
    kind = names.kinds[position]
    first, hits = _run(own, words, meant)
    used = set(range(first, first + len(own))) if hits else set()
    order = 1.0
    if not hits:
        picked, hits = _anywhere(own, words, meant)
        used = set(picked)
        order = 0.9 if picked == sorted(picked) else 0.75  # "mỹ đình" hardly means "Định Mỹ"
    if not hits:
        return Scored(0.0, position, set())
    level = LEVEL_OF[kind]
    if level == "province" and names.names[position].startswith("Thành phố"):
        level = "city"
    of_name = [words[at] for at in sorted(used)]
    first = min(used)
    order *= level_fits(words, used, used, level)
    explained = 0.0
    if len(used) < len(words):
        behind = max(used) + 1 if words[0].text.isdigit() else 0  # behind a house number, areas follow the name
        for distance, area in enumerate(areas(names.areas[names.within[position]])):
            explained += _explained(area, words, meant, used, behind) * _NEARER**distance
    unread = {at for at, word in enumerate(words) if not word.loose and at not in used}
    asked = sum(not word.loose or at in used for at, word in enumerate(words))
    covered = hits / len(own)
    if len(words) == 1 and own[0] == words[0].text:
        covered = max(covered, 0.8)  # a person who goes on typing starts with the beginning
    score = order * covered**2 * min(1.0, (hits + explained) / asked)
    score *= _accents_fit(of_name, names.names[position])
    return Scored(score + _bonus(of_name, names, position), position, unread, first)


def _run(own: list[str], words: list[Word], meant: Sequence[Meant]) -> tuple[int, float]:
    """Where the whole name is in the typed text, and how surely; (0, 0) if it is not there."""
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


def _anywhere(own: list[str], words: list[Word], meant: Sequence[Meant]) -> tuple[list[int], float]:
    """The typed words that belong to the name, in the name's order, and how surely."""
    used: list[int] = []
    hits = 0.0
    for part in own:
        sure, at = max(((each.get(part, 0.0), -n) for n, each in enumerate(meant) if n not in used), default=(0.0, 0))
        if sure:
            used.append(-at)
            hits += sure
    return used, hits


def _explained(area: Area, words: list[Word], meant: Sequence[Meant], used: set[int], behind: int) -> float:
    """How many typed words an area explains, if its whole name was typed there or later; they then count as used."""
    for start in range(behind, len(words) - len(area.words) + 1):
        if area.words[0] not in meant[start]:
            continue
        span = range(start, start + len(area.words))
        if used.intersection(span):
            continue
        sure = [meant[at].get(part, 0.0) for at, part in zip(span, area.words, strict=True)]
        if all(sure) and level_fits(words, span, used, area.level) == 1.0:
            used.update(span)
            return sum(sure)
    return 0.0


def _accents_fit(used: list[Word], name: str) -> float:
    """1, or less for each typed accented word that the name writes otherwise: "Cẩm Giàng" is not "Cẩm Giang"."""
    own = {tone_last(word) for word in name.replace("-", " ").split()}
    whole = set(plain_words(name))
    used = [word for word in used if word.text in whole]  # a partly typed word or a slip has cost already
    accented = [word.accented for word in used if word.accented]
    if not accented or name.isascii():
        return 1.0  # some former names are known only without accents
    off = _ACCENT_DIFFERS * sum(each not in own for each in accented)
    if len(accented) >= _MOSTLY_ACCENTED * len(used):
        off += _PLAIN_DIFFERS * sum(not word.accented and word.text not in own for word in used)
    return 1.0 - off


def _bonus(used: list[Word], names: Index, position: int) -> float:
    """Decides between names that fit equally: the typed type, today's names first, a place that was also a district."""
    kind = names.kinds[position]
    bonus = {"ward": 0.03, "district": 0.02, "province": 0.03, "called": 0.03, "former": 0.0}[kind]
    bonus += 0.015 * min(len(used) - 1, 3)  # of names that fit equally, the longer one was meant
    if kind == "province":
        bonus += 0.04  # its own name, not a popular one: before a commune of that name elsewhere
    if used and used[-1].loose and len(used[-1].text) == 1:
        bonus += 0.05  # "Châu Thành A"
    own = {tone_last(word) for word in names.names[position].split()}
    if any(word.loose and word.accented in own for word in used):
        bonus += 0.08  # "phố Huế": a loose word that does belong to the name, with its accents
    typed = {word.kind for word in used if word.kind}
    if typed and _type_of(names.names[position]) in typed:
        bonus += 0.03
    if typed & {"thi xa", "thanh pho", "quan"} and names.names[position].startswith("Huyện"):
        bonus -= 0.03  # towns grow: "huyện" may mean a town of today, but hardly the other way round
    if kind == "ward" and f":{names.folded[position]}" in names.areas[names.within[position]]:
        bonus += 0.02
    return bonus


def _first_place(names: Index, position: int) -> int:
    """1 if no office is the place's own: of a district's wards, only the one of its name comes before bookable ones."""
    first = names.today[position].partition(" ")[0]
    if names.kinds[position] != "district" or plain_words(core(ward_name(first[3:]))) == names.folded[position].split():
        return 0
    return 1


@lru_cache(maxsize=1024)
def _type_of(name: str) -> str:
    """The type in a name: "phuong" for "Phường Sài Gòn"."""
    return " ".join(plain_words(name.removesuffix(core(name))))


def _leads_to(names: Index, position: int, on: date) -> Iterator[str]:
    """The offices of that day to which a name leads, best first."""
    if on > LAST_DAY_OF_63_PROVINCES:
        yield from (here := names.today[position].split())
    else:
        before = names.before[position].split()
        # From March to June 2025 there were no districts; the province's police received people.
        yield from (here := before[:1] if on <= LAST_DAY_OF_DISTRICTS else before[-1:])
    if names.kinds[position] in ("province", "called"):
        yield from offices_of_province((names.before[position] or here[0]).removeprefix("pc06-"), on)
