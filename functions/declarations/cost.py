"""What the card costs and when it is ready, for one declaration, as of the day of the appointment.

The amounts, their circulars and the days are content of the procedures. Here stands which of them a declaration meets;
where the sources leave that open (an exchange whose old card is not named), every candidate is told and no single one.
"""

from dataclasses import dataclass
from datetime import date

from cccd.effective import in_force
from cccd.working_calendar import WorkingCalendar, add_working_days
from declarations.answers import Answers
from declarations.dates import age, first_day
from procedures.catalog import NothingKnown, NotYetAProcedure, UnknownProcedure
from procedures.content import CONTENT, Section, Statement
from procedures.guide import Amount, guide


@dataclass(frozen=True)
class Fee:
    """`dong` is None where it is not known which of `amounts` applies; `why` says what decides."""

    dong: int | None
    amounts: tuple[Amount, ...]
    why: str
    source: str


@dataclass(frozen=True)
class Duration:
    """The usual longest wait in working days, and the day on which the card is ready by then."""

    working_days: int
    ready_on: date
    text: str
    source: str


@dataclass(frozen=True)
class _Free:
    """A case that costs nothing, from one day to another."""

    valid_from: date
    valid_to: date | None
    case: str
    why: str
    source: str


_LAW_2023 = date(2024, 7, 1)
_FREE = (
    _Free(date(2021, 1, 1), date(2024, 6, 30), "first", "Cấp thẻ lần đầu: không thu.", "TT 59/2019/TT-BTC Điều 5"),
    _Free(_LAW_2023, None, "first", "Cấp thẻ căn cước lần đầu: không thu.", "TT 73/2024/TT-BTC (afamily.vn)"),
    _Free(_LAW_2023, None, "child", "Trẻ em được miễn lệ phí.", "TT 73/2024/TT-BTC (afamily.vn)"),
    _Free(_LAW_2023, None, "elder", "Người từ đủ 60 tuổi được miễn lệ phí.", "TT 73/2024/TT-BTC (afamily.vn)"),
    _Free(
        date(2025, 8, 12),
        None,
        "boundaries",
        "Đổi thẻ do sắp xếp đơn vị hành chính: không thu.",
        "dantri.com.vn 12/08/2025; QĐ 5230/QĐ-BCA-C06 ngày 18/08/2026",
    ),
)


def fee(answers: Answers, on: date) -> Fee | None:
    """What is paid at the desk on that day; None where nothing is known of that day's rates."""
    rates = _rates(on)
    if rates is None:
        return None
    cases = _cases(answers, on)
    for free in in_force(_FREE, on):
        if free.case in cases:
            return Fee(0, (), free.why, free.source)
    kinds = [kind for kind in _kinds(answers) if kind in rates.amounts]
    amounts = tuple(Amount(kind, CONTENT.fee_names[kind], rates.amounts[kind]) for kind in kinds)
    if len(amounts) == 1:
        return Fee(amounts[0].dong, amounts, f"{amounts[0].name}. {rates.text}", rates.source)
    why = f"Tuỳ thẻ bạn đang có và lý do; cơ quan tiếp nhận cho biết mức cụ thể. {rates.text}"
    return Fee(None, amounts, why, rates.source)


def duration(procedure: str, answers: Answers, on: date, calendar: WorkingCalendar) -> Duration | None:
    """When the card is ready if the papers are handed in, complete, on that day."""
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


def _cases(answers: Answers, on: date) -> set[str]:
    """The free cases that the answers meet."""
    cases = set()
    born, request = answers.get("dateOfBirth"), answers.get("request")
    if isinstance(born, str):
        years = age(first_day(born), on)
        cases |= {"child"} if years < 16 else {"elder"} if years >= 60 else set()
    if request == "Cấp thẻ lần đầu" or (request == "Cấp" and "oldCardNumber" not in answers):
        cases.add("first")
    if answers.get("reason") == "Sắp xếp đơn vị hành chính":
        cases.add("boundaries")
    return cases


def _kinds(answers: Answers) -> list[str]:
    """The codes of the amounts that may apply, of those in the procedures' fee content."""
    old = answers.get("oldCardNumber")
    match answers.get("request"):
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
