"""What a citizen typed into a form: each answer normalised, every mistake told at once, doubts told as warnings.

A mistake is what no person can have (a 13-digit number). A doubt is what some people rightly have (a birth year
that differs from the number's, since corrected): it is told, and the officer decides.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cccd.errors import FieldError
from cccd.person_name import NotAName, parse_name
from cccd.personal_id import NotAPersonalId, PersonalId
from cccd.phone import NotAPhone, parse_phone
from cccd.text import ascii_digits, clean, fold
from declarations.form import Condition, Form, FormField

OLDEST = 130  # years; nobody alive was born earlier
_OLD_CARD = re.compile(r"[0-9]{9}")

type Answer = str | bool


class Mistake(ValueError):
    """An answer that cannot be right: a stable code and a Vietnamese sentence."""

    def __init__(self, code: str, message: str):
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Checked:
    """The answers as kept, the mistakes (which refuse) and the doubts (which do not)."""

    answers: Mapping[str, Answer]
    mistakes: list[FieldError]
    doubts: list[FieldError]


def check(form: Form, typed: Mapping[str, Any], today: date) -> Checked:
    """Every field of the form, as typed, against its rules."""
    answers: dict[str, Answer] = {}
    mistakes: list[FieldError] = []
    for field in form.fields:
        try:
            answer = _answer(field, typed.get(field.name), today)
        except Mistake as mistake:
            mistakes.append(FieldError(field.name, mistake.code, mistake.message))
            continue
        if answer is not None:
            answers[field.name] = answer
    failed = {mistake.field for mistake in mistakes}
    for field in form.fields:
        if field.name not in answers and field.name not in failed and _required(field, answers, today):
            mistakes.append(FieldError(field.name, "required", "Vui lòng điền mục này."))
    order = {field.name: place for place, field in enumerate(form.fields)}
    return Checked(answers, sorted(mistakes, key=lambda each: order[each.field]), doubts(answers))


def age(born: date, on: date) -> int:
    """Full years on that day; someone born on 29/2 turns a year older on 1/3 of a common year."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _required(field: FormField, answers: Mapping[str, Answer], today: date) -> bool:
    return field.required or (field.required_when is not None and _met(field.required_when, answers, today))


def _met(when: Condition, answers: Mapping[str, Answer], today: date) -> bool:
    answer = answers.get(when.field)
    if not isinstance(answer, str):
        return False
    if when.under_age is not None:
        return age(date.fromisoformat(answer), today) < when.under_age
    return answer == when.is_ if when.is_ is not None else answer != when.is_not


def _answer(field: FormField, value: Any, today: date) -> Answer | None:
    """The answer as kept, or None where nothing was answered.

    Raises:
        Mistake: it cannot be right.
    """
    if field.type in ("yes-no", "agreement"):
        return _yes_no(field, value)
    if value is None:
        return field.default
    if not isinstance(value, str):
        raise Mistake("wrong_type", "Mục này phải là chữ.")
    if len(value) > 10 * field.max_length:
        raise Mistake("too_long", f"Mục này dài quá {field.max_length} ký tự.")
    typed = clean(value)
    if not typed:
        return field.default
    match field.type:
        case "name":
            return _name(typed)
        case "date-of-birth":
            return _birth_date(typed, today)
        case "choice":
            return _choice(field, typed)
        case "personal-id":
            return _personal_id(typed)
        case "old-card-number":
            return _old_card_number(typed)
        case "phone":
            return _phone(typed)
        case _:
            return _text(field, typed)


def _yes_no(field: FormField, value: Any) -> bool | None:
    if value is None:
        return field.default if isinstance(field.default, bool) else None
    if not isinstance(value, bool):
        raise Mistake("wrong_type", "Mục này phải là có hoặc không.")
    if field.type == "agreement" and not value:
        raise Mistake("required", "Vui lòng đánh dấu đồng ý để tiếp tục.")
    return value


def _text(field: FormField, typed: str) -> str:
    if len(typed) > field.max_length:
        raise Mistake("too_long", f"Mục này dài quá {field.max_length} ký tự.")
    return typed


def _name(typed: str) -> str:
    try:
        return parse_name(typed)
    except NotAName:
        message = "Họ tên chỉ gồm chữ cái, khoảng trắng, dấu nháy đơn, dấu chấm và gạch nối, tối đa 100 ký tự."
        raise Mistake("person_name", message) from None


def _birth_date(typed: str, today: date) -> str:
    try:
        born = date.fromisoformat(ascii_digits(typed))
    except ValueError:
        raise Mistake("wrong_date", "Ngày phải có thật và theo dạng năm-tháng-ngày, ví dụ 1990-05-20.") from None
    if born > today:
        raise Mistake("in_the_future", "Ngày sinh không thể ở tương lai.")
    if age(born, today) > OLDEST:
        raise Mistake("too_long_ago", "Vui lòng kiểm tra lại năm sinh.")
    return born.isoformat()


def _choice(field: FormField, typed: str) -> str:
    for choice in field.choices:
        if fold(choice) == fold(typed):
            return choice
    if field.other:
        return _text(field, typed)
    raise Mistake("not_a_choice", "Vui lòng chọn một trong các giá trị cho sẵn.")


def _personal_id(typed: str) -> str:
    try:
        return PersonalId.parse(typed).digits
    except NotAPersonalId:
        message = "Số định danh gồm 12 chữ số, như in trên thẻ CCCD hoặc giấy khai sinh. Vui lòng kiểm tra lại."
        raise Mistake("personal_id", message) from None


def _old_card_number(typed: str) -> str:
    digits = re.sub(r"[\s.\-]", "", ascii_digits(typed))
    if _OLD_CARD.fullmatch(digits):
        return digits
    try:
        return PersonalId.parse(digits).digits
    except NotAPersonalId:
        raise Mistake("old_card_number", "Số CMND có 9 chữ số, số CCCD có 12 chữ số. Vui lòng kiểm tra lại.") from None


def _phone(typed: str) -> str:
    try:
        return parse_phone(typed)
    except NotAPhone:
        message = "Số điện thoại chưa đúng. Vui lòng nhập số điện thoại Việt Nam, ví dụ 0912345678."
        raise Mistake("phone", message) from None


def doubts(answers: Mapping[str, Answer]) -> list[FieldError]:
    """What may be right, but is worth a second look."""
    found = []
    for name in ("personalId", "oldCardNumber"):
        number = answers.get(name)
        if not isinstance(number, str) or len(number) != 12:
            continue
        person = PersonalId(number)
        born, sex = answers.get("dateOfBirth"), answers.get("sex")
        if isinstance(born, str) and not person.agrees_with(date.fromisoformat(born)):
            message = "Năm sinh khác với năm sinh trong số định danh. Vui lòng kiểm tra lại; nếu đúng, cứ tiếp tục."
            found.append(FieldError(name, "birth_year_differs", message))
        if isinstance(sex, str) and (sex == "Nữ") != (person.sex == "female"):
            message = "Giới tính khác với giới tính trong số định danh. Vui lòng kiểm tra lại; nếu đúng, cứ tiếp tục."
            found.append(FieldError(name, "sex_differs", message))
    return found
