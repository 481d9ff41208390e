"""A citizen's declarations: submit, read back own ones."""

import re
from datetime import datetime
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

from cccd import clock
from cccd.base32 import base32
from cccd.dynamodb import client
from cccd.errors import FieldError, InvalidRequest, NotFound
from cccd.http import Model, Page, citizen, created, lambda_handler, resolver
from cccd.keyring import keyed_hash, secret
from cccd.settings import Settings
from declarations.answers import Checked, check, doubts
from declarations.checklist import to_bring
from declarations.declaration import Consent, Declaration, new_declaration_id
from declarations.form import Form, consent_text, form_for
from declarations.keys import ID_PATTERN
from declarations.store import DeclarationStore
from offices.directory import directory

app = resolver()


class DeclarationsSettings(Settings):
    """The table and the names of the secrets."""

    declarations_table: str
    session_key_secret: str
    identity_key_secret: str


Short = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ConsentIn(Model):
    """To which purposes the citizen agrees, in which version of the words."""

    version: Short
    purposes: list[Short]


class DeclarationRequest(Model):
    """The form's data; its fields are those of the edition, as GET /forms/{procedure} describes them."""

    model_config = ConfigDict(extra="allow", alias_generator=to_camel, populate_by_name=True, frozen=True)

    edition: Short
    procedure: Short
    office_id: Short
    consent: ConsentIn


class DocumentView(Model):
    """A paper to bring, and why."""

    code: str
    name: str
    why: str


class Warned(Model):
    """What may be right, but is worth a second look."""

    field: str
    code: str
    message: str


class DeclarationView(Model):
    """A declaration as its owner reads it."""

    id: str
    status: str
    version: int
    edition: str
    procedure: str
    office_id: str
    submitted_at: datetime
    data: dict[str, Any]
    consent: ConsentIn
    documents_to_bring: list[DocumentView]
    warnings: list[Warned]


settings = DeclarationsSettings.load()


def store() -> DeclarationStore:
    return DeclarationStore(client(), settings.declarations_table)


def citizen_hash() -> str:
    from_zalo = citizen(app).id
    return base32(keyed_hash(secret(settings.identity_key_secret), "citizen", from_zalo))


@app.post("/declarations", summary="Submit a declaration")
def submit_declaration(request: DeclarationRequest) -> Response[DeclarationView]:
    now = clock.now()
    form = form_for(request.procedure, now.date())
    typed = request.model_extra or {}
    mistakes = _head_mistakes(request, form)
    checked = check(form, typed, now.date()) if form else Checked({}, [], [])
    if form is None or mistakes or checked.mistakes:
        raise InvalidRequest([*mistakes, *checked.mistakes])
    declaration = Declaration(
        id=new_declaration_id(),
        citizen=citizen_hash(),
        status="submitted",
        version=1,
        edition=form.edition,
        procedure=request.procedure,
        office_id=request.office_id,
        answers=checked.answers,
        consent=Consent(request.consent.version, tuple(dict.fromkeys(request.consent.purposes)), now),
        submitted_at=now,
    )
    store().add(declaration)
    return created(_view(declaration))


@app.get("/declarations", summary="Own declarations", description="Latest first.")
def list_declarations() -> Page[DeclarationView]:
    return Page[DeclarationView](items=[_view(each) for each in store().of_citizen(citizen_hash())])


@app.get("/declarations/<declarationId>", summary="One own declaration")
def read_declaration(declaration_id: Annotated[str, Path(alias="declarationId")]) -> DeclarationView:
    if not re.fullmatch(ID_PATTERN, declaration_id):
        raise NotFound
    found = store().find(citizen_hash(), declaration_id)
    if found is None:
        raise NotFound
    return _view(found)


def _head_mistakes(request: DeclarationRequest, form: Form | None) -> list[FieldError]:
    mistakes = []
    if form is None:
        mistakes.append(FieldError("procedure", "not_found", "Không có tờ khai cho thủ tục này. Vui lòng chọn lại."))
    elif request.edition != form.edition:
        message = f"Mẫu tờ khai đang áp dụng là “{form.edition}”. Vui lòng mở lại tờ khai rồi gửi lại."
        mistakes.append(FieldError("edition", "not_in_force", message))
    if directory().find(request.office_id) is None:
        mistakes.append(FieldError("officeId", "not_found", "Không tìm thấy cơ quan này. Vui lòng chọn lại."))
    return mistakes + _consent_mistakes(request.consent)


def _consent_mistakes(given: ConsentIn) -> list[FieldError]:
    asked = consent_text()
    if given.version != asked.version:
        message = "Nội dung xin đồng ý đã thay đổi. Vui lòng đọc và đồng ý lại."
        return [FieldError("consent.version", "not_in_force", message)]
    known = {purpose.code for purpose in asked.purposes}
    if not set(given.purposes) <= known:
        return [FieldError("consent.purposes", "not_a_choice", "Vui lòng chọn một trong các giá trị cho sẵn.")]
    if not {purpose.code for purpose in asked.purposes if purpose.required} <= set(given.purposes):
        message = "Cần bạn đồng ý cho dùng thông tin khai thì cơ quan mới tiếp nhận được tờ khai."
        return [FieldError("consent.purposes", "required", message)]
    return []


def _view(declaration: Declaration) -> DeclarationView:
    on = clock.today()
    return DeclarationView(
        id=declaration.id,
        status=declaration.status,
        version=declaration.version,
        edition=declaration.edition,
        procedure=declaration.procedure,
        office_id=declaration.office_id,
        submitted_at=declaration.submitted_at,
        data=dict(declaration.answers),
        consent=ConsentIn(version=declaration.consent.version, purposes=list(declaration.consent.purposes)),
        documents_to_bring=[
            DocumentView(code=each.code, name=each.name, why=each.why)
            for each in to_bring(declaration.procedure, declaration.answers, on)
        ],
        warnings=[Warned(**vars(doubt)) for doubt in doubts(declaration.answers)],
    )


handler = lambda_handler(app, session_key=lambda: secret(settings.session_key_secret))
