"""The working calendar compared with the `holidays` library: every difference is known and explained."""

from datetime import date, timedelta

import holidays
import pytest

from cccd.working_calendar import add_working_days, is_working_day, national_calendar

CALENDAR = national_calendar()

# Official days that the library does not have, and guesses of the library that we do not share.
KNOWN_DIFFERENCES = {
    date(2026, 1, 2): "swapped day off, văn bản 12729/VPCP-KGVX",
    date(2026, 1, 10): "the Saturday worked instead",
    date(2027, 2, 11): "our guess: two days of Tết 2027 fall on a weekend",
}


@pytest.mark.parametrize("year", range(2021, 2028))
def test_agrees_with_the_library_but_for_known_days(year: int) -> None:
    library = holidays.country_holidays("VN", years=year)
    day = date(year, 1, 1)
    while day.year == year:
        if day not in KNOWN_DIFFERENCES:
            assert is_working_day(day, CALENDAR) == library.is_working_day(day), day
        day += timedelta(days=1)


def test_every_day_has_a_source_and_what_is_not_announced_is_marked() -> None:
    assert all(entry.source and entry.name for entry in CALENDAR.values())
    predicted = {day for day, entry in CALENDAR.items() if entry.status == "predicted"}
    assert date(2027, 2, 6) in predicted and date(2026, 11, 24) not in predicted


def test_working_days_are_counted_over_a_holiday() -> None:
    assert add_working_days(date(2026, 11, 20), 2, CALENDAR) == date(2026, 11, 25)
    assert add_working_days(date(2026, 11, 23), 0, CALENDAR) == date(2026, 11, 23)
