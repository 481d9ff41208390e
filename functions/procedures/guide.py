"""Everything to say about one procedure on one day, and the days on which the answer stays the same."""

from dataclasses import dataclass
from datetime import date

from cccd.effective import in_force
from procedures.catalog import Listed, find
from procedures.content import Content, Document, Residence, Section, Statement, Topic
from procedures.documents import documents_to_bring
from procedures.prepared import CONTENT
from procedures.sourced import EARLIEST, ONE_DAY, Sourced


@dataclass(frozen=True)
class Amount:
    """What one kind of issue costs, in đồng."""

    code: str
    name: str
    dong: int


@dataclass(frozen=True)
class Guide:
    """The answer: unchanged from `valid_from` to `valid_to`, both included; None means that no change is known."""

    procedure: Listed
    residence: Residence
    sections: dict[Section, list[Statement]]
    documents: list[Document]
    amounts: list[Amount]
    valid_from: date
    valid_to: date | None
    reviewed_on: date
    notice: str | None


def guide(code: str, on: date, residence: Residence | None = None, content: Content = CONTENT) -> Guide:
    """What a citizen who hands in on that day needs to know.

    Raises:
        procedures.catalog.UnknownProcedure, NotYetAProcedure, NothingKnown: as `procedures.catalog.find`.
    """
    procedure = find(code, on, content)
    kind = residence or procedure.residence
    topics = {
        section: [topic for topic in every if topic.concerns(code, kind)]
        for section, every in content.statements.items()
    }
    sections = {section: _said(said, on) for section, said in topics.items()}
    valid_from, valid_to = _unchanged(content, code, kind, on)
    return Guide(
        procedure=procedure,
        residence=kind,
        sections=sections,
        documents=documents_to_bring(code, on, kind, content),
        amounts=[
            Amount(what, content.fee_names[what], dong)
            for statement in sections[Section.FEE]
            for what, dong in statement.amounts.items()
            if code in content.fee_applies[what]
        ],
        valid_from=valid_from,
        valid_to=valid_to,
        reviewed_on=content.reviewed_on,
        notice=_notice(on, content.reviewed_on),
    )


def _said(topics: list[Topic[Statement]], on: date) -> list[Statement]:
    return [statement for topic in topics for statement in in_force(topic.versions, on)]


def _unchanged(content: Content, code: str, kind: Residence, on: date) -> tuple[date, date | None]:
    """The longest run of days around `on` on which no statement of the answer begins or ends."""
    pieces: list[Sourced] = [*content.procedures[code].names]
    for topic in (*content.documents, *(t for every in content.statements.values() for t in every)):
        if topic.concerns(code, kind):
            pieces += topic.versions
    changes = {EARLIEST} | {piece.valid_from for piece in pieces}
    changes |= {piece.valid_to + ONE_DAY for piece in pieces if piece.valid_to}
    later = [day for day in changes if day > on]
    return max(day for day in changes if day <= on), (min(later) - ONE_DAY if later else None)


def _notice(on: date, reviewed_on: date) -> str | None:
    if on <= reviewed_on:
        return None
    return (
        f"Nội dung được rà soát lần cuối ngày {reviewed_on:%d/%m/%Y}. Quy định có thể thay đổi trước ngày"
        f" {on:%d/%m/%Y}; vui lòng xem lại gần ngày đi."
    )
