"""The messages that a change of a booking creates, and when each is due."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bookings import items
from bookings.booking import Booking, BookingStatus
from bookings.holding import hold
from bookings.intake import HoldRequest
from bookings.lifecycle import Ask, cancel, confirm, release, reschedule
from bookings.proof import Proof
from bookings.seats import Seat
from bookings.wait_store import Offer, Waiting, WaitStore
from cccd.clock import epoch
from cccd.dynamodb import client, to_item
from cccd.hashes import ChatUserHash
from cccd.observability import flush_metrics
from cccd.table import COPIED
from local.zalo import FakeZalo
from notifications import outbox
from notifications.notice import MAX_TRIES, Kind, Notice, next_try, notice_of_offer, notices_of, obsolete
from notifications.sender import Post
from notifications.store import NoticeStore
from tests.bookings.wishes import LIMIT, RULES, SLOT_START, rules_of, slot, wish
from tests.gateway import CONTEXT
from tests.notifications.post import EVENING, LAN, MINH, NOW, confirmed, run, texts, told
from tests.zalo.accounts import HOME


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
    told(replace(booking, status=BookingStatus.HELD, version=1), booking)
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
    assert notices_of(firm, replace(firm, status=BookingStatus.NO_SHOW), NOW) == [], "who did not come is told nothing"


def test_a_hold_and_its_cancellation_are_told_to_nobody(post: Post, zalo: FakeZalo) -> None:
    held = hold(post.bookings, LAN, RULES, LIMIT, NOW)[0]
    told(None, held)
    told(None, cancel(post.bookings, Ask(LAN.id, LAN.citizen, NOW), rules_of))
    assert run(post, NOW) == 0


def test_a_restored_booking_tells_nobody_anything_and_its_later_changes_do(post: Post) -> None:
    """Otherwise everybody with an appointment would be told of it once more."""
    image = to_item(items.booking_item(kept(post, LAN)))
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": {**image, COPIED: {"BOOL": True}}, "SequenceNumber": "1"}}
    assert outbox.handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}
    assert list(post.notices.due(EVENING)) == []
    after = to_item(items.booking_item(cancel(post.bookings, Ask(LAN.id, LAN.citizen, NOW), rules_of)))
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": after, "SequenceNumber": "2"}}
    assert outbox.handler({"Records": [record]}, CONTEXT) == {"batchItemFailures": []}
    assert [notice.kind for notice, _ in post.notices.due(NOW)] == [Kind.CANCELLED]


def test_slots_and_tallies_of_the_stream_are_left_alone(aws: None) -> None:
    event = {
        "Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": {"pk": {"S": "OFFICE#x"}}, "SequenceNumber": "1"}}]
    }
    assert outbox.handler(event, CONTEXT) == {"batchItemFailures": []}


UNREADABLE = {"pk": {"S": "APPLICANT#x"}, "applicant": {"M": {"fullName": {"S": "NGUYỄN THỊ LAN"}}}}


def changes(post: Post, middle: dict[str, Any]) -> dict[str, Any]:
    """The stream's event of three changes: Lan's and Minh's confirmations, and another one between them."""
    images = [to_item(items.booking_item(kept(post, wanted))) for wanted in (LAN, MINH)]
    records = [
        {"eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": str(number)}}
        for number, image in enumerate([images[0], middle, images[1]], start=6)
    ]
    return {"Records": records}


def kept(post: Post, wanted: HoldRequest) -> Booking:
    hold(post.bookings, wanted, RULES, LIMIT, NOW)
    return confirm(post.bookings, Ask(wanted.id, wanted.citizen, NOW))


def test_a_change_that_nobody_can_read_stops_no_other_and_is_not_quoted(
    post: Post, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stream goes on only after it, so it does not come again; its position is told."""
    event = changes(post, UNREADABLE)
    flush_metrics()
    assert outbox.handler(event, CONTEXT) == {"batchItemFailures": []}
    assert {notice.booking_id for notice, _ in post.notices.due(NOW)} == {LAN.id.text, MINH.id.text}
    assert caplog.messages == ["unexpected error", "a change was passed by"]
    assert vars(caplog.records[-1])["position"] == "7"
    assert '"OutboxPassedBy":[1.0]' in capsys.readouterr().out


def test_a_change_that_storage_did_not_take_comes_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    event = changes(post, to_item(items.booking_item(kept(post, wish("hoa", at=slot(4), office_id="ca-26740")))))
    add = NoticeStore.add

    def throttled(store: NoticeStore, notice: Notice) -> bool:
        if notice.booking_id == wish("hoa").id.text:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "PutItem")
        return add(store, notice)

    monkeypatch.setattr(NoticeStore, "add", throttled)
    assert outbox.handler(event, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "7"}]}
    assert {notice.booking_id for notice, _ in post.notices.due(NOW)} == {LAN.id.text, MINH.id.text}


def test_tries_end_before_the_appointment() -> None:
    assert next_try(0, NOW) == NOW + timedelta(minutes=1)
    assert next_try(50, NOW) == NOW + timedelta(minutes=64)
    assert MAX_TRIES < 20


def test_a_message_that_is_no_longer_true_is_obsolete(post: Post) -> None:
    booking = confirmed(post)
    notice = Notice(Kind.REMINDER, booking.id, booking.version, booking.citizen, booking.start, NOW)
    assert not obsolete(notice, booking, NOW)
    assert obsolete(notice, None, NOW)
    assert obsolete(notice, replace(booking, status=BookingStatus.CANCELLED), NOW)
    assert obsolete(notice, replace(booking, version=booking.version + 1), NOW), "it was moved, even there and back"
    assert obsolete(notice, booking, SLOT_START - timedelta(hours=1)), "on the day itself it is not tomorrow"


def test_an_appointment_made_in_the_last_hours_has_no_reminder(post: Post) -> None:
    booking = confirmed(post)
    kinds = [
        [notice.kind for notice in notices_of(None, booking, now)] for now in (EVENING - timedelta(seconds=1), EVENING)
    ]
    assert kinds == [[Kind.CONFIRMED, Kind.REMINDER], [Kind.CONFIRMED]]


def test_both_are_told_when_a_proven_phone_displaces_a_booking(post: Post, zalo: FakeZalo) -> None:
    theirs = confirmed(post)
    run(post, NOW)
    post.acquaintances.meet(MINH.citizen, HOME.link, "778", NOW, ChatUserHash("hash of 778"))
    mine = replace(LAN, id=wish("lan", key="mine").id, citizen=MINH.citizen, proof=Proof.PHONE)
    held = hold(post.bookings, mine, RULES, LIMIT, NOW)[0]
    ended = post.bookings.find(LAN.id)
    assert ended is not None
    told(None, ended)  # the history
    told(theirs, held)  # the lock, which another booking holds now
    run(post, NOW)
    assert "không còn hiệu lực" in texts(zalo)[-1] and len(texts(zalo)) == 2
    told(held, confirm(post.bookings, Ask(mine.id, mine.citizen, NOW)))
    run(post, NOW)
    assert "đã có người khác đặt lịch cho cùng số định danh" in texts(zalo)[-1]
    assert len(texts(zalo)) == 3
    assert run(post, EVENING) == 1, "one reminder, of the booking that stands"


def test_a_release_by_the_office_is_told(post: Post, zalo: FakeZalo) -> None:
    confirmed(post)
    run(post, NOW)
    told(None, release(post.bookings, LAN.id.applicant, NOW))
    run(post, NOW)
    assert "đã được cơ quan Công an huỷ" in texts(zalo)[-1]
    assert run(post, EVENING) == 0


def test_an_offer_goes_out_while_it_stands_and_not_after(post: Post, zalo: FakeZalo) -> None:
    booking = confirmed(post)
    run(post, NOW)
    waiting = Waiting(booking.id, booking.office_id, booking.citizen, "shared", booking.start, NOW)
    start = NOW + timedelta(hours=5)
    offer = Offer(start, start + timedelta(minutes=30), Seat(1, "shared"), NOW + timedelta(minutes=10), booking.version)
    offered = replace(waiting, offers=1, offer=offer)
    first = notice_of_offer(waiting, offered, NOW)
    assert first is not None and notice_of_offer(offered, offered, NOW) is None
    again = notice_of_offer(offered, replace(offered, offers=2), NOW)
    assert again is not None and again.id != first.id, "each offer is a message of its own"
    post.notices.add(first)
    assert run(post, NOW + timedelta(minutes=1)) == 1
    assert "14:00 Thứ Ba 24/11/2026" in texts(zalo)[-1] and "đến 09:10" in texts(zalo)[-1]
    post.notices.add(again)
    assert run(post, NOW + timedelta(minutes=10)) == 0, "it would come too late"


def test_the_stream_tells_of_offers_and_not_of_waiting(post: Post, zalo: FakeZalo) -> None:
    def record(**images: Any) -> dict[str, Any]:
        return {"Records": [{"eventName": "MODIFY", "dynamodb": {**images, "SequenceNumber": "1"}}]}

    booking = confirmed(post)
    run(post, NOW)
    waits = WaitStore(client(), "BookingsTable")
    waiting = Waiting(booking.id, booking.office_id, booking.citizen, "shared", booking.start, NOW)
    post.bookings.commit([waits.add(waiting)])
    before = to_item(post.bookings.table.get(items.wait_key(booking.office_id, booking.id)) or {})
    assert outbox.handler(record(NewImage=before), CONTEXT) == {"batchItemFailures": []}
    assert run(post, NOW) == 0
    start = NOW + timedelta(hours=5)
    offer = {
        "start": epoch(start),
        "end": epoch(start),
        "seat": "s01",
        "until": epoch(NOW) + 600,
        "version": booking.version,
    }
    after = before | to_item({"offers": 1, "offer": offer})
    assert outbox.handler(record(OldImage=before, NewImage=after), CONTEXT) == {"batchItemFailures": []}
    assert run(post, NOW) == 1 and "Vừa có chỗ sớm hơn" in texts(zalo)[-1]
