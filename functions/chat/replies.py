"""The answers in the chat: plain values in, a message out. No network, no table."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from bookings.booking import Booking
from cccd.clock import shown, weekday
from cccd.text import clean, fold
from faq import search
from faq.contact import hotline
from offices.office import Office
from zalo.message import MAX_BUTTONS, MAX_TITLE, Button, Reply

HELP = "#hoidap"
MY_BOOKINGS = "#lichhen"
_BOOKING_WORDS = (
    "lich hen cua toi",
    "lich hen toi",
    "xem lich hen",
    "lich cua toi",
    "so thu tu cua toi",
    "huy lich",
    "doi lich",
    "huy hen",
)
_GREETINGS = frozenset({"", "menu", "hi", "hello", "alo", "chao", "xin chao", "bat dau", "chao ban", "xin chao ban"})


@dataclass(frozen=True)
class Words:
    """The fixed words of the chat."""

    welcome: str
    menu: str
    sign_in_first: str
    no_booking: str
    unsure: str
    buttons: tuple[Button, ...]
    topics: tuple[Button, ...]


@cache
def words() -> Words:
    """The words, from content/chat.toml."""
    content = tomllib.loads((Path(__file__).parent / "content" / "chat.toml").read_text(encoding="utf-8"))
    buttons = tuple(Button(**row) for row in content.pop("button"))
    topics = tuple(Button(**row) for row in content.pop("topic"))
    return Words(**content, buttons=buttons, topics=topics)


def wants_bookings(text: str) -> bool:
    """Whether the citizen asks for their own appointments."""
    folded = fold(text)
    return folded in (MY_BOOKINGS, "lich hen") or any(each in folded for each in _BOOKING_WORDS)


def to_follower() -> Reply:
    """The welcome, with the function buttons."""
    return Reply(words().welcome, words().buttons)


def to_text(text: str, on: date) -> Reply:
    """The answer to a typed text: the menu, the help topics, the FAQ's answer, or an honest "không chắc"."""
    folded = fold(text)
    if folded in _GREETINGS:
        return Reply(words().menu, words().buttons)
    if folded == HELP:
        return Reply("Bạn muốn hỏi gì? Hãy bấm một chủ đề, hoặc gõ câu hỏi.", words().topics)
    answer = search.answer(clean(text), on, limit=1)
    if answer.confident:
        return Reply(answer.entries[0].version.answer, words().buttons[:1])
    nearest = tuple(_topic(entry.version.question) for entry in answer.nearest[: MAX_BUTTONS - 1])
    whom = hotline()
    call = f"Bạn cũng có thể hỏi cơ quan Công an nơi bạn ở, hoặc gọi {whom.name}: {whom.phone}."
    return Reply(f"{answer.message or words().unsure}\n{call}", nearest or words().topics)


def to_booking_request(bookings: Sequence[Booking], office_of: Callable[[str], Office | None]) -> Reply:
    """The citizen's active appointments, and no other data: somebody else may read the screen."""
    if not bookings:
        return Reply(words().no_booking, words().buttons[:3])
    lines = [_line(booking, office_of(booking.office_id)) for booking in bookings]
    return Reply("\n\n".join(lines), (Button("Xem lịch hẹn", path="lich-hen"),))


def to_stranger() -> Reply:
    """The answer to a user whose Mini App id Zalo does not give."""
    return Reply(words().sign_in_first, (Button("Mở ứng dụng", path="lich-hen"),))


def _line(booking: Booking, office: Office | None) -> str:
    day = booking.start.date()
    place = office.name if office else "cơ quan Công an đã chọn"
    return (
        f"Lịch hẹn {booking.status.in_vietnamese}: {booking.start:%H:%M} {weekday(day)} {shown(day)}, "
        f"số {booking.ticket}, tại {place}."
    )


def _topic(question: str) -> Button:
    return Button(question[:MAX_TITLE], say=question)
