"""What is dear is counted by the citizen and day across all processes; an erasure leaves the counts and ends sessions."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from cccd.clock import VIETNAM, epoch
from cccd.dynamodb import client
from cccd.errors import RateLimited, SessionExpired
from cccd.hashes import CitizenHash
from cccd.session import LIFETIME
from cccd.table import Table
from consent import journal, store
from consent.items import copy_key
from declarations import use
from declarations.api import handler as declarations
from declarations.items import use_key
from declarations.print_api import handler as printing
from declarations.use import DAILY, Act, Use
from privacy.api import handler as privacy
from tests.bookings.people import signed_in
from tests.declarations.people import CONSENT, FORM_2026
from tests.gateway import CONTEXT, Answer, call, event

NOW = datetime(2026, 11, 25, 9, tzinfo=VIETNAM)
LAN = CitizenHash("lan")
TABLE = "DeclarationsTable"
DRAFT = {"draft": True, "edition": "2026", "procedure": "cap-cccd", "consent": CONSENT}


@pytest.fixture
def counts(aws: None) -> Use:
    return Use(Table(client(), TABLE))


def a_few(monkeypatch: pytest.MonkeyPatch, most: int = 2) -> None:
    monkeypatch.setattr(use, "DAILY", dict.fromkeys(DAILY, most))


@pytest.mark.parametrize("act", DAILY)
def test_a_day_has_a_limit_for_each_act_and_the_next_begins_anew(
    counts: Use, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    a_few(monkeypatch)
    other: Act = "prints" if act != "prints" else "saves"
    counts.count(LAN, other, epoch(NOW), NOW)
    for _ in range(2):
        counts.count(LAN, act, epoch(NOW), NOW)
    with pytest.raises(RateLimited) as refused:
        counts.count(LAN, act, epoch(NOW), NOW)
    assert refused.value.retry_after == 15 * 3600, "until midnight in Vietnam"
    counts.count(LAN, other, epoch(NOW), NOW)
    counts.count(CitizenHash("minh"), act, epoch(NOW), NOW)
    for days in (1, 2):
        counts.count(LAN, act, epoch(NOW), NOW + timedelta(days=days))


def test_two_processes_that_begin_the_same_day_both_count(counts: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rival's first act comes between our look and our own first act."""
    a_few(monkeypatch, 2)
    counts.count(LAN, "saves", epoch(NOW), NOW - timedelta(days=1))
    first, rivals = Use._first_of_the_day, [True]

    def after_a_rival(self: Use, *given: Any) -> int:
        if rivals and rivals.pop():
            first(self, *given)
        return first(self, *given)

    monkeypatch.setattr(Use, "_first_of_the_day", after_a_rival)
    counts.count(LAN, "saves", epoch(NOW), NOW)
    with pytest.raises(RateLimited):
        counts.count(LAN, "saves", epoch(NOW), NOW)


def test_a_process_whose_clock_is_behind_midnight_counts_into_the_new_day(counts: Use) -> None:
    counts.count(LAN, "saves", 0, NOW + timedelta(days=1))
    counts.count(LAN, "saves", 0, NOW)
    item = Table(client(), TABLE).get(use_key(LAN))
    assert item is not None and (item["day"], item["saves"]) == (20261126, 2)


def test_a_session_from_before_an_erasure_counts_no_more(counts: Use) -> None:
    counts.count(LAN, "saves", epoch(NOW) - 5, NOW)
    counts.end_sessions(LAN, NOW)
    for later in (timedelta(0), timedelta(hours=20)):
        with pytest.raises(SessionExpired):
            counts.count(LAN, "saves", epoch(NOW) - 1, NOW + later)
        counts.count(LAN, "saves", epoch(NOW), NOW + later)


def draft(headers: dict[str, str], **changed: Any) -> Answer:
    return call(declarations, "POST", "/declarations", body=DRAFT | changed, headers=headers)


@time_machine.travel(NOW, tick=False)
def test_each_dear_route_has_its_limit_and_says_when_to_come_back(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    a_few(monkeypatch)
    who = signed_in("lan")
    made = draft(who).body
    path = f"/declarations/{made['id']}"
    consent = {"version": "2026-11-25", "purposes": ["declaration"]}
    asks: list[Callable[[], Answer]] = [
        lambda: call(declarations, "PUT", path, body=FORM_2026 | {"version": 1}, headers=who),
        lambda: call(privacy, "GET", "/me/data", headers=who),
        lambda: call(privacy, "PUT", "/me/consents", body=consent, headers=who),
        lambda: call(privacy, "DELETE", "/me/data", headers=who),
    ]
    for ask in asks:
        while (answer := ask()).status < 429:
            pass
        assert answer.code == "rate_limited"
        assert answer.headers["retry-after"] == str(15 * 3600)
    assert draft(who).code == "rate_limited", "an erasure does not lift the limit"
    assert draft(signed_in("minh")).status == 201


@time_machine.travel(NOW, tick=False)
def test_prints_have_their_limit(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    a_few(monkeypatch, 1)
    path = f"/declarations/{'a' * 26}/print"
    assert call(printing, "GET", path, headers=signed_in("lan")).code == "not_found", "guessing counts too"
    assert call(printing, "GET", path, headers=signed_in("lan")).code == "rate_limited"


def test_an_erasure_ends_the_sessions_that_were_there(aws: None) -> None:
    with time_machine.travel(NOW, tick=False) as at:
        stolen = signed_in("lan")
        made = draft(stolen).body["id"]
        at.shift(60)
        own = signed_in("lan")
        assert call(privacy, "DELETE", "/me/data", headers=own).status == 200
        at.shift(1)
        for later in (0, LIFETIME.total_seconds() - 100):
            at.shift(later)
            assert draft(stolen).code == "session_expired"
            assert call(printing, "GET", f"/declarations/{made}/print", headers=stolen).code == "session_expired"
            assert call(privacy, "GET", "/me/data", headers=stolen).code == "session_expired"
        assert draft(signed_in("lan")).status == 201, "whoever signs in again goes on"


@time_machine.travel(NOW, tick=False)
def test_records_of_copies_and_consents_are_bounded_and_the_last_ones_stay(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "COPIES", 3)
    monkeypatch.setattr(store, "MOST", 4)
    who = signed_in("lan")
    made = draft(who).body["id"]
    for _ in range(5):
        asked = event("GET", f"/declarations/{made}/print", headers=who)
        assert printing(asked, CONTEXT)["statusCode"] == 200
    for number in range(6):
        purposes = ["declaration", "notifications"][: 1 + number % 2]
        body = {"version": "2026-11-25", "purposes": purposes}
        assert call(privacy, "PUT", "/me/consents", body=body, headers=who).status == 200
    told = call(privacy, "GET", "/me/data", headers=who).body
    assert len(told["accesses"]) == 3
    assert len(told["consents"]) == 4
    last = {each["purpose"]: each["given"] for each in told["consents"]}
    assert last == {"declaration": True, "notifications": True}, "what decides is never dropped"


@time_machine.travel(NOW, tick=False)
def test_a_day_of_erasures_is_one_record_of_each_kind(aws: None) -> None:
    who = signed_in("lan")
    for _ in range(3):
        call(declarations, "DELETE", f"/declarations/{draft(who).body['id']}", headers=who)
    told = call(privacy, "GET", "/me/data", headers=who).body["erasures"]
    assert [(each["what"], each["count"], each["by"]) for each in told] == [("declaration", 3, "citizen")]


def test_the_number_of_a_copy_is_its_place() -> None:
    assert copy_key(LAN, 7) == {"pk": "CITIZEN#lan", "sk": "ACCESS#COPY#007"}
