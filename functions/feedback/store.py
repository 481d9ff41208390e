"""The table of feedback. What a citizen wrote is in their own partition; the office's partition has only where it is.

pk               sk                        what
CITIZEN#<hash>   FEEDBACK#<id>             office, kind, title, content, at (epoch ms, which is the id), answer, answeredAt
                                           images (their keys in the bucket), mark
OFFICE#<office>  FEEDBACK#<id>-<mark>      the citizen's hash

The mark is random. With it an officer names a feedback; the citizen's hash, which stands in other tables too, never leaves this one.
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cccd.base32 import base32
from cccd.clock import epoch, from_epoch
from cccd.dynamodb import Item
from cccd.errors import FieldError, InvalidRequest, NotFound, SessionExpired, TemporarilyUnavailable
from cccd.hashes import CitizenHash
from cccd.table import NEW, Key, Table
from cccd.transactions import Refused, Unknown, Write
from images.store import Images

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(days=365)
RETRY_AFTER = 2  # seconds
PAGE = 100  # of what an office reads at a time
_MARK_BYTES = 16
_NAME = re.compile(r"[0-9]{13}-[a-z2-7]{26}", re.ASCII)
_TRIES = 20  # of one citizen's feedback in one millisecond: a day has no more


_NO_CURSOR = FieldError("cursor", "not_found", "Trang này không có. Vui lòng mở lại danh sách từ đầu.")


@dataclass(frozen=True, repr=False)
class Feedback:
    """One feedback; `id` is the millisecond in which it came, one of its kind for its citizen."""

    id: int
    mark: str
    citizen: CitizenHash
    office_id: str
    kind: int
    title: str
    content: str
    at: datetime
    answer: str | None = None
    answered_at: datetime | None = None
    images: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called at the desk: it tells nothing of its citizen."""
        return f"{self.id:013d}-{self.mark}"


class FeedbackStore:
    """The table `name`, through `client`, and the pictures that come with it."""

    def __init__(self, client: "DynamoDBClient", name: str, images: Images):
        self._table = Table(client, name)
        self.images = images

    def add(
        self,
        citizen: CitizenHash,
        office_id: str,
        kind: int,
        title: str,
        content: str,
        now: datetime,
        in_time: Write,
        pictures: Sequence[str] = (),
    ) -> Feedback:
        """Keep what a citizen tells the office; `pictures` are names of new images. `in_time` checks that nothing was erased meanwhile.

        Raises:
            InvalidRequest: a picture is gone.
            SessionExpired: the citizen's data was erased since the session began; nothing is kept.
            TemporarilyUnavailable
        """
        images = tuple(self.images.keep(each, citizen) for each in pictures)
        first, mark = int(now.timestamp() * 1000), base32(secrets.token_bytes(_MARK_BYTES))
        for number in range(first, first + _TRIES):
            said = Feedback(number, mark, citizen, office_id, kind, title, content, now, images=images)
            ttl = epoch(now + KEPT)
            item: Item = {
                "office": office_id,
                "kind": kind,
                "title": title,
                "content": content,
                "at": epoch(now),
                "mark": mark,
                "ttl": ttl,
            }
            item |= {"images": list(images)} if images else {}
            place = {**_in_office(said), "citizen": citizen, "ttl": ttl}
            try:
                self._table.commit(
                    [in_time, self._table.put({**_own(citizen, number), **item}, NEW), self._table.put(place)]
                )
            except Refused as refused:
                if refused.old[0] is None:
                    continue
                self.images.drop(images)
                raise SessionExpired from refused
            except Unknown:
                break
            return said
        raise TemporarilyUnavailable(retry_after=RETRY_AFTER)

    def of_citizen(self, citizen: CitizenHash, now: datetime) -> list[Feedback]:
        """What the citizen wrote within the time for which it is kept, the latest first."""
        found = self._table.query(f"CITIZEN#{citizen}", "FEEDBACK#")
        return sorted(_current(found, now), key=lambda each: each.id, reverse=True)

    def of_office(self, office_id: str, now: datetime, before: str = "") -> tuple[list[Feedback], str | None]:
        """A page of what was written to the office, the latest first, and the name before which the next page begins.

        `before` is the name of a feedback of which nothing later is told. There is no next page where the name is None.

        Raises:
            InvalidRequest: `before` is no name of a feedback.
        """
        if before and not _NAME.fullmatch(before):
            raise InvalidRequest([_NO_CURSOR])
        start = _place(office_id, before)["sk"] if before else ""
        found = self._table.latest(f"OFFICE#{office_id}", "FEEDBACK#", PAGE + 1, start)
        places = [each for each in found[:PAGE] if each["ttl"] > epoch(now)]
        keys = [_own(CitizenHash(each["citizen"]), _number(each)) for each in places]
        shown = sorted(_current(self._table.get_all(keys), now), key=lambda each: each.name, reverse=True)
        more = len(found) > PAGE == len(places)  # where one is over its time, all before it are
        return shown, places[-1]["sk"].removeprefix("FEEDBACK#") if more else None

    def answer(self, office_id: str, name: str, text: str, now: datetime) -> None:
        """Answer the feedback of that name; another answer takes the place of the one before.

        Raises:
            NotFound: there is no such feedback of that office, or its citizen has erased it.
        """
        place = self._table.get(_place(office_id, name)) if _NAME.fullmatch(name) else None
        if place is None:
            raise NotFound
        update = "SET answer = :answer, answeredAt = :now"
        values = {":answer": text, ":now": epoch(now), ":mark": name.partition("-")[2]}
        own = _own(CitizenHash(place["citizen"]), _number(place))
        if not self._table.written(self._table.update(own, update, "mark = :mark", values)):
            raise NotFound

    def forget(self, citizen: CitizenHash) -> int:
        """Erase everything that the citizen wrote or showed; returns how many. Twice is the same as once."""
        self.images.forget(citizen)
        found = [_feedback(each) for each in self._table.query(f"CITIZEN#{citizen}", "FEEDBACK#")]
        for each in found:  # the place first: the office never lists what is gone
            self._table.write(self._table.delete(_in_office(each)))
            self._table.write(self._table.delete(_own(citizen, each.id)))
        return len(found)


def _current(items: Iterator[Item], now: datetime) -> list[Feedback]:
    return [_feedback(each) for each in items if each["ttl"] > epoch(now)]


def _own(citizen: CitizenHash, number: int) -> Key:
    return {"pk": f"CITIZEN#{citizen}", "sk": f"FEEDBACK#{number:013d}"}


def _in_office(said: Feedback) -> Key:
    return _place(said.office_id, said.name)


def _place(office_id: str, name: str) -> Key:
    return {"pk": f"OFFICE#{office_id}", "sk": f"FEEDBACK#{name}"}


def _number(item: Item) -> int:
    return int(item["sk"].removeprefix("FEEDBACK#").partition("-")[0])


def _feedback(item: Item) -> Feedback:
    answered = item.get("answeredAt")
    return Feedback(
        id=_number(item),
        mark=item["mark"],
        citizen=CitizenHash(item["pk"].removeprefix("CITIZEN#")),
        office_id=item["office"],
        kind=int(item["kind"]),
        title=item["title"],
        content=item["content"],
        at=from_epoch(item["at"]),
        answer=item.get("answer"),
        answered_at=from_epoch(answered) if answered else None,
        images=tuple(item.get("images", ())),
    )
