"""Consents apart from any declaration: each is on record, in order, and none is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bookings.items import KEPT_AFTER_END
from consent.items import consent_key
from consent.words import consent_text
from declarations.api import handler as declarations
from declarations.declaration import DeclarationStatus
from declarations.retention import DECLARATIONS
from privacy.api import handler
from tests.bookings.people import signed_in
from tests.declarations.people import CONSENT, FORM_2026
from tests.declarations.test_lifecycle import before_the_next_transaction
from tests.gateway import Answer, call
from tests.privacy.conftest import NOW
from tests.privacy.me import erase, mine

type Act = Callable[..., Answer]


def consents(purposes: list[str], version: str = "2026-11-25") -> Answer:
    body = {"version": version, "purposes": purposes}
    return call(handler, "PUT", "/me/consents", body=body, headers=signed_in("lan"))


def test_consent_is_taken_back_and_given_again_apart_from_any_declaration(declare: Act, at: Any) -> None:
    declare(consent=CONSENT | {"purposes": ["declaration", "notifications"]})
    for second, purposes in enumerate((["declaration"], ["declaration"], ["declaration", "notifications"]), start=1):
        at.move_to(NOW + timedelta(seconds=second))
        assert consents(purposes).body == {"version": "2026-11-25", "purposes": purposes}
    told = [(each["purpose"], each["given"]) for each in mine()["consents"] if each["purpose"] == "notifications"]
    assert told == [("notifications", True), ("notifications", False), ("notifications", True)]


@pytest.mark.parametrize("purposes", [[], ["notifications"], ["statistics"], ["notifications", "statistics"]])
def test_any_choice_is_accepted_where_no_declaration_asks(purposes: list[str], declare: Act) -> None:
    declare()
    assert consents(purposes).body == {"version": "2026-11-25", "purposes": purposes}
    assert standing() == {"declaration": False} | dict.fromkeys(purposes, True)


def test_what_one_agrees_to_now_is_read_without_reading_all(declare: Act) -> None:
    def now() -> Answer:
        return call(handler, "GET", "/me/consents", headers=signed_in("lan"))

    assert (now().status, now().body) == (200, {"purposes": []})
    declare(consent=CONSENT | {"purposes": ["declaration", "notifications"]})
    assert set(now().body["purposes"]) == {"declaration", "notifications"}
    consents(["notifications"])
    assert now().body == {"purposes": ["notifications"]}
    assert mine()["accesses"] == []  # only what is read of everything is written down
    erase()
    assert now().body == {"purposes": []}
    assert call(handler, "GET", "/me/consents").status == 401


def standing() -> dict[str, bool]:
    told = mine()["consents"]
    return {each["purpose"]: each["given"] for each in told}


def test_changes_within_one_second_are_all_on_record_and_the_last_decides(declare: Act) -> None:
    declare()
    both, one = ["declaration", "notifications"], ["declaration"]
    for purposes in (both, one, both, one):
        assert consents(purposes).status == 200
    told = [each["given"] for each in mine()["consents"] if each["purpose"] == "notifications"]
    assert told == [True, False, True, False]
    consents(both)
    assert standing()["notifications"] is True


def test_erased_within_the_second_of_consenting_nothing_stands(declare: Act) -> None:
    declare()
    consents(["declaration", "notifications", "statistics"])
    assert erase().status == 200
    assert not any(standing().values())


def test_a_rival_change_of_consent_is_not_lost(declare: Act) -> None:
    declare()
    with before_the_next_transaction(lambda: consents(["declaration", "statistics"])):
        assert consents(["declaration", "notifications"]).status == 200
    assert standing() == {"declaration": True, "statistics": False, "notifications": True}


def test_a_change_that_cannot_be_recorded_is_not_answered_as_done(
    declare: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare()
    monkeypatch.setattr("consent.store.consent_key", lambda citizen, _: consent_key(citizen, 1))
    monkeypatch.setattr("consent.store.pauses", lambda: iter([0, 0]))
    assert consents(["declaration", "notifications"]).code == "temporarily_unavailable"
    assert erase().code == "temporarily_unavailable"


def test_a_declaration_is_compared_with_what_stands(declare: Act) -> None:
    both = CONSENT | {"purposes": ["declaration", "notifications"]}
    made = declare(consent=both).body
    consents(["declaration"])
    body = FORM_2026 | {"consent": both, "version": made["version"]}
    path = f"/declarations/{made['id']}"
    assert call(declarations, "PUT", path, body=body, headers=signed_in("lan")).status == 200
    assert standing()["notifications"] is True, "agreed to anew"
    declare(phone="0987654321")
    assert standing()["notifications"] is True, "another declaration does not take it back"
    assert len(mine()["consents"]) == 4


def test_consent_that_cannot_be_is_refused_by_name(declare: Act) -> None:
    declare()
    wrong = {"purposes": consents(["selling it"]), "version": consents(["declaration"], "1999")}
    for field, answer in wrong.items():
        assert [error["field"] for error in answer.body["errors"]] == [field]
    assert len(mine()["consents"]) == 1


def test_the_words_tell_the_rights_the_term_and_the_way_back() -> None:
    words = {purpose.code: purpose.text for purpose in consent_text().purposes}
    days = [
        f"{rule.kept.days} ngày" for status, rule in DECLARATIONS.items() if status is not DeclarationStatus.WITHDRAWN
    ]
    assert all(each in words["declaration"] for each in [*days, f"{KEPT_AFTER_END.days} ngày"])
    assert all(right in words["declaration"] for right in ("xem", "sửa", "tải về", "xoá", "rút lại đồng ý"))
    assert all("rút lại" in text for text in words.values())


def test_a_list_without_end_is_refused_with_one_mistake() -> None:
    """Not with one for each of its thirty thousand entries: that would be an answer of megabytes."""
    body = {"version": "2026-11-25", "purposes": [1] * 20_000}
    answer = call(handler, "PUT", "/me/consents", body=body, headers=signed_in("lan"))
    assert answer.code == "invalid_request"
    assert len(answer.body["errors"]) <= 21
