"""Fields that several requests share, for Pydantic models: parsed once, refused with a Vietnamese sentence."""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from cccd.clock import FIRST_DAY, LAST_DAY, VIETNAM, today
from cccd.person_name import NotAName, parse_name
from cccd.personal_id import NotAPersonalId, PersonalId
from cccd.phone import NotAPhone, parse_phone

OLDEST_BIRTH = 1900  # no number is given for births before, and nobody alive was born then


def _personal_id(typed: str) -> str:
    try:
        number = PersonalId.parse(typed)
    except NotAPersonalId:
        raise PydanticCustomError(
            "cccd_personal_id",
            "Số định danh gồm 12 chữ số, như in trên thẻ CCCD hoặc giấy khai sinh. Vui lòng kiểm tra lại.",
        ) from None
    if message := number.from_the_future(today()):
        raise PydanticCustomError("cccd_personal_id", message)
    return number.digits


def _name(typed: str) -> str:
    try:
        return parse_name(typed)
    except NotAName:
        raise PydanticCustomError(
            "cccd_person_name",
            "Họ tên chỉ gồm chữ cái, khoảng trắng, dấu nháy đơn, dấu chấm và gạch nối, tối đa 100 ký tự.",
        ) from None


def _phone(typed: str) -> str:
    try:
        return parse_phone(typed)
    except NotAPhone:
        raise PydanticCustomError(
            "cccd_phone", "Số điện thoại chưa đúng. Vui lòng nhập số điện thoại Việt Nam, ví dụ 0912345678."
        ) from None


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # but tab and the ends of lines


def _plain(words: str) -> str:
    if "<" in words or ">" in words:
        raise PydanticCustomError("cccd_markup", "Mục này không dùng được dấu < và >. Vui lòng bỏ đi rồi gửi lại.")
    if _CONTROL.search(words):
        raise PydanticCustomError(
            "cccd_control", "Mục này có ký tự ẩn không hiển thị được. Vui lòng xoá đi, gõ lại rồi gửi."
        )
    return words


def _only_text(value: object) -> object:
    # Pydantic would also read a number as days since 1970; a front end that sends a number has made a mistake.
    if isinstance(value, int | float):
        raise PydanticCustomError("cccd_wrong_date", "Ngày phải theo dạng năm-tháng-ngày, ví dụ 2026-11-30.")
    return value


def _instant(value: object) -> datetime:
    """An ISO 8601 instant with its offset, as text, within the years that we handle."""
    wrong = "Thời điểm phải có thật, kèm múi giờ và theo dạng 2026-11-30T08:00:00+07:00."
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not FIRST_DAY.year <= found.year <= LAST_DAY.year:
        raise PydanticCustomError("cccd_wrong_time", wrong)
    return found.astimezone(VIETNAM)


Plain = AfterValidator(_plain)
"""Of words without markup or control characters: whoever reads them may be a page that shows what it gets."""

PersonalIdField = Annotated[
    str,
    Field(max_length=64, description="Số định danh cá nhân (12 chữ số).", examples=["079190001234"]),
    AfterValidator(_personal_id),
]
NameField = Annotated[
    str, Field(max_length=400, description="Họ, chữ đệm và tên.", examples=["NGUYỄN THỊ LAN"]), AfterValidator(_name)
]
PhoneField = Annotated[
    str, Field(max_length=64, description="Số điện thoại Việt Nam.", examples=["0912345678"]), AfterValidator(_phone)
]
DateField = Annotated[date, BeforeValidator(_only_text), Field(examples=["1990-05-20"])]
StartField = Annotated[
    datetime,
    BeforeValidator(_instant),
    Field(description="ISO 8601, +07:00", examples=["2026-11-30T08:00:00+07:00"]),
]
