"""The form as JSON Schema: a front end renders it, and the service accepts the result."""

import pytest

from forms.api import handler as forms
from tests.declarations.people import FORM_2021, FORM_2026
from tests.gateway import call


@pytest.mark.parametrize(
    ("on", "edition"), [("2021-06-24", "legacy-2021"), ("2024-07-01", "2026"), ("2026-11-23", "2026")]
)
def test_the_form_in_force_can_be_rendered(on: str, edition: str) -> None:
    form = call(forms, "GET", "/forms/cap-cccd", query={"on": on}).body
    assert form["edition"] == edition
    fields = form["schema"]["properties"]
    assert all(field["title"] for name, field in fields.items() if name not in ("edition", "procedure"))
    orders = [field["x-order"] for field in fields.values() if "x-order" in field]
    assert orders == list(range(1, len(orders) + 1))


def test_the_schema_accepts_what_the_service_accepts() -> None:
    import jsonschema

    for on, body in (("2021-06-24", FORM_2021), ("2026-11-23", FORM_2026)):
        schema = call(forms, "GET", "/forms/cap-cccd", query={"on": on}).body["schema"]
        plain = body | {"oldCardNumber": "024123456"}
        jsonschema.validate(plain, schema)


def test_the_form_tells_all_that_a_front_end_needs() -> None:
    schema = call(forms, "GET", "/forms/cap-cccd", query={"on": "2021-06-24"}).body["schema"]
    assert [section["title"] for section in schema["x-sections"]] == [
        "Người làm thẻ",
        "Người thân",
        "Yêu cầu của công dân",
    ]
    fields = schema["properties"]
    items = {int(field["x-item"]) for field in fields.values() if field.get("x-item")}
    assert items == set(range(1, 23)), "the 22 items of the paper"
    assert fields["spouseName"]["x-required-when"] == [{"field": "maritalStatus", "isIn": ["Đang có vợ/chồng"]}]
    assert {name for name, field in fields.items() if field.get("x-sensitive")} == {
        "ethnicity",
        "religion",
        "bloodGroup",
    }
    assert all(
        not purpose.get("checked") and len(purpose["sha256"]) == 64 for purpose in fields["consent"]["x-consent"]
    )


def test_todays_form_asks_nothing_sensitive() -> None:
    fields = call(forms, "GET", "/forms/cap-cccd", query={"on": "2026-11-23"}).body["schema"]["properties"]
    assert not any(field.get("x-sensitive") for field in fields.values())
    assert not {"ethnicity", "religion", "bloodGroup", "nativePlace", "fatherName"} & set(fields)


def test_the_schema_requires_what_the_service_requires() -> None:
    import jsonschema

    schema = call(forms, "GET", "/forms/cap-cccd", query={"on": "2021-06-24"}).body["schema"]
    married = FORM_2021 | {"oldCardNumber": "024123456", "maritalStatus": "Đang có vợ/chồng"}
    with pytest.raises(jsonschema.ValidationError, match="spouseName"):
        jsonschema.validate(married, schema)
