"""A form as JSON Schema: the body that POST /declarations takes, with all that a front end needs to render it.

`x-` members are ours: `x-order` (of the paper), `x-type`, `x-sensitive`, `x-required-when`, `x-consent`.
"""

from typing import Any

from declarations.form import Condition, ConsentText, Form, FormField

_FORMATS: dict[str, dict[str, Any]] = {
    "name": {"type": "string", "maxLength": 100},
    "date-of-birth": {"type": "string", "format": "date"},
    "personal-id": {"type": "string", "pattern": "^[0-9]{12}$"},
    "old-card-number": {"type": "string", "pattern": "^([0-9]{9}|[0-9]{12})$"},
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
        "required": [*head, *(field.name for field in form.fields if field.required), "consent"],
    }


def _field_schema(field: FormField, place: int) -> dict[str, Any]:
    schema = {"title": field.title, "x-order": place, "x-type": field.type, "x-sensitive": field.sensitive}
    if field.help:
        schema["description"] = field.help
    if field.default is not None:
        schema["default"] = field.default
    if field.required_when:
        schema["x-required-when"] = _condition(field.required_when)
    if field.type == "choice":
        listed = {"type": "string", "enum": list(field.choices)}
        own_words = {"type": "string", "maxLength": field.max_length}
        return schema | ({"anyOf": [listed, own_words]} if field.other else listed)
    if field.type == "text":
        return schema | {"type": "string", "maxLength": field.max_length}
    return schema | _FORMATS[field.type]


def _condition(when: Condition) -> dict[str, Any]:
    found = {"field": when.field, "is": when.is_, "isNot": when.is_not, "underAge": when.under_age}
    return {name: value for name, value in found.items() if value is not None}


def _consent_schema(consent: ConsentText) -> dict[str, Any]:
    purposes = [{"code": each.code, "text": each.text, "required": each.required} for each in consent.purposes]
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
