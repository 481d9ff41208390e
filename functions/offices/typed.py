"""What people type for a place, as words: accents optional, abbreviations spelled out, types like "phường" as hints.

"CA p.Bến Nghé q1 TPHCM" → ben nghe (a ward's), 1 (a district's), ho chi minh.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cccd.telex import telex_decoded
from cccd.text import clean, fold

# What a typed type says about the next name. A city belongs to a district's level or a province's.
type Level = Literal["", "ward", "district", "city", "province"]


@dataclass(frozen=True)
class Word:
    """A word of a place's name, without accents.

    `accented` is the typed word if it has accents, with the tone mark at the end. `level` is the level that the type
    before it gives, and `kind` is that type. A `loose` word may be part of a name or not; outside a name it costs
    nothing. A word `begins` a part of an address at the start of the text and behind a comma.
    """

    text: str
    accented: str = ""
    level: Level = ""
    kind: str = ""
    loose: bool = False
    begins: bool = False


_LEVELS: dict[str, Level] = {
    "phuong": "ward",
    "xa": "ward",
    "thi tran": "ward",
    "dac khu": "ward",
    "quan": "district",
    "huyen": "district",
    "thi xa": "district",
    "thanh pho": "city",
    "tinh": "province",
}
_ACCENTED_TYPES = {"phường", "xã", "quận", "huyện", "tỉnh"}

TYPES = frozenset(_LEVELS)
# Of these words a typed one may consist of keystrokes: "phuowfng".
_TYPE_WORDS = {word for each in _LEVELS for word in each.split()} | {"cong", "an"}

_ABBREVIATIONS = {
    "cax": "cong an xa",
    "caq": "cong an quan",
    "cah": "cong an huyen",
    "catt": "cong an thi tran",
    "catx": "cong an thi xa",
    "catp": "cong an thanh pho",
    "p": "phuong",
    "f": "phuong",
    "x": "xa",
    "q": "quan",
    "h": "huyen",
    "tt": "thi tran",
    "tx": "thi xa",
    "tp": "thanh pho",
    "t": "tinh",
    "dk": "dac khu",
    "hcm": "ho chi minh",
    "hcmc": "ho chi minh",
    "tphcm": "ho chi minh",
    "tpchm": "ho chi minh",
    "sg": "sai gon",
    "hn": "ha noi",
    "tphn": "ha noi",
    "dn": "da nang",
    "tpdn": "da nang",
    "hp": "hai phong",
    "ct": "can tho",
    "brvt": "ba ria vung tau",
    "vt": "vung tau",
    "bd": "binh duong",
    "bmt": "buon ma thuot",
    "td": "thu duc",
    "gv": "go vap",
    "pn": "phu nhuan",
    "bt": "binh thanh",
    "qn": "quang ninh",
    "tth": "thua thien hue",
    "dl": "da lat",
    "dalat": "da lat",
    "pleiku": "pleiku",
    "bth": "binh thuan",
    "hbt": "hai ba trung",
    "tb": "tan binh",
    "nt": "nha trang",
    "tbinh": "tan binh",
    "tphu": "tan phu",
    "btan": "binh tan",
    "ntl": "nam tu liem",
    "btl": "bac tu liem",
}

# What the same letters mean behind a type, and in a city that the text names.
_BEHIND_A_TYPE = {
    ("q", "tp"): "quan tan phu",
    ("q", "td"): "quan thu duc",
    ("q", "bd"): "quan ba dinh",
    ("q", "hd"): "quan ha dong",
    ("q", "tx"): "quan thanh xuan",
    ("q", "hk"): "quan hoan kiem",
    ("q", "cg"): "quan cau giay",
    ("q", "dd"): "quan dong da",
    ("h", "bc"): "huyen binh chanh",
    ("h", "hm"): "huyen hoc mon",
    ("h", "nb"): "huyen nha be",
    ("h", "cc"): "huyen cu chi",
    ("h", "cg"): "huyen can gio",
}
_HA_NOI = {
    "bd": "ba dinh",
    "hk": "hoan kiem",
    "dd": "dong da",
    "cg": "cau giay",
    "tx": "thanh xuan",
    "hd": "ha dong",
    "hm": "hoang mai",
    "lb": "long bien",
    "th": "tay ho",
}
_ENDS_WITH_HA_NOI = re.compile(r"\b(hn|tphn|ha noi)\W*$")

# Words that people say around a name and that are no name; a loose one may be part of a name: "ca" is công an, or in Cà
# Mau.
_SAID = {
    ("cong", "an"),
    ("can", "cuoc"),
    ("can", "cuoc", "cong", "dan"),
    ("dia", "chi"),
    ("tru", "so"),
    ("co", "quan"),
    ("gan", "nhat"),
    ("viet", "nam"),
    ("o", "dau"),
    ("dac", "khu"),
    ("phong", "canh", "sat"),
    ("phong", "pc06"),
    ("doi", "pc06"),
    ("quan", "ly", "hanh", "chinh"),
    ("ve", "trat", "tu", "xa", "hoi"),
    ("lam", "cccd"),
    ("lam", "can", "cuoc"),
}
_LOOSE_WORDS = """
    ca cap cat o tai dau tim cccd cmnd pc06 pc pho don khu thuoc cu moi
    cho hoi a oi toi em muon lam the nao giup xin di den biet can cuoc voi vay nhe chao
"""
_LOOSE = frozenset(_LOOSE_WORDS.split())
# Whoever says one of these and names nothing else is being polite.
_POLITE = frozenset(["hoi", "oi", "toi", "em", "muon", "lam", "giup", "xin", "biet", "vay", "nhe", "chao", "nao"])
_OLD_OR_NEW = {"cu", "moi"}
_NEVER_A_NAME = {"ca", "cap", "cat", "o", "tai", "pc06", "pc", "cccd", "cmnd"}
MOST_WORDS = 20  # of a text, from its end; no place has more, and each costs time
MOST_TOKENS = 60  # that are read at all
_LONGEST_SAID = max(map(len, _SAID))

_PROVINCE_POLICE = re.compile(r"\b(pc ?0?6|cong an (tinh|thanh pho)|canh sat quan ly hanh chinh)\b")
_TOKEN = re.compile(r"\w+|[,;(]| - ")
_SIGNS = frozenset({",", ";", "(", "-"})
_GLUED_NUMBER = re.compile(r"(p|f|q|phuong|quan)0*(\d{1,2})")
_GLUED_NUMBERS = re.compile(rf"(?:{_GLUED_NUMBER.pattern})+")
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def read(text: str) -> list[Word]:
    """The words that identify a place; empty if the text is only "công an", "phường" and the like."""
    tokens = _spelled_out(text)
    words: list[Word] = []
    level: Level = ""
    kind = ""
    begins = True
    at = 0
    while at < len(tokens):
        said = _said_at(tokens, at)
        if said:
            at += said
            continue
        pair = " ".join(folded for folded, _ in tokens[at : at + 2])
        folded, accented = tokens[at]
        if " " in pair and pair in _LEVELS:
            level, kind = _LEVELS[pair], pair
            at += 2
            continue
        if folded in _SIGNS:
            begins, level, kind = True, "", ""
        elif folded in _LEVELS and (not accented or accented in _ACCENTED_TYPES):
            words.append(Word(folded, tone_last(accented), loose=True, begins=begins))  # "Tân Xã" is a name
            level, kind = _LEVELS[folded], folded
            begins = False
        else:
            # "huyện Xín Mần" is no polite question, but "phường cũ" is no name.
            loose = folded in _LOOSE and (not level or folded in _OLD_OR_NEW)
            words.append(Word(folded, tone_last(accented), level, kind, loose, begins))
            level, kind = "", ""
            begins = False
        at += 1
    words = words[-MOST_WORDS:]  # an address ends with what matters
    if any(not word.loose for word in words):
        return words
    if any(word.text in _POLITE for word in words):
        return []
    # "quan xa": types alone are not a name, but "củ" and the like may be.
    return [word for word in words if word.text not in _LEVELS and word.text not in _NEVER_A_NAME]


def says_nothing(text: str) -> bool:
    """Whether the text is empty or has only words that every office has: no emoji or signs, and no "xin chào"."""
    tokens = [folded for folded, _ in _spelled_out(text)]
    return not clean(text) or bool(tokens and not _POLITE.intersection(tokens))


def names_the_province_police(text: str) -> bool:
    """Whether a text without a place asks for a PC06: "pc06", "công an tỉnh"."""
    return bool(_PROVINCE_POLICE.search(" ".join(folded for folded, _ in _spelled_out(text))))


def plain_words(name: str) -> list[str]:
    """A name's words without accents and apostrophes: "Ea H'Leo" is "ea hleo"; numbers without leading zeros."""
    return [word.lstrip("0") or word for word in re.findall(r"\w+", _without_apostrophes(fold(name)))]


@lru_cache(maxsize=4096)
def tone_last(word: str) -> str:
    """A word with its tone mark at the end, so that "hoà" and "hòa" are equal."""
    marks = unicodedata.normalize("NFD", word.casefold())
    return "".join(c for c in marks if c not in _TONES) + "".join(c for c in marks if c in _TONES)


def _spelled_out(text: str) -> list[tuple[str, str]]:
    """Each token as (without accents, with accents or empty), with abbreviations spelled out."""
    tokens: list[tuple[str, str]] = []
    typed = [token.strip() for token in _TOKEN.findall(_without_apostrophes(clean(text).casefold()))][-MOST_TOKENS:]
    in_ha_noi = bool(_ENDS_WITH_HA_NOI.search(fold(text)))
    for at, token in enumerate(typed):
        folded = fold(token).lstrip("0") or token
        if _GLUED_NUMBERS.fullmatch(folded):
            for kind, number in _GLUED_NUMBER.findall(folded):
                tokens += [(_ABBREVIATIONS.get(kind, kind), ""), (number, "")]
        elif at and (meant := _BEHIND_A_TYPE.get((fold(typed[at - 1]), folded))):
            tokens.pop()
            tokens += [(word, "") for word in meant.split()]
        elif in_ha_noi and folded in _HA_NOI:
            tokens += [(word, "") for word in _HA_NOI[folded].split()]
        elif len(folded) == 1 and 0 < at == len(typed) - 1:
            tokens.append((folded, ""))  # "buon ma t": an unfinished name, not yet a type
        elif folded in _ABBREVIATIONS and token in (folded, "đn", "đk", "đl", "tđ", "bđ", "tpđn"):
            tokens += [(word, "") for word in _ABBREVIATIONS[folded].split()]
        elif folded == token and (kind := next(filter(_TYPE_WORDS.__contains__, telex_decoded(folded)), "")):
            tokens.append((kind, ""))
        else:
            tokens.append((folded, token if token != folded else ""))
    return tokens


def _said_at(tokens: list[tuple[str, str]], at: int) -> int:
    for length in range(_LONGEST_SAID, 1, -1):
        if tuple(folded for folded, _ in tokens[at : at + length]) in _SAID and length <= len(tokens) - at:
            said = tokens[at : at + length]
            # "đặc khu" names the type of the place, like "phường".
            return 0 if said[0][0] == "dac" else length
    return 0


def _without_apostrophes(text: str) -> str:
    return re.sub(r"['’‘`]", "", text)
