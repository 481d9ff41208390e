"""What the template sends, in its own spellings."""

import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from cccd.fields import NameField, PhoneField, Plain
from cccd.text import fold
from cccd.wire import Model

# The template's own, ISO, and as Vietnam writes it.
_FORMS = [
    re.compile(form, re.ASCII)
    for form in (
        r"(?P<month>\d{1,2})-(?P<day>\d{1,2})-(?P<year>\d{4})",
        r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(T.*)?",
        r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})",
    )
]


def _day(typed: Any) -> date:
    text = typed.strip()[:40] if isinstance(typed, str) else ""
    for form in _FORMS:
        if found := form.fullmatch(text):
            with suppress(ValueError):
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
    raise PydanticCustomError("cccd_wrong_date", "Ngày hẹn chưa đúng. Vui lòng chọn lại ngày trên lịch.")


def _ten_digits(stored: str) -> str:
    """The template's form takes ten digits; a longer or a shorter number would never be called."""
    if not re.fullmatch(r"84[0-9]{9}", stored):
        raise PydanticCustomError("cccd_not_a_phone", "Số điện thoại cần đủ 10 chữ số, ví dụ 0912345678.")
    return stored


MOST_IMAGES = 5  # of one feedback

Words = StringConstraints(strip_whitespace=True, min_length=1)


class FeedbackIn(Model):
    """`POST /feedback_api`; the form shows the first type ticked and sends null unless somebody taps."""

    title: Annotated[str, Words, Field(max_length=200), Plain]
    content: Annotated[str, Words, Field(max_length=4000), Plain]
    image_urls: Annotated[list[Annotated[str, Field(max_length=2000)]], Field(max_length=MOST_IMAGES)] = []
    feedback_type_id: int | None = None


class ScheduleIn(Model):
    """`POST /create_schedule_api`: whom, and the day as the template writes it, MM-DD-YYYY."""

    full_name: NameField
    phone_number: Annotated[PhoneField, AfterValidator(_ten_digits)]
    content: Annotated[str, StringConstraints(max_length=1000)] = ""
    date: Annotated[date, BeforeValidator(_day), Field(examples=["11-26-2026"])]

    @property
    def procedure(self) -> str:
        """The procedure that the content speaks of: temporary residents have one of their own."""
        return "cap-cccd-tam-tru" if "tam tru" in fold(self.content) else "cap-cccd"
