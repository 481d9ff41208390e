"""Vietnamese phone numbers, kept as Zalo keeps them: 84 and nine digits (mobile) or ten (fixed line).

Mobile numbers begin with 03, 05, 07, 08 or 09 since the eleven-digit ones (012…, 016…) ended in 2018; fixed lines begin
with 02 and have eleven digits (Thông tư 22/2014/TT-BTTTT, Quyết định 798/QĐ-BTTTT).
"""

import re

from cccd.text import ascii_digits, clean

_SEPARATORS = re.compile(r"[\s.\-()]")
_SHAPE = re.compile(r"(?:\+?84|0084|0)?([35789][0-9]{8}|2[0-9]{9})")


class NotAPhone(ValueError):
    """Not a Vietnamese phone number."""


def parse_phone(typed: str) -> str:
    """The number as `84…`, from 0912…, +84 912…, 84912…, 912… or with dots, dashes, brackets.

    Raises:
        NotAPhone: anything else.
    """
    found = _SHAPE.fullmatch(_SEPARATORS.sub("", ascii_digits(clean(typed))))
    if not found:
        raise NotAPhone
    return "84" + found[1]


def shown_phone(kept: str) -> str:
    """The number as a citizen writes it: 0912345678."""
    return "0" + kept.removeprefix("84")
