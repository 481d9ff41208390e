"""Where the chat is: an account of an office answers for that office, of a province for its offices, another for none.

Whoever names another place is answered for that place. Plain values in, a message out; only the queue comes from a table.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from accounts.account import Account, province_of
from cccd.effective import holds
from cccd.text import fold
from offices.directory import bookable, directory
from offices.office import Office
from offices.reading import opening_hours
from zalo.message import Button, Reply

MOST_OFFERED = 12  # offices of a province, in one message
_NAMES_A_PLACE = re.compile(r"\b(cong an|ca|phuong|xa|dac khu|thi tran|quan|huyen|pc06)\b")


@dataclass(frozen=True)
class PlaceWords:
    """What is said when somebody asks about an office itself, folded; and words that name no place."""

    hours: tuple[str, ...]
    address: tuple[str, ...]
    phone: tuple[str, ...]
    queue: tuple[str, ...]
    around: frozenset[str]

    def asked(self, folded: str) -> list[str]:
        """The sayings in the text, the longest first."""
        said = [
            each for each in (*self.hours, *self.address, *self.phone, *self.queue) if re.search(rf"\b{each}\b", folded)
        ]
        return sorted(said, key=len, reverse=True)


@cache
def place_words() -> PlaceWords:
    """The words, from content/place.toml."""
    content = tomllib.loads((Path(__file__).parent / "content" / "place.toml").read_text(encoding="utf-8"))
    asked = {kind: tuple(map(fold, content[kind])) for kind in ("hours", "address", "phone", "queue")}
    return PlaceWords(**asked, around=frozenset(fold(content["around"]).split()))


@dataclass(frozen=True)
class Asked:
    """A question about an office itself; `queue` if it asks which number is called."""

    office: Office
    queue: bool

    def reply(self, called: Sequence[str], now: datetime) -> Reply:
        """What is known of the office; `called` are the numbers at its counters."""
        lines = [self.office.name, *card(self.office)]
        if self.queue:
            lines.append(f"Đang gọi số: {', '.join(called)}." if called else "Hiện chưa gọi số nào.")
        if not bookable(self.office, now.date()):
            lines.append("Nơi này chưa nhận đặt lịch tại đây; bạn gọi hoặc đến hỏi trước khi đi nhé.")
            return Reply("\n".join(lines))
        return Reply("\n".join(lines), (Button("Bấm số CCCD", path="dat-lich?procedure=cap-cccd"),))


@dataclass(frozen=True)
class Standpoint:
    """For which offices an account speaks. `own` if it is an office's alone; `province` if it is a province's."""

    own: Office | None = None
    province: str | None = None
    offices: tuple[Office, ...] = ()

    def welcome(self, words: str) -> str:
        """The greeting `words`, with what the account speaks for."""
        if self.own:
            return "\n".join([words, "", self.own.name, *card(self.own)])
        if self.province and self.offices:
            names = "; ".join(each.name for each in self.offices[:MOST_OFFERED])
            return f"{words}\n\nTrong {self.province}, bạn có thể đặt lịch tại: {names}. Gõ tên phường, xã nơi bạn ở để xem địa chỉ và giờ tiếp."
        return words

    def asked(self, text: str, on: date) -> Asked | None:
        """The office about which the text asks: the one that it names, or else the account's own. None if it asks something else."""
        folded, words = fold(text), place_words()
        said = words.asked(folded)
        rest = folded
        for each in said:
            rest = re.sub(rf"\b{each}\b", " ", rest)
        rest = " ".join(word for word in re.findall(r"\w+", rest) if word not in words.around)
        queue = any(each in words.queue for each in said)
        if rest and _NAMES_A_PLACE.search(rest) and rest not in ("cong an", "phuong", "xa", "quan", "ca"):
            if not said and _is_more_than_a_name(rest):
                return None
            found = directory().search(rest, on, 1)
            return Asked(found.offices[0], queue) if found.sure and found.offices else None
        return Asked(self.own, queue) if said and self.own else None


def standpoint(account: Account, on: date) -> Standpoint:
    """Where that account stands on that day."""
    offices = [each for office_id in account.offices if (each := directory().find(office_id)) and holds(each, on)]
    if not offices:
        return Standpoint()
    province = next((found for each in offices if (found := province_of(each))), None)
    if province:
        return Standpoint(None, province, tuple(directory().bookable_in(province, on)))
    return Standpoint(offices[0]) if len(offices) == 1 else Standpoint(offices=tuple(offices))


def card(office: Office) -> list[str]:
    """What an office publishes of itself, a line each."""
    lines = [f"Địa chỉ: {office.address}."] if office.address else []
    if office.opening:
        hours = "; ".join(f"{days} {told}" for days, told in opening_hours(office.opening))
        lines.append(f"Giờ tiếp: {hours}.")
    return [*lines, f"Điện thoại: {office.phone}."] if office.phone else lines


def _is_more_than_a_name(rest: str) -> bool:
    """Whether the text says more than a place: an office's name is short, a question is not."""
    return len(rest.split()) > 8 or not re.match(r"(cong an|ca|phuong|xa|dac khu|thi tran|pc06)\b", rest)
