"""Real threads against DynamoDB Local and a fake Zalo over HTTP: many workers, one refresh token, one message each."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from accounts.store import AccountStore
from bookings.booking import Booking, BookingStatus
from bookings.holding import hold
from bookings.lifecycle import Ask, confirm
from bookings.store import BookingStore
from cccd.hashes import ChatUserHash, CitizenHash
from chat.worker import Chat, work_on
from declarations.erasing import DeclarationEraser
from declarations.linking import LinkedDeclarations
from desk.store import DeskStore
from feedback.store import FeedbackStore
from images.store import Images
from infra.template import Stack
from local.zalo import FakeZalo
from notifications.notice import notices_of
from notifications.outage import Outage
from notifications.sender import Post, send_due
from notifications.store import SHARDS, NoticeStore
from notifications.templates import templates
from tests.bookings.wishes import LIMIT, NOW, RULES, slot, wish
from tests.races.engine import client_of
from tests.zalo.accounts import HOME, OA, connect, keeper_of
from zalo.acquaintances import Acquaintances
from zalo.official_account import OfficialAccountApi
from zalo.tokens import TokensUnavailable

WORKERS = 16
ROUNDS = 10
TABLES = ("BookingsTable", "DeclarationsTable", "ChatTable", "NoticesTable", "FeedbackTable")
LAN = wish("lan", at=slot(4), office_id="ca-26740")

_numbers = itertools.count()


class NoPictures(Images):
    """In place of S3, which DynamoDB Local does not have: nobody here has sent a picture."""

    def forget(self, citizen: CitizenHash) -> None:
        pass


class Worker:
    """One process of the service: its own connections, the same tables."""

    def __init__(self, engine: str, tables: dict[str, str], zalo: FakeZalo):
        self.client = client_of(engine)
        self.api = OfficialAccountApi(zalo.url, zalo.url)
        self.now = NOW
        self.accounts = AccountStore(self.client, tables["ChatTable"])
        keeper = keeper_of(zalo, self.api, lambda: self.now)
        self.tokens = keeper(self.accounts.tokens(OA))
        self.notices = NoticeStore(self.client, tables["NoticesTable"])
        bookings = BookingStore(self.client, tables["BookingsTable"])
        declarations = DeclarationEraser(self.client, tables["DeclarationsTable"])
        friends = Acquaintances(self.client, tables["ChatTable"])
        feedback = FeedbackStore(self.client, tables["FeedbackTable"], NoPictures("none"))
        self.chat = Chat(
            acquaintances=friends,
            bookings=bookings,
            feedback=feedback,
            declarations=declarations,
            accounts=self.accounts,
            keeper=keeper,
            api=self.api,
            desk=DeskStore(self.client, tables["BookingsTable"]),
            identity_key=b"key",
            mini_app_url="https://zalo.me/s/1",
        )
        self.post = Post(
            notices=self.notices,
            bookings=bookings,
            declarations=LinkedDeclarations(self.client, tables["DeclarationsTable"]),
            consents=declarations.consents,
            acquaintances=friends,
            outage=Outage(self.client, tables["ChatTable"]),
            accounts=self.accounts,
            keeper=keeper,
            api=self.api,
            templates=templates(),
            mini_app_url="https://zalo.me/s/1",
            now=lambda: self.now,
        )

    def close(self) -> None:
        self.api.close()
        self.client.close()


@pytest.fixture
def zalo() -> Iterator[FakeZalo]:
    with FakeZalo() as fake:
        yield fake


@pytest.fixture
def workers(engine: str, stack: Stack, zalo: FakeZalo) -> Iterator[list[Worker]]:
    """All the workers, on empty tables."""
    client = client_of(engine)
    names = {each: f"{each}{next(_numbers)}" for each in TABLES}
    for each, name in names.items():
        client.create_table(**{**stack.tables[each].definition, "TableName": name})
    made = [Worker(engine, names, zalo) for _ in range(WORKERS)]
    connect(client, zalo, NOW, table=names["ChatTable"])
    yield made
    for worker in made:
        worker.close()
    for name in names.values():
        client.delete_table(TableName=name)
    client.close()


def all_at_once(workers: list[Worker], deed: Callable[[Worker], Any]) -> list[Any]:
    """The result of each worker's deed; all begin at the same moment."""
    barrier = threading.Barrier(len(workers))

    def act(worker: Worker) -> Any:
        barrier.wait()
        return deed(worker)

    with ThreadPoolExecutor(len(workers)) as pool:
        return list(pool.map(act, workers))


def token(worker: Worker) -> str | None:
    try:
        return worker.tokens.access()
    except TokensUnavailable:
        return None


def confirmed(worker: Worker) -> Booking:
    hold(worker.chat.bookings, LAN, RULES, LIMIT, NOW)
    return confirm(worker.chat.bookings, Ask(LAN.id, LAN.citizen, NOW))


def test_the_refresh_token_is_used_once_however_many_need_it(workers: list[Worker], zalo: FakeZalo) -> None:
    for n in range(ROUNDS):
        for worker in workers:
            worker.now = NOW + n * timedelta(hours=26)  # each time the access token has ended
        got = Counter(all_at_once(workers, token))
        assert zalo.accounts.asked == zalo.account.refreshed == n + 1
        assert got.keys() <= {zalo.account.access_token, None}
        assert got[zalo.account.access_token] >= 1


def test_a_refused_access_token_is_renewed_once(workers: list[Worker], zalo: FakeZalo) -> None:
    for n in range(ROUNDS):
        used = workers[0].tokens.access()

        def renew(worker: Worker, used: str = used) -> None:
            with suppress(TokensUnavailable):
                worker.tokens.refresh(used=used)

        all_at_once(workers, renew)
        assert zalo.accounts.asked == n + 2  # plus the very first token


def test_a_message_is_sent_once_however_many_senders_run(workers: list[Worker], zalo: FakeZalo) -> None:
    workers[0].tokens.access()
    workers[0].post.acquaintances.meet(LAN.citizen, HOME.link, "777", NOW, ChatUserHash("hash of 777"))
    booking = confirmed(workers[0])

    def tell(worker: Worker) -> None:
        for notice in notices_of(None, booking, NOW):
            worker.notices.add(notice)

    all_at_once(workers, tell)
    runs = all_at_once(workers, lambda worker: send_due(worker.post, lambda: True))
    assert [sum(each.sent for each in runs), sum(each.broken for each in runs), len(zalo.account.sent)] == [1, 0, 1]


def test_shards_that_overlap_send_each_message_once(workers: list[Worker], zalo: FakeZalo) -> None:
    """Two senders for each shard, as when a run meets the next one of its shard."""
    workers[0].tokens.access()
    workers[0].post.acquaintances.meet(LAN.citizen, HOME.link, "777", NOW, ChatUserHash("hash of 777"))
    booking = confirmed(workers[0])
    for each in notices_of(None, booking, NOW):
        workers[0].notices.add(each)
    due = [notice.id for notice, _ in workers[0].notices.due(NOW)]
    assert len(due) == 1
    numbers = {worker: n for n, worker in enumerate(workers)}
    runs = all_at_once(workers, lambda worker: send_due(worker.post, lambda: True, [numbers[worker] % SHARDS]))
    assert [sum(each.sent for each in runs), sum(each.broken for each in runs), len(zalo.account.sent)] == [1, 0, 1]


def test_an_event_is_answered_once_however_many_workers_have_it(workers: list[Worker], zalo: FakeZalo) -> None:
    workers[0].tokens.access()
    follow = {"event_name": "follow", "oa_id": OA, "follower": {"id": "777"}, "user_id_by_app": "1001"}
    for n in range(ROUNDS):

        def answer(worker: Worker, n: int = n) -> None:
            work_on(worker.chat, f"event {n}", follow, NOW)

        all_at_once(workers, answer)
        assert len(zalo.account.sent) == n + 1


def test_who_leaves_while_they_are_written_to_has_left(workers: list[Worker], zalo: FakeZalo) -> None:
    """An earlier message, delivered at the same moment as the farewell, does not tie the citizen again."""
    workers[0].tokens.access()
    before = NOW.timestamp() * 1000
    message = {"sender": {"id": "777"}, "recipient": {"id": OA}, "message": {"text": "menu"}}
    said = {"event_name": "user_send_text", "user_id_by_app": "1"} | message
    left = {"event_name": "unfollow", "oa_id": OA, "follower": {"id": "777"}, "user_id_by_app": "1"}
    citizen = CitizenHash(workers[0].chat.citizen("1") or "")
    numbers = {worker: n for n, worker in enumerate(workers)}
    for n in range(ROUNDS):

        def happen(worker: Worker, n: int = n) -> None:
            last = numbers[worker] == len(workers) - 1
            event = left if last else said
            timestamp = int(before) + 100 * n + (50 if last else numbers[worker])
            work_on(
                worker.chat,
                f"event {n} {numbers[worker]}",
                event | {"timestamp": str(timestamp)},
                NOW + timedelta(minutes=1),
            )

        all_at_once(workers, happen)
        assert workers[0].chat.acquaintances.of(citizen).get(HOME.link) is None


def test_states_that_exclude_each_other_exclude_each_other(workers: list[Worker]) -> None:
    """Many workers claim one notice and end it in two ways, all at once: exactly one of them succeeds."""
    booking = confirmed(workers[0])
    (notice, _) = notices_of(None, booking, NOW)
    workers[0].notices.add(notice)
    deeds: list[Callable[[NoticeStore], bool]] = [
        lambda store: store.claim(notice, NOW),
        lambda store: store.end(notice, "dropped", was="waiting"),
        lambda store: store.end(notice, "unreachable", was="waiting"),
    ]
    chosen = {worker: deeds[n % len(deeds)] for n, worker in enumerate(workers)}
    assert sum(all_at_once(workers, lambda worker: chosen[worker](worker.notices))) == 1
    assert booking.status is BookingStatus.CONFIRMED
