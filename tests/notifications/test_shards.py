"""One sender for each shard: together they send every message once, and an outage costs them little more than one did."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from cccd.hashes import ChatUserHash
from infra.intrinsics import read
from infra.template import Stack
from local.zalo import FakeZalo, Mood
from notifications import sender
from notifications.outage import SCOUT, WAIT
from notifications.rate import MESSAGES_A_MINUTE, ZALO_REQUESTS_A_MINUTE
from notifications.sender import Post, send_due, shards_of
from notifications.store import SHARDS
from tests.bookings.wishes import slot, wish
from tests.conftest import TEMPLATE
from tests.notifications.post import NOW, confirmed, run
from tests.zalo.accounts import HOME

MESSAGES = 24
OTHERS = [shard for shard in range(SHARDS) if shard != SCOUT]


def many_confirmed(post: Post) -> None:
    for n in range(MESSAGES):
        wanted = wish(f"person {n}", at=slot(MESSAGES), office_id="ca-26740")
        post.acquaintances.meet(wanted.citizen, HOME.link, f"{n}", NOW, ChatUserHash(f"hash of {n}"))
        confirmed(post, wanted)


def ids(post: Post, shards: list[int]) -> list[str]:
    return [notice.id for notice, _ in post.notices.due(NOW, shards)]


def test_the_schedules_name_every_shard_once_and_all_may_run_at_the_same_time(stack: Stack) -> None:
    named = [json.loads(each.payload or "{}")["shard"] for each in stack.schedules if each.function == "SenderFunction"]
    assert sorted(named) == list(range(SHARDS))
    template = read(TEMPLATE)
    properties = template["Resources"]["SenderFunction"]["Properties"]
    assert f"({SHARDS}, one for each shard" in template["Parameters"]["ReservedForSender"]["Description"]
    # A run begins no message in its last seconds, and until then it works for the whole minute but the next run's start.
    assert 50 <= properties["Timeout"] - sender.ONE_MESSAGE / 1000 < 60


def test_a_schedules_event_names_its_shard_and_a_persons_names_all() -> None:
    assert list(shards_of({"shard": 3})) == [3]
    assert list(shards_of({})) == list(range(SHARDS))


def test_every_message_is_in_exactly_one_shard(post: Post) -> None:
    many_confirmed(post)
    by_shard = [ids(post, [shard]) for shard in range(SHARDS)]
    assert sum(bool(each) for each in by_shard) > SHARDS / 2, "they are spread"
    together = [each for shard in by_shard for each in shard]
    assert len(together) == len(set(together)) == MESSAGES
    assert set(together) == set(ids(post, list(range(SHARDS))))


def test_the_shards_together_send_every_message_once(post: Post, zalo: FakeZalo) -> None:
    many_confirmed(post)
    assert sum(send_due(post, lambda: True, [shard]).sent for shard in range(SHARDS)) == MESSAGES
    assert sorted(each["recipient"]["user_id"] for each in zalo.account.sent) == sorted(map(str, range(MESSAGES)))


def test_an_outage_costs_one_message_a_run_and_not_one_a_shard(post: Post, zalo: FakeZalo) -> None:
    many_confirmed(post)
    post.tokens(HOME).access()
    zalo.mood = Mood.SERVER_ERROR
    for _ in range(2):
        for shard in range(SHARDS):
            send_due(post, lambda: True, [shard])
    lost = MESSAGES - len(ids(post, list(range(SHARDS))))
    assert lost == 2, "the scout's, once in each minute"


def test_without_work_for_the_scout_the_others_try_again_soon(post: Post, zalo: FakeZalo) -> None:
    many_confirmed(post)
    post.outage.begin(NOW)
    assert send_due(post, lambda: True, OTHERS).sent == 0
    later = replace(post, now=lambda: NOW + WAIT)
    assert send_due(later, lambda: True, OTHERS).sent > 0


def test_a_limit_of_zalos_is_no_outage(post: Post, zalo: FakeZalo) -> None:
    """-32: nothing was lost, so only this run ends."""
    many_confirmed(post)
    zalo.account.refuse = [-32]
    assert send_due(post, lambda: True, [SCOUT]).sent == 0
    assert not post.outage.lasts(NOW)
    assert send_due(post, lambda: True, OTHERS).sent > 0
    assert run(post, NOW + timedelta(minutes=1)) > 0


def test_the_runs_of_a_minute_leave_zalos_rate_some_room(
    post: Post, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sender.A_RUN * SHARDS <= MESSAGES_A_MINUTE < ZALO_REQUESTS_A_MINUTE
    many_confirmed(post)
    monkeypatch.setattr("notifications.sender.A_RUN", 5)
    assert [run(post, NOW) for _ in range(5)] == [5, 5, 5, 5, 4]
