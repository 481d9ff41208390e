"""The answers in the chat: plain values in, a message out. No network, no table."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from bookings.booking import Booking
from cccd.clock import shown, weekday
from cccd.text import clean, fold
from chat.standpoint import Standpoint
from faq import search
from faq.contact import hotline
from faq.language import Sayings
from faq.language import words as said_words
from faq.search import Entry
from faq.unanswered import count_unanswered
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
_SAYS_SOMETHING = re.compile(r"\w")
_MOST_ANSWERS = 2  # questions answered in one message


@dataclass(frozen=True)
class Words:
    """The fixed words of the chat."""

    welcome: str
    menu: str
    sign_in_first: str
    no_booking: str
    thanks: str
    understood: str
    goodbye: str
    courtesy: Mapping[str, frozenset[str]]
    said_around: frozenset[str]
    insults: Sayings
    buttons: tuple[Button, ...]
    topics: tuple[Button, ...]


@cache
def words() -> Words:
    """The words, from content/chat.toml."""
    content = tomllib.loads((Path(__file__).parent / "content" / "chat.toml").read_text(encoding="utf-8"))
    buttons = tuple(Button(**row) for row in content.pop("button"))
    topics = tuple(Button(**row) for row in content.pop("topic"))
    courtesy = content.pop("courtesy")
    around = frozenset(fold(courtesy.pop("said_around")).split())
    return Words(
        **{name: text for name, text in content.items() if isinstance(text, str)},
        courtesy={kind: frozenset(map(fold, said)) for kind, said in courtesy.items()},
        said_around=around,
        insults=Sayings((said_words(said), "insult") for said in content["insults"]["words"]),
        buttons=buttons,
        topics=topics,
    )


def wants_bookings(text: str) -> bool:
    """Whether the citizen asks for their own appointments."""
    folded = fold(text)
    return folded in (MY_BOOKINGS, "lich hen") or any(each in folded for each in _BOOKING_WORDS)


def to_follower(at: Standpoint) -> Reply:
    """The welcome, with the function buttons; it says for which office the account speaks."""
    return Reply(at.welcome(words().welcome), words().buttons)


def to_text(text: str, on: date, at: Standpoint) -> Reply | None:
    """The answer to a typed text: courtesy, the menu, the help topics, the FAQ's answers, or an honest "không chắc".

    None for an insult that asks nothing: whoever writes it wants no answer.
    """
    if fold(text) == HELP:
        return Reply("Bạn muốn hỏi gì? Hãy bấm một chủ đề, hoặc gõ câu hỏi.", words().topics)
    if courtesy := _courtesy(text, at):
        return courtesy
    answer = search.answer(clean(text), on, limit=_MOST_ANSWERS)
    if answer.confident:
        return Reply(_told(answer.entries[: answer.asked]), words().buttons[:1])
    if words().insults.first(said_words(text)):
        return None
    count_unanswered(answer)
    nearest = tuple(_topic(entry.version.question) for entry in answer.nearest[: MAX_BUTTONS - 1])
    if answer.elsewhere:
        return Reply(str(answer.message), words().buttons[3:4])
    whom = hotline()
    call = f"Bạn cũng có thể hỏi cơ quan Công an nơi bạn ở, hoặc gọi {whom.name}: {whom.phone}."
    return Reply(f"{answer.message}\n{call}", nearest or words().topics)


def _courtesy(text: str, at: Standpoint) -> Reply | None:
    """What a person would answer to a greeting, to thanks, to "ok" or a thumb; None if the text says more."""
    known, said = words(), fold(text)
    plain = [word for word in re.findall(r"\w+", said) if word not in known.said_around]
    ways = {" ".join(re.findall(r"\w+", said)), " ".join(plain)}
    if not _SAYS_SOMETHING.search(said):
        return Reply(known.understood if said else known.menu, known.buttons)
    if ways & known.courtesy["thanks"]:
        return Reply(known.thanks, known.buttons)
    if ways & known.courtesy["goodbye"]:
        return Reply(known.goodbye, known.buttons)
    if ways & known.courtesy["greeting"] - {""} or (not plain and said.split()[0] in ("chao", "alo", "hi")):
        return Reply(at.welcome(known.menu), known.buttons)
    if ways & known.courtesy["understood"] or not plain:
        return Reply(known.understood, known.buttons)
    return None


def _told(entries: Sequence[Entry]) -> str:
    """The answer; of several, each under its question, as long as a message allows."""
    if len(entries) == 1:
        return entries[0].version.answer
    return "\n\n".join(f"{each.version.question}\n{each.version.answer}" for each in entries)


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
    ticket = f"số {booking.ticket}, " if booking.ticket else ""
    return f"Lịch hẹn {booking.status.in_vietnamese}: {booking.start:%H:%M} {weekday(day)} {shown(day)}, {ticket}tại {place}."


def _topic(question: str) -> Button:
    return Button(question[:MAX_TITLE], say=question)
