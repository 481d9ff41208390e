"""Opening rules: the days and slots that an office offers, as of any moment."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from cccd.clock import VIETNAM
from cccd.errors import SlotClosed
from cccd.working_calendar import national_calendar
from offices import opening
from offices.directory import directory
from offices.opening import OpeningRules, Override, Session

CALENDAR = national_calendar()
THE_ARTICLES_DAY = datetime(2021, 6, 24, 9, 0, tzinfo=VIETNAM)
MORNING = Session(time(7, 30), time(11, 30), {"shared": 4})


def rules_of(office_id: str) -> OpeningRules:
    office = directory().find(office_id)
    assert office is not None and office.opening is not None
    return office.opening


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def test_the_week_the_article_shows() -> None:
    days = opening.days(rules_of("cah-760"), CALENDAR, date(2021, 6, 25), 7, THE_ARTICLES_DAY)

    assert [day.date.day for day in days] == [25, 26, 27, 28, 29, 30, 1]
    closed = {day.date.day: day.closed.code for day in days if day.closed}
    assert closed == {27: "weekly_day_off"}
    saturday = days[1]
    assert [f"{slot.start:%H:%M}" for slot in saturday.slots][-1] == "11:00", "Saturday afternoon is closed"
    friday = days[0]
    assert [f"{slot.start:%H:%M}" for slot in friday.slots][-1] == "16:30"


def test_another_office_is_open_all_weekend() -> None:
    days = opening.days(rules_of("cah-766"), CALENDAR, date(2021, 6, 25), 7, THE_ARTICLES_DAY)
    assert all(day.closed is None and len(day.slots) == 16 for day in days)


@pytest.mark.parametrize(
    ("holiday", "name"),
    [
        ("2026-11-24", "Ngày Văn hóa Việt Nam"),
        ("2026-09-01", "Quốc khánh"),
        ("2026-04-27", "Giỗ Tổ Hùng Vương"),
        ("2027-01-01", "Tết Dương lịch"),
    ],
)
def test_a_public_holiday_is_closed_and_named(holiday: str, name: str) -> None:
    on = date.fromisoformat(holiday)
    closed = opening.closed_by_rule(rules_of("ca-26743"), CALENDAR, on)
    assert closed is not None and closed.code == "public_holiday" and name in closed.reason


def test_a_swapped_saturday_is_worked_like_the_day_it_replaces() -> None:
    office_hours = rules_of("ca-00070")
    assert opening.slots_on(office_hours, CALENDAR, date(2026, 1, 2)) == []
    worked = opening.slots_on(office_hours, CALENDAR, date(2026, 1, 10))
    assert [f"{slot.start:%H:%M}" for slot in worked][-1] == "16:30"


def test_an_office_may_open_on_a_holiday_and_close_on_a_working_day() -> None:
    holiday, monday = date(2026, 11, 24), date(2026, 11, 30)
    rules = replace(
        rules_of("ca-26740"),
        overrides={holiday: Override(sessions=(MORNING,)), monday: Override(reason="Cơ quan họp.")},
    )
    assert len(opening.slots_on(rules, CALENDAR, holiday)) == 8
    assert opening.closed_by_rule(rules, CALENDAR, monday) == opening.Closed("office_closed", "Cơ quan họp.")


def test_the_window_reaches_over_tet_to_the_first_open_day() -> None:
    rules = rules_of("ca-00070")
    now = at("2026-02-13T18:00")
    first, last = opening.booking_window(replace(rules, window_days=7), CALENDAR, now)
    assert (first, last) == (date(2026, 2, 14), date(2026, 2, 23))
    days = opening.days(rules, CALENDAR, first, 7, now)
    assert [day.date.day for day in days if not day.closed] == [23]
    assert opening.slot_at(rules, CALENDAR, at("2026-02-23T08:00"), now).start == at("2026-02-23T08:00")


def test_one_closed_day_that_was_asked_for_stays_one() -> None:
    sunday = date(2021, 6, 27)
    assert len(opening.days(rules_of("cah-760"), CALENDAR, sunday, 1, THE_ARTICLES_DAY)) == 1


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("2021-06-27T08:00", "weekly_day_off"),
        ("2021-06-26T13:30", "not_a_slot"),
        ("2021-06-25T07:45", "not_a_slot"),
        ("2021-06-24T13:30", "too_late_today"),
        ("2021-06-23T08:00", "past"),
        ("2021-07-02T08:00", "outside_window"),
        ("0001-01-01T00:00", "past"),
        ("9999-12-31T23:30", "outside_window"),
    ],
)
def test_what_is_no_slot_is_refused_with_its_reason(start: str, code: str) -> None:
    with pytest.raises(SlotClosed) as refused:
        opening.slot_at(rules_of("cah-760"), CALENDAR, at(start), THE_ARTICLES_DAY)
    closed = refused.value.extra["closed"]
    assert isinstance(closed, dict) and closed["code"] == code and closed["reason"].endswith(".")


def test_today_can_be_booked_where_the_office_allows_it_until_its_hour() -> None:
    rules = replace(rules_of("cah-760"), same_day_until=time(10, 0), lead_minutes=60)
    today = opening.day(rules, CALENDAR, THE_ARTICLES_DAY.date(), THE_ARTICLES_DAY)
    assert f"{today.slots[0].start:%H:%M}" == "10:00", "an hour ahead at least"
    late = opening.day(rules, CALENDAR, THE_ARTICLES_DAY.date(), THE_ARTICLES_DAY.replace(hour=10))
    assert late.closed is not None and late.closed.code == "too_late_today"


def test_an_office_that_ends_takes_nobody_after_its_last_day() -> None:
    rules = rules_of("cah-760")
    now = at("2025-02-27T09:00")
    days = opening.days(rules, CALENDAR, date(2025, 2, 28), 3, now)
    assert [day.closed.code if day.closed else None for day in days] == [None, "office_closed", "office_closed"]


def test_a_slot_must_be_far_enough_ahead() -> None:
    rules = replace(rules_of("cah-760"), lead_minutes=24 * 60)
    with pytest.raises(SlotClosed) as refused:
        opening.slot_at(rules, CALENDAR, at("2021-06-25T08:30"), THE_ARTICLES_DAY)
    assert refused.value.extra["closed"] == {"code": "past", "reason": "Khung giờ này đã qua hoặc quá sát giờ hẹn."}
    assert opening.slot_at(rules, CALENDAR, at("2021-06-25T09:00"), THE_ARTICLES_DAY)


def test_half_of_a_days_seats_is_released_later() -> None:
    monday = datetime(2026, 11, 23, 9, 0, tzinfo=VIETNAM)
    sessions = (Session(time(8), time(9), {"permanent": 5, "temporary": 1}),)
    rules = OpeningRules(weekly=dict.fromkeys(range(7), sessions), second_portion_days=3)
    seats = {
        each.date: [dict(slot.capacity) for slot in each.slots]
        for each in opening.days(rules, {}, monday.date() + timedelta(days=1), 7, monday)
    }
    first, whole = {"permanent": 3, "temporary": 1}, {"permanent": 5, "temporary": 1}
    assert [seats[monday.date() + timedelta(days=n)][0] for n in range(1, 8)] == [whole] * 3 + [first] * 4
    thursday = monday + timedelta(days=3)
    friday_slot = datetime(2026, 11, 27, 8, 0, tzinfo=VIETNAM)
    assert opening.slot_at(rules, {}, friday_slot, monday).capacity == first
    assert opening.slot_at(rules, {}, friday_slot, thursday).capacity == whole
    assert opening.second_portion_on(rules, friday_slot.date(), monday) == date(2026, 11, 24)
    assert opening.second_portion_on(rules, friday_slot.date(), thursday) is None
    assert opening.slots_on(rules, {}, friday_slot.date())[0].capacity == whole, "the audit counts with all seats"


def test_all_seats_at_once_where_the_office_wishes_it() -> None:
    rules = OpeningRules(weekly=dict.fromkeys(range(7), (Session(time(8), time(9), {"shared": 4}),)))
    monday = datetime(2026, 11, 23, 9, 0, tzinfo=VIETNAM)
    assert {dict(slot.capacity)["shared"] for slot in opening.day(rules, {}, date(2026, 11, 30), monday).slots} == {4}
