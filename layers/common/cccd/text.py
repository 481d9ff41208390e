"""Text as people type it: any input method, any width, with or without accents."""

import re
import unicodedata

# Bidirectional controls and zero-width marks can make one text look like another; citizens need none of them.
# Zero-width joiners are among them: no Vietnamese or minority-language name uses one.
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE = re.compile(r"\s+")
# Normalising sorts the marks of a letter, which takes the square of their number. No language piles up more than this.
MOST_MARKS = 30


def clean(text: str) -> str:
    """One line of NFC text: invisible and control characters removed, white space collapsed, ends trimmed."""
    visible = without_piles(_INVISIBLE.sub("", text))
    spaced = "".join(" " if unicodedata.category(c) in {"Cc", "Cs", "Cn"} else c for c in visible)
    return _SPACE.sub(" ", unicodedata.normalize("NFC", spaced)).strip()


def without_piles(text: str) -> str:
    """The text with at most `MOST_MARKS` combining marks in a row; normalising it then costs no more than its length.

    Source: Unicode UAX #15, Stream-Safe Text Format.
    """
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def fold(text: str) -> str:
    """Text for comparing and searching: lower case, no accents, đ as d, full-width characters as plain ones.

    Folding removes the tone, so the two habits of placing a tone give the same text (hoà = hòa).
    """
    plain = unicodedata.normalize("NFKD", clean(text)).casefold().replace("đ", "d")
    return _SPACE.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


def ascii_digits(text: str) -> str:
    """The text with the digits of every script as 0-9 (some keyboards type full-width digits)."""
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and c.isdecimal() else c for c in text)
