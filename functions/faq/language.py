"""From what people type to what they mean: chat spelling, keyboards without accents, slips, synonyms, ages.

    "mai e lm cc cho be 7t dc ko"  →  mai em lam =can-cuoc =cho-con 7 tuoi =tuoi-6-13 duoc khong

A token that begins with "=" is a meaning (content/synonyms.toml); the others are words without accents. Accents are
optional, but typed accents count: "rồi" is not "rơi", and "mở" is not "mờ".
"""

import re
import string
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from cccd.telex import telex_decoded
from cccd.text import clean, fold

_WORD = re.compile(r"[^\W_]+(?:/[0-9]+)*")
_AGE = re.compile(r"\b([0-9]{1,2})t\b", re.IGNORECASE)
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_FAMILY = frozenset(["=nguoi-nha", "ong", "ba", "noi", "ngoai", "cu", "bac", "chu", "co", "di", "cau", "anh", "chi"])
_BETWEEN = frozenset(["toi", "em", "minh", "chau", "con", "ta", "vua", "moi", "da", "nha"])
# What stands before a country tells whether somebody goes there, lives there, or comes from there.
_GOES = frozenset({"di", "qua", "sang", "bay", "den", "toi", "ghe", "choi", "lich"})
_LIVES = frozenset({"ben", "o", "tai", "song", "ve"})
_COMES_FROM = frozenset({"nguoi", "tich", "vo", "chong", "dau", "re", "khach", "=nguoi-nha"})
_HOW_OLD = frozenset({"tron", "du", "sap", "gan", "hon", "ngoai"})
_LOST_THINGS = frozenset(
    [
        "=the",
        "=can-cuoc",
        "=cmnd",
        "=giay-to",
        "=giay-hen",
        "=ho-khau",
        "=tien",
        "vi",
        "giay",
        "cai",
        "bop",
        "so",
        "bao",
        "may",
    ]
)
GROWN = frozenset({"=tuoi-14", "=tuoi-lon", "=tuoi-cao"})
_MONTHS_OF_AN_INFANT = 36
_MOSTLY_ACCENTED = 0.3  # of the words; running Vietnamese has about 0.8
_SHORTEST_SLIP = 4  # letters; in a shorter word a slip is more often another word


@dataclass(frozen=True)
class Word:
    """A word as typed: without accents, and with them (the tone at the end, so that hoà equals hòa)."""

    folded: str
    accented: str
    bare: bool  # typed without accents, so that it may mean any accents


def words(text: str) -> list[Word]:
    """The words of a text; dates like 24/11 stay whole.

    A person who types accents types them throughout: in such a text, a word without accents means exactly that word.
    """
    found = [_word(typed) for typed in _WORD.findall(clean(text).casefold())]
    if sum(not word.bare for word in found) < len(found) * _MOSTLY_ACCENTED:
        return found
    return [Word(word.folded, word.accented, bare=False) for word in found]


def folded(text: str) -> list[str]:
    """The words of a text without accents."""
    return [word.folded for word in words(text)]


@lru_cache(maxsize=8192)
def _word(typed: str) -> Word:
    decomposed = unicodedata.normalize("NFD", typed)
    tone = "".join(_TONES.findall(decomposed))
    plain, accented = fold(typed), unicodedata.normalize("NFC", _TONES.sub("", decomposed)) + tone
    return Word(plain, accented, plain == accented)


@cache
def _bare(word: str) -> Word:
    return Word(word, word, bare=True)


def spelled_out(typed: Iterable[Word], spelling: Mapping[str, Sequence[Word]]) -> list[Word]:
    """The words with chat spelling and dialect spelled out."""
    return [word for each in typed for word in spelling.get(each.accented, (each,))]


class Sayings:
    """Sayings of one or more words and the meaning of each; accents count where they were typed."""

    def __init__(self, said: Iterable[tuple[list[Word], str]]):
        self._by_words: dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]] = {}
        for each, stands_for in said:
            accented = tuple(word.accented for word in each)
            self._by_words.setdefault(tuple(word.folded for word in each), []).append((accented, stands_for))
        self._longest: dict[str, int] = {}  # by the first word: most words begin no saying
        for folded_words in self._by_words:
            self._longest[folded_words[0]] = max(len(folded_words), self._longest.get(folded_words[0], 0))

    def at(self, typed: Sequence[Word], start: int) -> tuple[int, str] | None:
        """The longest saying that begins there: its length in words, and its meaning."""
        for length in range(min(self._longest.get(typed[start].folded, 0), len(typed) - start), 0, -1):
            window = typed[start : start + length]
            for said, stands_for in self._by_words.get(tuple(word.folded for word in window), ()):
                if all(word.bare or word.accented == accented for word, accented in zip(window, said, strict=True)):
                    return length, stands_for
        return None

    def first(self, typed: Sequence[Word]) -> str | None:
        """The meaning of the first saying anywhere in the text."""
        found = (self.at(typed, start) for start in range(len(typed)))
        return next((each[1] for each in found if each), None)


@dataclass(frozen=True)
class Vocabulary:
    """The words that the content knows.

    `known` counts words without accents: for a slip, the more frequent word was meant. `accented` holds the same words
    as spelled. `asked` holds the spellings of the ways of asking, the fillers and the meanings.
    """

    spelling: dict[str, list[Word]]
    fillers: frozenset[str]
    meanings: list[tuple[list[Word], str]]
    known: dict[str, int]
    accented: frozenset[str]
    asked: frozenset[str]


class Language:
    """Reads questions with the words of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary):
        self.fillers = vocabulary.fillers
        self._spelling = vocabulary.spelling
        self._meanings = Sayings(vocabulary.meanings)
        self._known = vocabulary.known
        self._accented = vocabulary.accented
        self._asked = vocabulary.asked
        self._mended = lru_cache(maxsize=4096)(self._mend)

    def read(self, text: str) -> list[str]:
        """The tokens of a text, in order."""
        return self.tokens(self.typed(text))

    def tokens(self, typed: list[Word]) -> list[str]:
        """The tokens of the words that `typed` returns: meanings and ages, otherwise words without accents."""
        told: list[str] = []
        at = 0
        while at < len(typed):
            length, meaning = self._meanings.at(typed, at) or (1, self._token(typed[at]))
            told.append(meaning)
            at += length
            told += _age_told(told)
            told += _told_together(told)
        if not GROWN.isdisjoint(told):  # a daughter of 15 is no child to the law on the card
            told = ["=nguoi-tre" if token == "=tre-em" else token for token in told]  # noqa: S105 - a word of a question
        return _of_the_dead(told)

    def typed(self, text: str) -> list[Word]:
        """The words of a text, spelled out and with slips corrected."""
        spelled = spelled_out(words(_AGE.sub(r"\1 tuoi", text)), self._spelling)
        return spelled_out([mended for word in spelled for mended in self._mended(word)], self._spelling)

    def _token(self, word: Word) -> str:
        """The word without accents; with accents if nobody asks with these accents: "bằng" must not pass for "bảng"."""
        return (
            word.folded if word.bare or word.accented == word.folded or word.accented in self._asked else word.accented
        )

    def _is_word(self, word: str) -> bool:
        return word in self._known or word in self._spelling

    def _mend(self, word: Word) -> tuple[Word, ...]:
        """The known words that an unknown word was meant to be; the word itself if there are none."""
        plain = word.folded
        if plain in self._known:
            # Accents that make no word of ours are a slip too: the citizen may have meant any accents.
            return (word if word.accented in self._accented else _bare(plain),)
        if not (plain.isascii() and plain.isalpha()):
            return (word,)
        for decoded in telex_decoded(plain):
            if decoded in self._known:
                return (_bare(decoded),)
        for at in range(2, len(plain) - 1):
            if self._is_word(plain[:at]) and self._is_word(plain[at:]):
                return (_bare(plain[:at]), _bare(plain[at:]))
        if len(plain) < _SHORTEST_SLIP:
            with_h = f"{plain[0]}h{plain[1:]}"  # "kác" for khác: the one slip that is clear in a short word
            return (_bare(with_h) if len(plain) > 2 and with_h in self._known else word,)
        near = {slip for slip in _one_slip_away(plain) if len(slip) > 2 and slip in self._known}
        return (_bare(max(near, key=lambda slip: (self._known[slip], slip))) if near else word,)


def _of_the_dead(told: list[str]) -> list[str]:
    """ "cha tôi mất" speaks of a dead person, "cha tôi mất thẻ" of a lost card."""
    for at, token in enumerate(told):
        if token != "mat" or at + 1 < len(told) and told[at + 1] in _LOST_THINGS:  # noqa: S105 - a word of a question
            continue
        before = next((each for each in reversed(told[:at]) if each not in _BETWEEN), "")
        if before in _FAMILY:
            return [*told[:at], "=nguoi-mat", *told[at + 1 :]]
    return told


def _told_together(told: list[str]) -> list[str]:
    """The meaning that the last two tokens have only together: "bay" and a place, "người" and a country, a year of birth."""
    match told[-2:]:
        case ["bay", "=dia-danh"]:
            return ["=may-bay"]
        case [before, "=ten-nuoc"] if before in _GOES:
            return ["=ra-nuoc-ngoai"]
        case [before, "=ten-nuoc"] if before in _LIVES:
            return ["=viet-kieu"]
        case [before, "=ten-nuoc"] if before in _COMES_FROM:
            return ["=nguoi-nuoc-ngoai"]
        case ["sinh" | "nam", year] if year.isdecimal() and 1920 <= int(year) <= 2020 and "sinh" in told[-3:]:
            return ["=nam-sinh"]
    return []


def _age_told(told: list[str]) -> list[str]:
    """The age group that the last two tokens give: "8 tuoi", or a school year like "lop 3"."""
    match told[-2:]:
        case [age, "tuoi"] if age.isdecimal():
            return [_age_group(int(age))]
        case [months, "thang"] if months.isdecimal() and int(months) <= _MONTHS_OF_AN_INFANT and "=tre-em" in told:
            return [_age_group(0)]
        case [mark, age] if mark in _HOW_OLD and age.isdecimal() and 5 <= int(age) <= 100:
            return [_age_group(int(age))]
        case ["lop", year] if year.isdecimal():
            return [_age_group(int(year) + 5)]
    return []


def _age_group(age: int) -> str:
    """The age groups of the law on the card (Luật Căn cước 26/2023/QH15 Điều 19, 21, 23)."""
    if age < 6:
        return "=tuoi-duoi-6"
    if age < 14:
        return "=tuoi-6-13"
    if age < 18:
        return "=tuoi-14"
    return "=tuoi-lon" if age < 60 else "=tuoi-cao"


def _one_slip_away(word: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in string.ascii_lowercase:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
