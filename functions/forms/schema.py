"""A form as JSON Schema: the body of POST /declarations, with all that a front end needs to render it.

`x-` members are ours. `x-sections` has the title of each section, in order. A field has `x-order`, `x-item` (the number
on the paper), `x-section`, `x-type`, `x-sensitive`, `x-required-when` (required as soon as one of these is met) and
`x-with` (the default counts once that field is answered). `x-consent` has the words to agree to, none ticked. `allOf`
repeats the part of `x-required-when` that a JSON Schema validator can check.
"""

from typing import Any

from consent.words import ConsentText
from forms.form import Condition, Form, FormField

_DATE = r"^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?|(([0-9]{1,2}/)?[0-9]{1,2}/)?[0-9]{4})$"  # 1990-05-20 or 20/05/1990
_FORMATS: dict[str, dict[str, Any]] = {
    "name": {"type": "string", "maxLength": 100},
    "date-of-birth": {"type": "string", "pattern": _DATE},
    "personal-id": {"type": "string", "pattern": "^[0-9]{12}$"},
    "card-number": {"type": "string", "pattern": "^([0-9]{9}|[0-9]{12})$"},
    "phone": {"type": "string", "maxLength": 20},
    "yes-no": {"type": "boolean"},
    "agreement": {"type": "boolean", "const": True},
}


def form_schema(form: Form, procedure: str, consent: ConsentText) -> dict[str, Any]:
    """The form of a procedure as a JSON Schema (2020-12) of the whole request body."""
    head: dict[str, Any] = {
        "edition": {"const": form.edition},
        "procedure": {"const": procedure},
        "officeId": {"type": "string", "title": "Cơ quan Công an tiếp nhận"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": form.title,
        "type": "object",
        "properties": head
        | {field.name: _field_schema(field, place) for place, field in enumerate(form.fields, start=1)}
        | {"consent": _consent_schema(consent)},
        "required": [
            *head,
            *(field.name for field in form.fields if field.required and field.default is None),
            "consent",
        ],
        "allOf": [
            _implication(when, field) for field in form.fields for when in field.required_when if _checkable(when)
        ],
        "x-sections": [{"code": code, "title": title} for code, title in form.sections.items()],
    }


def _field_schema(field: FormField, place: int) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "title": field.title,
        "x-order": place,
        "x-item": field.item or None,
        "x-section": field.section,
        "x-type": field.type,
        "x-sensitive": field.sensitive,
    }
    if field.help:
        schema["description"] = field.help
    if field.example:
        schema["examples"] = [field.example]
    if field.default is not None:
        schema["default"] = field.default
    if field.with_:
        schema["x-with"] = field.with_
    if field.required_when:
        schema["x-required-when"] = [_condition(when) for when in field.required_when]
    return schema | _shape(field)


def _shape(field: FormField) -> dict[str, Any]:
    text = {"type": "string", "maxLength": field.max_length}
    match field.type:
        case "choice":
            listed = {"type": "string", "enum": list(field.choices)}
            return {"anyOf": [listed, text]} if field.other else listed
        case "choices":
            return {"type": "array", "items": {"enum": list(field.choices)}, "uniqueItems": True}
        case "address":
            return {"anyOf": [_address_schema(field.max_length), text | {"title": "Địa chỉ ghi liền"}]}
        case "text":
            return text
        case _:
            return _FORMATS[field.type]


def _address_schema(most: int) -> dict[str, Any]:
    """Province and ward by code (GET /provinces, GET /provinces/{code}/wards), the street, and the old wording."""
    return {
        "type": "object",
        "properties": {
            "province": {"title": "Tỉnh, thành phố", "type": "string", "pattern": "^[0-9]{2}$", "x-list": "/provinces"},
            "ward": {
                "title": "Xã, phường, đặc khu",
                "type": "string",
                "pattern": "^[0-9]{5}$",
                "x-list": "/provinces/{province}/wards",
            },
            "street": {"title": "Số nhà, đường, thôn, tổ", "type": "string", "maxLength": most},
            "oldText": {"title": "Địa chỉ cũ (trước 01/07/2025), nếu có", "type": "string", "maxLength": most},
        },
        "required": ["province", "ward"],
    }


def _condition(when: Condition) -> dict[str, Any]:
    found = {
        "field": when.field,
        "isIn": list(when.is_in) or None,
        "notIn": list(when.not_in) or None,
        "underAge": when.under_age,
        "answered": when.answered or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _checkable(when: Condition) -> bool:
    return when.under_age is None


def _implication(when: Condition, field: FormField) -> dict[str, Any]:
    value: dict[str, Any] = {}
    if when.is_in:
        value = {"enum": list(when.is_in)}
    elif when.not_in:
        value = {"not": {"enum": list(when.not_in)}}
    condition = {"properties": {when.field: value}, "required": [when.field]}
    return {"if": condition, "then": {"required": [field.name]}}


def _consent_schema(consent: ConsentText) -> dict[str, Any]:
    purposes = [
        {"code": each.code, "text": each.text, "sha256": each.sha256, "required": each.required}
        for each in consent.purposes
    ]
    return {
        "title": "Đồng ý cho dùng thông tin",
        "type": "object",
        "properties": {
            "version": {"const": consent.version},
            "purposes": {"type": "array", "items": {"enum": [each.code for each in consent.purposes]}},
        },
        "required": ["version", "purposes"],
        "x-consent": purposes,
    }
