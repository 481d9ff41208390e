"""What of a booking crosses the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from bookings.booking import Status
from cccd.fields import BirthDateField, NameField, PersonalIdField, PhoneField, StartField
from cccd.http import Model
from declarations.items import ID_PATTERN


class ApplicantIn(Model):
    """Who the card is for."""

    full_name: NameField
    personal_id: PersonalIdField
    date_of_birth: BirthDateField
    phone: PhoneField


class BookingRequest(Model):
    """What a citizen asks for; `start` as a slot of the office gave it."""

    office_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    procedure: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    start: StartField
    applicant: ApplicantIn
    declaration_id: Annotated[str, StringConstraints(pattern=ID_PATTERN)] | None = None


class Move(Model):
    """Where to move a booking."""

    start: StartField


class ApplicantView(Model):
    """The applicant as read back: the personal id shows its last digits only."""

    full_name: str
    personal_id: str
    date_of_birth: str
    phone: str


class DocumentView(Model):
    """A paper to bring; where it is not mandatory, `why` tells in which case it is needed."""

    code: str
    name: str
    why: str
    mandatory: bool


class BookingView(Model):
    """An appointment. `peopleAhead` is told on the day of a confirmed one."""

    id: str
    ticket: str
    status: Status
    office_id: str
    procedure: str
    start: datetime
    end: datetime
    hold_expires_at: datetime | None
    applicant: ApplicantView
    declaration_id: str | None
    documents_to_bring: list[DocumentView]
    people_ahead: int | None = None
