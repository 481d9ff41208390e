"""What the card costs and when it is ready, for one declaration, as of the day of the appointment.

The amounts, their circulars and the days are content of the procedures. This module says which of them apply to a
declaration. Sometimes that is open: an exchange that does not name the old card, or a case that the sources do not
settle. Then it gives every possible amount and no single one.
"""

from dataclasses import dataclass
from datetime import date

from cccd.effective import in_force
from cccd.working_calendar import WorkingCalendar, add_working_days
from forms.answers import Answers
from forms.birth_dates import age, first_day
from forms.combinations import doubtful_card, is_reason_for
from procedures.catalog import NothingKnown, NotYetAProcedure, UnknownProcedure
from procedures.content import Section, Statement
from procedures.guide import Amount, guide
from procedures.prepared import CONTENT
from procedures.sourced import Confidence


@dataclass(frozen=True)
class Fee:
    """`dong` is None where nobody knows which of `amounts` applies; `why` says what decides."""

    dong: int | None
    amounts: tuple[Amount, ...]
    why: str
    source: str
    confidence: Confidence


@dataclass(frozen=True)
class Duration:
    """The usual longest wait in working days, and the day on which the card is ready after that wait."""

    working_days: int
    ready_on: date
    text: str
    source: str


@dataclass(frozen=True)
class _Free:
    """A case that costs nothing by the fee topic `topic`, from one day to another; no `why` means the topic's words.

    It is not `certain` if an answer of the form does not settle it. A case with an unsure source is not certain either.
    """

    valid_from: date
    valid_to: date | None
    case: str
    topic: str
    why: str = ""
    certain: bool = True


_ALWAYS, _CIRCULAR_2024 = date(2021, 1, 1), date(2024, 12, 6)  # TT 73/2024/TT-BTC
_FREE = (
    _Free(_ALWAYS, None, "first", "cap-lan-dau"),
    _Free(_CIRCULAR_2024, None, "child", "mien", "Trẻ em được miễn lệ phí."),
    _Free(_CIRCULAR_2024, None, "elder", "mien", "Người từ đủ 60 tuổi được miễn lệ phí."),
    _Free(_ALWAYS, None, "boundaries", "doi-dia-gioi"),
    _Free(_ALWAYS, None, "age", "doi-theo-tuoi"),
    _Free(_ALWAYS, None, "error", "loi-co-quan", certain=False),
)
_NOTHING = Amount("khong-thu", "Không thu", 0)
_EXCHANGE_AGES = (25, 40, 60)  # Luật 59/2014/QH13 Điều 21; Luật 26/2023/QH15 Điều 21, 38


def fee(answers: Answers, on: date) -> Fee | None:
    """What the citizen pays at the desk on that day; None if that day's rates are unknown."""
    rates = _rates(on)
    if rates is None:
        return None
    cases = _cases(answers, on)
    met = [(free, _said(free.topic, on)) for free in in_force(_FREE, on) if free.case in cases]
    for free, said in met:
        if free.certain and said.confidence is not Confidence.UNSURE and _settled(free.case, answers):
            return Fee(0, (), free.why or said.text, said.source, said.confidence)
    kinds = [kind for kind in _kinds(answers) if kind in rates.amounts]
    amounts = tuple(Amount(kind, CONTENT.fee_names[kind], rates.amounts[kind]) for kind in kinds)
    if met:
        free, said = met[0]
        why = f"{free.why or said.text} {rates.text}"
        return Fee(None, (_NOTHING, *amounts), why, f"{said.source}; {rates.source}", _weaker(said, rates))
    if len(amounts) == 1:
        return Fee(amounts[0].dong, amounts, f"{amounts[0].name}. {rates.text}", rates.source, rates.confidence)
    why = f"Tuỳ thẻ bạn đang có và lý do; cơ quan tiếp nhận cho biết mức cụ thể. {rates.text}"
    return Fee(None, amounts, why, rates.source, rates.confidence)


def duration(procedure: str, answers: Answers, on: date, calendar: WorkingCalendar) -> Duration | None:
    """When the card is ready if the citizen hands in complete papers on that day."""
    again = str(answers.get("request", "")).startswith("Cấp lại")
    try:
        said = guide("cap-lai" if again else procedure, on).sections[Section.PROCESSING_TIME][0]
    except (UnknownProcedure, NotYetAProcedure, NothingKnown):
        return None
    if said.working_days is None:
        return None
    return Duration(said.working_days, add_working_days(on, said.working_days, calendar), said.text, said.source)


def _rates(on: date) -> Statement | None:
    """The amounts of that day; one circular names them for every procedure."""
    versions = [version for topic in CONTENT.statements[Section.FEE] for version in topic.versions if version.amounts]
    return next(iter(in_force(versions, on)), None)


def _said(topic: str, on: date) -> Statement:
    """What the fee topic says on that day."""
    versions = next(each.versions for each in CONTENT.statements[Section.FEE] if each.code == topic)
    return next(iter(in_force(versions, on)))


def _weaker(*said: Statement) -> Confidence:
    """The lowest confidence: statements together are only as sure as the least sure one."""
    return max((each.confidence for each in said), key=list(Confidence).index)


def _cases(answers: Answers, on: date) -> set[str]:
    """The free cases that the answers meet, or may meet."""
    cases = set()
    born, request, reason = answers.get("dateOfBirth"), answers.get("request"), answers.get("reason")
    years = age(first_day(born), on) if isinstance(born, str) else None
    if years is not None:
        cases |= {"child"} if years < 16 else {"elder"} if years >= 60 else set()
    if first_issue(answers):
        cases.add("first")
    if reason == "Sắp xếp đơn vị hành chính":
        cases.add("boundaries")
    if reason == "Thẻ sai sót thông tin":
        cases.add("error")
    holds_cccd = len(str(answers.get("oldCardNumber", ""))) == 12
    grown = years is None or years >= _EXCHANGE_AGES[0]  # whoever turns 14 is a child to the law on fees
    if (reason == "Đủ 14, 25, 40 hoặc 60 tuổi" and grown) or (
        request == "Đổi" and holds_cccd and years in _EXCHANGE_AGES
    ):
        cases.add("age")
    return cases


def first_issue(answers: Answers) -> bool:
    """Whether it is the first card. Since 01/07/2024 this includes anybody with only a CMND, whatever they call it."""
    match answers.get("request"):
        case "Cấp thẻ lần đầu":
            return not _contradictory(answers)
        case "Cấp đổi thẻ":
            return answers.get("currentCard") == "CMND"
        case "Cấp":
            return "oldCardNumber" not in answers
        case _:
            return False


def _settled(case: str, answers: Answers) -> bool:
    """Whether the case surely applies: by the citizen's age, or by answers that do not contradict each other."""
    return case in ("child", "elder") or not _contradictory(answers)


def _contradictory(answers: Answers) -> bool:
    """Whether the reason or the card belongs to another request than the chosen one."""
    request, reason, card = (str(answers.get(name, "")) for name in ("request", "reason", "currentCard"))
    return not is_reason_for(reason, request) or (
        request == "Cấp thẻ lần đầu" and doubtful_card(request, card) is not None
    )


def _kinds(answers: Answers) -> list[str]:
    """The codes, in the procedures' fee content, of the amounts that may apply."""
    old = answers.get("oldCardNumber")
    match answers.get("request"):
        case _ if _contradictory(answers):
            return ["chuyen-sang-can-cuoc", "doi", "cap-lai"]
        case "Cấp lại" | "Cấp lại thẻ":
            return ["cap-lai"]
        case "Cấp":
            return ["chuyen-sang-cccd"]
        case "Đổi" if isinstance(old, str):
            return ["chuyen-sang-cccd"] if len(old) == 9 else ["doi"]
        case "Đổi":
            return ["chuyen-sang-cccd", "doi"]
        case "Cấp đổi thẻ" if answers.get("currentCard") == "Thẻ căn cước":
            return ["doi"]
        case "Cấp đổi thẻ":
            return ["chuyen-sang-can-cuoc", "doi"]
        case _:
            return ["chuyen-sang-cccd", "chuyen-sang-can-cuoc", "doi", "cap-lai"]
