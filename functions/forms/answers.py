"""A whole form as typed: each answer normalised, every mistake reported at once, doubts reported as warnings.

A mistake is an answer that no person can have (a 13-digit number); it refuses the submission. A doubt is an answer that
some people rightly have (a birth year that differs from the number's, since corrected); the officer decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cccd.errors import FieldError
from cccd.text import clean
from forms.birth_dates import age, first_day
from forms.doubts import doubts
from forms.form import Condition, Form, FormField
from forms.values import Answer, Mistake, parse

type Answers = Mapping[str, Answer]

# A citizen may fill in a child's form before the birthday on which the office will see the child.
AHEAD = timedelta(days=31)


@dataclass(frozen=True)
class Checked:
    """The answers as kept, the mistakes (which refuse) and the doubts (which do not); both follow the form's order."""

    answers: Answers
    mistakes: list[FieldError]
    doubts: list[FieldError]


def check(form: Form, typed: Mapping[str, Any], today: date, procedure: str = "") -> Checked:
    """Check every field of the form, as typed for that procedure, against its rules. Other fields are dropped."""
    answers: dict[str, Answer] = {}
    mistakes: list[FieldError] = []
    for field in form.fields:
        try:
            answer = parse(field, typed.get(field.name), today)
        except Mistake as mistake:
            mistakes += [_told(field.name, each) for each in (mistake, *mistake.also)]
            continue
        if answer is not None:
            answers[field.name] = answer
    failed = {_field_of(mistake) for mistake in mistakes}
    answers |= _defaults(form, answers, failed)
    for field in form.fields:
        if field.name not in answers and field.name not in failed and required(field, answers, today):
            mistakes.append(FieldError(field.name, "required", "Vui lòng điền mục này."))
    mistakes += _too_young(form, answers, today)
    order = {field.name: place for place, field in enumerate(form.fields)}
    mistakes.sort(key=lambda each: order[_field_of(each)])
    in_order = {field.name: answers[field.name] for field in form.fields if field.name in answers}
    return Checked(in_order, mistakes, doubts(form, in_order, today, procedure))


def required(field: FormField, answers: Answers, today: date) -> bool:
    """Whether the citizen must answer the field, given the other answers."""
    return field.required or any(_met(when, answers, today) for when in field.required_when)


def kept_as_typed(form: Form, typed: Mapping[str, Any], checked: Checked) -> dict[str, Answer]:
    """A draft's answers: right answers as kept, wrong answers as typed, so that nothing is lost.

    Invisible characters are removed from text, and text is cut to the longest that any field takes; a number is kept as
    text.
    """
    kept: dict[str, Answer] = dict(checked.answers)
    for field in form.fields:
        value = typed.get(field.name)
        if field.name not in kept and value is not None:
            text = _as_typed(value, LONGEST_SENSITIVE if field.sensitive else LONGEST_TYPED)
            if text is not None and not (field.sensitive and not isinstance(text, str)):
                kept[field.name] = text
    return {field.name: kept[field.name] for field in form.fields if field.name in kept}


LONGEST_TYPED = 2_000  # characters of a draft's answer that does not fit
LONGEST_CHOSEN = 200  # of each of a list, which are at most twenty
LONGEST_SENSITIVE = 200  # the same for sealed answers: all of them together stay under the 4 KB that KMS seals
BEYOND_SENSE = 1e100


def _as_typed(value: Any, longest: int) -> Answer | None:
    match value:
        case bool():
            return value
        case list():
            longest = min(longest, LONGEST_CHOSEN)
            return [text for each in value[:20] if (text := _text(each, longest)) is not None] or None
        case dict():
            parts = {part: _text(value.get(part), longest) for part in ("province", "ward", "street", "oldText")}
            return {part: text for part, text in parts.items() if text is not None} or None
        case _:
            return _text(value, longest) or None


def _text(value: Any, longest: int) -> str | None:
    """A text, or a number as text; None for any other value, and for an absurdly large number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if not isinstance(value, str) and not abs(value) < BEYOND_SENSE:
        return None
    return clean(str(value)[:longest])


def _told(name: str, mistake: Mistake) -> FieldError:
    return FieldError(f"{name}.{mistake.part}" if mistake.part else name, mistake.code, mistake.message)


def _field_of(error: FieldError) -> str:
    return error.field.partition(".")[0]


def _defaults(form: Form, answers: Answers, failed: set[str]) -> dict[str, Answer]:
    return {
        field.name: field.default
        for field in form.fields
        if field.default is not None
        and field.name not in answers
        and field.name not in failed
        and (field.with_ is None or field.with_ in answers)
    }


def _met(when: Condition, answers: Answers, today: date) -> bool:
    answer = answers.get(when.field)
    if answer is None:
        return False
    if when.under_age is not None:
        return isinstance(answer, str) and age(first_day(answer), today) < when.under_age
    if when.is_in:
        return answer in when.is_in
    return answer not in when.not_in


def _too_young(form: Form, answers: Answers, today: date) -> list[FieldError]:
    born = answers.get("dateOfBirth")
    if not isinstance(born, str) or age(first_day(born), today + AHEAD) >= form.youngest:
        return []
    message = f"Thẻ CCCD chỉ cấp cho người từ đủ {form.youngest} tuổi. Vui lòng quay lại khi người làm thẻ đủ tuổi."
    return [FieldError("dateOfBirth", "too_young", message)]
