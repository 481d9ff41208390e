"""Names: those of every people of Vietnam pass, nonsense does not."""

import pytest

from cccd.person_name import NotAName, parse_name


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
