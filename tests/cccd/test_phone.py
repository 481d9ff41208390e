"""Phone numbers in every way of typing, and texts that are not phone numbers."""

import pytest

from cccd.phone import NotAPhone, parse_phone


@pytest.mark.parametrize(
    "typed", ["0912345678", "+84912345678", "84 912 345 678", "0084912345678", "091.234.5678", "912345678"]
)
def test_a_phone_is_read_however_it_is_typed(typed: str) -> None:
    assert parse_phone(typed) == "84912345678"


def test_a_fixed_line_has_a_digit_more() -> None:
    assert parse_phone("028 3822 0000") == "842838220000"


@pytest.mark.parametrize(
    "typed", ["01234567890", "0123456789", "0412345678", "0612345678", "09123456789", "0281234567"]
)
def test_numbers_that_no_operator_gives_are_refused(typed: str) -> None:
    with pytest.raises(NotAPhone):
        parse_phone(typed)


@pytest.mark.parametrize("typed", ["", "113", "+1 202 555 0100", "0912-345-67a", "09123456789012"])
def test_what_is_no_phone_is_refused(typed: str) -> None:
    with pytest.raises(NotAPhone):
        parse_phone(typed)
