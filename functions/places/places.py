"""The two levels of an address since 01/07/2025: a province or city, and a ward, commune or special zone in it.

Sources: Nghị quyết 202/2025/QH15, QĐ 19/2025/QĐ-TTg; the data files say where they come from.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from cccd.effective import in_force


@dataclass(frozen=True)
class Province:
    """A province or centrally run city; `code` has two digits."""

    code: str
    name: str
    valid_from: date
    valid_to: date | None = None
    source: str = ""


def provinces(on: date) -> list[Province]:
    """Every province with its name of that day, by code; before the scheme began, with its first name."""
    rows = _provinces()
    return in_force(rows, max(on, min(row.valid_from for row in rows)))


def province(code: str, on: date) -> Province | None:
    """The province with that code."""
    return next((each for each in provinces(on) if each.code == code), None)


def wards(province_code: str) -> Mapping[str, str]:
    """The wards of a province by their five-digit code; none for an unknown province."""
    return _wards().get(province_code, {})


@cache
def _provinces() -> tuple[Province, ...]:
    content = tomllib.loads((Path(__file__).parent / "data" / "provinces.toml").read_text(encoding="utf-8"))
    return tuple(Province(**row) for row in content["province"])


@cache
def _wards() -> Mapping[str, Mapping[str, str]]:
    """Read when first needed, so that not every cold start pays for 3,321 names."""
    found: Mapping[str, Mapping[str, str]] = json.loads(
        (Path(__file__).parent / "data" / "wards.json").read_text(encoding="utf-8")
    )
    return found
