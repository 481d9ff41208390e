"""Whole journeys with unique data: no log, metric, refusal, address or key contains any of it.

Every test of the suite is watched as well: `pytest_runtest_makereport` in tests/conftest.py fails a test whose output names
one of the suite's people.
"""

import base64
import hashlib
import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from bookings.api import handler as bookings
from bookings.purge import handler as purge
from cccd.dynamodb import client, from_item
from cccd.observability import logger
from cccd.text import fold
from declarations.api import handler as declarations
from declarations.print_api import handler as printing
from forms.api import handler as forms
from infra.template import Stack
from privacy.api import handler as privacy
from privacy.retention_run import handler as retention
from tests.bookings.people import signed_in
from tests.declarations.people import FORM_2021, FORM_2026
from tests.gateway import CONTEXT, event
from tests.privacy.conftest import NOW

SECRETS = {
    "name": "Phùng Khoái Ẩn",
    "personal id": "089188765432",
    "old card": "351987654",
    "phone": "0377654321",
    "birth": "1988-10-17",
    "street": "77 ngõ Vắng Tanh",
    "ethnicity": "Ơ Đu",
    "religion": "Minh Sư Đạo",
    "blood": "AB-",
    "occupation": "thợ khảm trai",
    "mother": "Đinh Thị Lặng",
    "typed wrong": "08918876543x",
}
NEW = FORM_2026 | {
    "fullName": SECRETS["name"],
    "personalId": SECRETS["personal id"],
    "phone": SECRETS["phone"],
    "dateOfBirth": SECRETS["birth"],
    "residence": {"province": "79", "ward": "26740", "street": SECRETS["street"]},
}
OLD = FORM_2021 | {
    "fullName": SECRETS["name"],
    "dateOfBirth": SECRETS["birth"],
    "oldCardNumber": SECRETS["old card"],
    "ethnicity": SECRETS["ethnicity"],
    "religion": SECRETS["religion"],
    "bloodGroup": SECRETS["blood"],
    "phone": SECRETS["phone"],
    "occupation": SECRETS["occupation"],
    "motherName": SECRETS["mother"],
    "permanentResidence": SECRETS["street"],
}
WRONG = {name: SECRETS["typed wrong"] for name in ("personalId", "dateOfBirth", "sex", "phone", "request", "reason")}


class Journey:
    """Calls handlers and keeps all that is visible on the way: addresses, headers, refusals."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, handler: Any, method: str, path: str, body: Any = None, **headers: str) -> Any:
        made = event(method, path, body=body, headers=signed_in("an") | headers)
        answer = handler(made, CONTEXT)
        self.seen += [path, json.dumps(answer["headers"], ensure_ascii=False)]
        if answer["isBase64Encoded"]:
            return base64.b64decode(answer["body"])
        if answer["statusCode"] >= 400:
            refusal = json.loads(answer["body"])
            refusal.pop("current", None)  # the citizen's own declaration goes back to them
            self.seen.append(json.dumps(refusal, ensure_ascii=False))
        return json.loads(answer["body"]) if answer["body"] else None


def declare(go: Journey, form: dict[str, Any]) -> str:
    """Draft, mistakes, submission, an old reading, withdrawal, submission again, paper; returns the id."""
    go(forms, "GET", f"/forms/{form['procedure']}")
    made = go(declarations, "POST", "/declarations", form | WRONG | {"draft": True})
    path = f"/declarations/{made['id']}"
    go(declarations, "PUT", path, form | WRONG | {"version": 1})
    go(declarations, "PUT", path, form | {"version": 1, "edition": SECRETS["name"], "officeId": SECRETS["street"]})
    go(declarations, "PUT", path, form | {"version": 1})
    go(declarations, "PUT", path, form | {"version": 1})
    go(declarations, "POST", f"{path}/withdraw")
    go(declarations, "PUT", path, form | {"version": 3})
    go(declarations, "GET", path)
    go(declarations, "GET", "/declarations")
    assert go(printing, "GET", f"{path}/print").startswith(b"%PDF")
    return str(made["id"])


def book(go: Journey, declaration_id: str) -> None:
    """A hold, its repetition, a rival for the applicant, wrong input, confirmation, move, cancellation, a lapse."""
    applicant = {"fullName": NEW["fullName"], "personalId": NEW["personalId"], "dateOfBirth": NEW["dateOfBirth"]}
    wanted: dict[str, Any] = {
        "officeId": "ca-26740",
        "procedure": "cap-cccd",
        "start": "2026-11-27T08:00:00+07:00",
        "applicant": applicant | {"phone": NEW["phone"]},
        "declarationId": declaration_id,
    }
    held = go(bookings, "POST", "/bookings", wanted, **{"idempotency-key": "key-11111"})
    go(bookings, "POST", "/bookings", wanted, **{"idempotency-key": "key-11111"})
    go(bookings, "POST", "/bookings", wanted, **{"idempotency-key": "key-22222"})
    wrong = {"applicant": dict.fromkeys(applicant, SECRETS["typed wrong"])}
    go(bookings, "POST", "/bookings", wanted | wrong, **{"idempotency-key": "key-33333"})
    path = f"/bookings/{held['id']}"
    go(bookings, "POST", f"{path}/confirm")
    go(bookings, "GET", path)
    go(bookings, "POST", f"{path}/cancel")
    go(bookings, "POST", "/bookings", wanted, **{"idempotency-key": "key-44444"})


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The output of our logger, and of Lambda's own handler on the root logger for all other loggers.

    Our logger's handler keeps the stream with which it was made, and pytest's capture cannot see that stream.
    """
    text = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", text)
    others = logging.StreamHandler(text)
    others.addFilter(lambda record: record.name != logger.name)
    logging.getLogger().addHandler(others)
    yield text
    logging.getLogger().removeHandler(others)


def forms_of(secret: str) -> Iterator[str]:
    """The forms in which a secret could appear: typed, kept, folded, escaped, in an address, or hashed without a key."""
    plain = {secret, secret.upper(), fold(secret), secret.replace(" ", ""), "84" + secret[1:], secret.replace("-", "")}
    for text in plain:
        yield text
        yield json.dumps(text)[1:-1]
        yield quote(text)
        for digest in (hashlib.sha256, hashlib.md5, hashlib.sha1):
            raw = digest(text.encode()).digest()
            yield raw.hex()
            yield base64.b32encode(raw).decode().rstrip("=").lower()[:24]
            yield base64.b64encode(raw).decode().rstrip("=")[:24]


def assert_clean(text: str, where: str) -> None:
    folded = text.lower()
    for kind, secret in SECRETS.items():
        for form in forms_of(secret):
            # Two or three letters appear in any text, so they are searched as a whole word.
            found = form in text.split('"') if len(form) <= 4 else form.lower() in folded
            assert not found, f"{kind} in {where}"


def keys(stack: Stack) -> Iterator[tuple[str, str]]:
    """Every key and index key of every item, and every attribute's name, with the name of the table."""
    for table in stack.tables.values():
        named = {each["AttributeName"] for each in table.definition["AttributeDefinitions"]}
        for page in client().get_paginator("scan").paginate(TableName=table.name):
            for item in map(from_item, page["Items"]):
                yield (
                    table.name,
                    json.dumps({name: item.get(name) for name in named} | {"names": list(item)}, default=str),
                )


@pytest.mark.parametrize("erased", [False, True], ids=["while it is held", "after it was erased"])
def test_whole_journeys_leave_nothing_personal_outside_the_answers(
    stack: Stack,
    at: Any,
    capfd: pytest.CaptureFixture[str],
    logged: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    erased: bool,
) -> None:
    go = Journey()
    at.move_to(NOW.replace(year=2021, month=6, day=24))
    declare(go, OLD)
    at.move_to(NOW)
    book(go, declare(go, NEW))
    go(privacy, "GET", "/me/data")
    unexpected(go, monkeypatch)
    at.move_to(NOW + timedelta(hours=1))
    purge({}, CONTEXT)
    if erased:
        go(privacy, "DELETE", "/me/data")
    at.move_to(NOW + timedelta(days=60))
    retention({}, CONTEXT)
    printed = capfd.readouterr()
    assert "_aws" in printed.out, "metrics were captured"
    assert_clean(printed.out + printed.err, "what functions print")
    assert '"message":"answered"' in logged.getvalue() and "unexpected error" in logged.getvalue(), "logs were captured"
    assert_clean(logged.getvalue(), "the logs")
    for seen in go.seen:
        assert_clean(seen, f"an address, a header or a refusal: {seen[:60]}")
    found = list(keys(stack))
    assert found
    for table, text in found:
        assert_clean(text, f"the keys of {table}")


def unexpected(go: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unexpected errors whose words quote the citizen."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(" ".join(SECRETS.values()))

    for name, handler, method, path in (
        ("declarations.intake.read", declarations, "POST", "/declarations"),
        ("privacy.api.held", privacy, "GET", "/me/data"),
        ("declarations.print_api.lifecycle.own", printing, "GET", f"/declarations/{'a' * 26}/print"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(name, broken)
            assert go(handler, method, path, NEW if method == "POST" else None)["code"] == "internal_error"


def test_the_search_itself_finds_what_it_looks_for() -> None:
    hidden: list[Callable[[str], str]] = [
        str.upper,
        fold,
        lambda text: json.dumps({"a": text}),
        quote,
        lambda text: hashlib.sha256(text.encode()).hexdigest(),
    ]
    for hide in hidden:
        with pytest.raises(AssertionError, match="personal id|name"):
            assert_clean("x " + hide(SECRETS["name"]) + " y", "a test")
