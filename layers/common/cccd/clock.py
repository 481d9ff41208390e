"""Time in the only zone there is: Asia/Ho_Chi_Minh, UTC+7, without daylight saving since 1975.

Rules take `now` as a value; only handlers ask this module for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

# The days that a caller may ask about: from the first chip cards to a day where date arithmetic is still safe.
FIRST_DAY = date(2021, 1, 1)
LAST_DAY = date(2099, 12, 31)

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")


_instant_of_request: ContextVar[datetime | None] = ContextVar("instant_of_request", default=None)


def now() -> datetime:
    """The present instant, aware, in Vietnam's zone, to the second; within `one_instant`, always the same."""
    return _instant_of_request.get() or datetime.now(VIETNAM).replace(microsecond=0)


@contextmanager
def one_instant() -> Iterator[datetime]:
    """A request happens at one instant, however long it takes: none of it falls on either side of a midnight."""
    token = _instant_of_request.set(now())
    try:
        yield now()
    finally:
        _instant_of_request.reset(token)


def today() -> date:
    """The present day in Vietnam."""
    return now().date()


def at(day: date, clock_time: time) -> datetime:
    """The instant at which Vietnam's clocks show `clock_time` on `day`."""
    return datetime.combine(day, clock_time, VIETNAM)


def epoch(instant: datetime) -> int:
    """Whole seconds since 1970, as DynamoDB's TTL and our conditions compare them."""
    return int(instant.timestamp())


def from_epoch(seconds: int) -> datetime:
    """The instant in Vietnam's zone for whole seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(VIETNAM)


NIGHT_BEGINS, NIGHT_ENDS = time(22, 0), time(6, 0)


def is_night(instant: datetime) -> bool:
    """Whether people sleep; nothing is sent or offered then."""
    return instant.time() >= NIGHT_BEGINS or instant.time() < NIGHT_ENDS


def weekday(day: date) -> str:
    """The day of the week as a citizen reads it: "Thứ Hai" … "Chủ nhật"."""
    return WEEKDAYS[day.weekday()]


def shown(day: date) -> str:
    """A day as a citizen reads it: 24/06/2021."""
    return f"{day:%d/%m/%Y}"
