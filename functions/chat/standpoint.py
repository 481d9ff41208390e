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
from cccd.text import clean, fold
from offices.directory import bookable, directory
from offices.office import Office
from offices.reading import opening_hours
from zalo.message import Button, Reply

LONGEST_NAME = 8  # words
MOST_OFFERED = 12  # offices of a province, in one message
_A_PLACE = re.compile(r"(cong an|ca|phuong|xa|dac khu|thi tran|quan|huyen)\b(?= \w)")
_TYPE = re.compile(r"^(cong an )?((phuong|xa|dac khu|thi tran|quan|huyen) )?")
# Words for an office that name none.
ANY_OFFICE = {"cong an", "cong an phuong", "cong an xa", "ca phuong", "ca xa", "phuong", "xa", "tru so", "co quan"}


@dataclass(frozen=True)
class PlaceWords:
    """What is said when somebody asks about an office itself, folded; and words that name no place, as they are typed."""

    sayings: tuple[str, ...]  # the longest first
    queue: frozenset[str]  # those that ask which number is called
    around: frozenset[str]

    def without(self, words: list[str]) -> tuple[list[str], list[str]]:
        """What of the typed words is a saying, folded; and what is left, as it was typed, without words that name no place."""
        said, left = [], []
        folded = [fold(each) for each in words]
        at = 0
        while at < len(words):
            found = next((each for each in self.sayings if folded[at : at + len(each.split())] == each.split()), None)
            if found:
                said.append(found)
            elif words[at].lower() not in self.around:
                left.append(words[at])
            at += len(found.split()) if found else 1
        return said, left


@cache
def place_words() -> PlaceWords:
    """The words, from content/place.toml."""
    content = tomllib.loads((Path(__file__).parent / "content" / "place.toml").read_text(encoding="utf-8"))
    sayings = [fold(each) for kind in ("hours", "address", "phone", "queue") for each in content[kind]]
    return PlaceWords(
        sayings=tuple(sorted(sayings, key=len, reverse=True)),
        queue=frozenset(map(fold, content["queue"])),
        around=frozenset(content["around"].split()),
    )


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
        words = place_words()
        said, left = words.without(re.findall(r"\w+", clean(text)))
        queue, rest = any(each in words.queue for each in said), " ".join(left)
        if not rest or fold(rest) in ANY_OFFICE:
            return Asked(self.own, queue) if said and self.own else None
        if not said and len(left) > LONGEST_NAME:
            return None
        found = directory().search(rest, on, 1)
        office = found.offices[0] if found.sure and found.offices else None
        return Asked(office, queue) if office and _is_named(office, fold(rest), alone=not said) else None


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
    lines = [f"Địa chỉ: {office.address.rstrip('.')}."] if office.address else []
    if office.opening:
        hours = "; ".join(f"{days} {told}" for days, told in opening_hours(office.opening))
        lines.append(f"Giờ tiếp: {hours}.")
    return [*lines, f"Điện thoại: {office.phone}."] if office.phone else lines


def _is_named(office: Office, rest: str, *, alone: bool) -> bool:
    """Whether the folded rest of a text names that office; `alone`: and says nothing else."""
    if "(PC06)" in office.name:
        return "pc06" in rest
    name, said = _TYPE.sub("", fold(office.ward or office.name)), _TYPE.sub("", rest)
    if alone:
        return said == name and (said != rest or " " in name)
    return re.search(rf"\b{re.escape(name)}\b", rest) is not None or _A_PLACE.match(rest) is not None
