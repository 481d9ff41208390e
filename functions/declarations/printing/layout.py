"""The paper of an edition as data: its heads, and its parts from top to bottom.

A part is one of these: a `heading`; a `text`; a line of `cells`, each with a label and a field's answer; the choices of
a field as `ticks`; a number of `blank` dotted lines; a `signature` of the citizen or an officer. Each may begin a
`new_page`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Cell:
    """A label and the answer of a field; `width` is its share of the line."""

    label: str
    field: str
    width: float = 1.0
    bold: bool = False
    indent: bool = False


@dataclass(frozen=True)
class Part:
    """One part of the paper; exactly one of its kinds is set."""

    heading: str = ""
    text: str = ""
    cells: tuple[Cell, ...] = ()
    ticks: str = ""
    blank: int = 0
    signature: bool = False
    label: str = ""
    italic: bool = False
    officer: bool = False
    numbered_from: int = 0
    new_page: bool = False


@dataclass(frozen=True)
class Layout:
    """An edition on paper. `size` is the type size in points; an `addressed` paper begins with "Kính gửi"."""

    form_code: str
    title: str
    size: float
    signed: str
    parts: tuple[Part, ...]
    addressed: bool = False


@cache
def layout_of(edition: str) -> Layout:
    """The paper of that edition.

    Raises:
        FileNotFoundError: the edition has none.
    """
    file = Path(__file__).parent / "layouts" / f"{edition}.toml"
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    head = {name: value for name, value in content.items() if name != "part"}
    return Layout(**head, parts=tuple(_part(row) for row in content["part"]))


def _part(row: Mapping[str, Any]) -> Part:
    return Part(**{**row, "cells": tuple(Cell(**cell) for cell in row.get("cells", []))})
