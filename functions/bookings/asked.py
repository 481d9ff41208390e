"""What a citizen sends about a booking."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header
from pydantic import StringConstraints

from cccd.fields import BirthDateField, NameField, PersonalIdField, PhoneField, StartField
from cccd.wire import Model
from declarations.items import ID_PATTERN

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="Mã do ứng dụng tạo cho mỗi lần bấm nút; gửi lại cùng mã thì nhận lại cùng lịch hẹn.",
    ),
]


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
