"""What a citizen sends about a booking."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from cccd.clock import today
from cccd.fields import OLDEST_BIRTH, NameField, PersonalIdField, PhoneField, StartField
from cccd.wire import Model
from declarations.items import ID_PATTERN
from forms.birth_dates import first_day, parse_partial


def _birth_date(typed: str) -> str:
    """As the declaration keeps it: YYYY-MM-DD, or as much of it as old papers have."""
    try:
        kept = parse_partial(typed)
    except ValueError:
        raise PydanticCustomError(
            "cccd_wrong_date",
            "Ngày này không có trên lịch, hoặc viết chưa đúng. Hãy viết ngày/tháng/năm, ví dụ 20/05/1990;"
            " chỉ biết năm thì ghi năm, ví dụ 1950.",
        ) from None
    born = first_day(kept)
    if born > today():
        raise PydanticCustomError("cccd_in_the_future", "Ngày sinh không thể ở tương lai.")
    if born.year < OLDEST_BIRTH:
        raise PydanticCustomError("cccd_too_long_ago", "Vui lòng kiểm tra lại năm sinh.")
    return kept


BirthDate = Annotated[
    str,
    Field(
        max_length=64,
        description="Ngày sinh: 1990-05-20 hoặc 20/05/1990; giấy tờ chỉ ghi tháng hoặc năm thì 1950-05 hoặc 1950.",
        examples=["1990-05-20"],
    ),
    AfterValidator(_birth_date),
]


class ApplicantIn(Model):
    """Who the card is for."""

    full_name: NameField
    personal_id: PersonalIdField
    date_of_birth: BirthDate
    phone: PhoneField


class BookingRequest(Model):
    """What a citizen asks for; `start` as a slot of the office gave it."""

    office_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    procedure: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    start: StartField
    applicant: ApplicantIn
    declaration_id: Annotated[str, StringConstraints(pattern=ID_PATTERN)] | None = None
