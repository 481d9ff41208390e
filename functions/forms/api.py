"""GET /forms/{procedure}: the form to fill in. Its function reads nobody's data."""

from datetime import date
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import Field

from cccd import clock
from cccd.errors import NotFound
from cccd.http import cacheable, lambda_handler, refuses, resolver
from cccd.wire import Model
from consent.words import consent_text
from forms.form import form_for
from forms.schema import form_schema

MAX_AGE = 3600

app = resolver()


class FormView(Model):
    """A form edition. `schema` is the JSON Schema of the body that POST /declarations takes."""

    edition: str
    procedure: str
    title: str
    valid_from: date
    valid_to: date | None
    source: str
    schema_: Annotated[dict[str, Any], Field(alias="schema")]


@app.get("/forms/<procedure>", summary="The form edition in force")
@refuses(NotFound)
@cacheable(app, MAX_AGE, kept=64)
def read_form(
    procedure: Annotated[str, Path()],
    on: Annotated[date | None, Query(ge=clock.FIRST_DAY, le=clock.LAST_DAY)] = None,
) -> FormView:
    form = form_for(procedure, on or clock.today())
    if form is None:
        raise NotFound
    return FormView(
        edition=form.edition,
        procedure=procedure,
        title=form.title,
        valid_from=form.valid_from,
        valid_to=form.valid_to,
        source=form.source,
        schema_=form_schema(form, procedure, consent_text()),
    )


handler = lambda_handler(app)
