"""Declarations on the wire: what a request may carry, and what its owner reads back."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from cccd.wire import Model, Page
from cccd.working_calendar import national_calendar
from declarations import cost
from declarations.checklist import to_bring
from declarations.declaration import Declaration, DeclarationStatus
from forms.answers import check
from forms.form import form_of
from procedures.sourced import CONFIDENCE_TOLD, Confidence
from procedures.views import Paper, paper

# The head is read together with the form (intake.py), so that all mistakes are told at once: here it is only described.
_Short = Annotated[Any, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 64})]
_Version = Annotated[Any, WithJsonSchema({"type": "integer", "minimum": 1})]
_Flag = Annotated[Any, WithJsonSchema({"type": "boolean", "default": False})]
_Consent = Annotated[
    Any,
    WithJsonSchema(
        {
            "type": "object",
            "required": ["version", "purposes"],
            "properties": {
                "version": {"type": "string"},
                "purposes": {"type": "array", "items": {"type": "string"}},
            },
        }
    ),
]


class DeclarationRequest(Model):
    """The form's data; its fields are those of the edition, as GET /forms/{procedure} describes them.

    With `draft`, only `edition`, `procedure` and `consent` are needed, and nothing typed is refused; without it,
    `officeId` is needed too.
    """

    model_config = ConfigDict(
        extra="allow",
        alias_generator=to_camel,
        frozen=True,
        json_schema_extra={"required": ["edition", "procedure", "consent"]},
    )

    edition: _Short = None
    procedure: _Short = None
    office_id: _Short = None
    consent: _Consent = None
    draft: _Flag = None

    def body(self) -> dict[str, Any]:
        """The request as it came, fields of the form included."""
        return self.model_dump(by_alias=True)


class RevisionRequest(DeclarationRequest):
    """All of it again, and the `version` that it takes the place of."""

    model_config = ConfigDict(json_schema_extra={"required": ["edition", "procedure", "consent", "version"]})

    version: _Version = None


class ConsentView(Model):
    """To which purposes the citizen agreed, in which version of the words."""

    version: str
    purposes: list[str]


class Told(Model):
    """What is to be looked at again in one field."""

    field: str
    code: str
    message: str


class AmountView(Model):
    """What one kind of issue costs, in đồng."""

    code: str
    name: str
    amount: int


class FeeView(Model):
    """`amount` in đồng; null where several may apply: `amounts` has them, `text` says what decides."""

    amount: int | None
    currency: str = "VND"
    text: str
    amounts: list[AmountView]
    source: str
    confidence: Confidence
    confidence_note: str


class ProcessingTimeView(Model):
    """`readyOn` is when the card is ready, if the papers are handed in complete on the day `on`."""

    working_days: int
    ready_on: date
    text: str
    source: str


class DeclarationView(Model):
    """A declaration as its owner reads it; papers, fee and time as of the day `on`.

    `warnings` do not stand in the way; `unfinished` is what a draft still needs before it can be submitted.
    """

    id: str
    status: DeclarationStatus
    version: int
    edition: str
    procedure: str
    office_id: str | None
    submitted_at: datetime | None
    updated_at: datetime
    kept_until: datetime
    data: Annotated[dict[str, Any], Field(description="The answers, by the names of the form's fields.")]
    consent: ConsentView
    on: date
    documents_to_bring: list[Paper]
    fee: FeeView | None
    processing_time: ProcessingTimeView | None
    warnings: list[Told]
    unfinished: list[Told]


class DeclarationPage(Page[DeclarationView]):
    """A citizen's declarations, latest change first."""


def view(declaration: Declaration, today: date, on: date | None = None) -> DeclarationView:
    """The declaration as it reads today, for an appointment on the day `on`."""
    day = on or today
    checked = check(form_of(declaration.edition), declaration.answers, today, declaration.procedure)
    answers = checked.answers
    draft = declaration.status is DeclarationStatus.DRAFT
    return DeclarationView(
        id=declaration.id,
        status=declaration.status,
        version=declaration.version,
        edition=declaration.edition,
        procedure=declaration.procedure,
        office_id=declaration.office_id,
        submitted_at=declaration.submitted_at,
        updated_at=declaration.updated_at,
        kept_until=declaration.kept_until,
        data=dict(declaration.answers),
        consent=ConsentView(version=declaration.consent.version, purposes=list(declaration.consent.purposes)),
        on=day,
        documents_to_bring=[paper(each) for each in to_bring(declaration.procedure, answers, day)],
        fee=_fee(cost.fee(answers, day)),
        processing_time=_time(cost.duration(declaration.procedure, answers, day, national_calendar())),
        warnings=[Told(**vars(doubt)) for doubt in checked.doubts],
        unfinished=[Told(**vars(mistake)) for mistake in checked.mistakes] if draft else [],
    )


def _fee(found: cost.Fee | None) -> FeeView | None:
    if found is None:
        return None
    amounts = [AmountView(code=each.code, name=each.name, amount=each.dong) for each in found.amounts]
    return FeeView(
        amount=found.dong,
        text=found.why,
        amounts=amounts,
        source=found.source,
        confidence=found.confidence,
        confidence_note=CONFIDENCE_TOLD[found.confidence],
    )


def _time(found: cost.Duration | None) -> ProcessingTimeView | None:
    if found is None:
        return None
    return ProcessingTimeView(
        working_days=found.working_days, ready_on=found.ready_on, text=found.text, source=found.source
    )
