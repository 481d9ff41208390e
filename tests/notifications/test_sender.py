"""Sending: by day, in time, to citizens who agreed, each message at most once, whatever Zalo does."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from cccd.clock import is_night
from cccd.dynamodb import client, from_item, to_item
from cccd.hashes import ChatUserHash, CitizenHash
from cccd.observability import flush_metrics
from consent.choices import Consent, chosen
from declarations.erasing import DeclarationEraser
from feedback.store import FeedbackStore
from images.store import Images
from local.engine import free_port
from local.zalo import FakeZalo, Mood
from notifications import sender
from notifications.notice import MAX_TRIES, notices_of
from notifications.sender import Post, Run, send_due
from privacy.erasure import erase_all
from tests.bookings.wishes import SLOT_START
from tests.conftest import BUCKET
from tests.gateway import CONTEXT
from tests.notifications.post import LAN, MINH, NOW, confirmed, declared, run
from tests.zalo.accounts import HOME
from tests.zalo.conftest import Hands
from zalo.official_account import OfficialAccountApi
from zalo.tokens import LEASE, TokenKeeper


@pytest.mark.parametrize(("hour", "night"), [(21, False), (22, True), (0, True), (5, True), (6, False)])
def test_nothing_is_sent_at_night(post: Post, zalo: FakeZalo, hour: int, night: bool) -> None:
    confirmed(post)
    now = NOW.replace(hour=hour) + timedelta(days=hour < 9)
    assert is_night(now) is night
    assert run(post, now) == (0 if night else 1)


def test_nothing_is_sent_after_the_appointment(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    assert run(post, SLOT_START) == 0
    assert zalo.account.sent == []


def test_who_does_not_follow_is_not_written_to(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    post.acquaintances.part(LAN.citizen, HOME.link, NOW, NOW)
    assert run(post, NOW) == 0
    post.acquaintances.meet(LAN.citizen, HOME.link, "777", NOW + timedelta(seconds=1), ChatUserHash("hash of 777"))
    assert run(post, NOW) == 0, "and it does not come late"


@pytest.mark.parametrize(
    ("standing", "sent"),
    [
        ({}, 1),
        ({"declaration": True}, 0),
        ({"declaration": True, "notifications": False}, 0),
        ({"notifications": True}, 1),
    ],
)
def test_who_has_not_agreed_is_not_written_to(
    post: Post, monkeypatch: pytest.MonkeyPatch, standing: dict[str, bool], sent: int
) -> None:
    confirmed(post)
    monkeypatch.setattr(post.consents, "standing", lambda citizen: standing)
    assert run(post, NOW) == sent


def test_one_message_that_breaks_holds_up_no_other(
    post: Post, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    confirmed(post)
    confirmed(post, wanted=MINH)
    find = post.acquaintances.of
    post.acquaintances.meet(MINH.citizen, HOME.link, "888", NOW, ChatUserHash("hash of 888"))

    def broken(citizen: CitizenHash) -> Any:
        if citizen == LAN.citizen:
            raise KeyError("NGUYỄN THỊ LAN")
        return find(citizen)

    monkeypatch.setattr(post.acquaintances, "of", broken)
    assert send_due(post, lambda: True) == Run(sent=1, broken=1)
    assert zalo.account.sent[0]["recipient"] == {"user_id": "888"}
    assert caplog.messages == ["unexpected error"], "and not what the error quotes"


def test_messages_that_nobody_can_read_take_nothing_from_the_others(
    post: Post, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As many as a run may send, all due before the good one."""
    monkeypatch.setattr(sender, "A_RUN", 3)
    for number in range(3):
        spoilt = {"pk": f"BOOKING#{number}", "sk": "NOTICE#?#1", "state": "waiting", "kind": "unheard of"}
        for shard in range(8):
            item = spoilt | {"sk": f"NOTICE#{shard}", "due": f"NOTICE#{shard}", "dueAt": number}
            client().put_item(TableName="NoticesTable", Item=to_item(item))
    confirmed(post)
    flush_metrics()
    capsys.readouterr()
    assert send_due(post, lambda: True) == Run(sent=1, broken=24)
    flush_metrics()
    assert '"SenderPassedBy":[1.0,' in capsys.readouterr().out
    assert len(zalo.account.sent) == 1


def test_a_run_that_lasts_into_the_night_stops(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    confirmed(post, wanted=MINH)
    post.acquaintances.meet(MINH.citizen, HOME.link, "888", NOW, ChatUserHash("hash of 888"))
    at_ten = NOW.replace(hour=22)

    class Until(Hands):
        """Shows a minute to ten until a message was sent, and ten after that."""

        def __call__(self) -> datetime:
            return at_ten if zalo.account.sent else at_ten - timedelta(minutes=1)

    assert send_due(replace(post, now=Until(NOW)), lambda: True) == Run(sent=1, broken=0)


def test_a_message_that_is_ready_at_ten_waits_for_the_morning(post: Post, zalo: FakeZalo) -> None:
    """Getting the token took so long that the night began."""
    confirmed(post)
    hands: Any = post.now
    hands.at = NOW.replace(hour=21, minute=59)

    class Slow(TokenKeeper):
        def access(self) -> str:
            hands.at = NOW.replace(hour=22)
            return post.tokens(HOME).access()

    slow: Any = object.__new__(Slow)
    assert send_due(replace(post, keeper=lambda _: slow), lambda: True).sent == 0
    assert zalo.account.sent == []
    assert run(post, (NOW + timedelta(days=1)).replace(hour=6)) == 1


def test_without_a_token_the_message_waits(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    zalo.mood = Mood.SERVER_ERROR
    assert run(post, NOW) == 0
    zalo.mood = Mood.WELL
    assert run(post, NOW + LEASE) == 1


@pytest.mark.parametrize("error", [-32, -211])
def test_what_surely_was_not_sent_is_sent_later(post: Post, zalo: FakeZalo, error: int) -> None:
    confirmed(post)
    zalo.account.refuse = [error, error]
    assert run(post, NOW) == 0
    assert run(post, NOW + timedelta(seconds=30)) == 0, "not at once"
    assert run(post, NOW + timedelta(minutes=1)) == 0
    assert run(post, NOW + timedelta(minutes=4)) == 1
    assert len(zalo.account.sent) == 1


def test_an_old_token_is_renewed_on_the_way(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    zalo.account.refuse = [-216]
    assert run(post, NOW) == 0
    assert run(post, NOW + timedelta(minutes=1)) == 1
    assert (len(zalo.account.sent), zalo.account.refreshed) == (1, 2)


@pytest.mark.parametrize("mood", [Mood.SERVER_ERROR, Mood.HTML, Mood.WRONG_JSON, Mood.CLOSED, Mood.SLOW])
def test_what_may_have_been_sent_is_not_sent_again(post: Post, zalo: FakeZalo, mood: Mood) -> None:
    confirmed(post)
    post.tokens(HOME).access()
    (due,) = [notice for notice, _ in post.notices.due(NOW)]
    zalo.mood = mood
    assert run(post, NOW) == 0
    zalo.mood = Mood.WELL
    assert run(post, NOW + timedelta(hours=1)) == 0
    assert (post.notices.state(due), zalo.account.sent) == ("uncertain", [])


def test_a_process_that_died_while_sending_leaves_no_second_message(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    (due,) = [notice for notice, _ in post.notices.due(NOW)]
    assert post.notices.claim(due, NOW)
    assert run(post, NOW + timedelta(minutes=11)) == 0
    assert post.notices.state(due) == "uncertain"


def test_a_change_told_again_does_not_bring_back_what_was_sent(post: Post, zalo: FakeZalo) -> None:
    booking = confirmed(post)
    (notice, _) = notices_of(None, booking, NOW)
    assert not post.notices.add(notice)
    assert run(post, NOW) == 1
    assert not post.notices.add(notice)
    assert (post.notices.state(notice), run(post, NOW)) == ("sent", 0)


def test_what_was_put_off_meanwhile_is_not_claimed_by_an_old_reading(post: Post) -> None:
    booking = confirmed(post)
    (notice, _) = notices_of(None, booking, NOW)
    assert post.notices.claim(notice, NOW) and post.notices.again(notice, NOW)
    assert not post.notices.claim(notice, NOW), "it has been tried since"
    assert post.notices.claim(replace(notice, tries=1), NOW)


def test_a_claim_is_left_alone_while_its_process_may_live(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    (notice,) = [notice for notice, _ in post.notices.due(NOW)]
    assert post.notices.claim(notice, NOW)
    run(post, NOW + timedelta(minutes=9))
    assert post.notices.state(notice) == "sending"


def test_what_is_over_is_looked_at_no_more_and_forgotten_later(post: Post) -> None:
    confirmed(post)
    assert run(post, NOW) == 1
    assert list(post.notices.due(NOW + timedelta(hours=1))) == []
    kept = [from_item(item) for item in boto3.client("dynamodb").scan(TableName="NoticesTable")["Items"]]
    assert {item["ttl"] for item in kept} == {int((SLOT_START + timedelta(days=30)).timestamp())}


@pytest.mark.parametrize("mood", [Mood.SERVER_ERROR, Mood.CLOSED, Mood.SLOW])
def test_an_outage_costs_one_message_and_the_rest_waits(post: Post, zalo: FakeZalo, mood: Mood) -> None:
    confirmed(post)
    confirmed(post, wanted=MINH)
    post.acquaintances.meet(MINH.citizen, HOME.link, "888", NOW, ChatUserHash("hash of 888"))
    post.tokens(HOME).access()
    zalo.mood = mood
    assert run(post, NOW) == 0
    zalo.mood = Mood.WELL
    assert run(post, NOW + timedelta(minutes=1)) == 1


def test_a_zalo_that_cannot_be_reached_costs_no_message(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    confirmed(post, wanted=MINH)
    post.acquaintances.meet(MINH.citizen, HOME.link, "888", NOW, ChatUserHash("hash of 888"))
    post.tokens(HOME).access()
    nowhere = OfficialAccountApi(f"http://127.0.0.1:{free_port()}", zalo.url)
    assert run(replace(post, api=nowhere), NOW) == 0
    assert run(post, NOW + timedelta(minutes=1)) == 2


def test_waiting_for_a_token_uses_up_no_try(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    zalo.mood = Mood.SERVER_ERROR
    for minute in range(2 * MAX_TRIES):
        assert run(post, NOW + timedelta(minutes=minute)) == 0
    zalo.mood = Mood.WELL
    zalo.account.refuse = [-211]
    later = NOW + timedelta(hours=1)
    assert run(post, later) == 0
    assert run(post, later + timedelta(minutes=1)) == 1


def test_what_is_refused_again_and_again_is_given_up(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    (notice,) = [notice for notice, _ in post.notices.due(NOW)]
    zalo.account.refuse = [-211] * (MAX_TRIES + 1)
    for hour in range(MAX_TRIES + 1):
        run(post, NOW + timedelta(hours=1.2 * hour))
    assert (post.notices.state(notice), len(zalo.account.refuse)) == ("failed", 1)


def test_no_try_is_planned_for_after_the_appointment(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    (notice,) = [notice for notice, _ in post.notices.due(NOW)]
    zalo.account.refuse = [-211]
    assert run(post, SLOT_START - timedelta(seconds=30)) == 0
    assert post.notices.state(notice) == "failed"


def test_a_message_that_is_ready_at_the_appointment_is_not_sent(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    hands: Any = post.now
    hands.at = SLOT_START - timedelta(seconds=1)

    class Slow(TokenKeeper):
        def access(self) -> str:
            hands.at = SLOT_START
            return post.tokens(HOME).access()

    slow: Any = object.__new__(Slow)
    assert send_due(replace(post, keeper=lambda _: slow), lambda: True).sent == 0
    assert zalo.account.sent == []


def test_a_run_whose_time_is_up_stops(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    assert send_due(post, lambda: False) == Run(sent=0, broken=0)
    assert run(post, NOW) == 1


def test_a_run_counts_what_became_of_messages_and_errs_if_one_broke(
    post: Post, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    confirmed(post)
    monkeypatch.setattr("notifications.sender.post", lambda: post)
    flush_metrics()
    capsys.readouterr()
    assert sender.handler({}, CONTEXT) == {"sent": 1}
    assert '"MessagesSent":[1.0]' in capsys.readouterr().out
    monkeypatch.setattr("notifications.sender.send_due", lambda *_: Run(sent=0, broken=2))
    with pytest.raises(sender.SomeBroke):
        sender.handler({}, CONTEXT)


def erase_lan(post: Post) -> None:
    feedback = FeedbackStore(client(), "FeedbackTable", Images(BUCKET))
    erase_all(DeclarationEraser(client(), "DeclarationsTable"), post.bookings, feedback, LAN.citizen, NOW)


def test_who_left_and_came_back_is_written_to_again(post: Post, zalo: FakeZalo) -> None:
    declared(post)
    post.acquaintances.part(LAN.citizen, HOME.link, NOW, NOW)
    erase_lan(post)
    post.acquaintances.meet(LAN.citizen, HOME.link, "777", NOW + timedelta(seconds=5), ChatUserHash("hash of 777"))
    confirmed(post)
    assert run(post, NOW + timedelta(seconds=10)) == 1


def test_who_took_their_consent_back_is_not_written_to_after_coming_back_either(post: Post, zalo: FakeZalo) -> None:
    declared(post)
    nothing = Consent("2026-01-01", (), NOW)
    post.consents.append(LAN.citizen, lambda last: chosen(last, nothing))
    erase_lan(post)
    confirmed(post)
    assert run(post, NOW) == 0


def test_our_own_claim_is_known_when_it_had_to_be_repeated(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to the first try was lost, and the client tried again by itself."""
    confirmed(post)
    (notice,) = [notice for notice, _ in post.notices.due(NOW)]
    monkeypatch.setattr("cccd.table.secrets.token_hex", lambda size: "the same")
    assert post.notices.claim(notice, NOW)
    assert post.notices.claim(notice, NOW)
    monkeypatch.setattr("cccd.table.secrets.token_hex", lambda size: "another")
    assert not post.notices.claim(notice, NOW)
