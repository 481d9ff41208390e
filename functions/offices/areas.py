"""The areas around a name, and whether a typed type ("phường", "quận" …) suits a name of some level."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from offices.typed import Level, Word

# The levels that a typed type may mean: "thành phố" belonged to a district or belongs to a province.
_FITS: dict[Level, tuple[str, ...]] = {
    "ward": ("ward",),
    "district": ("district",),
    "city": ("district", "city"),
    "province": ("province", "city"),
}
# The level of each kind of name.
LEVEL_OF = {"ward": "ward", "former": "ward", "district": "district", "province": "province", "called": "province"}


@dataclass(frozen=True)
class Area:
    """An area behind a name: its level, and the words of its name."""

    level: str
    words: list[str]


@lru_cache(maxsize=1024)
def areas(joined: str) -> tuple[Area, ...]:
    """The areas of an entry of the index, nearest first."""
    parts = (area.partition(":") for area in joined.split("|") if area)
    return tuple(Area(level, name.split()) for level, _, name in parts)


def level_fits(words: list[Word], span: Iterable[int], used: set[int], level: str) -> float:
    """1, or less if a type of another level was typed before the name: "quận 3" is no ward.

    A type that is itself `used` as part of a name, as in "phuc xa ba dinh", says nothing about the next word.
    """
    for at in span:
        word = words[at]
        if not word.level or level in _FITS[word.level]:
            continue
        if at - 1 in used and words[at - 1].text == word.kind:
            continue
        return 0.2 if word.text.isdigit() else 0.85
    return 1.0
