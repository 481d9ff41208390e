"""Accounts under rivals, on DynamoDB Local with real threads: connecting, renewing, disconnecting, leaving."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from accounts.account import Account
from accounts.connecting import App, begin, finish
from accounts.renewal import renew_due
from cccd.errors import AccountTaken, GrantOver, ZaloUnavailable
from cccd.hashes import ChatUserHash, CitizenHash
from cccd.table import Table
from cccd.transactions import Unknown
from chat.worker import work_on
from local.zalo import FakeZalo
from notifications.notice import notices_of
from notifications.sender import send_due
from tests.accounts.conftest import consented
from tests.notifications.post import LAN, NOW
from tests.races.test_messages import ROUNDS, Worker, all_at_once, confirmed, workers, zalo
from tests.zalo.accounts import OA, PROVINCE, SECOND, connect, keeper_of
from zalo.official_account import Tokens
from zalo.tokens import TokensUnavailable

__all__ = ["workers", "zalo"]  # fixtures

WARD = Account(SECOND, "", offices=("ca-26743",))


def table_of(worker: Worker) -> str:
    return worker.accounts._name


def renewed(worker: Worker, zalo: FakeZalo) -> int:
    keeper = keeper_of(zalo, worker.api, lambda: worker.now)
    return renew_due(worker.accounts, keeper, Table(worker.client, table_of(worker)), worker.now)


def test_whatever_runs_at_once_each_account_is_renewed_once(workers: list[Worker], zalo: FakeZalo) -> None:
    connect(workers[0].client, zalo, NOW, WARD, table=table_of(workers[0]))
    connect(workers[0].client, zalo, NOW, Account(PROVINCE, "", ("pc06-79",)), table=table_of(workers[0]))
    all_at_once(workers, lambda worker: renewed(worker, zalo))
    assert [each.refreshed for each in zalo.accounts.by_id.values()] == [1, 1, 1, 0]


def test_an_account_goes_to_one_of_the_offices_that_connect_it_at_once(workers: list[Worker], zalo: FakeZalo) -> None:
    app = App(zalo.app_id, zalo.app_secret.encode(), zalo.url, "https://desk.example/")
    offices = [f"ca-{number}" for number in (26743, 27004, 27559)]
    begun = {
        worker: begin(worker.accounts, app, [offices[n % 3]], f"chief {n}", NOW) for n, worker in enumerate(workers)
    }
    codes = {worker: consented(url, SECOND) for worker, (url, _) in begun.items()}
    chiefs = {worker: f"chief {n}" for n, worker in enumerate(workers)}

    def connects(worker: Worker) -> tuple[str, ...]:
        try:
            return finish(
                worker.accounts, app, worker.api, begun[worker][1], codes[worker], chiefs[worker], NOW
            ).offices
        except (AccountTaken, GrantOver, ZaloUnavailable, Unknown):  # each grant ends the pair of the one before
            return ()

    owners = {each for each in all_at_once(workers, connects) if each}
    account = workers[0].accounts.find(SECOND)
    assert account is not None and owners == {account.offices}
    speaking = [office for office in offices if workers[0].accounts.own(office)]
    assert tuple(speaking) == account.offices


def test_an_answered_grant_connects_once(workers: list[Worker], zalo: FakeZalo) -> None:
    app = App(zalo.app_id, zalo.app_secret.encode(), zalo.url, "https://desk.example/")
    for _ in range(ROUNDS):
        url, state = begin(workers[0].accounts, app, ["ca-26743"], "chief", NOW)
        code = consented(url, SECOND)

        def answers(worker: Worker, state: str = state, code: str = code) -> bool:
            try:
                finish(worker.accounts, app, worker.api, state, code, "chief", NOW)
            except GrantOver:
                return False
            return True

        assert sum(all_at_once(workers, answers)) == 1


def test_a_grant_that_comes_while_others_renew_is_in_force_afterwards(workers: list[Worker], zalo: FakeZalo) -> None:
    """Some renew, one connects anew: in the end the pair of the grant is stored, and is not lost."""
    for _ in range(ROUNDS):
        connect(workers[0].client, zalo, NOW, WARD, table=table_of(workers[0]))
        fake = zalo.accounts.by_id[SECOND]

        def act(worker: Worker, fake: Any = fake) -> None:
            if worker is workers[0]:
                fresh = fake.rotate()  # Zalo gives a pair for the grant; the one before ends
                pair = Tokens(fresh["access_token"], fresh["refresh_token"], 90_000)
                worker.accounts.connect(WARD, pair, "chief", NOW)
            else:
                with suppress(TokensUnavailable):
                    keeper_of(zalo, worker.api, lambda: worker.now)(worker.accounts.tokens(SECOND)).access()

        all_at_once(workers, act)
        state = workers[0].accounts.tokens(SECOND).read()
        assert state is not None and not state.lost
        assert (state.access, state.refresh) == (fake.access_token, fake.refresh_token)


def test_disconnected_while_messages_go_out_nothing_is_left_of_the_pair(workers: list[Worker], zalo: FakeZalo) -> None:
    connect(workers[0].client, zalo, NOW, WARD, table=table_of(workers[0]))
    workers[0].post.acquaintances.meet(LAN.citizen, WARD.link, "777", NOW, ChatUserHash("hash of 777"))
    booking = confirmed(workers[0])
    for each in notices_of(None, booking, NOW):
        workers[0].notices.add(each)

    def act(worker: Worker) -> int:
        if worker is workers[0]:
            worker.accounts.disconnect(WARD)
            return 0
        return send_due(worker.post, lambda: True).sent

    assert sum(all_at_once(workers, act)) <= 1
    assert workers[0].accounts.tokens(SECOND).read() is None, "no renewal brings it back"
    assert workers[0].accounts.find(SECOND) is None


def test_who_leaves_two_accounts_at_once_is_erased(workers: list[Worker], zalo: FakeZalo) -> None:
    """Neither farewell may take the other account for one that is still followed."""
    connect(workers[0].client, zalo, NOW, WARD, table=table_of(workers[0]))
    for n in range(ROUNDS):
        app_user = str(100 + n)
        citizen = CitizenHash(workers[0].chat.citizen(app_user) or "")
        for account, user in ((OA, f"7{n}"), (SECOND, f"8{n}")):
            follow = {"event_name": "follow", "oa_id": account, "follower": {"id": user}, "user_id_by_app": app_user}
            work_on(workers[0].chat, f"follow {n} {account}", follow | {"timestamp": "1"}, NOW)
        barrier = threading.Barrier(2)

        def leave(worker: Worker, account: str, n: int = n, app_user: str = app_user, at: Any = barrier) -> None:
            at.wait()
            left = {"event_name": "unfollow", "oa_id": account, "follower": {"id": "1"}, "user_id_by_app": app_user}
            work_on(worker.chat, f"unfollow {n} {account}", left | {"timestamp": "2"}, NOW)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(leave, workers[:2], (OA, SECOND)))
        assert workers[0].chat.acquaintances.of(citizen) == {}
        erasures = workers[0].chat.declarations.journal.erasures(citizen)
        assert "chat" in [each["what"] for each in erasures], "everything is erased, as of somebody who follows nobody"
