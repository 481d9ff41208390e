"""The life of a declaration: kept as a draft or submitted, revised, withdrawn, erased.

A change based on an old reading is refused, and the answer shows the current version. A request repeated after a lost
answer finds its work done.
"""

from dataclasses import replace
from datetime import datetime

from cccd.errors import (
    FieldError,
    IdempotencyKeyReused,
    InvalidRequest,
    NotFound,
    NotWithdrawable,
    TemporarilyUnavailable,
    TooManyDeclarations,
)
from cccd.hashes import CitizenHash
from declarations.declaration import Declaration, DeclarationStatus
from declarations.intake import Intake
from declarations.retention import kept_until
from declarations.store import DeclarationStore

RETRY_AFTER = 1  # seconds
MAX_KEPT = 20  # declarations of one citizen, enough for a family; nobody needs more


class Stale(Exception):
    """Somebody else changed it first; `current` is the declaration as it is now."""

    def __init__(self, current: Declaration):
        super().__init__("stale")
        self.current = current


def keep(
    store: DeclarationStore, citizen: CitizenHash, wanted: Intake, new_id: str, request_hash: str | None, now: datetime
) -> tuple[Declaration, bool]:
    """Keep a new declaration. Returns it as stored, and whether it is new (False: the same request made it before).

    Raises:
        IdempotencyKeyReused: the same key came with another request.
        TooManyDeclarations, TemporarilyUnavailable
    """
    status = DeclarationStatus.DRAFT if wanted.draft else DeclarationStatus.SUBMITTED
    declaration = Declaration(
        id=new_id,
        citizen=citizen,
        status=status,
        version=1,
        edition=wanted.edition,
        procedure=wanted.procedure,
        office_id=wanted.office_id,
        answers=wanted.answers,
        consent=wanted.consent,
        created_at=now,
        updated_at=now,
        submitted_at=None if wanted.draft else now,
        kept_until=kept_until(status, now),
        request_hash=request_hash,
    )
    if store.count(citizen) >= MAX_KEPT and store.find(citizen, new_id, now) is None:
        raise TooManyDeclarations(limit=str(MAX_KEPT))
    if store.add(declaration):
        return declaration, True
    made = store.find(citizen, new_id, now)
    if made is None or made.request_hash != request_hash:
        raise IdempotencyKeyReused
    return made, False


def revise(
    store: DeclarationStore, citizen: CitizenHash, declaration_id: str, seen: object, wanted: Intake, now: datetime
) -> Declaration:
    """Replace the version that the citizen saw with the wanted one; unless the wanted one is a draft, this submits it.

    Raises:
        NotFound
        Stale: the citizen saw another version than the current one.
        InvalidRequest: `seen` is not a version; or a submitted declaration would become a draft again.
    """
    current = own(store, citizen, declaration_id, now)
    if type(seen) is not int:
        message = "Vui lòng gửi kèm phiên bản (version) của tờ khai mà bạn đang sửa."
        raise InvalidRequest([FieldError("version", "required" if seen is None else "wrong_type", message)])
    if seen != current.version:
        raise Stale(current)
    if wanted.draft and current.status is not DeclarationStatus.DRAFT:
        message = "Tờ khai đã gửi thì không lưu lại thành bản nháp được. Vui lòng sửa đủ các mục rồi gửi lại."
        raise InvalidRequest([FieldError("draft", "already_submitted", message)])
    status = DeclarationStatus.DRAFT if wanted.draft else DeclarationStatus.SUBMITTED
    revised = replace(
        current,
        status=status,
        version=current.version + 1,
        edition=wanted.edition,
        procedure=wanted.procedure,
        office_id=wanted.office_id,
        answers=wanted.answers,
        consent=wanted.consent,
        updated_at=now,
        submitted_at=None if wanted.draft else now,
        kept_until=kept_until(status, now, before=current.kept_until),
    )
    if not store.revise(revised, current):
        raise _overtaken(own(store, citizen, declaration_id, now), current)
    return revised


def withdraw(store: DeclarationStore, citizen: CitizenHash, declaration_id: str, now: datetime) -> Declaration:
    """Take a submitted declaration back: no booking may link to it. Withdrawing twice has the same result as once.

    Raises:
        NotFound, NotWithdrawable, Stale
    """
    current = own(store, citizen, declaration_id, now)
    if current.status is DeclarationStatus.WITHDRAWN:
        return current
    if current.status is not DeclarationStatus.SUBMITTED:
        raise NotWithdrawable(extra={"declarationStatus": current.status}, status=current.status.in_vietnamese)
    withdrawn = replace(
        current,
        status=DeclarationStatus.WITHDRAWN,
        version=current.version + 1,
        updated_at=now,
        kept_until=kept_until(DeclarationStatus.WITHDRAWN, now),
    )
    if not store.withdraw(withdrawn, current):
        raise _overtaken(own(store, citizen, declaration_id, now), current)
    return withdrawn


def own(store: DeclarationStore, citizen: CitizenHash, declaration_id: str, now: datetime) -> Declaration:
    """The citizen's declaration with that id.

    Raises:
        NotFound: there is none, it is past its time, or it belongs to somebody else.
    """
    found = store.find(citizen, declaration_id, now)
    if found is None:
        raise NotFound
    return found


def _overtaken(stands: Declaration, seen: Declaration) -> Stale | TemporarilyUnavailable:
    """The refusal of a change: there is another version, or somebody only linked an appointment just now."""
    return Stale(stands) if stands.version != seen.version else TemporarilyUnavailable(retry_after=RETRY_AFTER)
