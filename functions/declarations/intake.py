"""Reads a request to keep a declaration as a whole: head, consent and form. It reports every mistake at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cccd.errors import FieldError, InvalidRequest
from consent.choices import Consent, read_consent
from forms.answers import Answers, check, kept_as_typed
from forms.form import Form, form_for
from offices.directory import directory

_ANY_PROCEDURE = "cap-cccd"  # the fields are checked against its form while the procedure itself is a mistake


@dataclass(frozen=True)
class Intake:
    """The declaration that a request asks to keep. A draft's answers may be wrong, and its office missing."""

    draft: bool
    edition: str
    procedure: str
    office_id: str | None
    answers: Answers
    consent: Consent


def read(body: Mapping[str, Any], now: datetime) -> Intake:
    """The request in the form in which it is kept.

    Raises:
        InvalidRequest: every mistake of head, consent and form; for a draft, only the mistakes that prevent keeping it.
    """
    draft, mistakes = _flag(body)
    form, wrong = _form(body, now)
    mistakes += wrong
    office, wrong = _office(body, needed=not draft)
    mistakes += wrong
    consent, wrong = read_consent(body.get("consent"), now)
    shown = form or form_for(_ANY_PROCEDURE, now.date())
    checked = check(shown, body, now.date()) if shown else None
    if checked and not draft:
        mistakes += checked.mistakes
    mistakes += wrong
    if mistakes or form is None or consent is None or checked is None:
        raise InvalidRequest(mistakes)
    return Intake(
        draft=draft,
        edition=form.edition,
        procedure=str(body["procedure"]),
        office_id=office,
        answers=kept_as_typed(form, body, checked) if draft else checked.answers,
        consent=consent,
    )


def _flag(body: Mapping[str, Any]) -> tuple[bool, list[FieldError]]:
    draft = body.get("draft")
    if draft is None or isinstance(draft, bool):
        return bool(draft), []
    return False, [FieldError("draft", "wrong_type", "Mục này phải là có hoặc không.")]


def _form(body: Mapping[str, Any], now: datetime) -> tuple[Form | None, list[FieldError]]:
    procedure, mistakes = _text(body, "procedure")
    edition, wrong = _text(body, "edition")
    form = form_for(procedure, now.date()) if procedure else None
    if procedure and form is None:
        mistakes.append(FieldError("procedure", "not_found", "Không có tờ khai cho thủ tục này. Vui lòng chọn lại."))
    if form and edition and edition != form.edition:
        message = f"Mẫu tờ khai đang áp dụng là “{form.edition}”. Vui lòng mở lại tờ khai rồi gửi lại."
        wrong.append(FieldError("edition", "not_in_force", message))
    return form, wrong + mistakes


def _office(body: Mapping[str, Any], needed: bool) -> tuple[str | None, list[FieldError]]:
    if body.get("officeId") is None and not needed:
        return None, []
    office, mistakes = _text(body, "officeId")
    if office and directory().find(office) is None:
        mistakes.append(FieldError("officeId", "not_found", "Không tìm thấy cơ quan này. Vui lòng chọn lại."))
    return office, mistakes


def _text(body: Mapping[str, Any], name: str) -> tuple[str | None, list[FieldError]]:
    value = body.get(name)
    if value is None or value == "":
        return None, [FieldError(name, "required", "Vui lòng điền mục này.")]
    if not isinstance(value, str):
        return None, [FieldError(name, "wrong_type", "Mục này phải là chữ.")]
    if len(value) > 64:
        return None, [FieldError(name, "too_long", "Mục này dài quá 64 ký tự.")]
    return value, []
