"""The officers' API: who may call it, and one morning through it."""

from typing import Any

import pytest

from bookings.api import handler as bookings
from cccd.dynamodb import client
from cccd.table import Table
from desk import office_api
from desk.api import handler
from desk.officer import officer_of
from desk.waits import ENOUGH
from tests.bookings.calls import OFFICE, START, act, book, person
from tests.bookings.people import signed_in
from tests.desk.officers import at_desk, claims
from tests.gateway import CONTEXT, Answer, call, event
from tests.stale import settle

DAY = f"/desk/offices/{OFFICE}/days/{START[:10]}"


@pytest.fixture
def today(aws: None, clock: Any) -> Any:
    """Lan's appointment of tomorrow at eight has become today's."""
    found = act(book("lan"), "confirm")
    assert found.status == 200
    clock.move_to(START)
    return found.body


ROUTES = [
    ("GET", DAY, None),
    ("POST", f"{DAY}/check-ins", {"ticket": "0800-01"}),
    ("POST", f"{DAY}/calls", {"counter": "1"}),
    ("POST", f"{DAY}/walk-ins", {"procedure": "cap-cccd"}),
    ("GET", f"{DAY}/slots", None),
    ("POST", f"/desk/offices/{OFFICE}/releases", {"personalId": "079190012345"}),
    *(
        ("POST", f"{DAY}/tickets/0800-01/{act}", None)
        for act in ("recall", "serve", "no-show", "park", "return", "undo")
    ),
]
KEY = {"idempotency-key": "a-press-of-a-button"}


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_an_officer_of_another_office_may_do_nothing_here(today: Any, method: str, path: str, body: Any) -> None:
    for groups in ("[ca-00001.chief]", "[]", f"[{OFFICE}]", f"[x{OFFICE}.officer]", "[officer]"):
        assert at_desk(method, path, claims(groups), body=body, headers=KEY).code == "not_your_office", groups


@pytest.mark.parametrize(("method", "path", "body"), [*ROUTES, ("GET", "/desk/me", None)])
def test_what_is_no_access_token_of_an_officer_opens_nothing(today: Any, method: str, path: str, body: Any) -> None:
    for token in ({}, claims(token_use="id"), claims(sub="")):
        assert at_desk(method, path, token, body=body, headers=KEY).code == "unauthenticated"
    without = event(method, path, body=body, headers=KEY)
    assert handler(without, CONTEXT)["statusCode"] == 401, "no authorizer guards the route"


def test_the_role_is_an_office_s_own_and_the_higher_one_counts() -> None:
    groups = "[ca-7.chief-deputy x_ca-8.officers ca-1.officer ca-2.chief ca-1.chief ca-2.officer ca-3.officer admins]"
    found = officer_of({"requestContext": {"authorizer": {"jwt": {"claims": claims(groups)}}}})
    assert found.offices == {"ca-1": "chief", "ca-2": "chief", "ca-3": "officer"}


def test_who_am_i(today: Any) -> None:
    me = at_desk("GET", "/desk/me", claims(f"[{OFFICE}.chief ca-00000.officer]"))
    assert me.body["name"] == "can-bo"
    assert [(each["id"], each["role"]) for each in me.body["offices"]] == [(OFFICE, "chief")]
    assert me.body["offices"][0]["name"].startswith("Công an")


def test_a_morning_from_the_qr_code_to_served(today: Any) -> None:
    expected = at_desk("GET", DAY)
    (line,) = expected.body["tickets"]
    assert (line["ticket"], line["state"], line["fullName"]) == (today["ticket"], "expected", "LAN")
    assert line["personalId"].startswith("079") and "*" in line["personalId"]
    assert at_desk("GET", DAY, headers={"if-none-match": expected.headers["etag"]}).status == 304

    here = at_desk("POST", f"{DAY}/check-ins", body={"code": today["id"]})
    assert here.body == {"ticket": today["ticket"], "state": "waiting", "counter": None}
    assert at_desk("GET", DAY, headers={"if-none-match": expected.headers["etag"]}).status == 200

    called = at_desk("POST", f"{DAY}/calls", body={"counter": "2"}, headers=KEY)
    assert called.body == {"ticket": today["ticket"], "state": "called", "counter": "2"}
    assert at_desk(
        "POST", f"{DAY}/calls", body={"counter": "3"}, headers={"idempotency-key": "another-press"}
    ).code == ("nobody_waits")
    assert at_desk("POST", f"{DAY}/tickets/{today['ticket']}/serve").body["state"] == "served"
    (line,) = at_desk("GET", DAY).body["tickets"]
    assert line["state"] == "served" and line["servedAt"] and line["calledAt"]


def test_a_walk_in_is_new_once(today: Any) -> None:
    first = at_desk(
        "POST", f"{DAY}/walk-ins", body={"procedure": "cap-cccd", "fullName": "Nguyễn Văn Tám"}, headers=KEY
    )
    assert first.status == 201 and first.body["state"] == "waiting"
    again = at_desk(
        "POST", f"{DAY}/walk-ins", body={"procedure": "cap-cccd", "fullName": "Nguyễn Văn Tám"}, headers=KEY
    )
    assert (again.status, again.body) == (200, first.body)


def test_the_appointment_that_somebody_else_made_is_ended_on_the_record(today: Any) -> None:
    released = at_desk("POST", f"/desk/offices/{OFFICE}/releases", body={"personalId": person("lan")["personalId"]})
    assert released.body["ticket"] == today["ticket"]
    assert (
        at_desk("POST", f"/desk/offices/{OFFICE}/releases", body={"personalId": person("lan")["personalId"]}).code
        == "not_found"
    )
    assert at_desk("GET", DAY).body["tickets"] == []


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (f"{DAY}/check-ins", {}, "invalid_request"),
        (f"{DAY}/check-ins", {"code": "a", "ticket": "0800-01"}, "invalid_request"),
        (f"{DAY}/check-ins", {"ticket": "eight"}, "invalid_request"),
        (f"{DAY}/check-ins", {"ticket": "0815-77"}, "not_found"),
        (f"{DAY}/check-ins", {"code": "https://example.com"}, "not_found"),
        (f"{DAY}/calls", {"counter": "<b>"}, "invalid_request"),
        (f"{DAY}/calls", {}, "invalid_request"),
        (f"{DAY}/calls", {"counter": "1"}, "nobody_waits"),
        (f"{DAY}/walk-ins", {"procedure": "", "fullName": "x" * 500}, "invalid_request"),
        (f"{DAY}/walk-ins", {"procedure": "ho-chieu"}, "invalid_request"),
        (f"/desk/offices/{OFFICE}/days/2026-13-45/calls", {"counter": "1"}, "invalid_request"),
        (f"/desk/offices/{OFFICE}/days/2026-11-27/calls", {"counter": "1"}, "not_today"),
        (f"{DAY}/tickets/0815-77/serve", None, "not_found"),
        (f"{DAY}/tickets/%F0%9F%98%80/serve", None, "not_found"),
        (f"{DAY}/tickets/0800-01/dance", None, "invalid_request"),
        (f"/desk/offices/{OFFICE}/releases", {"personalId": "12"}, "invalid_request"),
    ],
)
def test_what_does_not_fit_is_a_clear_answer(today: Any, path: str, body: Any, code: str) -> None:
    assert at_desk("POST", path, body=body, headers=KEY).code == code


def statistics(first: str, last: str, role: str = "chief") -> Answer:
    path = f"/desk/offices/{OFFICE}/statistics"
    return at_desk("GET", path, claims(f"[{OFFICE}.{role}]"), query={"from": first, "to": last})


def test_statistics_are_the_chief_s_and_name_nobody(today: Any) -> None:
    at_desk("POST", f"{DAY}/check-ins", body={"code": today["id"]})
    at_desk("POST", f"{DAY}/calls", body={"counter": "2"}, headers=KEY)
    at_desk("POST", f"{DAY}/tickets/{today['ticket']}/serve")
    settle()
    assert statistics(START[:10], START[:10], role="officer").code == "chief_only"
    found = statistics(START[:10], START[:10])
    assert (found.body["served"], found.body["byDay"]) == (1, {START[:10]: 1})
    assert found.body["byHour"] == [{"of": "08:00", "people": 1, "p50": None, "p90": None}]
    assert "LAN" not in str(found.body) and today["id"] not in str(found.body)


@pytest.mark.parametrize(("first", "last"), [("2026-11-26", "2026-11-25"), ("2026-01-01", "2026-11-25"), ("x", "y")])
def test_statistics_of_no_days_or_too_many_are_refused(today: Any, first: str, last: str) -> None:
    assert statistics(first, last).code == "invalid_request"


def queue() -> Answer:
    settle()
    return call(office_api.handler, "GET", f"/offices/{OFFICE}/queue")


def test_everybody_sees_which_number_is_at_which_counter(today: Any) -> None:
    assert queue().body == {
        "officeId": OFFICE,
        "date": START[:10],
        "counters": [],
        "waiting": 0,
        "wait": None,
        "notices": [],
    }
    at_desk("POST", f"{DAY}/check-ins", body={"code": today["id"]})
    assert queue().body["waiting"] == 1
    at_desk("POST", f"{DAY}/calls", body={"counter": "2"}, headers=KEY)
    assert queue().body["counters"] == [{"counter": "2", "ticket": today["ticket"], "calledAt": START}]
    at_desk("POST", f"{DAY}/tickets/{today['ticket']}/serve")
    assert queue().body["counters"] == []


def test_the_wait_is_measured_at_this_hour_or_not_told(today: Any) -> None:
    table = Table(client(), "BookingsTable")
    for number in range(ENOUGH):
        item = {"pk": f"OFFICE#{OFFICE}", "sk": f"STAT#2026-11-20#0800-{number:02d}", "outcome": "served"}
        table.write(table.put(item | {"hour": 8, "procedure": "cap-cccd", "waited": 600 + 60 * number}))
    office_api._wait.cache_clear()
    at_desk("POST", f"{DAY}/check-ins", body={"code": today["id"]})
    assert queue().body["wait"] == {"p50": 24, "p90": 36}


def test_no_queue_of_no_office(aws: None) -> None:
    assert call(office_api.handler, "GET", "/offices/ca-00000/queue").code == "not_found"


def told_soon() -> list[str]:
    rows = client().scan(TableName="NoticesTable", ConsistentRead=True)["Items"]
    return [row["pk"]["S"] for row in rows if "soon" in str(row)]


def test_who_is_next_is_told_once_and_sees_their_place(aws: None, clock: Any) -> None:
    people = ("an", "binh", "chi", "dung")
    mine = {who: act(book(who), "confirm", who).body for who in people}
    clock.move_to(START)
    for who in people:
        at_desk("POST", f"{DAY}/check-ins", body={"code": mine[who]["id"]})
    order = sorted(people, key=lambda who: mine[who]["ticket"])
    ahead = {who: call(bookings, "GET", f"/bookings/{mine[who]['id']}", headers=signed_in(who)).body for who in people}
    assert [ahead[who]["peopleAhead"] for who in order] == [0, 1, 2, 3]
    at_desk("POST", f"{DAY}/calls", body={"counter": "1"}, headers=KEY)
    assert len(told_soon()) == 3, "three places of the line"
    at_desk("POST", f"{DAY}/calls", body={"counter": "2"}, headers={"idempotency-key": "another-press"})
    assert len(told_soon()) == 3, "nobody twice"


def test_a_message_that_cannot_be_kept_hurts_no_call(aws: None, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("notifications.store.NoticeStore.add", broken)
    mine = [act(book(who), "confirm", who).body for who in ("lan", "minh")]
    clock.move_to(START)
    for booking in mine:
        at_desk("POST", f"{DAY}/check-ins", body={"code": booking["id"]})
    assert at_desk("POST", f"{DAY}/calls", body={"counter": "2"}, headers=KEY).status == 200


CHIEF = claims(f"[{OFFICE}.chief]")
NOTICES = f"/desk/offices/{OFFICE}/notices"


def announce(text: str, key: str = "a-press-of-a-button", until: str = "2026-11-28T17:00:00+07:00") -> Answer:
    return at_desk("POST", NOTICES, CHIEF, body={"text": text, "until": until}, headers={"idempotency-key": key})


def office() -> Any:
    return call(office_api.handler, "GET", f"/offices/{OFFICE}").body


def test_what_the_chief_announces_everybody_reads_until_its_end(today: Any, clock: Any) -> None:
    said = announce("Sáng thứ Sáu cơ quan mất nước.")
    assert said.status == 201
    again = announce("Sáng thứ Sáu cơ quan mất nước.")
    assert (again.status, again.body) == (200, said.body), "the same press"
    assert [each["text"] for each in queue().body["notices"]] == ["Sáng thứ Sáu cơ quan mất nước."]
    assert office()["notices"] == ["Sáng thứ Sáu cơ quan mất nước."]
    assert at_desk("GET", NOTICES).body["items"] == [said.body]
    clock.move_to("2026-11-28T17:00:00+07:00")
    assert queue().body["notices"] == office()["notices"] == []


def test_the_same_press_with_other_words_is_no_repetition(today: Any) -> None:
    announce("Sáng thứ Sáu cơ quan mất nước.")
    assert announce("Chiều thứ Sáu cơ quan mất nước.").code == "idempotency_key_reused"
    later = announce("Sáng thứ Sáu cơ quan mất nước.", until="2026-11-29T17:00:00+07:00")
    assert later.code == "idempotency_key_reused"


@pytest.mark.parametrize("text", ["<b>họp</b>", "họp\x00hôm nay", "họp \u202egnort", "họp\nhôm nay", "x" * 301])
def test_an_announcement_is_one_plain_line(today: Any, text: str) -> None:
    assert announce(text).code == "invalid_request"


def test_an_announcement_is_taken_back(today: Any) -> None:
    said = announce("Cơ quan gửi xe ở cổng sau.")
    assert at_desk("DELETE", f"{NOTICES}/{said.body['id']}", CHIEF).status == 204
    assert at_desk("DELETE", f"{NOTICES}/{said.body['id']}", CHIEF).code == "not_found"
    assert queue().body["notices"] == []


def test_only_the_chief_announces_and_not_more_than_anybody_reads(today: Any) -> None:
    body = {"text": "Cơ quan họp.", "until": "2026-11-28T17:00:00+07:00"}
    assert at_desk("POST", NOTICES, body=body, headers=KEY).code == "chief_only"
    assert at_desk("DELETE", f"{NOTICES}/x").code == "chief_only"
    for number in range(5):
        assert announce(f"Thông báo số {number}.", f"press-number-{number}").status == 201
    assert announce("Một thông báo nữa.", "one-too-many").code == "too_many_notices"


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("<b>họp</b>", "2026-11-28T17:00:00+07:00"),
        ("x" * 301, "2026-11-28T17:00:00+07:00"),
        ("", "2026-11-28T17:00:00+07:00"),
        ("Cơ quan họp.", "2026-11-25T17:00:00+07:00"),
        ("Cơ quan họp.", "2027-11-25T17:00:00+07:00"),
        ("Cơ quan họp.", "mai"),
    ],
)
def test_an_announcement_that_does_not_fit_is_refused(today: Any, text: str, until: str) -> None:
    assert announce(text, until=until).code == "invalid_request"


def test_the_chief_sees_who_would_be_affected_before_anything_is_changed(today: Any) -> None:
    assert at_desk("GET", f"{DAY}/slots").code == "chief_only"
    found = at_desk("GET", f"{DAY}/slots", CHIEF).body
    assert (found["told"], found["slotMinutes"]) == (0, 30)
    booked = [each["start"] for each in found["slots"] if each["booked"]]
    assert booked == [START] and all(each["seats"] for each in found["slots"])
    plan = {"sessions": [{"from": "13:30", "to": "17:00", "seats": 7}], "reason": "Cơ quan họp."}
    planned = at_desk("PUT", DAY, CHIEF, body=plan).body
    again = at_desk("GET", f"{DAY}/slots", CHIEF).body
    assert again["slots"] == planned["slots"], "as it was said, so it is read"
    assert {each["seats"] for each in again["slots"] if each["start"] >= START} == {0, 7}
    assert at_desk("GET", f"/desk/offices/{OFFICE}/days/2020-01-01/slots", CHIEF).code == "invalid_request"
