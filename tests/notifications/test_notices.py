"""Messages to citizens: which, when, what they say, and that each is sent at most once."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from bookings import items
from bookings.booking import Booking, Status
from bookings.holding import hold
from bookings.intake import HoldRequest
from bookings.lifecycle import Ask, cancel, confirm, reschedule
from bookings.store import BookingStore
from cccd.clock import VIETNAM
from cccd.dynamodb import client, from_item, to_item
from cccd.hashes import ChatUserHash, CitizenHash
from cccd.observability import flush_metrics
from cccd.table import Table
from consent.choices import Consent, chosen
from consent.store import Consents
from declarations.declaration import Declaration
from declarations.declaration import Status as Declared
from declarations.erasing import DeclarationEraser
from declarations.linking import LinkedDeclarations
from declarations.sealing import KmsKey
from declarations.store import DeclarationStore
from local.engine import free_port
from local.zalo import FakeZalo, Mood
from notifications import outbox, sender
from notifications.notice import MAX_TRIES, Kind, Notice, is_night, next_try, notices_of, obsolete
from notifications.sender import Post, Run, send_due
from notifications.store import NoticeStore
from notifications.templates import FILE, configured
from privacy.erasure import erase_all
from tests.bookings.wishes import LIMIT, RULES, SLOT_START, rules_of, slot, wish
from tests.gateway import CONTEXT
from tests.zalo.conftest import Hands
from zalo.acquaintances import Acquaintances
from zalo.official_account import OfficialAccountApi
from zalo.tokens import LEASE, TokenKeeper, TokenStore

PARAMETERS = FILE.read_text(encoding="utf-8")
WITH_TEMPLATES = '[every-office]\nconfirmed = "300"\ncancelled = "302"\nreminder = "303"\n' + PARAMETERS

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=VIETNAM)
EVENING = datetime(2026, 11, 25, 17, 0, tzinfo=VIETNAM)  # of the day before
LAN = wish("lan", at=slot(4), office_id="ca-26740")
MINH = wish("minh", at=slot(4), office_id="ca-26740")


@pytest.fixture
def zalo() -> Iterator[FakeZalo]:
    with FakeZalo() as fake:
        yield fake


@pytest.fixture
def hands() -> Hands:
    return Hands(NOW)


@pytest.fixture
def post(aws: None, zalo: FakeZalo, hands: Hands) -> Iterator[Post]:
    dynamodb = client()
    api = OfficialAccountApi(zalo.url, zalo.url, seconds=1)
    grant = zalo.account.refresh_token.encode()
    friends = Acquaintances(dynamodb, "ChatTable")
    friends.meet(LAN.citizen, "777", NOW, ChatUserHash("hash of 777"))
    secret = zalo.app_secret.encode()
    yield Post(
        notices=NoticeStore(dynamodb, "NoticesTable"),
        bookings=BookingStore(dynamodb, "BookingsTable"),
        declarations=LinkedDeclarations(dynamodb, "DeclarationsTable"),
        consents=Consents(Table(dynamodb, "DeclarationsTable")),
        acquaintances=friends,
        tokens=TokenKeeper(TokenStore(dynamodb, "ChatTable"), api, zalo.app_id, secret, lambda: grant, hands),
        api=api,
        templates=configured(PARAMETERS),
        mini_app_url="https://zalo.me/s/1",
        now=hands,
    )
    api.close()


_numbers = itertools.count(1)


def told(before: Booking | None, after: Booking) -> None:
    """The stream tells a change."""
    images = {"NewImage": to_item(items.booking_item(after))}
    if before:
        images["OldImage"] = to_item(items.booking_item(before))
    record = {"eventName": "MODIFY", "dynamodb": {**images, "SequenceNumber": str(next(_numbers))}}
    assert outbox.handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}


def confirmed(post: Post, wanted: HoldRequest = LAN, declaration_id: str | None = None) -> Booking:
    held = hold(post.bookings, replace(wanted, declaration_id=declaration_id), RULES, LIMIT, NOW)[0]
    told(None, held)
    firm = confirm(post.bookings, Ask(wanted.id, wanted.citizen, NOW))
    told(held, firm)
    return firm


def texts(zalo: FakeZalo) -> list[str]:
    return [each["message"]["text"] for each in zalo.account.sent]


def run(post: Post, now: datetime) -> int:
    """How many messages a run at that moment sends."""
    hands: Any = post.now
    hands.at = now
    done = send_due(post, lambda: True)
    assert done.broken == 0
    return done.sent


def silent_for_eight_days(post: Post) -> None:
    """The citizen has not said anything for that long."""
    post.acquaintances.part(LAN.citizen, NOW, NOW)
    boto3.client("dynamodb").delete_item(
        TableName="ChatTable", Key=to_item({"pk": f"CITIZEN#{LAN.citizen}", "sk": "CHAT"})
    )
    post.acquaintances.meet(LAN.citizen, "777", NOW - timedelta(days=8), ChatUserHash("hash of 777"))


@pytest.fixture(autouse=True)
def outbox_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.outbox.clock.now", lambda: NOW)


def test_a_confirmed_booking_is_told_at_once_and_reminded_the_day_before(post: Post, zalo: FakeZalo) -> None:
    booking = confirmed(post)
    assert run(post, NOW) == 1
    assert booking.ticket in texts(zalo)[0] and "08:00 Thứ Năm 26/11/2026" in texts(zalo)[0]
    assert run(post, EVENING - timedelta(minutes=1)) == 0
    assert run(post, EVENING) == 1
    assert texts(zalo)[1].startswith("Nhắc lịch: ngày mai")
    assert "Thẻ CCCD hoặc thẻ căn cước đang có" in texts(zalo)[1]
    assert "chưa gắn tờ khai" in texts(zalo)[1], "what is still missing"
    assert run(post, EVENING + timedelta(minutes=5)) == 0
    assert "LAN" not in "".join(texts(zalo)), "a chat is read over shoulders"


def test_the_stream_may_tell_twice_and_runs_may_overlap(post: Post, zalo: FakeZalo) -> None:
    booking = confirmed(post)
    told(replace(booking, status=Status.HELD, version=1), booking)
    (due,) = [notice for notice, _ in post.notices.due(NOW)]
    assert post.notices.claim(due, NOW)
    assert not post.notices.claim(due, NOW), "another run has it"
    assert run(post, NOW) == 0
    assert zalo.account.sent == []


def test_a_move_is_told_and_the_old_reminder_is_not(post: Post, zalo: FakeZalo) -> None:
    before = confirmed(post)
    run(post, NOW)
    to = slot(4, SLOT_START + timedelta(days=1))
    moved = reschedule(post.bookings, Ask(LAN.id, LAN.citizen, NOW), to.start, lambda _: (to, "shared"), rules_of)
    told(before, moved)
    run(post, NOW)
    assert "đã đổi sang 08:00 Thứ Sáu 27/11/2026" in texts(zalo)[1]
    assert run(post, EVENING) == 0, "the reminder of the first date is dropped"
    assert run(post, EVENING + timedelta(days=1)) == 1


def test_a_cancellation_is_told_and_nothing_after_it(post: Post, zalo: FakeZalo) -> None:
    firm = confirmed(post)
    run(post, NOW)
    told(None, cancel(post.bookings, Ask(LAN.id, LAN.citizen, NOW), rules_of))
    run(post, NOW)
    assert "đã được huỷ" in texts(zalo)[1]
    assert run(post, EVENING) == 0
    assert notices_of(firm, replace(firm, status=Status.NO_SHOW), NOW) == [], "who did not come is told nothing"


def test_a_hold_and_its_cancellation_are_told_to_nobody(post: Post, zalo: FakeZalo) -> None:
    held = hold(post.bookings, LAN, RULES, LIMIT, NOW)[0]
    told(None, held)
    told(None, cancel(post.bookings, Ask(LAN.id, LAN.citizen, NOW), rules_of))
    assert run(post, NOW) == 0


def test_slots_and_tallies_of_the_stream_are_left_alone(aws: None) -> None:
    event = {
        "Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": {"pk": {"S": "OFFICE#x"}}, "SequenceNumber": "1"}}]
    }
    assert outbox.handler(event, CONTEXT) == {"batchItemFailures": []}


def test_a_change_that_cannot_be_read_comes_again_and_is_not_quoted(
    aws: None, caplog: pytest.LogCaptureFixture
) -> None:
    image = {"pk": {"S": "APPLICANT#x"}, "applicant": {"M": {"fullName": {"S": "NGUYỄN THỊ LAN"}}}}
    event = {"Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": "7"}}]}
    assert outbox.handler(event, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "7"}]}
    assert caplog.messages == ["unexpected error"]


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
    post.acquaintances.part(LAN.citizen, NOW, NOW)
    assert run(post, NOW) == 0
    post.acquaintances.meet(LAN.citizen, "777", NOW + timedelta(seconds=1), ChatUserHash("hash of 777"))
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


def declared(post: Post, status: Declared = Declared.SUBMITTED, **answers: Any) -> str:
    """Lan's declaration, with her agreement to messages; its id."""
    declaration = Declaration(
        id="d" * 26,
        citizen=LAN.citizen,
        status=status,
        version=1,
        edition="2026",
        procedure="cap-cccd",
        office_id="ca-26740",
        answers={"personalId": "079190001234", "dateOfBirth": "1990-05-20", **answers},
        consent=Consent("2026-01-01", ("declaration", "notifications"), NOW),
        created_at=NOW,
        updated_at=NOW,
        submitted_at=NOW,
        kept_until=NOW + timedelta(days=45),
    )
    assert DeclarationStore(client(), "DeclarationsTable", KmsKey("alias/SensitiveKey")).add(declaration)
    return declaration.id


@pytest.mark.parametrize(
    ("answers", "asked", "not_asked"),
    [
        ({"request": "Cấp đổi thẻ"}, "Thẻ CCCD hoặc thẻ căn cước đang có", "khai sinh"),
        ({"request": "Cấp lại", "reason": "Mất thẻ"}, "Tại cơ quan bạn sẽ điền: Phiếu", "Bạn nhớ mang theo"),
        ({"request": "Cấp đổi thẻ", "whatDiffers": ["Họ tên"]}, "khai sinh", "chưa gắn tờ khai"),
    ],
)
def test_who_has_declared_reads_what_their_own_answers_call_for(
    post: Post, zalo: FakeZalo, answers: dict[str, Any], asked: str, not_asked: str
) -> None:
    confirmed(post, declaration_id=declared(post, **answers))
    run(post, EVENING)
    for text in texts(zalo):
        assert asked in text and not_asked not in text
    assert "079190001234" not in repr(zalo.account.sent)


@pytest.mark.parametrize("status", [Declared.DRAFT, Declared.WITHDRAWN])
def test_a_declaration_that_was_not_handed_in_is_still_missing(post: Post, zalo: FakeZalo, status: Declared) -> None:
    confirmed(post, declaration_id=declared(post, status))
    run(post, EVENING)
    assert "chưa gắn tờ khai" in texts(zalo)[1]


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
    silent_for_eight_days(post)
    own = f'[office.{LAN.office_id}]\nconfirmed = "900"\n'
    ours = replace(post, templates=configured(WITH_TEMPLATES + own))
    confirmed(ours)
    assert run(ours, NOW) == 1
    assert zalo.account.sent[0]["template_id"] == "900"


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


def test_one_message_that_breaks_holds_up_no_other(
    post: Post, zalo: FakeZalo, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    confirmed(post)
    confirmed(post, wanted=MINH)
    find = post.acquaintances.find
    post.acquaintances.meet(MINH.citizen, "888", NOW, ChatUserHash("hash of 888"))

    def broken(citizen: CitizenHash) -> Any:
        if citizen == LAN.citizen:
            raise KeyError("NGUYỄN THỊ LAN")
        return find(citizen)

    monkeypatch.setattr(post.acquaintances, "find", broken)
    assert send_due(post, lambda: True) == Run(sent=1, broken=1)
    assert zalo.account.sent[0]["recipient"] == {"user_id": "888"}
    assert caplog.messages == ["unexpected error"], "and not what the error quotes"


def test_a_run_that_lasts_into_the_night_stops(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    confirmed(post, wanted=MINH)
    post.acquaintances.meet(MINH.citizen, "888", NOW, ChatUserHash("hash of 888"))
    at_ten = NOW.replace(hour=22)

    class Until(Hands):
        """Shows a minute to ten until something was sent, and ten from then on."""

        def __call__(self) -> datetime:
            return at_ten if zalo.account.sent else at_ten - timedelta(minutes=1)

    assert send_due(replace(post, now=Until(NOW)), lambda: True) == Run(sent=1, broken=0)


def test_a_message_that_is_ready_at_ten_waits_for_the_morning(post: Post, zalo: FakeZalo) -> None:
    """Its token took so long that night fell."""
    confirmed(post)
    hands: Any = post.now
    hands.at = NOW.replace(hour=21, minute=59)

    class Slow(TokenKeeper):
        def access(self) -> str:
            hands.at = NOW.replace(hour=22)
            return post.tokens.access()

    slow: Any = object.__new__(Slow)
    assert send_due(replace(post, tokens=slow), lambda: True).sent == 0
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
    post.tokens.access()
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


def test_tries_end_before_the_appointment() -> None:
    assert next_try(0, NOW) == NOW + timedelta(minutes=1)
    assert next_try(50, NOW) == NOW + timedelta(minutes=64)
    assert MAX_TRIES < 20


def test_a_message_that_is_no_longer_true_is_obsolete(post: Post) -> None:
    booking = confirmed(post)
    notice = Notice(Kind.REMINDER, booking.id, booking.version, booking.citizen, booking.start, NOW)
    assert not obsolete(notice, booking, NOW)
    assert obsolete(notice, None, NOW)
    assert obsolete(notice, replace(booking, status=Status.CANCELLED), NOW)
    assert obsolete(notice, replace(booking, version=booking.version + 1), NOW), "it was moved, even there and back"
    assert obsolete(notice, booking, SLOT_START - timedelta(hours=1)), "on the day itself it is not tomorrow"


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
    post.acquaintances.meet(MINH.citizen, "888", NOW, ChatUserHash("hash of 888"))
    post.tokens.access()
    zalo.mood = mood
    assert run(post, NOW) == 0
    zalo.mood = Mood.WELL
    assert run(post, NOW + timedelta(minutes=1)) == 1


def test_a_zalo_that_cannot_be_reached_costs_no_message(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    confirmed(post, wanted=MINH)
    post.acquaintances.meet(MINH.citizen, "888", NOW, ChatUserHash("hash of 888"))
    post.tokens.access()
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
            return post.tokens.access()

    slow: Any = object.__new__(Slow)
    assert send_due(replace(post, tokens=slow), lambda: True).sent == 0
    assert zalo.account.sent == []


def test_a_run_whose_time_is_up_stops(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    assert send_due(post, lambda: False) == Run(sent=0, broken=0)
    assert run(post, NOW) == 1


def test_only_a_closed_window_turns_words_into_a_template(post: Post, zalo: FakeZalo) -> None:
    ours = replace(post, templates=configured(WITH_TEMPLATES))
    confirmed(ours)
    zalo.account.refuse = [-32]
    assert run(ours, NOW) == 0
    assert zalo.account.sent == []


def test_an_appointment_made_in_the_last_hours_has_no_reminder(post: Post) -> None:
    booking = confirmed(post)
    kinds = [
        [notice.kind for notice in notices_of(None, booking, now)] for now in (EVENING - timedelta(seconds=1), EVENING)
    ]
    assert kinds == [[Kind.CONFIRMED, Kind.REMINDER], [Kind.CONFIRMED]]


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


def test_who_left_and_came_back_is_written_to_again(post: Post, zalo: FakeZalo) -> None:
    declared(post)
    post.acquaintances.part(LAN.citizen, NOW, NOW)
    erase_all(DeclarationEraser(client(), "DeclarationsTable"), post.bookings, LAN.citizen, NOW)
    post.acquaintances.meet(LAN.citizen, "777", NOW + timedelta(seconds=5), ChatUserHash("hash of 777"))
    confirmed(post)
    assert run(post, NOW + timedelta(seconds=10)) == 1


def test_who_took_their_consent_back_is_not_written_to_after_coming_back_either(post: Post, zalo: FakeZalo) -> None:
    declared(post)
    nothing = Consent("2026-01-01", (), NOW)
    post.consents.append(LAN.citizen, lambda last: chosen(last, nothing))
    erase_all(DeclarationEraser(client(), "DeclarationsTable"), post.bookings, LAN.citizen, NOW)
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
