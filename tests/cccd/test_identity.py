"""Personal ids, names and phones: every real person passes, nonsense does not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cccd.person_name import NotAName, parse_name
from cccd.personal_id import NotAPersonalId, PersonalId
from cccd.phone import NotAPhone, masked_phone, parse_phone


@pytest.mark.parametrize(
    "typed",
    [
        "079190001234",
        "079 190 001 234",
        "079.190.001.234",
        "079-190-001-234",
        "０７９１９０００１２３４",
        " 079190001234\u200b",
    ],
)
def test_an_id_is_read_however_it_is_typed(typed: str) -> None:
    assert PersonalId.parse(typed).digits == "079190001234"


def test_an_id_tells_what_its_structure_tells() -> None:
    person = PersonalId.parse("079302000000")
    assert (person.place_code, person.sex, person.birth_year) == ("079", "female", 2002)
    assert person.agrees_with(date(2002, 12, 31)) and not person.agrees_with(date(2003, 1, 1))
    assert "000000" not in repr(person) and person.masked == "079*****0000"


@pytest.mark.parametrize("typed", ["", "07919000123", "0791900012345", "079490001234", "07919000123a", "-79190001234"])
def test_what_nobody_can_have_is_no_id(typed: str) -> None:
    with pytest.raises(NotAPersonalId):
        PersonalId.parse(typed)


@given(st.from_regex(r"[0-9]{3}[0-3][0-9]{8}", fullmatch=True).filter(str.isascii))
def test_any_place_code_is_accepted(digits: str) -> None:
    assert PersonalId.parse(digits).digits == digits


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("nguyễn thị  lan", "NGUYỄN THỊ LAN"),
        ("Nguye\u0302\u0303n Thi\u0323 Lan", "NGUYỄN THỊ LAN"),
        ("H’Hen Niê", "H'HEN NIÊ"),
        ("K'Brểu", "K'BRỂU"),
        ("H´Hen Niê", "H'HEN NIÊ"),
        ("H`Hen Niê", "H'HEN NIÊ"),
        ("H＇Hen Niê", "H'HEN NIÊ"),
        ("y moan êñuôl", "Y MOAN ÊÑUÔL"),
        ("Lan", "LAN"),
        ("Trần-Lê Văn A.", "TRẦN-LÊ VĂN A."),
    ],
)
def test_names_of_every_people_pass(typed: str, kept: str) -> None:
    assert parse_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "  ", "...", "R2D2", "<b>Lan</b>", "🙂", "a" * 101, "Lan;"])
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(NotAName):
        parse_name(typed)


@pytest.mark.parametrize(
    "typed", ["0912345678", "+84912345678", "84 912 345 678", "0084912345678", "091.234.5678", "912345678"]
)
def test_a_phone_is_read_however_it_is_typed(typed: str) -> None:
    assert parse_phone(typed) == "84912345678"
    assert masked_phone(parse_phone(typed)) == "091****678"


@pytest.mark.parametrize("typed", ["", "113", "+1 202 555 0100", "0912-345-67a", "09123456789012"])
def test_what_is_no_phone_is_refused(typed: str) -> None:
    with pytest.raises(NotAPhone):
        parse_phone(typed)
