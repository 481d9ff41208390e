"""Names of every people of Vietnam, as on a birth certificate: NGUYỄN THỊ LAN, H'HEN NIÊ, Y MOAN, K'BRỂU.

The code assumes no list of letters and no number of words. Ê Đê, M'Nông and Chăm names use letters that the
29-letter alphabet lacks, and some people have only one name. Source: Civil Code 2015, Điều 26 (no digits).
"""

import re
import unicodedata

from cccd.text import clean, without_piles

MAX_LENGTH = 100
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u02b9\u0060\u00b4]")
_MARKS = "'-. "


class NotAName(ValueError):
    """The text holds a character that no name has, or it holds no name at all."""


def parse_name(typed: str) -> str:
    """The name in capitals, NFC, single spaces, plain apostrophes.

    Raises:
        NotAName: no letter at all, a digit, a sign that names do not have, or over 100 characters.
    """
    # This runs before NFKC, which splits a spacing acute (´) into a space and a mark.
    plain = unicodedata.normalize("NFKC", without_piles(_APOSTROPHES.sub("'", typed)))
    name = _APOSTROPHES.sub("'", clean(plain)).upper()
    letters = sum(c.isalpha() for c in name)
    fits = all(c.isalpha() or c in _MARKS or unicodedata.combining(c) for c in name)
    if not letters or not fits or len(name) > MAX_LENGTH:
        raise NotAName
    return name
