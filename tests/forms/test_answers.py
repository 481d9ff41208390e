"""What a citizen types: real people pass, impossible answers are reported, nothing is lost and nothing crashes."""

import json
import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from forms.answers import check, kept_as_typed
from forms.birth_dates import age, first_day, parse_partial, shown_partial
from forms.form import Form, form_of, forms
from forms.values import shown_address
from tests.declarations.people import FORM_2021, FORM_2026, anything, people_of_2021, people_of_2026

TODAY = date(2026, 11, 23)
THE_ARTICLES_DAY = date(2021, 6, 24)
NEW, OLD = form_of("2026"), form_of("legacy-2021")


def codes(form: Form, typed: dict[str, Any], today: date = TODAY) -> dict[str, str]:
    return {mistake.field: mistake.code for mistake in check(form, typed, today).mistakes}


@given(people_of_2026())
@settings(max_examples=150, deadline=None)
def test_real_people_of_today_are_never_refused(typed: dict[str, Any]) -> None:
    checked = check(NEW, typed, TODAY)
    assert not checked.mistakes
    assert not check(NEW, checked.answers, TODAY).mistakes, "what is kept can be sent again"
    assert check(NEW, checked.answers, TODAY).answers == checked.answers
    assert unicodedata.is_normalized("NFC", json.dumps(checked.answers, ensure_ascii=False))


@given(people_of_2021())
@settings(max_examples=150, deadline=None)
def test_real_people_of_2021_are_never_refused(typed: dict[str, Any]) -> None:
    checked = check(OLD, typed, THE_ARTICLES_DAY)
    assert not checked.mistakes
    assert check(OLD, checked.answers, THE_ARTICLES_DAY).answers == checked.answers


@given(people_of_2021(), anything)
@settings(max_examples=40, deadline=None)
def test_any_value_in_any_field_is_judged_by_that_field_alone(typed: dict[str, Any], value: Any) -> None:
    for field in OLD.fields:
        found = check(OLD, typed | {field.name: value}, THE_ARTICLES_DAY)
        blamed = {mistake.field.partition(".")[0] for mistake in found.mistakes}
        dependent = {other.name for other in OLD.fields if any(w.field == field.name for w in other.required_when)}
        assert blamed <= {field.name} | dependent
        json.dumps(kept_as_typed(OLD, typed | {field.name: value}, found)).encode()


JUNK = {
    "missing": None,
    "a number": 12,
    "a list": [1],
    "an object": {"a": 1},
    "too long": "a" * 5_000,
    "only spaces": "   \t\n ",
    "control characters": "\x00\x07\x1b",
    "bidi and invisible": "\u202e\u200b\u2066",
    "emoji": "🙂🙃",
    "a lone surrogate": "\ud800",
    "signs": "'; --",
}


@pytest.mark.parametrize("form", [NEW, OLD], ids=lambda form: form.edition)
@pytest.mark.parametrize("junk", JUNK)
def test_nonsense_in_every_field_is_told_for_every_field_at_once(form: Form, junk: str) -> None:
    typed = {field.name: JUNK[junk] for field in form.fields}
    told = check(form, typed, TODAY).mistakes
    blamed = {mistake.field.partition(".")[0] for mistake in told}
    assert blamed >= {field.name for field in form.fields if field.required and field.default is None}
    assert all(mistake.message.endswith(".") and mistake.message[0].isupper() for mistake in told)
    kept_as_typed(form, typed, check(form, typed, TODAY))


@pytest.mark.parametrize("form", [NEW, OLD], ids=lambda form: form.edition)
@pytest.mark.parametrize("fragment", ["Robert'); DROP TABLE x;--", '{"$ne": null}', "<script>alert(1)</script>"])
def test_fragments_of_other_languages_are_refused_or_only_text(form: Form, fragment: str) -> None:
    checked = check(form, {field.name: fragment for field in form.fields}, TODAY)
    for field in form.fields:
        if field.type not in ("text", "address") and not field.other:
            assert field.name not in checked.answers or checked.answers[field.name] == field.default


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1990-05-20", "1990-05-20"),
        ("20/05/1990", "1990-05-20"),
        ("20.5.1990", "1990-05-20"),
        ("１９９０-０５-２０", "1990-05-20"),
        ("5/1950", "1950-05"),
        ("1950-05", "1950-05"),
        ("1950", "1950"),
        ("29/2/2000", "2000-02-29"),
        ("1900-01-01", "1900-01-01"),
        ("2026-11-23", "2026-11-23"),
    ],
)
def test_birth_dates_as_papers_have_them(typed: str, kept: str) -> None:
    parent = {"representativeName": "Lan", "representativeId": "079185001234"}
    assert check(NEW, FORM_2026 | parent | {"dateOfBirth": typed}, TODAY).answers["dateOfBirth"] == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1990-02-30", "wrong_date"),
        ("29/2/1900", "wrong_date"),
        ("1990-13", "wrong_date"),
        ("0000-01-01", "wrong_date"),
        ("hôm qua", "wrong_date"),
        ("90", "wrong_date"),
        ("2026-11-24", "in_the_future"),
        ("2030", "in_the_future"),
        ("9999-12-31", "in_the_future"),
        ("1899-12-31", "too_long_ago"),
        ("1876-05-20", "too_long_ago"),
        (None, "required"),
        (19900520, "wrong_type"),
    ],
)
def test_birth_dates_that_cannot_be(typed: Any, code: str) -> None:
    assert codes(NEW, FORM_2026 | {"dateOfBirth": typed})["dateOfBirth"] == code


def test_age_counts_from_the_birthday_and_from_1_march_for_29_february() -> None:
    assert age(date(2012, 11, 24), TODAY) == 13
    assert age(date(2012, 11, 23), TODAY) == 14
    assert age(date(2008, 2, 29), date(2022, 2, 28)) == 13
    assert age(date(2008, 2, 29), date(2022, 3, 1)) == 14
    assert first_day("1950") == date(1950, 1, 1)
    assert [shown_partial(parse_partial(each)) for each in ("1950", "5/1950", "1950-05-02")] == [
        "1950",
        "05/1950",
        "02/05/1950",
    ]


def test_today_a_child_needs_a_representative_until_fourteen() -> None:
    assert codes(NEW, FORM_2026 | {"dateOfBirth": "2012-11-24"}) == {
        "representativeName": "required",
        "representativeId": "required",
    }
    assert codes(NEW, FORM_2026 | {"dateOfBirth": "2012-11-23"}) == {}


def test_in_2021_a_child_was_too_young_unless_about_to_turn_fourteen() -> None:
    assert codes(OLD, FORM_2021 | {"dateOfBirth": "2008-06-24"}, THE_ARTICLES_DAY) == {"dateOfBirth": "too_young"}
    assert codes(OLD, FORM_2021 | {"dateOfBirth": "2007-06-24"}, THE_ARTICLES_DAY) == {}
    soon = check(OLD, FORM_2021 | {"dateOfBirth": "2007-07-01"}, THE_ARTICLES_DAY)
    assert [doubt.code for doubt in soon.doubts] == ["soon_old_enough"]


@pytest.mark.parametrize(
    ("changed", "doubted"),
    [
        ({}, set()),
        ({"dateOfBirth": "1991"}, {("personalId", "birth_year_differs")}),
        ({"sex": "Nam"}, {("personalId", "sex_differs")}),
        ({"personalId": "003190001234"}, {("personalId", "place_code_unlisted")}),
        ({"personalId": None}, {("personalId", "missing_number")}),
        ({"dateOfBirth": "1910", "personalId": "079110001234"}, {("dateOfBirth", "very_old")}),
        (
            {"representativeName": "Mẹ Lan", "representativeId": "079190001234"},
            {("representativeId", "same_as_applicant")},
        ),
    ],
)
def test_what_may_be_right_is_doubted_and_not_refused(changed: dict[str, Any], doubted: set[tuple[str, str]]) -> None:
    checked = check(NEW, FORM_2026 | changed, TODAY)
    assert not checked.mistakes
    assert {(doubt.field, doubt.code) for doubt in checked.doubts} == doubted


@pytest.mark.parametrize("number", ["079490001234", "07919000123", "0791900012345", "079190oo1234", "abc"])
def test_numbers_that_nobody_has(number: str) -> None:
    assert codes(NEW, FORM_2026 | {"personalId": number}) == {"personalId": "personal_id"}


@pytest.mark.parametrize("number", ["02412345", "0241234567", "024123456x"])
def test_card_numbers_that_nobody_had(number: str) -> None:
    assert codes(OLD, FORM_2021 | {"oldCardNumber": number}, THE_ARTICLES_DAY) == {"oldCardNumber": "card_number"}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ({"province": "79", "ward": "26740"}, {}),
        ({"province": "79"}, {"residence.ward": "required"}),
        ({"ward": "26740"}, {"residence.province": "required"}),
        ({"province": "03", "ward": "26740"}, {"residence.province": "not_a_choice"}),
        ({"province": "01", "ward": "26740"}, {"residence.ward": "not_a_choice"}),
        ({"province": 79, "ward": "26740"}, {"residence.province": "wrong_type"}),
        ({"province": "79", "ward": "26740", "street": "x" * 201}, {"residence.street": "too_long"}),
        ({"street": "🙂", "oldText": 1}, {"residence.street": "unreadable_character", "residence.oldText": "wrong_type",
                                        "residence.province": "required"}),
        ({}, {"residence": "required"}),
        ("   ", {"residence": "required"}),
    ],
)  # fmt: skip
def test_addresses_of_today(address: Any, told: dict[str, str]) -> None:
    assert codes(NEW, FORM_2026 | {"residence": address}) == told


def test_an_address_keeps_its_old_wording_and_is_shown_in_one_line() -> None:
    old = "12 Lê Lợi, phường Bến Nghé, quận 1"
    typed = {"province": "79", "ward": "26740", "street": "12 Lê Lợi", "oldText": old}
    kept = check(NEW, FORM_2026 | {"residence": typed}, TODAY).answers["residence"]
    assert kept == typed
    assert shown_address(kept, TODAY) == "12 Lê Lợi, Phường Sài Gòn, Thành phố Hồ Chí Minh"
    assert check(NEW, FORM_2026 | {"residence": {"oldText": old}}, TODAY).answers["residence"] == old
    assert shown_address(old, TODAY) == old


@pytest.mark.parametrize(
    ("form", "body", "changed", "missing"),
    [
        (NEW, FORM_2026, {"reason": None}, "reason"),
        (NEW, FORM_2026, {"otherRequests": ["Tích hợp thông tin vào thẻ căn cước"]}, "requestDetail"),
        (NEW, FORM_2026, {"resultPlace": "Nhận qua bưu điện"}, "deliveryAddress"),
        (NEW, FORM_2026, {"representativeName": "Lan"}, "representativeId"),
        (OLD, FORM_2021, {"maritalStatus": "Đang có vợ/chồng"}, "spouseName"),
        (OLD, FORM_2021, {"postalDelivery": True}, "deliveryAddress"),
    ],
)
def test_what_is_required_when_something_else_is_said(
    form: Form, body: dict[str, Any], changed: dict[str, Any], missing: str
) -> None:
    assert codes(form, body | changed, THE_ARTICLES_DAY if form is OLD else TODAY) == {missing: "required"}


def test_the_first_card_needs_no_reason_and_defaults_go_with_their_field() -> None:
    assert codes(NEW, FORM_2026 | {"request": "cấp thẻ lần đầu", "reason": None}) == {}
    answers = check(OLD, FORM_2021 | {"fatherName": "y moan"}, THE_ARTICLES_DAY).answers
    assert (answers["fatherName"], answers["fatherNationality"]) == ("Y MOAN", "Việt Nam")
    assert "motherNationality" not in answers


def test_what_is_no_field_of_the_form_is_not_kept() -> None:
    checked = check(NEW, FORM_2026 | {"ethnicity": "Kinh", "__proto__": "x"}, TODAY)
    assert set(checked.answers) <= {field.name for field in NEW.fields}


def test_no_list_has_two_choices_that_look_alike() -> None:
    from cccd.text import fold

    for form in forms():
        for field in form.fields:
            folded = [fold(choice) for choice in field.choices]
            assert len(set(folded)) == len(folded), field.name
