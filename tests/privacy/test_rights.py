"""A citizen sees all data held about them, and can have it erased."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings import lifecycle
from bookings.api import handler as bookings
from bookings.seats import RESTING
from cccd.clock import VIETNAM
from cccd.dynamodb import client
from cccd.hashes import ChatUserHash
from declarations.print_api import handler as printing
from infra.intrinsics import read
from infra.template import Stack
from notifications import store as notices
from privacy.api import handler
from privacy.kept import LEFT, kept
from tests.bookings.people import signed_in
from tests.conftest import TEMPLATE
from tests.declarations.people import CONSENT
from tests.gateway import CONTEXT, Answer, call, event
from tests.privacy.conftest import NOW, START, items
from tests.privacy.me import erase, mine
from tests.zalo.accounts import HOME
from zalo.acquaintances import Acquaintances

type Act = Callable[..., Answer]


def test_everything_held_is_told(declare: Act, book: Act) -> None:
    made = declare(consent=CONSENT | {"purposes": ["declaration", "statistics"]})
    booked = book(declarationId=made.body["id"])
    printing(event("GET", f"/declarations/{made.body['id']}/print", headers=signed_in("lan")), CONTEXT)
    mine()
    told = mine()
    assert [each["data"] for each in told["declarations"]] == [made.body["data"]]
    assert [(each["id"], each["declarationId"]) for each in told["bookings"]] == [(booked.body["id"], made.body["id"])]
    assert told["bookings"][0]["applicant"]["fullName"] == "NGUYỄN THỊ LAN"
    assert {(each["purpose"], each["given"]) for each in told["consents"]} == {
        ("declaration", True),
        ("statistics", True),
    }
    assert sorted(each["what"] for each in told["accesses"]) == ["export", "print"]
    assert {each["what"]: each["days"] for each in told["retention"]}["draft"] == 7


def test_somebody_elses_is_not(declare: Act, book: Act) -> None:
    declare()
    book()
    told = mine("minh")
    assert not any(told[each] for each in ("declarations", "bookings", "consents", "accesses", "erasures"))


def test_erased_the_seat_is_free_and_nothing_personal_is_left(declare: Act, book: Act) -> None:
    declare()
    cancelled = book("lan", "key-54321", applicant={"fullName": "Trần Minh", "personalId": "079090004321",
                                                   "dateOfBirth": "1990-01-01", "phone": "0987654321"})  # fmt: skip
    call(bookings, "POST", f"/bookings/{cancelled.body['id']}/cancel", headers=signed_in("lan"))
    book()
    done = erase().body
    assert (done["declarations"], done["bookings"], done["remaining"]) == (1, 2, [])
    left = items("DeclarationsTable") + items("BookingsTable")
    assert "NGUYỄN" not in repr(left) and "TRẦN" not in repr(left) and "84912345678" not in repr(left)
    assert {item["sk"].partition("#")[0] for item in left} == {"CONSENT", "ERASED", "SLOT", "TALLY", "USE"}
    seats = [value["b"] for item in left for name, value in item.items() if name.startswith("s0")]
    assert set(seats) == {RESTING}, "no seat is anybody's; one that comes back so near its day rests first"
    told = mine()
    assert not told["declarations"] and not told["bookings"]
    assert sorted((each["what"], each["count"]) for each in told["erasures"]) == [("booking", 2), ("declaration", 1)]
    assert [each["given"] for each in told["consents"]].count(False) == 1, "taken back, and on record"
    assert book("minh", "key-77777").status == 201, "the applicant can book anew"


def followed(at: datetime) -> Acquaintances:
    """Lan follows the Official Account, as the user "chat-77" of its chat."""
    acquaintances = Acquaintances(client(), "ChatTable")
    citizen = next(item["pk"] for item in items("DeclarationsTable")).removeprefix("CITIZEN#")
    assert acquaintances.meet(citizen, HOME.link, "chat-77", at, known_as=ChatUserHash("hash of chat-77"))
    return acquaintances


@pytest.mark.parametrize("ahead", [-3600, 0, 5])
def test_who_one_is_in_the_chat_is_told_and_forgotten(declare: Act, ahead: int) -> None:
    declare()
    seen = NOW + timedelta(seconds=ahead)
    followed(seen)
    assert mine()["chat"] == {"userId": "chat-77", "lastSeen": seen.isoformat()}
    assert mine("minh")["chat"] is None
    erased = erase().body
    assert {each["what"] for each in erased["left"]} == {each.what for each in LEFT}
    assert ("chat", 1) in [(each["what"], each["count"]) for each in mine()["erasures"]], "on record, as a farewell is"
    assert '"chat-77"' not in repr(items("ChatTable")).replace("'", '"')
    assert mine()["chat"] is None


def test_an_event_delivered_late_does_not_undo_the_erasure(declare: Act, at: Any) -> None:
    declare()
    chat = followed(NOW - timedelta(hours=1))
    erase()
    citizen = next(item["pk"] for item in items("DeclarationsTable")).removeprefix("CITIZEN#")
    assert not chat.meet(
        citizen, HOME.link, "chat-77", NOW - timedelta(minutes=1), known_as=ChatUserHash("hash of chat-77")
    )
    assert mine()["chat"] is None


def test_erased_twice_is_once(declare: Act, book: Act) -> None:
    declare()
    book()
    erase()
    before = items("DeclarationsTable")
    again = erase().body
    assert (again["declarations"], again["bookings"]) == (0, 0)
    changed = [each for each in items("DeclarationsTable") if each not in before]
    assert [each["sk"] for each in changed] == ["USE"], "only that they asked twice is counted"


def test_an_appointment_that_has_begun_stays_until_its_day_is_closed(book: Act, declare: Act, at: Any) -> None:
    booked = book()
    call(bookings, "POST", f"/bookings/{booked.body['id']}/confirm", headers=signed_in("lan"))
    at.move_to(datetime(2026, 11, 27, 8, 10, tzinfo=VIETNAM))
    done = erase().body
    assert [each["id"] for each in done["remaining"]] == [booked.body["id"]]
    assert len(mine()["bookings"]) == 1


def test_a_lapsed_hold_is_erased_as_lapsed(book: Act, at: Any) -> None:
    book()
    at.move_to(NOW + timedelta(hours=1))
    assert erase().body["bookings"] == 1
    assert {item["sk"].partition("#")[0] for item in items("BookingsTable")} == {"SLOT", "TALLY"}


def test_a_booking_made_while_erasing_is_kept_with_its_count(
    declare: Act, book: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    book()
    real = lifecycle.end

    def end_then_a_rival_books(*arguments: Any) -> Any:
        ended = real(*arguments)
        monkeypatch.setattr(lifecycle, "end", real)
        book("lan", "key-99999", "2026-11-27T09:00:00+07:00")
        return ended

    monkeypatch.setattr(lifecycle, "end", end_then_a_rival_books)
    assert erase().body["bookings"] == 1
    assert [each["start"] for each in mine()["bookings"]] == ["2026-11-27T09:00:00+07:00"]
    assert START != "2026-11-27T09:00:00+07:00"


def test_a_booking_that_changes_in_the_same_instant_is_not_guessed_at(
    declare: Act, book: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare()
    book()
    monkeypatch.setattr(lifecycle, "end", lambda *_: None)
    assert erase().code == "temporarily_unavailable"
    assert mine()["declarations"], "nothing was erased behind the citizen's back"


def consents(purposes: list[str], version: str = "2026-11-25") -> Answer:
    body = {"version": version, "purposes": purposes}
    return call(handler, "PUT", "/me/consents", body=body, headers=signed_in("lan"))


def test_what_is_told_of_periods_is_what_stores_and_template_do(stack: Stack) -> None:
    days = {each.what: each.days for each in kept()}
    assert days["message"] == notices.KEPT.days
    queues = read(TEMPLATE)["Resources"]
    longest = max(queues[name]["Properties"]["MessageRetentionPeriod"] for name in ("ChatQueue", "ChatDeadLetters"))
    assert days["chat-queue"] == longest / 86_400
    (unused, _) = queues["ImagesBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert (unused["Prefix"], days["upload"]) == ("new/", unused["ExpirationInDays"] + 1), "S3 counts from midnight"
    assert all(str(each.days) in each.why or each.days in (None, 1, 1825) for each in kept())
