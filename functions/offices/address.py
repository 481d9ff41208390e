"""Reads an address from its end: in "45 Nguyễn Trãi, Bến Thành, Quận 1", Bến Thành is the ward, for Quận 1 is around it.

People write from the small to the large. So a ward whose areas follow its name up to the end of the text is the place,
whatever house number, street or landmark stands before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from offices.areas import LEVEL_OF, Area, areas, level_fits
from offices.index import Index
from offices.typed import Word

_LONGEST_NAME = 5  # words of a ward's name
_POSTCODE = 5  # digits
_INTRODUCES = frozenset(
    [
        "gan",
        "canh",
        "ke",
        "sau",
        "truoc",
        "doi",
        "ben",
        "dau",
        "cuoi",
        "nga",
        "cong",
        "toa",
        "chung",
        "can",
        "lo",
        "khu",
        "kdt",
        "kp",
        "hem",
        "ngo",
        "ngach",
        "thon",
        "xom",
        "ap",
        "to",
        "ban",
        "khom",
        "buon",
        "duong",
        "pho",
        "so",
        "nha",
        "sn",
    ]
)
# Behind the areas, these words begin what is no address any more: "… thì đến công an nào ạ".
_SENTENCE_GOES_ON = frozenset(
    [
        "thi",
        "den",
        "nen",
        "muon",
        "lam",
        "cho",
        "co",
        "phai",
        "dang",
        "hien",
        "roi",
        "ma",
        "de",
        "neu",
        "duoc",
        "di",
        "qua",
        "toi",
        "la",
        "bay",
    ]
)


@dataclass(frozen=True)
class Place:
    """A name's position, and the typed words that are this name; `old`: a former ward with the district around it."""

    position: int
    name: list[Word]
    old: bool


def is_introduced(words: list[Word]) -> bool:
    """Whether the text begins with what stands before a place's name: a house number, "gần", "thôn" …"""
    return words[0].text.isdigit() or words[0].text in _INTRODUCES


def looks_like_address(words: list[Word]) -> bool:
    """Whether the text has parts, or a number that no typed type explains."""
    return any(word.begins for word in words[1:]) or any(word.text.isdigit() and not word.level for word in words)


def wards_in_address(words: list[Word], names: Index, *, former: bool) -> list[Place]:
    """The wards that the end of the text names together with an area, behind other words.

    `former`: only names from before July 2025.
    """
    first = next((at for at, word in enumerate(words) if not word.loose), len(words))
    for start in range(first, len(words) - 1):
        found = [
            Place(position, words[name.start : name.stop], district and names.kinds[position] == "former")
            for position, name in _names_at(words, start, names)
            if not former or names.before[position]
            if (district := _rest_is_areas(words, name, areas(names.areas[names.within[position]]))) is not None
        ]
        if found:
            return found if start > first else []  # nothing stands before it: no address
    return []


def _names_at(words: list[Word], start: int, names: Index) -> Iterator[tuple[int, range]]:
    """The wards whose whole name is at this place of the text: the position, and the words that are the name."""
    first = words[start]
    if first.text not in names.words or (first.text.isdigit() and first.level != "ward" and not first.begins):
        return
    ends = {first.text: start + 1}
    for end in range(start + 2, min(start + _LONGEST_NAME, len(words)) + 1):
        if words[end - 1].begins:
            break  # no name goes on behind a comma
        ends[" ".join(word.text for word in words[start:end])] = end
    for position in names.positions(first.text):
        end = ends.get(names.folded[position], 0)
        if end and LEVEL_OF[names.kinds[position]] == "ward":
            span = range(start, end)
            if level_fits(words, span, set(span), "ward") == 1.0:
                yield position, span


def _rest_is_areas(words: list[Word], name: range, around: tuple[Area, ...]) -> bool | None:
    """None if the text behind a name is anything but at least one of these areas; otherwise whether one is a district."""
    used = set(name)
    left = list(around)
    named: list[str] = []
    at = name.stop
    while at < len(words) and not (named and words[at].text in _SENTENCE_GOES_ON):
        area = next((each for each in left if _is_at(words, at, each, used)), None)
        if area:
            left.remove(area)
            named.append(area.level)
            used.update(range(at, at + len(area.words)))
            at += len(area.words)
        elif words[at].loose or (words[at].text.isdigit() and len(words[at].text) >= _POSTCODE):
            at += 1
        else:
            return None
    return "district" in named if named else None


def _is_at(words: list[Word], at: int, area: Area, used: set[int]) -> bool:
    span = range(at, at + len(area.words))
    typed = [word.text for word in words[at : span.stop]]
    return typed == area.words and level_fits(words, span, used.union(span), area.level) == 1.0
