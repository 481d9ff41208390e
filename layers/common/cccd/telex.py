"""Telex keystrokes that no input method turned into letters: "cawn cuwowcs" for căn cước."""

import re
from collections.abc import Iterator

_VOWELS = tuple(
    (re.compile(typed), meant) for typed, meant in (("aa|aw", "a"), ("oo|ow", "o"), ("ee", "e"), ("uw", "u"))
)
_TONES = "sfrxj"
_VOWEL = re.compile("[aeiouy]")


def telex_decoded(word: str) -> Iterator[str]:
    """What a word of plain lower-case letters may mean if it consists of keystrokes, without accents.

    The caller takes the first that is a word: many other letters stay too ("paris" gives "pari" and "pais").
    """
    plain = word.replace("dd", "d")
    for written, meant in _VOWELS:
        plain = written.sub(meant, plain)
    if plain != word:
        yield plain
    vowel = _VOWEL.search(plain)
    for at in range(len(plain) - 1, vowel.start() if vowel else len(plain), -1):
        if plain[at] in _TONES:  # a tone is typed behind its vowel
            yield plain[:at] + plain[at + 1 :]
