"""Phone numbers in every way of typing, and texts that are not phone numbers."""

import pytest

from cccd.phone import NotAPhone, parse_phone


@pytest.mark.parametrize(
    "typed", ["0912345678", "+84912345678", "84 912 345 678", "0084912345678", "091.234.5678", "912345678"]
)
def test_a_phone_is_read_however_it_is_typed(typed: str) -> None:
    assert parse_phone(typed) == "84912345678"


@pytest.mark.parametrize("typed", ["", "113", "+1 202 555 0100", "0912-345-67a", "09123456789012"])
def test_what_is_no_phone_is_refused(typed: str) -> None:
    with pytest.raises(NotAPhone):
        parse_phone(typed)
