"""The papers to bring for one declaration, each with the reason and the legal source.

The papers that the law requires on a day, and their sources, are content of the procedures. This module says which of
them this declaration needs. A paper without a rule is for everybody.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from forms.answers import Answers
from forms.birth_dates import age, first_day
from forms.doubts import CHILD
from procedures.catalog import NothingKnown, NotYetAProcedure, UnknownProcedure
from procedures.content import Document
from procedures.documents import documents_to_bring

# Whether the paper of that code is needed, by the answers on the day of the appointment.
type Rule = Callable[[Answers, date], bool]


def to_bring(procedure: str, answers: Answers | None, on: date) -> list[Document]:
    """The papers for the procedure on that day, for a citizen with these answers, most important first.

    A citizen without a declaration gets the full list, including papers that only some cases need.
    """
    try:
        papers = documents_to_bring(procedure, on)
    except (UnknownProcedure, NotYetAProcedure, NothingKnown):
        return []
    if answers is None:
        return papers
    papers += [paper for paper in _representatives_papers(answers, on) if paper.code not in {p.code for p in papers}]
    wanted = [paper for paper in papers if RULES.get(paper.code, _always)(answers, on)]
    return [_explained(paper, answers) for paper in wanted]


def _always(answers: Answers, on: date) -> bool:
    return True


def _differs(answers: Answers, on: date) -> bool:
    return answers.get("differsFromRecords") is True or bool(answers.get("whatDiffers"))


def _not_in_records(answers: Answers) -> bool:
    """Whether today's form came without a number. The form of 2021 asks for a household, not for a number."""
    return "personalId" not in answers and "oldCardNumber" not in answers and "householdHeadName" not in answers


_WITHOUT_A_CARD = ("Mất thẻ", "Trở lại quốc tịch Việt Nam")
_CMND_UNTIL = date(2024, 12, 31)  # Luật Căn cước 26/2023/QH15 Điều 46


def _has_card(answers: Answers, on: date) -> bool:
    if answers.get("currentCard") == "Không có thẻ" or answers.get("reason") in _WITHOUT_A_CARD:
        return False
    if answers.get("request") in ("Cấp", "Cấp thẻ lần đầu"):
        return "oldCardNumber" in answers or answers.get("currentCard") == "CMND"
    return answers.get("request") != "Cấp lại"


def _has_valid_card(answers: Answers, on: date) -> bool:
    return _has_card(answers, on) and (answers.get("currentCard") != "CMND" or on <= _CMND_UNTIL)


def _represented(answers: Answers, on: date) -> bool:
    born = answers.get("dateOfBirth")
    child = isinstance(born, str) and age(first_day(born), on) < 14
    return child or "representativeName" in answers


RULES: Mapping[str, Rule] = {
    "cmnd-cccd-cu": _has_card,
    "cmnd-cu": _has_card,
    "the-dang-co": _has_valid_card,
    "the-hong": lambda answers, on: answers.get("reason") == "Thẻ hư hỏng không sử dụng được",
    "giay-khai-sinh": lambda answers, on: _differs(answers, on) or _not_in_records(answers),
    "phieu-dc01": lambda answers, on: _not_in_records(answers),
    "giay-to-dai-dien": _represented,
    "the-nguoi-dai-dien": _represented,
}


def _representatives_papers(answers: Answers, on: date) -> list[Document]:
    if not _represented(answers, on):
        return []
    try:
        papers = documents_to_bring(CHILD, on)
    except NotYetAProcedure:
        return []
    return [paper for paper in papers if paper.code in ("giay-to-dai-dien", "the-nguoi-dai-dien")]


def _explained(paper: Document, answers: Answers) -> Document:
    """The paper with the citizen's own reason in place of the law's "only if", if an answer needs the paper."""
    reason = ""
    if paper.code == "giay-khai-sinh" and _differs(answers, paper.valid_from):
        what = answers.get("whatDiffers")
        listed = f" ({', '.join(what).lower()})" if isinstance(what, list) else ""
        reason = f"Bạn khai có thông tin khác với dữ liệu đang lưu{listed}, nên cần giấy tờ chứng minh."
    elif paper.code in ("giay-khai-sinh", "phieu-dc01"):
        reason = "Bạn chưa ghi số định danh cá nhân: người chưa có trong dữ liệu dân cư thì cần."
    elif paper.code == "giay-to-dai-dien" and answers.get("representativeRelation") not in (None, "Cha", "Mẹ"):
        reason = "Người đại diện không phải cha, mẹ."
    if not reason:
        return paper
    said = paper.why.removeprefix("Chỉ cần khi ")
    rest = said.partition(": ")[2] if said != paper.why else said
    return replace(paper, why=f"{reason} {rest[:1].upper()}{rest[1:]}".strip(), mandatory=True)
