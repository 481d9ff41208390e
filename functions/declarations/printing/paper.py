"""A sheet of A4 to write on from top to bottom: type, dotted lines, boxes for digits, ticks, a QR code.

reportlab is imported here and nowhere else: only the function that prints pays for it.
"""

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

REGULAR, BOLD, ITALIC = "Paper", "Paper-Bold", "Paper-Italic"
_FILES = {REGULAR: "Regular", BOLD: "Bold", ITALIC: "Italic"}

LEFT, RIGHT, TOP, BOTTOM = 25 * mm, A4[0] - 17 * mm, A4[1] - 16 * mm, 18 * mm
_BOX = 4.7 * mm
_UNKNOWN = "□"
_ROUNDING = 1e-6  # points: widths are added letter by letter, and a line must not pass its room by a last digit


class Paper:
    """Pages of A4; `y` is the base line of what is written next."""

    def __init__(self, size: float, title: str, footer: str):
        _fonts()
        self._file = io.BytesIO()
        self._canvas = Canvas(self._file, pagesize=A4, pageCompression=1)
        self._canvas.setTitle(title)
        self._canvas.setAuthor("")
        self._canvas.setSubject("")
        self._canvas.setCreator("cccd")
        self._footer = footer
        self.size = size
        self.leading = size * 1.5
        self.y = TOP
        self._page_ends()

    def finish(self) -> bytes:
        """The PDF."""
        self._canvas.save()
        return self._file.getvalue()

    def need(self, height: float) -> None:
        """Go on on a new page where less than that is left of this one."""
        if self.y - height < BOTTOM:
            self.turn()

    def turn(self) -> None:
        """To the top of a new page."""
        self._canvas.showPage()
        self.y = TOP
        self._page_ends()

    def move(self, lines: float) -> None:
        """Down by so many lines."""
        self.y -= lines * self.leading

    def write(self, x: float, text: str, font: str = REGULAR, size: float | None = None) -> float:
        """The text from `x` on this line; returns where it ends."""
        shown = printable(text, font)
        self._canvas.setFont(font, size or self.size)
        self._canvas.drawString(x, self.y, shown)
        return x + self.width(shown, font, size)

    def centre(self, text: str, font: str = REGULAR, size: float | None = None, x: float | None = None) -> None:
        """The text around `x`, by default the middle of the type area."""
        middle = (LEFT + RIGHT) / 2 if x is None else x
        self.write(middle - self.width(printable(text, font), font, size) / 2, text, font, size)

    def width(self, text: str, font: str = REGULAR, size: float | None = None) -> float:
        """How long the text is, in points."""
        return float(pdfmetrics.stringWidth(text, font, size or self.size))

    def wrapped(self, text: str, first: float, rest: float, font: str = REGULAR) -> list[str]:
        """The text in lines: the first as wide as `first`, the others as `rest`; a word too long for any is cut.

        Its work grows with the length of the text: the font has no kerning, so each letter is measured alone, and once.
        """
        shown = printable(text, font)
        widths = {letter: self.width(letter, font) for letter in {*shown, " "}}
        lines: list[str] = []
        words: list[str] = []  # of the line that is being filled
        used, room = 0.0, first - _ROUNDING
        rest -= _ROUNDING
        for word in shown.split(" "):
            length = sum(widths[letter] for letter in word)
            more = length + (widths[" "] if words and word else 0.0)
            if used + more <= room:
                words += [word] if word else []
                used += more
                continue
            if words or length <= rest:
                lines.append(" ".join(words))
                room = rest
            full, left, used = _cut(word, widths, room, rest)
            lines += full
            room = rest if full else room
            words = [left] if left else []
        return [*lines, " ".join(words)]

    def dots(self, start: float, end: float) -> None:
        """A dotted line to write on."""
        if end - start < 12:  # no room to write
            return
        self._canvas.saveState()
        self._canvas.setLineWidth(0.5)
        self._canvas.setDash(0.5, 2)
        self._canvas.line(start, self.y - 2, end, self.y - 2)
        self._canvas.restoreState()

    def line(self, start: float, end: float, below: float = 3) -> None:
        """A thin rule under this line."""
        self._canvas.setLineWidth(0.6)
        self._canvas.line(start, self.y - below, end, self.y - below)

    def boxes(self, x: float, text: str) -> float:
        """A box for each character, an empty one for a space, "/" between boxes; returns where they end."""
        self._canvas.setLineWidth(0.5)
        for character in text:
            if character == "/":
                self.write(x + 1.4, "/")
                x += 5.4
                continue
            self._canvas.rect(x, self.y - 3.4, _BOX, _BOX)
            self.write(x + (_BOX - self.width(character)) / 2, character)
            x += _BOX
        return x

    def tick(self, x: float, ticked: bool) -> float:
        """A small box, crossed or empty; returns where the next word goes."""
        side = self.size * 0.78
        self._canvas.setLineWidth(0.7)
        self._canvas.rect(x, self.y - 0.6, side, side)
        if ticked:
            low, high = self.y - 0.6, self.y - 0.6 + side
            self._canvas.line(x + 1.5, low + 1.5, x + side - 1.5, high - 1.5)
            self._canvas.line(x + 1.5, high - 1.5, x + side - 1.5, low + 1.5)
        return x + side + 4

    def qr(self, text: str, x: float, top: float, side: float) -> None:
        """The text as a QR code with its upper left corner at (x, top)."""
        code = QRCode(None, QRErrorCorrectLevel.M)
        code.addData(text)
        code.make()
        count: int = code.getModuleCount()  # type: ignore[no-untyped-call]  # its stubs lack it
        module = side / count
        for row in range(count):
            for column in range(count):
                if code.isDark(row, column):  # type: ignore[no-untyped-call]  # its stubs lack it
                    y = top - (row + 1) * module
                    self._canvas.rect(x + column * module, y, module + 0.05, module + 0.05, stroke=0, fill=1)

    def _page_ends(self) -> None:
        """What every page carries at its foot."""
        self._canvas.setFont(ITALIC, 8)
        self._canvas.drawString(LEFT, BOTTOM - 8 * mm, printable(self._footer, ITALIC))
        self._canvas.drawRightString(RIGHT, BOTTOM - 8 * mm, f"Trang {self._canvas.getPageNumber()}")


def printable(text: str, font: str) -> str:
    """The text with a box for each letter that the font does not have."""
    known = _fonts()[font]
    return "".join(c if ord(c) in known else _UNKNOWN for c in text)


def _cut(word: str, widths: Mapping[str, float], room: float, rest: float) -> tuple[list[str], str, float]:
    """The word cut where it passes its room: full lines (the first of them `room` wide, the others `rest`), what is left,
    and how wide that is. A letter that is wider than `rest` stands alone.
    """
    full: list[str] = []
    start, used = 0, 0.0
    for at, letter in enumerate(word):
        if used + widths[letter] > room and (at > start or room != rest):
            full.append(word[start:at])
            start, used, room = at, 0.0, rest
        used += widths[letter]
    return full, word[start:], used


@cache
def _fonts() -> dict[str, frozenset[int]]:
    """The letters that each font has; registers them, to be embedded as far as they are used."""
    folder = Path(__file__).parent / "fonts"
    known = {}
    for name, file in _FILES.items():
        with (folder / f"LiberationSerif-{file}.ttf").open("rb") as data:
            font = TTFont(name, io.BytesIO(data.read()))
        pdfmetrics.registerFont(font)
        known[name] = frozenset(font.face.charToGlyph)
    return known
