"""A declaration on its edition's paper."""

from reportlab.lib.units import mm

from cccd.clock import VIETNAM
from declarations.declaration import Declaration, DeclarationStatus
from declarations.printing.layout import Cell, Layout, Part, layout_of
from declarations.printing.paper import BOLD, ITALIC, LEFT, REGULAR, RIGHT, TOP, Paper
from declarations.wording import in_words
from forms.form import Form, FormField, form_of
from forms.values import Answer

INDENT = 8 * mm
QR_SIDE = 21 * mm
_COUNTRY = "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"
_MOTTO = "Độc lập - Tự do - Hạnh phúc"


def render(declaration: Declaration, office: str) -> bytes:
    """The PDF of a declaration, for the citizen to sign and bring. `office` is the name of the receiving one, or empty.

    The QR code is the declaration's id: an opaque code without personal data. The file's title holds none either.
    """
    layout, form = layout_of(declaration.edition), form_of(declaration.edition)
    paper = Paper(layout.size, form.title, _footer(declaration))
    _head(paper, layout, declaration, office)
    for part in layout.parts:
        _draw(paper, part, layout, form, declaration)
    return paper.finish()


def _footer(declaration: Declaration) -> str:
    told = f"Tờ khai điện tử, mã {declaration.id[:8]}…, phiên bản {declaration.version}"
    match declaration.status:
        case DeclarationStatus.SUBMITTED if declaration.submitted_at:
            return f"{told}, gửi lúc {declaration.submitted_at.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"
        case DeclarationStatus.WITHDRAWN:
            return f"{told}. ĐÃ RÚT, không còn giá trị"
        case _:
            return f"{told}. BẢN NHÁP, chưa gửi"


def _head(paper: Paper, layout: Layout, declaration: Declaration, office: str) -> None:
    paper.qr(declaration.id, LEFT, TOP + 4 * mm, QR_SIDE)
    paper.y = TOP + 1 * mm
    for line in layout.form_code.split("\n"):
        paper.write(RIGHT - paper.width(line, ITALIC, 8.5), line, ITALIC, 8.5)
        paper.y -= 10
    paper.y = TOP - 12 * mm
    middle = (LEFT + QR_SIDE + RIGHT) / 2 + 2 * mm
    paper.centre(_COUNTRY, BOLD, 12, middle)
    paper.y -= 15
    paper.centre(_MOTTO, BOLD, 12, middle)
    half = paper.width(_MOTTO, BOLD, 12) / 2
    paper.line(middle - half, middle + half)
    paper.y -= 28
    paper.centre(layout.title, BOLD, 15)
    if declaration.status is not DeclarationStatus.SUBMITTED:
        paper.y -= 17
        mark = "BẢN NHÁP - CHƯA GỬI" if declaration.status is DeclarationStatus.DRAFT else "ĐÃ RÚT - KHÔNG CÒN GIÁ TRỊ"
        paper.centre(f"({mark})", BOLD, 11)
    paper.y -= 22
    if layout.addressed:
        start = paper.write((LEFT + RIGHT) / 2 - 55 * mm, "Kính gửi: ", BOLD)
        for number, line in enumerate(paper.wrapped(office, RIGHT - start, RIGHT - start)):
            paper.move(1 if number else 0)
            paper.write(start, line)
        if not office:
            paper.dots(start + 2, RIGHT - 15 * mm)
        paper.move(1.25)


def _draw(paper: Paper, part: Part, layout: Layout, form: Form, declaration: Declaration) -> None:
    if part.new_page:
        paper.turn()
    if part.heading:
        paper.need(3 * paper.leading)
        paper.move(0.25)
        paper.write(LEFT, part.heading, BOLD)
        paper.move(1)
    elif part.text:
        _text(paper, part.text, ITALIC if part.italic else REGULAR)
    elif part.ticks:
        _ticks(paper, part, form, declaration)
    elif part.blank:
        for _ in range(part.blank):
            paper.need(paper.leading)
            paper.dots(LEFT, RIGHT)
            paper.move(1)
    elif part.signature:
        _signature(paper, "CÁN BỘ XÁC MINH" if part.officer else layout.signed)
    else:
        _cells(paper, part.cells, form, declaration)


def _text(paper: Paper, text: str, font: str) -> None:
    for line in paper.wrapped(text, RIGHT - LEFT, RIGHT - LEFT, font):
        paper.need(paper.leading)
        paper.write(LEFT, line, font)
        paper.move(1)


def _cells(paper: Paper, cells: tuple[Cell, ...], form: Form, declaration: Declaration) -> None:
    """Cells side by side; each may run over several lines, and the next part begins below the longest cell."""
    paper.need(2 * paper.leading)
    start, top, low = LEFT, paper.y, paper.y
    for cell in cells:
        end = RIGHT if cell is cells[-1] else start + cell.width * (RIGHT - LEFT)
        paper.y = top
        _cell(
            paper, cell, form, declaration, start + (INDENT if cell.indent else 0), end - (3 * mm if end < RIGHT else 0)
        )
        low = min(low, paper.y)
        start = end
    paper.y = low


def _cell(paper: Paper, cell: Cell, form: Form, declaration: Declaration, start: float, end: float) -> None:
    field = form.field(cell.field)
    assert field is not None, cell.field
    after = paper.write(start, cell.label) + 4
    answer = declaration.answers.get(cell.field)
    boxed = _boxed(field, answer)
    if boxed:
        paper.boxes(after, boxed)
        paper.move(1.08)
        return
    font = BOLD if cell.bold else REGULAR
    lines = paper.wrapped(in_words(field, answer, declaration.updated_at.date()), end - after, end - start, font)
    for number, line in enumerate(lines):
        if number:
            paper.need(paper.leading)
        x = start if number else after
        written = paper.write(x, line, font)
        paper.dots(written + 1 if line else x, end)
        paper.move(1)


def _boxed(field: FormField, answer: Answer | None) -> str:
    """The text to write one digit a box; empty for other fields, and for a draft's answer that does not fit."""
    text = answer if isinstance(answer, str) else ""
    if field.type in ("personal-id", "card-number"):
        return text.ljust(12) if len(text) <= 12 and (text.isdigit() or not text) else ""
    if field.type == "date-of-birth":
        parts = text.split("-") if text else []
        if len(parts) > 3 or not all(part.isdigit() and len(part) <= 4 for part in parts):
            return ""
        year, month, day = (*parts, "", "", "")[:3]
        return f"{day:2}/{month:2}/{year:4}"
    return ""


def _ticks(paper: Paper, part: Part, form: Form, declaration: Declaration) -> None:
    field = form.field(part.ticks)
    assert field is not None, part.ticks
    answer = declaration.answers.get(part.ticks)
    chosen = answer if isinstance(answer, list) else [in_words(field, answer, declaration.updated_at.date())]
    paper.need(paper.leading)
    if part.numbered_from:
        for number, choice in enumerate(field.choices, start=part.numbered_from):
            paper.need(paper.leading)
            x = paper.write(LEFT, f"{number}. ")
            paper.write(paper.tick(x, choice in chosen), choice)
            paper.move(1)
        return
    x = paper.write(LEFT, part.label) + 4
    for choice in field.choices or ("Có", "Không"):
        if x + paper.width(choice) + 20 > RIGHT:
            paper.move(1)
            x = LEFT + INDENT
        x = paper.write(paper.tick(x, choice in chosen), choice) + 5 * mm
    paper.move(1)


def _signature(paper: Paper, who: str) -> None:
    """Place and date, who signs, and room for the signature."""
    paper.need(5 * paper.leading)
    middle = RIGHT - 40 * mm
    paper.move(0.2)
    paper.centre("……………, ngày …… tháng …… năm ………", ITALIC, paper.size, middle)
    paper.move(0.9)
    paper.centre(who, BOLD, paper.size, middle)
    paper.move(0.75)
    paper.centre("(Ký, ghi rõ họ tên)", ITALIC, paper.size - 1, middle)
    paper.move(3)
