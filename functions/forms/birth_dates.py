"""Days of birth as on papers: some old papers give only a month, or only a year."""

import re
from datetime import date

from cccd.text import ascii_digits

_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_WRITTEN = re.compile(r"(?:(?:([0-9]{1,2})[/. -])?([0-9]{1,2})[/. -])?([0-9]{4})")


def parse_partial(typed: str) -> str:
    """A date as `YYYY-MM-DD`, `YYYY-MM` or `YYYY`, from these forms or from 20/05/1990, 5/1990.

    Raises:
        ValueError: no such day, month or year.
    """
    text = ascii_digits(typed)
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _WRITTEN.fullmatch(text):
        day, month, year = found.groups()
    else:
        raise ValueError
    kept = "-".join([year, *(part.zfill(2) for part in (month, day) if part)])
    first_day(kept)
    return kept


def first_day(kept: str) -> date:
    """The first day that a kept date can mean: 1950 is 01/01/1950, as offices read it (tinmoi.vn).

    Raises:
        ValueError: no such day.
    """
    year, month, day = (*kept.split("-"), "1", "1")[:3]
    return date(int(year), int(month), int(day))


def age(born: date, on: date) -> int:
    """Full years on that day; a person born on 29/2 becomes a year older on 1/3 of a common year."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def shown_partial(kept: str) -> str:
    """As people write it: 20/05/1990, 05/1990 or 1950."""
    return "/".join(reversed(kept.split("-")))
