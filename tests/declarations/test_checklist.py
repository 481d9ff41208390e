"""Papers to bring, cost, and the day the card is ready: for one declaration, as of the day of the appointment."""

from datetime import date
from typing import Any

import pytest

from cccd.working_calendar import national_calendar
from declarations.checklist import RULES, to_bring
from declarations.cost import duration, fee
from forms.answers import check
from forms.form import form_of
from procedures.prepared import CONTENT
from tests.declarations.people import FORM_2021, FORM_2026

TODAY = date(2026, 11, 23)
THE_ARTICLES_DAY = date(2021, 6, 24)
CHILD = {"dateOfBirth": "2018-06-01", "personalId": "079218001234", "representativeName": "Lan"}
CHILD |= {"representativeId": "079190001234"}


AT_WISH = FORM_2026 | {"currentCard": "Thẻ căn cước", "reason": "Theo yêu cầu"}


def answers(body: dict[str, Any], on: date) -> Any:
    checked = check(form_of(body["edition"]), body, on)
    assert not checked.mistakes
    return checked.answers


def papers(body: dict[str, Any], on: date, procedure: str = "cap-cccd") -> list[str]:
    return [paper.code for paper in to_bring(procedure, answers(body, on), on)]


def test_the_articles_list_on_the_articles_day() -> None:
    assert papers(FORM_2021, THE_ARTICLES_DAY) == ["cmnd-cccd-cu", "so-ho-khau"]
    differs = FORM_2021 | {"differsFromRecords": True, "whatDiffers": ["Quê quán"]}
    found = to_bring("cap-cccd", answers(differs, THE_ARTICLES_DAY), THE_ARTICLES_DAY)
    assert [paper.code for paper in found] == ["cmnd-cccd-cu", "so-ho-khau", "giay-khai-sinh"]
    assert "quê quán" in found[-1].why and found[-1].mandatory
    assert all(paper.source and paper.why for paper in found)


@pytest.mark.parametrize(
    ("changed", "procedure", "on", "expected"),
    [
        ({"request": "Cấp", "oldCardNumber": None}, "cap-cccd", THE_ARTICLES_DAY, ["so-ho-khau"]),
        ({"request": "Cấp lại"}, "cap-cccd", THE_ARTICLES_DAY, ["so-ho-khau"]),
        ({}, "cap-cccd-tam-tru", THE_ARTICLES_DAY, ["cmnd-cccd-cu", "so-ho-khau", "so-tam-tru"]),
        ({}, "cap-cccd", date(2022, 12, 31), ["cmnd-cccd-cu", "so-ho-khau"]),
        ({}, "cap-cccd", date(2023, 1, 1), ["cmnd-cccd-cu"]),
    ],
)
def test_the_paper_of_2021(changed: dict[str, Any], procedure: str, on: date, expected: list[str]) -> None:
    assert papers(FORM_2021 | changed, on, procedure) == expected


@pytest.mark.parametrize(
    ("changed", "procedure", "expected"),
    [
        ({}, "cap-cccd", ["the-dang-co", "phieu-dc02"]),
        ({"request": "Cấp lại thẻ", "reason": "Mất thẻ"}, "cap-lai", ["phieu-dc02"]),
        ({"request": "Cấp lại thẻ", "reason": "Thẻ hư hỏng không sử dụng được"}, "cap-lai", ["the-hong", "phieu-dc02"]),
        ({"request": "Cấp thẻ lần đầu", "reason": None}, "cap-lan-dau", ["phieu-dc02"]),
        ({"personalId": None}, "cap-cccd", ["the-dang-co", "giay-khai-sinh", "phieu-dc01", "phieu-dc02"]),
        ({"currentCard": "CMND"}, "cap-cccd", ["phieu-dc02"]),  # no value since 01/01/2025
        ({"request": "Cấp lại thẻ", "reason": "Trở lại quốc tịch Việt Nam"}, "cap-cccd", ["phieu-dc02"]),
        ({"differsFromRecords": True}, "cap-cccd", ["the-dang-co", "giay-khai-sinh", "phieu-dc02"]),
        (CHILD | {"request": "Cấp thẻ lần đầu", "reason": None}, "tre-em-duoi-14",
         ["phieu-dc02", "giay-to-dai-dien", "the-nguoi-dai-dien"]),
        (CHILD, "cap-cccd", ["the-dang-co", "phieu-dc02", "giay-to-dai-dien", "the-nguoi-dai-dien"]),
    ],
)  # fmt: skip
def test_todays_papers(changed: dict[str, Any], procedure: str, expected: list[str]) -> None:
    found = papers(FORM_2026 | changed, TODAY, procedure)
    assert found == expected
    assert "so-ho-khau" not in found


def test_every_rule_is_about_a_paper_that_exists() -> None:
    known = {version.code for topic in CONTENT.documents for version in topic.versions}
    assert set(RULES) <= known


def test_a_procedure_that_did_not_exist_then_asks_for_nothing() -> None:
    assert to_bring("tre-em-duoi-14", {}, THE_ARTICLES_DAY) == []
    assert duration("tre-em-duoi-14", {}, THE_ARTICLES_DAY, national_calendar()) is None


@pytest.mark.parametrize(
    ("body", "on", "dong"),
    [
        (FORM_2021, THE_ARTICLES_DAY, 15_000),  # from a 9-digit CMND
        (FORM_2021 | {"oldCardNumber": "079192001234"}, THE_ARTICLES_DAY, 25_000),
        (FORM_2021 | {"request": "Cấp lại"}, THE_ARTICLES_DAY, 35_000),
        (FORM_2021 | {"request": "Cấp", "oldCardNumber": None}, THE_ARTICLES_DAY, 0),
        (FORM_2021 | {"oldCardNumber": None}, THE_ARTICLES_DAY, None),  # nobody knows which card it was
        (FORM_2026, TODAY, 0),  # at the age of exchange
        (AT_WISH, TODAY, 25_000),
        (AT_WISH, date(2026, 12, 31), 25_000),
        (AT_WISH, date(2027, 1, 1), 50_000),
        (AT_WISH | {"currentCard": None}, TODAY, None),  # CCCD or căn cước: the sources differ for a CCCD
        (FORM_2026 | {"currentCard": "Thẻ căn cước"}, TODAY, 0),
        (FORM_2026 | {"currentCard": "Thẻ căn cước"}, date(2027, 1, 1), 0),
        (FORM_2026, date(2024, 7, 1), 0),
        (FORM_2026 | {"reason": "Sắp xếp đơn vị hành chính"}, date(2024, 7, 1), 0),  # by the law, before any circular
        (AT_WISH | {"dateOfBirth": "1960", "personalId": "079160001234"}, date(2024, 12, 5), 25_000),
        (AT_WISH | {"dateOfBirth": "1960", "personalId": "079160001234"}, date(2024, 12, 6), 0),
        (AT_WISH | {"reason": "Thẻ sai sót thông tin"}, TODAY, None),  # free if the office erred
        (AT_WISH | {"currentCard": "CMND"}, TODAY, 0),  # since 01/07/2024 a first card
        (AT_WISH | {"request": "Cấp thẻ lần đầu"}, TODAY, None),  # a citizen who has a card cannot get a first one
        (FORM_2021 | {"oldCardNumber": "079196001234", "dateOfBirth": "1996-05-20"}, THE_ARTICLES_DAY, 0),
        (FORM_2021 | {"oldCardNumber": "079196001234", "dateOfBirth": "1996-06-25"}, THE_ARTICLES_DAY, 25_000),
        (FORM_2021 | {"dateOfBirth": "1996-05-20"}, THE_ARTICLES_DAY, 15_000),  # a CMND has no age of exchange
        (FORM_2026 | {"request": "Cấp lại thẻ", "reason": "Mất thẻ"}, TODAY, 35_000),
        (FORM_2026 | {"reason": "Sắp xếp đơn vị hành chính"}, TODAY, 0),
        (FORM_2026 | {"dateOfBirth": "1960", "personalId": "079160001234"}, TODAY, 0),
        (FORM_2026 | CHILD, TODAY, 0),
        (FORM_2026 | {"request": "Cấp thẻ lần đầu", "reason": None}, TODAY, 0),
    ],
)
def test_the_fee_is_that_of_the_appointments_day(body: dict[str, Any], on: date, dong: int | None) -> None:
    found = fee(answers(body, min(on, TODAY)), on)
    assert found is not None and found.source
    assert found.dong == dong
    assert dong is not None or len(found.amounts) > 1


@pytest.mark.parametrize(
    ("reason", "said", "confidence"),
    [
        ("Thẻ sai sót thông tin", "do lỗi của cơ quan quản lý căn cước: không thu", "quoted"),
    ],
)
def test_an_open_fee_names_its_candidates_and_what_decides(reason: str, said: str, confidence: str) -> None:
    found = fee(answers(AT_WISH | {"reason": reason}, TODAY), TODAY)
    assert found and [each.dong for each in found.amounts] == [0, 25_000]
    assert said in found.why and found.confidence == confidence
    later = fee(answers(AT_WISH | {"reason": reason}, TODAY), date(2027, 1, 1))
    assert later and later.confidence != "verified", "as sure as the less sure of the two"


def test_the_card_is_ready_after_the_working_days_of_the_law() -> None:
    then = duration("cap-cccd", answers(FORM_2021, THE_ARTICLES_DAY), THE_ARTICLES_DAY, national_calendar())
    assert then and (then.working_days, then.ready_on) == (7, date(2021, 7, 5))
    again = answers(FORM_2021 | {"request": "Cấp lại"}, THE_ARTICLES_DAY)
    late = duration("cap-cccd", again, THE_ARTICLES_DAY, national_calendar())
    assert late and (late.working_days, late.ready_on) == (15, date(2021, 7, 15))
    today = duration("cap-cccd", answers(FORM_2026, TODAY), TODAY, national_calendar())
    assert today and today.ready_on == date(2026, 12, 3), "24/11 is a holiday since 2026"
    assert today.source
