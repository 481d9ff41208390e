"""Outside Zalo's seven days only a template reaches the citizen."""

from dataclasses import replace
from datetime import timedelta

from accounts.account import Account
from cccd.dynamodb import client
from cccd.hashes import ChatUserHash
from local.zalo import FakeZalo
from notifications.sender import Post
from notifications.templates import configured
from tests.notifications.post import (
    EVENING,
    LAN,
    NOW,
    WITH_TEMPLATES,
    confirmed,
    run,
    silent_for_eight_days,
)
from tests.zalo.accounts import SECOND, connect


def test_outside_the_window_each_kind_goes_out_by_its_own_template(post: Post, zalo: FakeZalo) -> None:
    silent_for_eight_days(post)
    ours = replace(post, templates=configured(WITH_TEMPLATES))
    booking = confirmed(ours)
    assert run(ours, NOW) == 1
    assert run(ours, EVENING) == 1
    confirmation, reminder = zalo.account.sent
    assert confirmation == {
        "user_id": "777",
        "template_id": "300",
        "template_data": {"ticket": booking.ticket, "time": "08:00 26/11/2026", "office": "Công an phường Sài Gòn"},
    }
    assert reminder["template_id"] == "303"
    assert reminder["template_data"]["declaration"] == "chưa có tờ khai"


def test_an_office_may_have_templates_of_its_own(post: Post, zalo: FakeZalo) -> None:
    office = Account(SECOND, "", offices=(LAN.office_id,))
    connect(client(), zalo, NOW, office)
    silent_for_eight_days(post)
    post.acquaintances.meet(LAN.citizen, office.link, "555", NOW - timedelta(days=8), ChatUserHash("hash of 555"))
    own = f'[office.{LAN.office_id}]\nconfirmed = "900"\n'
    ours = replace(post, templates=configured(WITH_TEMPLATES + own))
    confirmed(ours)
    assert run(ours, NOW) == 1
    assert zalo.account.sent == []
    assert [(each["template_id"], each["user_id"]) for each in zalo.accounts.by_id[SECOND].sent] == [("900", "555")]


def test_when_zalo_counts_the_window_otherwise_the_template_goes_out(post: Post, zalo: FakeZalo) -> None:
    zalo.account.refuse = [-230]
    ours = replace(post, templates=configured(WITH_TEMPLATES))
    confirmed(ours)
    assert run(ours, NOW) == 1
    assert zalo.account.sent[0]["template_id"] == "300"


def test_what_does_not_fit_a_template_is_not_sent(post: Post, zalo: FakeZalo) -> None:
    silent_for_eight_days(post)
    ours = replace(post, templates=configured(WITH_TEMPLATES.replace("limit = 80", "limit = 12")))
    confirmed(ours)
    (due,) = [notice for notice, _ in post.notices.due(NOW)]
    assert run(ours, NOW) == 0
    assert (post.notices.state(due), zalo.account.sent) == ("failed", [])


def test_a_template_that_does_not_fit_does_not_hold_up_a_message_in_words(post: Post, zalo: FakeZalo) -> None:
    ours = replace(post, templates=configured(WITH_TEMPLATES.replace("limit = 80", "limit = 12")))
    confirmed(ours)
    assert run(ours, NOW) == 1
    assert "message" in zalo.account.sent[0]


def test_outside_the_window_without_a_template_nobody_can_be_reached(post: Post, zalo: FakeZalo) -> None:
    silent_for_eight_days(post)
    confirmed(post)
    (due,) = [notice for notice, _ in post.notices.due(NOW)]
    assert run(post, NOW) == 0
    assert (post.notices.state(due), zalo.account.sent) == ("unreachable", [])


def test_only_a_closed_window_turns_words_into_a_template(post: Post, zalo: FakeZalo) -> None:
    ours = replace(post, templates=configured(WITH_TEMPLATES))
    confirmed(ours)
    zalo.account.refuse = [-32]
    assert run(ours, NOW) == 0
    assert zalo.account.sent == []
