import threading
from datetime import UTC, datetime

import pytest

from infra.intrinsics import TemplateError
from infra.template import Schedule
from local.clock import Clock
from local.schedules import Scheduler, event, times

# A Thursday, 09:00:30 in Vietnam.
NOW = datetime(2021, 6, 24, 2, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "zone", "due"),
    [
        ("rate(1 minute)", "UTC", "2021-06-24T02:01:30"),
        ("rate(5 minutes)", "UTC", "2021-06-24T02:05:30"),
        ("rate(2 hours)", "UTC", "2021-06-24T04:00:30"),
        ("rate(1 day)", "UTC", "2021-06-25T02:00:30"),
        ("cron(5 17 * * ? *)", "UTC", "2021-06-24T17:05:00"),
        ("cron(0 1 * * ? *)", "UTC", "2021-06-25T01:00:00"),
        ("cron(0 9 * * ? *)", "Asia/Ho_Chi_Minh", "2021-06-25T02:00:00"),
        ("cron(1 9 * * ? *)", "Asia/Ho_Chi_Minh", "2021-06-24T02:01:00"),
        ("cron(30 23 * * ? *)", "Asia/Ho_Chi_Minh", "2021-06-24T16:30:00"),
        ("cron(0/15 * * * ? *)", "UTC", "2021-06-24T02:15:00"),
        ("cron(0,30 8-10 * * ? *)", "UTC", "2021-06-24T08:00:00"),
        ("cron(0 1 ? * SUN *)", "UTC", "2021-06-27T01:00:00"),
        ("cron(0 1 ? * 1 *)", "UTC", "2021-06-27T01:00:00"),
        ("cron(0 1 ? * MON-FRI *)", "UTC", "2021-06-25T01:00:00"),
        ("cron(0 1 ? * THU *)", "UTC", "2021-07-01T01:00:00"),
        ("cron(0 1 ? * 6 *)", "UTC", "2021-06-25T01:00:00"),
        ("cron(0 1 ? * 2#1 *)", "UTC", "2021-07-05T01:00:00"),
        ("cron(0 1 ? * 6L *)", "UTC", "2021-06-25T01:00:00"),
        ("cron(0 1 ? * FRI-MON *)", "UTC", "2021-06-25T01:00:00"),
        ("cron(0 1 1 * ? *)", "UTC", "2021-07-01T01:00:00"),
        ("cron(0 1 1 JAN,MAR ? 2022-2023)", "UTC", "2022-01-01T01:00:00"),
        ("cron(0 1 L * ? *)", "UTC", "2021-06-30T01:00:00"),
        ("cron(0 1 L-2 * ? *)", "UTC", "2021-06-28T01:00:00"),
        ("cron(0 1 27W * ? *)", "UTC", "2021-06-28T01:00:00"),  # the 27th is a Sunday
        ("cron(0 0 29 2 ? *)", "UTC", "2024-02-29T00:00:00"),
        ("cron(30 0 1 * ? *)", "Asia/Ho_Chi_Minh", "2021-06-30T17:30:00"),
    ],
)
def test_when_it_is_due(expression: str, zone: str, due: str) -> None:
    assert times(expression, zone)(NOW) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    [
        "rate(0 minutes)",
        "rate(1 fortnight)",
        "at(2021-06-24T09:00:00)",
        "cron(0 1 * * * *)",  # one of the two days must be a question mark
        "cron(0 1 ? * L *)",
        "cron(0 1 31 2 ? *)",
        "cron(0 1 LW * ? *)",
        "cron(0 1 ? * NEVER *)",
        "cron(0 1 ? * 8 *)",
        "cron(60 1 * * ? *)",
        "cron(0/0 1 * * ? *)",
        "cron(0 1 * * *)",
        "whenever",
    ],
)
def test_what_cannot_be_scheduled_is_refused(expression: str) -> None:
    with pytest.raises(TemplateError, match="cannot schedule"):
        times(expression)


def test_a_time_is_always_later_though_clocks_go_back() -> None:
    due = instant = datetime(2021, 10, 31, 0, 30, tzinfo=UTC)  # 2:30 in Berlin, for the first time
    for _ in range(300):
        due = times("cron(* * * * ? *)", "Europe/Berlin")(instant) or instant
        assert due.timestamp() > instant.timestamp()
        instant = due.astimezone(UTC)


def test_a_schedule_may_have_had_its_last_time() -> None:
    assert times("cron(0 1 1 1 ? 2021)")(NOW) is None


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(TemplateError, match="Asia/Saigon_City"):
        times("cron(0 1 * * ? *)", "Asia/Saigon_City")


def test_the_schedulers_event() -> None:
    made = event(Schedule("PurgeEvery", "Purge", "rate(1 minute)", "UTC", "aws.scheduler", None), NOW)
    assert made.pop("id")
    assert made == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "000000000000",
        "time": "2021-06-24T02:00:30Z",
        "region": "ap-southeast-1",
        "resources": ["arn:aws:scheduler:ap-southeast-1:000000000000:schedule/default/PurgeEvery"],
        "detail": "{}",
    }


def test_an_input_takes_the_events_place() -> None:
    schedule = Schedule("Nightly", "Close", "rate(1 day)", "UTC", "aws.scheduler", '{"day": "today"}')
    assert event(schedule, NOW) == {"day": "today"}


def test_a_due_function_runs_until_the_scheduler_stops() -> None:
    ran = threading.Event()
    # 20 ms before a minute begins: a cron expression for every minute is due at once.
    clock = Clock.starting_at(datetime(2021, 6, 24, 2, 0, 59, 980_000, tzinfo=UTC))
    schedule = Schedule("S", "F", "cron(* * * * ? *)", "UTC", "aws.scheduler", None)
    scheduler = Scheduler(clock)
    scheduler.follow([schedule], lambda *_: ran.set())
    assert ran.wait(5)
    scheduler.stop()
