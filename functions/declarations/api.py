"""A citizen's declarations: keep a draft, submit, revise, withdraw, erase, read back own ones."""

import json
from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Query

from cccd import clock
from cccd.errors import IdempotencyKeyReused, NotFound, NotWithdrawable, RateLimited, StaleVersion, TooManyDeclarations
from cccd.hashes import CitizenHash, request_hash
from cccd.http import citizen, created, lambda_handler, refuses, resolver
from declarations import intake, lifecycle
from declarations.declaration import Declaration, new_declaration_id
from declarations.lifecycle import Stale
from declarations.settings import DeclarationId, DeclarationsSettings, checked_id
from declarations.views import DeclarationPage, DeclarationRequest, DeclarationView, RevisionRequest, view

app = resolver()

settings = DeclarationsSettings.load()

On = Annotated[
    date | None,
    Query(
        ge=clock.FIRST_DAY, le=clock.LAST_DAY, description="Ngày hẹn: giấy tờ, lệ phí và ngày trả tính theo ngày đó."
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="Không bắt buộc; gửi lại cùng mã thì nhận lại cùng tờ khai.",
    ),
]


def me() -> CitizenHash:
    return settings.hash_of(citizen(app))


@app.post("/declarations", summary="Submit a declaration, or keep a draft", status_code=201)
@refuses(TooManyDeclarations, IdempotencyKeyReused, RateLimited)
def keep_declaration(request: DeclarationRequest, idempotency_key: IdempotencyKey = None) -> Response[DeclarationView]:
    now = clock.now()
    settings.store().use.count(me(), "saves", citizen(app).since, now)
    wanted = intake.read(request.body(), now)
    body = _hash_of(request) if idempotency_key else None
    made, new = lifecycle.keep(settings.store(), me(), wanted, _new_id(idempotency_key), body, now)
    return created(_view(made), new=new)


@app.get("/declarations", summary="Own declarations", description="Latest change first.")
def list_declarations() -> DeclarationPage:
    found = settings.store().of_citizen(me(), clock.now())
    return DeclarationPage(items=[_view(each) for each in found])


@app.get("/declarations/<declarationId>", summary="One own declaration")
@refuses(NotFound)
def read_declaration(declaration_id: DeclarationId, on: On = None) -> DeclarationView:
    found = lifecycle.own(settings.store(), me(), checked_id(declaration_id), clock.now())
    return view(found, clock.today(), on)


@app.put("/declarations/<declarationId>", summary="Revise; not as a draft, it is submitted")
@refuses(NotFound, StaleVersion, RateLimited)
def revise_declaration(declaration_id: DeclarationId, request: RevisionRequest) -> DeclarationView:
    now, store, who = clock.now(), settings.store(), me()
    store.use.count(who, "saves", citizen(app).since, now)
    lifecycle.own(store, who, checked_id(declaration_id), now)
    wanted = intake.read(request.body(), now)
    try:
        return _view(lifecycle.revise(store, who, declaration_id, request.version, wanted, now))
    except Stale as stale:
        raise _stale(stale) from stale


@app.post("/declarations/<declarationId>/withdraw", summary="Withdraw", description="Twice is the same as once.")
@refuses(NotFound, NotWithdrawable, StaleVersion)
def withdraw_declaration(declaration_id: DeclarationId) -> DeclarationView:
    try:
        found = lifecycle.withdraw(settings.store(), me(), checked_id(declaration_id), clock.now())
    except Stale as stale:
        raise _stale(stale) from stale
    return _view(found)


@app.delete("/declarations/<declarationId>", summary="Erase", responses={204: {"description": "Erased"}})
@refuses(NotFound)
def erase_declaration(declaration_id: DeclarationId) -> Response[None]:
    if not settings.eraser().erase(me(), checked_id(declaration_id), clock.now()):
        raise NotFound
    return Response(status_code=204)


def _new_id(idempotency_key: str | None) -> str:
    """A random id; the same one again for the same key of the same citizen."""
    if idempotency_key is None:
        return new_declaration_id()
    return request_hash(settings.identity_key(), f"declaration\0{me()}\0{idempotency_key}")


def _hash_of(request: DeclarationRequest) -> str:
    """Of all that was asked, to tell a repetition from another request with the same key."""
    return request_hash(settings.identity_key(), json.dumps(request.body(), sort_keys=True))


def _view(declaration: Declaration) -> DeclarationView:
    return view(declaration, clock.today())


def _stale(stale: Stale) -> StaleVersion:
    return StaleVersion(extra={"current": _view(stale.current).model_dump(mode="json", by_alias=True)})


handler = lambda_handler(app, settings.session_keys, settings.hash_of)
