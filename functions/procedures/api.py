"""GET /procedures and GET /procedures/{code}: what a procedure needs, as of a day."""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from cccd.errors import NotFound
from cccd.http import cacheable, lambda_handler, refuses, resolver
from cccd.wire import Model, Page
from procedures import catalog
from procedures.as_of import AsOf, asked_day
from procedures.content import Residence, Section
from procedures.guide import Guide, guide
from procedures.views import Paper, SaidText, paper, said, said_text

# Seconds a front end may keep an answer. Content changes with a deployment; an answer without `on` also at midnight.
MAX_AGE = 300

app = resolver()


class Procedure(Model):
    """A procedure in a list."""

    code: str
    title: str
    summary: str
    residence: Residence


class ProcedurePage(Page[Procedure]):
    """The procedures that exist on a day."""


class ProcessingTime(SaidText):
    """`workingDays` is the usual longest wait; the text tells the exceptions."""

    working_days: int | None


class Amount(Model):
    """What one kind of issue costs."""

    code: str
    name: str
    amount: int


class Fee(Model):
    """Amounts in đồng, and every rule about them: reductions, exemptions, delivery."""

    text: str
    currency: str = "VND"
    amounts: list[Amount]
    rules: list[SaidText]


class ProcedureDetail(Procedure):
    """Everything there is to say; it reads the same from `validFrom` to `validTo`."""

    on: date
    conditions: list[SaidText]
    steps: list[SaidText]
    documents: list[Paper]
    hand_in: list[SaidText]
    processing_time: ProcessingTime
    place: SaidText
    fee: Fee
    benefits: list[SaidText]
    notes: list[SaidText]
    legal_basis: list[SaidText]
    valid_from: date
    valid_to: date | None
    reviewed_on: date
    notice: str | None


@app.get("/procedures", summary="Procedures", description="The procedures that exist on a day.")
@cacheable(app, MAX_AGE, kept=64)
def list_procedures(on: AsOf = None) -> ProcedurePage:
    found = catalog.listed(asked_day(on))
    items = [
        Procedure(code=each.code, title=each.title, summary=each.summary, residence=each.residence) for each in found
    ]
    return ProcedurePage(items=items)


@app.get("/procedures/<code>", summary="One procedure", description="Conditions, papers, place, fee, as of a day.")
@refuses(NotFound)
@cacheable(app, MAX_AGE, kept=64)
def read_procedure(
    code: Annotated[str, Path()],
    on: AsOf = None,
    residence: Annotated[Residence | None, Query(description="Thường trú hay tạm trú.")] = None,
) -> ProcedureDetail:
    day = asked_day(on)
    try:
        found = guide(code, day, residence)
    except catalog.UnknownProcedure:
        raise NotFound from None
    except catalog.NotYetAProcedure as not_yet:
        raise NotFound(extra={"detail": not_yet.explanation}) from None
    return _detail(found, day)


def _detail(found: Guide, on: date) -> ProcedureDetail:
    texts = {section: [said_text(each) for each in every] for section, every in found.sections.items()}
    time = found.sections[Section.PROCESSING_TIME][0]
    return ProcedureDetail(
        code=found.procedure.code,
        title=found.procedure.title,
        summary=found.procedure.summary,
        residence=found.residence,
        on=on,
        conditions=texts[Section.CONDITIONS],
        steps=texts[Section.STEPS],
        documents=[paper(each) for each in found.documents],
        hand_in=texts[Section.HAND_IN],
        processing_time=ProcessingTime(**said(time), text=time.text, working_days=time.working_days),
        place=texts[Section.PLACE][0],
        fee=_fee(found),
        benefits=texts[Section.BENEFITS],
        notes=texts[Section.NOTES],
        legal_basis=texts[Section.LEGAL_BASIS],
        valid_from=found.valid_from,
        valid_to=found.valid_to,
        reviewed_on=found.reviewed_on,
        notice=found.notice,
    )


def _fee(found: Guide) -> Fee:
    amounts = [Amount(code=each.code, name=each.name, amount=each.dong) for each in found.amounts]
    spelled = [f"{each.name}: {each.amount:,} đồng".replace(",", ".") for each in amounts]
    rules = found.sections[Section.FEE]
    return Fee(
        text=" ".join([*(f"{line}." for line in spelled), *(rule.text for rule in rules)]),
        amounts=amounts,
        rules=[said_text(rule) for rule in rules],
    )


handler = lambda_handler(app)
