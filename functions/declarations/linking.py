"""What a booking may know of its linked declaration, and how long the booking makes the declaration last.

A booking sees everything except the sensitive answers. So it needs no key to link, or to say what to bring.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from cccd.clock import epoch, from_epoch
from cccd.dynamodb import Item
from cccd.errors import FieldError
from cccd.hashes import CitizenHash
from cccd.personal_id import NotAPersonalId, PersonalId
from cccd.table import Table
from cccd.text import fold
from cccd.transactions import Write
from declarations.declaration import DeclarationStatus
from declarations.items import TTL_AFTER, declaration_key
from forms.answers import Answers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# What a booking reads. The sender's policy allows these and no others, so the sealed answers never reach it.
VISIBLE = ("id", "citizen", "status", "version", "procedure", "office", "answers", "dueAt")
KEPT_AFTER_APPOINTMENT = timedelta(days=30)


@dataclass(frozen=True, repr=False)
class Linked:
    """A declaration without its sensitive answers."""

    id: str
    citizen: CitizenHash
    status: DeclarationStatus
    version: int
    procedure: str
    office_id: str | None
    answers: Answers
    kept_until: datetime

    @property
    def submitted(self) -> bool:
        """Whether the office is to see it: it is neither a draft nor withdrawn."""
        return self.status is DeclarationStatus.SUBMITTED


class Person(Protocol):
    """The person the card is for: the personal id in its masked form, the birth date in ISO 8601."""

    @property
    def full_name(self) -> str: ...

    @property
    def masked_id(self) -> str: ...

    @property
    def date_of_birth(self) -> str: ...


class Appointment(Protocol):
    """What a declaration must agree with: a booking, or a request for one."""

    @property
    def office_id(self) -> str: ...

    @property
    def procedure(self) -> str: ...

    @property
    def applicant(self) -> Person: ...


def misfits(declaration: Linked | None, to: Appointment, personal_id: str | None = None) -> list[FieldError]:
    """Why the declaration cannot belong to the appointment: it is missing, not submitted, or about something else.

    A booking keeps only a part of the personal id; a request knows all of it, and gives it as `personal_id`.
    """
    if declaration is None or not declaration.submitted:
        return [
            _wrong(
                "not_found",
                "Không có tờ khai đã gửi nào của bạn mang mã này. Nếu đang khai nháp, vui lòng gửi tờ khai trước.",
            )
        ]
    found = []
    if declaration.office_id != to.office_id:
        message = (
            "Tờ khai này gửi cho cơ quan khác. Vui lòng sửa cơ quan trong tờ khai, hoặc đặt lịch ở cơ quan đã khai."
        )
        found.append(_wrong("other_office", message))
    if declaration.procedure != to.procedure:
        message = (
            "Tờ khai này khai cho thủ tục khác. Vui lòng sửa thủ tục trong tờ khai, hoặc chọn đúng thủ tục đã khai."
        )
        found.append(_wrong("other_procedure", message))
    if not _same_person(declaration.answers, to.applicant, personal_id):
        message = "Tờ khai này là của người khác. Vui lòng chọn tờ khai của chính người làm thẻ."
        found.append(_wrong("other_person", message))
    return found


def answers_for(declaration: Linked | None, appointment: Appointment) -> Answers | None:
    """The answers for the appointment; None without a declaration, or if it is now about something else."""
    return declaration.answers if declaration and not misfits(declaration, appointment) else None


class LinkedDeclarations:
    """The declarations in the table `name`, through `client`, as bookings see them."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self._table = Table(client, name)

    def find(self, citizen: CitizenHash, declaration_id: str, now: datetime) -> Linked | None:
        """The citizen's declaration with that id, unless it is past its time."""
        item = self._table.get(declaration_key(citizen, declaration_id), only=VISIBLE)
        return _linked(item) if item and item["dueAt"] > epoch(now) else None

    def find_all(self, citizen: CitizenHash, ids: Iterable[str], now: datetime) -> dict[str, Linked]:
        """Those of the citizen's declarations that exist and are not past their time, by their ids."""
        return self.find_each(((citizen, each) for each in ids), now)

    def find_each(self, of: Iterable[tuple[CitizenHash, str]], now: datetime) -> dict[str, Linked]:
        """As `find_all`, of several citizens."""
        keys = [declaration_key(citizen, each) for citizen, each in dict.fromkeys(of)]
        return {item["id"]: _linked(item) for item in self._table.get_all(keys) if item["dueAt"] > epoch(now)}

    def link(self, declaration: Linked, appointment_end: datetime) -> Write:
        """It has not changed since it was read; it is kept past the appointment, or longer if it was kept longer."""
        until = appointment_end + KEPT_AFTER_APPOINTMENT
        key = declaration_key(declaration.citizen, declaration.id)
        unchanged = "#status = :submitted AND #version = :version"
        values = {
            ":submitted": DeclarationStatus.SUBMITTED.value,
            ":version": declaration.version,
            ":kept": epoch(until),
        }
        if declaration.kept_until >= until:
            return self._table.check(key, f"{unchanged} AND dueAt >= :kept", values)
        values[":ttl"] = epoch(until) + TTL_AFTER
        return self._table.update(key, "SET dueAt = :kept, #ttl = :ttl", f"{unchanged} AND dueAt < :kept", values)


def _linked(item: Item) -> Linked:
    return Linked(
        id=item["id"],
        citizen=item["citizen"],
        status=DeclarationStatus(item["status"]),
        version=item["version"],
        procedure=item["procedure"],
        office_id=item.get("office"),
        answers=json.loads(item["answers"]),
        kept_until=from_epoch(item["dueAt"]),
    )


def _same_person(answers: Answers, person: Person, personal_id: str | None) -> bool:
    """Whether the birth date agrees (perhaps only its year), and the personal number; without a number, the name."""
    if not person.date_of_birth.startswith(str(answers.get("dateOfBirth", ""))):
        return False
    for name in ("personalId", "oldCardNumber"):
        try:
            declared = PersonalId.parse(str(answers.get(name, "")))
        except NotAPersonalId:
            continue
        return declared.digits == personal_id if personal_id else declared.masked == person.masked_id
    return fold(str(answers.get("fullName", ""))) == fold(person.full_name)


def _wrong(code: str, message: str) -> FieldError:
    return FieldError("declarationId", code, message)
