"""Answers that may be right but need a second look: they give warnings and are never refused.

A number keeps the sex, the birth year and the place of its first registration, but a person's sex or birth year may
have been corrected since (NĐ 137/2015/NĐ-CP Điều 13). Place codes of foreign countries and of births since 01/07/2025
are not published. So each difference is a reason to ask, not to refuse.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from cccd.errors import FieldError
from cccd.personal_id import PersonalId
from forms.birth_dates import age, first_day
from forms.combinations import doubtful_card, is_reason_for, requests_for, requests_of
from forms.form import Form
from forms.values import Answer

ADULT_CARD = 14  # years; younger citizens have their own procedure since 01/07/2024
VERY_OLD = 110
CHILD = "tre-em-duoi-14"  # the procedure of younger citizens

# TT 07/2016/TT-BCA Phụ lục 1: the 63 provinces until 30/06/2025; the codes stay for life.
_PLACE_CODES = re.findall(
    "[0-9]{3}",
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 044 "
    "045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 089 091 "
    "092 093 094 095 096",
)

type _Answers = Mapping[str, Answer]


def doubts(form: Form, answers: _Answers, today: date, procedure: str) -> list[FieldError]:
    """Every doubt about the answers for that procedure, in the form's order."""
    found = [
        *_about_number("personalId", answers, "dateOfBirth", "sex"),
        *_about_number("oldCardNumber", answers, "dateOfBirth", "sex"),
        *_about_number("representativeId", answers, "representativeDateOfBirth", "representativeSex"),
        *_about_age(answers, today),
        *_about_missing_numbers(form, answers),
        *_about_same_person(answers),
        *_about_procedure(form, answers, today, procedure),
        *_about_reason(answers),
        *_about_card(answers),
    ]
    order = {field.name: place for place, field in enumerate(form.fields)}
    return sorted(found, key=lambda each: order[each.field])


def _about_number(name: str, answers: _Answers, born_in: str, sex_in: str) -> list[FieldError]:
    number = answers.get(name)
    if not isinstance(number, str) or len(number) != 12:
        return []
    person, born, sex, found = PersonalId(number), answers.get(born_in), answers.get(sex_in), []
    if isinstance(born, str) and not person.agrees_with(first_day(born)):
        message = "Năm sinh khác với năm sinh trong số định danh. Vui lòng kiểm tra lại; nếu đúng, cứ tiếp tục."
        found.append(FieldError(name, "birth_year_differs", message))
    if isinstance(sex, str) and (sex == "Nữ") != (person.sex == "female"):
        message = "Giới tính khác với giới tính trong số định danh. Vui lòng kiểm tra lại; nếu đúng, cứ tiếp tục."
        found.append(FieldError(name, "sex_differs", message))
    if person.place_code not in _PLACE_CODES:
        message = (
            "Ba số đầu không có trong bảng mã nơi đăng ký khai sinh của 63 tỉnh cũ; có thể do khai sinh ở nước ngoài hoặc "
            "từ 01/07/2025. Vui lòng kiểm tra lại; nếu đúng, cứ tiếp tục."
        )
        found.append(FieldError(name, "place_code_unlisted", message))
    return found


def _about_age(answers: _Answers, today: date) -> list[FieldError]:
    born = answers.get("dateOfBirth")
    if not isinstance(born, str):
        return []
    years = age(first_day(born), today)
    if years >= VERY_OLD:
        message = f"Theo năm sinh này, người làm thẻ đã {years} tuổi. Vui lòng kiểm tra lại; nếu đúng, cứ tiếp tục."
        return [FieldError("dateOfBirth", "very_old", message)]
    if years < ADULT_CARD <= age(first_day(born), today + timedelta(days=31)):
        message = "Người làm thẻ sắp đủ 14 tuổi. Vui lòng chọn ngày hẹn từ ngày sinh nhật lần thứ 14 trở đi."
        return [FieldError("dateOfBirth", "soon_old_enough", message)]
    return []


def _about_missing_numbers(form: Form, answers: _Answers) -> list[FieldError]:
    if form.field("personalId") and "personalId" not in answers:
        message = (
            "Chưa có số định danh: người chưa có thông tin trong Cơ sở dữ liệu quốc gia về dân cư cần khai thêm phiếu "
            "DC01. Nếu có giấy khai sinh hoặc thẻ ghi số này, bạn nên điền."
        )
        return [FieldError("personalId", "missing_number", message)]
    exchanging = answers.get("request") in ("Đổi", "Cấp lại")
    if form.field("oldCardNumber") and exchanging and "oldCardNumber" not in answers:
        message = (
            "Đổi hoặc cấp lại thẻ thì nên ghi số CMND/CCCD cũ. Nếu không nhớ, bạn cứ tiếp tục; cơ quan sẽ tra cứu."
        )
        return [FieldError("oldCardNumber", "missing_number", message)]
    return []


def _about_same_person(answers: _Answers) -> list[FieldError]:
    representative = answers.get("representativeId")
    if representative is None or representative != answers.get("personalId"):
        return []
    message = "Số định danh của người đại diện trùng với người làm thẻ. Vui lòng kiểm tra lại."
    return [FieldError("representativeId", "same_as_applicant", message)]


def _about_procedure(form: Form, answers: _Answers, today: date, procedure: str) -> list[FieldError]:
    found = []
    born, request, asked = answers.get("dateOfBirth"), answers.get("request"), form.field("request")
    if procedure == CHILD and isinstance(born, str) and age(first_day(born), today) >= ADULT_CARD:
        message = (
            "Thủ tục này dành cho trẻ dưới 14 tuổi, còn người làm thẻ đã đủ 14 tuổi. Vui lòng kiểm tra lại ngày sinh, hoặc "
            "chọn thủ tục khác."
        )
        found.append(FieldError("dateOfBirth", "not_a_child", message))
    fitting = [choice for choice in asked.choices if choice in requests_of(procedure)] if asked else []
    if request and fitting and request not in fitting:
        message = (
            f"Thủ tục bạn chọn dành cho “{fitting[0]}”, còn mục này ghi “{request}”. Vui lòng kiểm tra lại; nếu không chắc, "
            "cứ tiếp tục, cán bộ sẽ hướng dẫn."
        )
        found.append(FieldError("request", "not_of_procedure", message))
    return found


def _about_reason(answers: _Answers) -> list[FieldError]:
    request, reason = answers.get("request"), answers.get("reason")
    if not isinstance(request, str) or not isinstance(reason, str) or is_reason_for(reason, request):
        return []
    meant = " hoặc ".join(f"“{each}”" for each in requests_for(reason))
    message = (
        f"“{reason}” là lý do của {meant}, còn bạn chọn “{request}”. Vui lòng kiểm tra lại; nếu không chắc, cứ tiếp tục, "
        "cán bộ sẽ hướng dẫn."
    )
    return [FieldError("reason", "not_of_request", message)]


def _about_card(answers: _Answers) -> list[FieldError]:
    told = doubtful_card(str(answers.get("request")), str(answers.get("currentCard")))
    return [FieldError("currentCard", "not_of_request", told)] if told else []
