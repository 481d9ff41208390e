"""The life of a declaration: kept as a draft or submitted, revised, withdrawn, erased.

Whoever acts on an old reading is refused and told what stands; a request repeated after a lost answer finds its work done.
"""

from dataclasses import replace
from datetime import datetime

from cccd.errors import FieldError, IdempotencyKeyReused, InvalidRequest, NotFound, NotWithdrawable, TooManyDeclarations
from declarations.declaration import Declaration, Status
from declarations.intake import Intake
from declarations.store import DeclarationStore

MAX_KEPT = 20  # declarations of one citizen, for a family; more are nobody's need


class Stale(Exception):
    """Somebody was first; `current` is what stands."""

    def __init__(self, current: Declaration):
        super().__init__("stale")
        self.current = current


def keep(
    store: DeclarationStore, citizen: str, wanted: Intake, new_id: str, request_hash: str | None, now: datetime
) -> tuple[Declaration, bool]:
    """Keep a new declaration. Returns it as it stands, and whether it is new (False: the same request made it before).

    Raises:
        IdempotencyKeyReused: the same key came with another request.
        TooManyDeclarations, TemporarilyUnavailable
    """
    declaration = Declaration(
        id=new_id,
        citizen=citizen,
        status=Status.DRAFT if wanted.draft else Status.SUBMITTED,
        version=1,
        edition=wanted.edition,
        procedure=wanted.procedure,
        office_id=wanted.office_id,
        answers=wanted.answers,
        consent=wanted.consent,
        created_at=now,
        updated_at=now,
        submitted_at=None if wanted.draft else now,
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
    store: DeclarationStore, citizen: str, declaration_id: str, seen: object, wanted: Intake, now: datetime
) -> Declaration:
    """Put what is wanted in place of the version that the citizen saw; not as a draft, this submits it.

    Raises:
        NotFound
        Stale: the citizen saw another version than there is.
        InvalidRequest: `seen` is no version; or a submitted declaration is to become a draft again.
    """
    current = own(store, citizen, declaration_id, now)
    if type(seen) is not int:
        message = "Vui lòng gửi kèm phiên bản (version) của tờ khai mà bạn đang sửa."
        raise InvalidRequest([FieldError("version", "required" if seen is None else "wrong_type", message)])
    if seen != current.version:
        raise Stale(current)
    if wanted.draft and current.status is not Status.DRAFT:
        message = "Tờ khai đã gửi thì không lưu lại thành bản nháp được. Vui lòng sửa đủ các mục rồi gửi lại."
        raise InvalidRequest([FieldError("draft", "already_submitted", message)])
    revised = replace(
        current,
        status=Status.DRAFT if wanted.draft else Status.SUBMITTED,
        version=current.version + 1,
        edition=wanted.edition,
        procedure=wanted.procedure,
        office_id=wanted.office_id,
        answers=wanted.answers,
        consent=wanted.consent,
        updated_at=now,
        submitted_at=None if wanted.draft else now,
    )
    if not store.revise(revised, current):
        raise Stale(own(store, citizen, declaration_id, now))
    return revised


def withdraw(store: DeclarationStore, citizen: str, declaration_id: str, now: datetime) -> Declaration:
    """Take a submitted declaration back: no booking may link to it. Withdrawing twice is the same as once.

    Raises:
        NotFound, NotWithdrawable, Stale
    """
    current = own(store, citizen, declaration_id, now)
    if current.status is Status.WITHDRAWN:
        return current
    if current.status is not Status.SUBMITTED:
        raise NotWithdrawable(extra={"declarationStatus": current.status}, status=current.status.in_vietnamese)
    withdrawn = replace(current, status=Status.WITHDRAWN, version=current.version + 1, updated_at=now)
    if not store.withdraw(withdrawn, current):
        raise Stale(own(store, citizen, declaration_id, now))
    return withdrawn


def erase(store: DeclarationStore, citizen: str, declaration_id: str, now: datetime) -> None:
    """Erase a declaration; only that something was erased is remembered.

    Raises:
        NotFound: there is none, or it is gone already.
    """
    own(store, citizen, declaration_id, now)
    if not store.erase(citizen, declaration_id, now):
        raise NotFound


def own(store: DeclarationStore, citizen: str, declaration_id: str, now: datetime) -> Declaration:
    """The citizen's declaration of that id.

    Raises:
        NotFound: there is none, it is past its time, or it is somebody else's.
    """
    found = store.find(citizen, declaration_id, now)
    if found is None:
        raise NotFound
    return found
