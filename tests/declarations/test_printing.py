"""The declaration on paper: everything is on it, in its place, and nothing personal is outside the page."""

import base64
import io
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest
import time_machine
from pypdf import PdfReader
from reportlab.pdfbase import pdfmetrics

from cccd.clock import VIETNAM
from declarations.api import handler
from declarations.print_api import handler as printing
from declarations.printing.layout import layout_of
from declarations.printing.paper import BOLD, ITALIC, REGULAR, RIGHT, Paper, printable
from forms.form import form_of, forms
from tests.bookings.people import signed_in
from tests.conftest import STACK
from tests.declarations.people import CONSENT, FORM_2021, FORM_2026, NAMES
from tests.gateway import CONTEXT, call, event

TODAY = datetime(2026, 11, 23, 9, tzinfo=VIETNAM)
THE_ARTICLES_DAY = datetime(2021, 6, 24, 9, tzinfo=VIETNAM)


def printed(declaration_id: str, who: str = "lan") -> tuple[dict[str, Any], PdfReader]:
    answer = printing(event("GET", f"/declarations/{declaration_id}/print", headers=signed_in(who)), CONTEXT)
    assert answer["statusCode"] == 200, answer["body"]
    assert answer["isBase64Encoded"]
    return answer, PdfReader(io.BytesIO(base64.b64decode(answer["body"])))


def words(pdf: PdfReader) -> str:
    """All words of all pages, with one space between them."""
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def submitted(body: dict[str, Any]) -> str:
    made = call(handler, "POST", "/declarations", body=body, headers=signed_in("lan"))
    assert made.status == 201, made.body
    return str(made.body["id"])


@time_machine.travel(THE_ARTICLES_DAY)
def test_the_paper_of_2021_has_all_22_items_and_what_was_typed(aws: None) -> None:
    address = {"province": "66", "ward": "24133", "street": "Buôn Sut M'Đưng", "oldText": "huyện Cư M'gar"}
    _, pdf = printed(submitted(FORM_2021 | {"fatherName": "Y Moan Ênuôl", "permanentResidence": address}))
    text = words(pdf)
    assert all(f" {item}. " in text for item in range(1, 23))
    for shown in (
        "TỜ KHAI CĂN CƯỚC CÔNG DÂN",
        "H'HEN NIÊ",
        "Y MOAN ÊNUÔL",
        "Ê Đê",
        "0912345678",
        "trước đây: huyện Cư M'gar",
    ):
        assert shown in text, shown
    assert "KẾT QUẢ XÁC MINH" in pdf.pages[1].extract_text()
    assert len(pdf.pages) == 2


@time_machine.travel(TODAY)
def test_todays_paper_is_one_page_addressed_to_the_office(aws: None) -> None:
    answer, pdf = printed(submitted(FORM_2026))
    text = words(pdf)
    assert len(pdf.pages) == 1
    assert "Kính gửi: Công an phường Sài Gòn" in text
    assert "gửi lúc 09:00 ngày 23/11/2026" in text
    assert answer["headers"]["Content-Type"] == "application/pdf"
    assert answer["headers"]["Cache-Control"] == "no-store"


@time_machine.travel(TODAY)
def test_outside_the_page_there_is_nothing_about_anybody(aws: None) -> None:
    answer, pdf = printed(submitted(FORM_2026))
    told = repr(dict(pdf.metadata or {})) + repr(answer["headers"])
    assert "LAN" not in told.upper() and "079190001234" not in told
    fonts = [font.get_object() for font in pdf.pages[0]["/Resources"]["/Font"].values()]  # type: ignore[index]  # a PDF dictionary
    assert any("+Liberation" in str(font["/BaseFont"]) for font in fonts), "embedded, and only the letters used"


@time_machine.travel(TODAY)
def test_a_draft_says_so_and_prints_what_was_typed(aws: None) -> None:
    draft = {"draft": True, "edition": "2026", "procedure": "cap-cccd", "consent": CONSENT, "dateOfBirth": "30/2/90"}
    body = draft | {
        "personalId": "abc",
        "fullName": "",
        "residence": {"province": "79"},
        "otherRequests": ["x"],
        "phone": "1",
    }
    _, pdf = printed(submitted(body))
    text = words(pdf)
    assert "BẢN NHÁP" in text and "30/2/90" in text and "abc" in text


@time_machine.travel(TODAY)
def test_the_longest_answers_stay_on_the_paper(aws: None) -> None:
    long = {"fullName": "NGUYỄN" * 16, "residence": "đường dài " * 20, "requestDetail": "x" * 500}
    _, pdf = printed(submitted(FORM_2026 | long | {"otherRequests": ["Tích hợp thông tin vào thẻ căn cước"]}))
    text = words(pdf).replace(" ", "")
    assert "x" * 500 in text and "NGUYỄN" * 16 in text and "đườngdài" * 20 in text


@pytest.mark.parametrize("long", ["W" * 100, "W" * 30 + " " + "W" * 70, "Đường " + "W" * 90, "a " * 50])
@pytest.mark.parametrize("day", [TODAY, THE_ARTICLES_DAY])
def test_nothing_is_printed_over_anything_else_nor_past_the_edge(
    aws: None, monkeypatch: pytest.MonkeyPatch, long: str, day: datetime
) -> None:
    written: dict[tuple[int, float], list[tuple[float, float]]] = {}
    write = Paper.write

    def noting(paper: Paper, x: float, text: str, *type_: Any) -> float:
        end = write(paper, x, text, *type_)
        written.setdefault((paper._canvas.getPageNumber(), round(paper.y, 1)), []).append((x, end))
        return end

    form = FORM_2026 if day == TODAY else FORM_2021
    texts = {field.name: long for field in form_of(form["edition"]).fields if field.type not in ("yes-no", "agreement")}
    numbers = {"personalId": "1" * 100, "oldCardNumber": "1" * 100, "dateOfBirth": "1" * 100}
    with time_machine.travel(day):
        made = submitted({**form, **texts, **numbers, "draft": True})
        monkeypatch.setattr(Paper, "write", noting)
        printed(made)
    for line in written.values():
        line.sort()
        assert line[-1][1] <= RIGHT + 0.1
        assert all(end <= start + 0.1 for (_, end), (start, _) in itertools.pairwise(line))


@pytest.mark.parametrize("text", ["W" * 100, "Ấp 3 " + "W" * 60, "một hai ba bốn năm sáu bảy tám chín mười", "W" * 5])
@pytest.mark.parametrize(("first", "rest"), [(60, 80), (5, 80), (-10, 80), (80, 30)])
def test_every_line_fits_its_room(text: str, first: float, rest: float) -> None:
    paper = Paper(12, "t", "f")
    lines = paper.wrapped(text, first, rest)
    assert paper.width(lines[0]) <= max(first, 0)
    assert all(paper.width(line) <= rest for line in lines[1:])
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("letters", ["W", "i", "W ", "Đường ", "\u0301", " "])
@pytest.mark.parametrize(("first", "rest"), [(200, 400), (-10, 60), (5, 5)])
def test_the_work_of_breaking_lines_grows_with_the_text(
    monkeypatch: pytest.MonkeyPatch, letters: str, first: float, rest: float
) -> None:
    """What is counted are the letters that are measured, and the lines of our code that run."""
    paper, measured = Paper(12, "t", "f"), [0]
    width = pdfmetrics.stringWidth

    def noting(text: str, *type_: Any) -> Any:
        measured[0] += len(text)
        return width(text, *type_)

    monkeypatch.setattr("declarations.printing.paper.pdfmetrics.stringWidth", noting)
    steps = []
    for length in (1_000, 4_000):
        text = (letters * length)[:length]
        steps.append(lines_run(partial(paper.wrapped, text, first, rest)))
    assert measured[0] <= 2 * (len({*letters}) + 1), "each letter of the alphabet once"
    assert steps[1] <= 4.2 * steps[0], steps


def lines_run(act: Callable[[], object]) -> int:
    """How many lines of paper.py run during `act`."""
    run, monitoring = [0], sys.monitoring

    def line(code: Any, _: int) -> Any:
        if not code.co_filename.endswith("paper.py"):
            return monitoring.DISABLE
        run[0] += 1
        return None

    monitoring.use_tool_id(monitoring.PROFILER_ID, "work")
    try:
        monitoring.register_callback(monitoring.PROFILER_ID, monitoring.events.LINE, line)
        monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.LINE)
        act()
    finally:
        monitoring.set_events(monitoring.PROFILER_ID, 0)
        monitoring.free_tool_id(monitoring.PROFILER_ID)
    return run[0]


@time_machine.travel(TODAY)
def test_the_largest_draft_is_as_much_work_as_it_has_letters(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every field filled with W until a request takes no more: the letters measured stay below a few times its length."""
    measured = [0]
    width = pdfmetrics.stringWidth

    def noting(text: str, *type_: Any) -> Any:
        measured[0] += len(text)
        return width(text, *type_)

    fields = [field for field in form_of("2026").fields if field.type not in ("yes-no", "agreement")]
    texts: dict[str, Any] = {field.name: "W" * 2_000 for field in fields}
    texts["residence"] = dict.fromkeys(("province", "ward", "street", "oldText"), "W" * 2_000)
    texts["otherRequests"] = ["W" * 400] * 20
    body = {"draft": True, "edition": "2026", "procedure": "cap-cccd", "consent": CONSENT} | texts
    made = submitted(body)
    letters = len(json.dumps(body))
    assert 40_000 < letters < 64_000
    monkeypatch.setattr("declarations.printing.paper.pdfmetrics.stringWidth", noting)
    _, pdf = printed(made)
    assert measured[0] < 3 * letters
    assert len(pdf.pages) < 40


@time_machine.travel(TODAY)
def test_nobody_prints_anothers_and_a_copy_is_remembered(aws: None) -> None:
    made = submitted(FORM_2026)
    path = f"/declarations/{made}/print"
    assert call(printing, "GET", path, headers=signed_in("minh")).code == "not_found"
    assert call(printing, "GET", "/declarations/x/print", headers=signed_in("lan")).code == "not_found"
    assert call(printing, "GET", path).code == "unauthenticated"


def test_every_field_of_every_edition_has_its_place_on_paper() -> None:
    elsewhere = {"truthful", "differsFromRecords", "whatDiffers"}  # the sentence above the signature; the desk is told
    for form in forms():
        parts = layout_of(form.edition).parts
        placed = {cell.field for part in parts for cell in part.cells} | {part.ticks for part in parts if part.ticks}
        assert placed <= {field.name for field in form.fields}
        assert {field.name for field in form.fields} - placed <= elsewhere


@pytest.mark.parametrize("font", [REGULAR, BOLD, ITALIC])
def test_the_font_has_every_letter_of_vietnam(font: str) -> None:
    marks = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    import unicodedata

    letters = {unicodedata.normalize("NFC", base + mark) for base in "aăâeêioôơuưyđĕŏŭčñƀ" for mark in marks}
    text = "".join(each for each in letters if len(each) == 1)
    text += text.upper() + "".join(NAMES).upper() + "–…“”’°"
    assert printable(text, font) == text
    assert printable("漢", font) == "□"


def test_words_are_wrapped_and_only_a_word_too_long_for_a_line_is_cut() -> None:
    paper = Paper(12, "t", "f")
    lines = paper.wrapped("một hai ba bốn năm sáu", 60, 80)
    assert " ".join(lines) == "một hai ba bốn năm sáu" and len(lines) > 1
    assert "".join(paper.wrapped("x" * 100, 60, 80)) == "x" * 100
    assert paper.wrapped("", 10, 10) == [""]


def test_only_the_function_that_prints_pays_for_reportlab() -> None:
    others = [each.handler.rpartition(".")[0] for each in STACK.functions.values() if "print" not in each.handler]
    program = f"import sys, {', '.join(others)}\nsys.exit('reportlab' in sys.modules)"
    subprocess.run(
        [sys.executable, "-c", program], check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
