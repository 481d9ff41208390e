"""One answer at a time: how a citizen's typed answer is kept, or why it cannot be right."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from cccd.person_name import NotAName, parse_name
from cccd.personal_id import NotAPersonalId, PersonalId
from cccd.phone import NotAPhone, parse_phone
from cccd.text import ascii_digits, clean, fold
from forms.birth_dates import first_day, parse_partial
from forms.form import FormField
from places import places

EARLIEST_BIRTH = 1900  # personal ids know no earlier century, and nobody alive was born in one

type Answer = str | bool | list[str] | dict[str, str]

_OLD_CARD = re.compile(r"[0-9]{9}")
_SEPARATORS = re.compile(r"[\s.\-]")
_SIGNS = "°"  # the one symbol that addresses have


class Mistake(ValueError):
    """An answer that cannot be right: a stable code, a Vietnamese sentence, and the part of the field."""

    def __init__(self, code: str, message: str, part: str = "", also: tuple["Mistake", ...] = ()):
        super().__init__(code)
        self.code = code
        self.message = message
        self.part = part
        self.also = also


def parse(field: FormField, value: Any, today: date) -> Answer | None:
    """The answer as kept, or None if the citizen answered nothing.

    Raises:
        Mistake: it cannot be right.
    """
    match field.type:
        case "yes-no" | "agreement":
            return _yes_no(field, value)
        case "choices":
            return _choices(field, value)
        case "address" if isinstance(value, dict):
            return _address(field, value, today)
    typed = _typed(field, value)
    if not typed:
        return None
    match field.type:
        case "name":
            return _name(typed)
        case "date-of-birth":
            return _birth_date(typed, today)
        case "choice":
            return _choice(field, typed)
        case "personal-id":
            return _personal_id(typed, today)
        case "card-number":
            return _card_number(typed, today)
        case "phone":
            return _phone(typed)
        case _:
            return _text(typed, field.max_length)


def _typed(field: FormField, value: Any) -> str:
    """The text without invisible characters; empty if nothing was typed."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Mistake("wrong_type", "Mục này phải là chữ.")
    if len(value) > 10 * field.max_length:
        raise _too_long(field.max_length)
    return clean(value)


def _too_long(most: int, part: str = "") -> Mistake:
    return Mistake("too_long", f"Mục này dài quá {most} ký tự. Vui lòng viết gọn lại.", part)


def _yes_no(field: FormField, value: Any) -> bool | None:
    if value is None:
        return None
    if not isinstance(value, bool):
        raise Mistake("wrong_type", "Mục này phải là có hoặc không.")
    if field.type == "agreement" and not value:
        raise Mistake("required", "Vui lòng đánh dấu đồng ý để tiếp tục.")
    return value


def _text(typed: str, most: int, part: str = "") -> str:
    text = unicodedata.normalize("NFKC", typed)
    if len(text) > most:
        raise _too_long(most, part)
    if any(unicodedata.category(c) in {"So", "Sk", "Co"} and c not in _SIGNS for c in text):
        message = "Mục này có biểu tượng hoặc ký tự lạ. Vui lòng chỉ dùng chữ, số và dấu câu."
        raise Mistake("unreadable_character", message, part)
    if not any(c.isalnum() for c in text):
        raise Mistake("no_words", "Mục này chưa có chữ hoặc số nào. Vui lòng điền lại.", part)
    return text


def _name(typed: str) -> str:
    try:
        return parse_name(typed)
    except NotAName:
        message = "Họ tên chỉ gồm chữ cái, khoảng trắng, dấu nháy đơn, dấu chấm và gạch nối, tối đa 100 ký tự."
        raise Mistake("person_name", message) from None


def _birth_date(typed: str, today: date) -> str:
    try:
        kept = parse_partial(typed)
    except ValueError:
        message = (
            "Ngày này không có trên lịch, hoặc viết chưa đúng. Hãy viết ngày/tháng/năm, ví dụ 20/05/1990;"
            " chỉ biết năm thì ghi năm, ví dụ 1950."
        )
        raise Mistake("wrong_date", message) from None
    born = first_day(kept)
    if born > today:
        raise Mistake("in_the_future", "Ngày sinh không thể ở tương lai. Vui lòng kiểm tra lại.")
    if born.year < EARLIEST_BIRTH:
        raise Mistake("too_long_ago", "Năm sinh trước 1900. Vui lòng kiểm tra lại năm sinh.")
    return kept


def _choice(field: FormField, typed: str) -> str:
    for choice in field.choices:
        if choice == typed:
            return choice
    folded = fold(typed)
    for choice in field.choices:
        if fold(choice) == folded:
            return choice
    if field.other:
        return _text(typed, field.max_length)
    raise Mistake("not_a_choice", "Vui lòng chọn một trong các giá trị cho sẵn.")


def _choices(field: FormField, value: Any) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Mistake("wrong_type", "Mục này phải là một danh sách các lựa chọn.")
    if len(value) > len(field.choices):
        raise Mistake("not_a_choice", "Vui lòng chọn trong các giá trị cho sẵn, mỗi giá trị một lần.")
    chosen = {_choice(field, _typed(field, each)) for each in value}
    return [choice for choice in field.choices if choice in chosen] or None


def _personal_id(typed: str, today: date) -> str:
    try:
        return _of_a_living_person(PersonalId.parse(typed), today)
    except NotAPersonalId:
        message = (
            "Số định danh gồm 12 chữ số, như in trên thẻ CCCD hoặc giấy khai sinh: 3 số đầu là mã nơi đăng ký khai sinh, "
            "số thứ tư là giới tính và thế kỷ sinh (0 đến 3), hai số tiếp theo là năm sinh. Vui lòng kiểm tra lại."
        )
        raise Mistake("personal_id", message) from None


def _of_a_living_person(number: PersonalId, today: date) -> str:
    """The digits.

    Raises:
        Mistake: the number is of a birth year that has not come yet.
    """
    if message := number.from_the_future(today):
        raise Mistake("personal_id", message)
    return number.digits


def _card_number(typed: str, today: date) -> str:
    digits = _SEPARATORS.sub("", ascii_digits(typed))
    if _OLD_CARD.fullmatch(digits):
        return digits
    try:
        return _of_a_living_person(PersonalId.parse(digits), today)
    except NotAPersonalId:
        raise Mistake("card_number", "Số CMND có 9 chữ số, số CCCD có 12 chữ số. Vui lòng kiểm tra lại.") from None


def _phone(typed: str) -> str:
    try:
        return parse_phone(typed)
    except NotAPhone:
        message = (
            "Số điện thoại chưa đúng. Số di động có 10 chữ số và bắt đầu bằng 03, 05, 07, 08 hoặc 09, ví dụ 0912345678."
            " Số 11 chữ số cũ (01…) đã đổi từ năm 2018."
        )
        raise Mistake("phone", message) from None


def _address(field: FormField, value: Mapping[str, Any], today: date) -> dict[str, str] | str | None:
    """An address of the scheme of 01/07/2025: codes of province and ward, a street, and the old wording if any.

    An address that has only its old wording is kept as that text.
    """
    parts: dict[str, str] = {}
    wrong: list[Mistake] = []
    for part in ("province", "ward", "street", "oldText"):
        try:
            if text := _typed(field, value.get(part)):
                parts[part] = _text(text, field.max_length)
        except Mistake as mistake:
            wrong.append(Mistake(mistake.code, mistake.message, part))
    if parts.keys() == {"oldText"} and not wrong:
        return parts["oldText"]
    if parts or wrong:
        wrong += _unknown_places(parts, {mistake.part for mistake in wrong}, today)
    if wrong:
        raise Mistake(wrong[0].code, wrong[0].message, wrong[0].part, also=tuple(wrong[1:]))
    return parts or None


def _unknown_places(parts: Mapping[str, str], known_wrong: set[str], today: date) -> list[Mistake]:
    """The mistakes in province and ward; parts that are wrong already are not checked again."""
    for part, name in (("province", "tỉnh, thành phố"), ("ward", "xã, phường, đặc khu")):
        if part in known_wrong:
            return []
        if part not in parts:
            return [Mistake("required", f"Vui lòng chọn {name}.", part)]
        known = (
            places.province(parts["province"], today)
            if part == "province"
            else places.wards(parts["province"]).get(parts["ward"])
        )
        if not known:
            return [Mistake("not_a_choice", f"Không có {name} này. Vui lòng chọn lại trong danh sách.", part)]
    return []


def shown_address(answer: Answer | None, on: date) -> str:
    """An address in one line: street, ward, province; or its old wording."""
    if not isinstance(answer, dict):
        return str(answer or "")
    code = answer.get("province", "")  # a draft's address may lack any part
    province = places.province(code, on)
    ward = places.wards(code).get(answer.get("ward", ""), "")
    return ", ".join(part for part in (answer.get("street"), ward, province.name if province else "") if part)
