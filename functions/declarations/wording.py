"""A declaration's answers in words, as they are printed and as an officer reads them."""

from datetime import date

from cccd.phone import shown_phone
from forms.birth_dates import shown_partial
from forms.form import FormField
from forms.values import Answer, shown_address


def in_words(field: FormField, answer: Answer | None, on: date) -> str:
    """The answer to that field as Vietnamese reads it, its places named as of the day `on`; empty without an answer."""
    match answer:
        case None:
            return ""
        case bool():
            return "Có" if answer else "Không"
        case list():
            return "; ".join(answer)
        case dict():
            return _address(answer, on)
    if field.type == "phone" and answer.startswith("84"):
        return shown_phone(answer)
    return shown_partial(answer) if field.type == "date-of-birth" and answer[:4].isdigit() else answer


def _address(answer: dict[str, str], on: date) -> str:
    now = shown_address(answer, on)
    return f"{now} (trước đây: {answer['oldText']})" if answer.get("oldText") else now
