"""The contract's examples are one walk through every operation: real requests, and the handlers' real answers.

tests/promised.py compares each answer with the contract on the way. `make openapi` writes the examples again.
"""

import hashlib
import json
import os
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bookings import draw_store, offers
from cccd import clock
from cccd.dynamodb import client
from cccd.hashes import CitizenHash
from cccd.keyring import secret
from cccd.table import Table
from chat.webhook import settings as webhook
from contract import examples
from declarations.use import Use
from feedback.store import FeedbackStore
from images.store import Images
from tests import promised
from tests.accounts.conftest import consented
from tests.bookings.calls import act, book, person
from tests.conftest import BUCKET
from tests.contract.conftest import FrontEnd
from tests.declarations.people import CONSENT, FORM_2026
from tests.gateway import CONTEXT
from tests.zalo.accounts import OA
from zalo.signatures import mini_app_mac

OFFICE = "ca-26740"
APPLICANT = {
    "fullName": "Nguyễn Thị Lan",
    "personalId": "079190001234",
    "dateOfBirth": "1990-05-20",
    "phone": "0912345678",
}


def walk(ask: FrontEnd) -> None:
    """From the sign-in to the erasure of everything."""
    ask.token = ask("signIn", {"zaloAccessToken": "demo-lan"})["token"]
    proven = ask("sharePhone", {"zaloAccessToken": "demo-lan", "phoneToken": "phone-0912345678"})
    ask.hidden[proven["token"]] = "a-session-token-that-proves-the-number"
    ask("searchOffices", q="ben nghe", limit="1")
    ask("readOffice", officeId=OFFICE)
    ask("readSlots", officeId=OFFICE, days="1", from_="2026-11-28")
    draws, new_day = draw_store.DrawStore(client(), "BookingsTable"), date(2026, 12, 2)
    draws.close(OFFICE, draws.open(OFFICE, new_day), ["m5qxe2ltmqqgs3ra", "nfzsa5dpebsgk3lp"])
    ask("readDraw", officeId=OFFICE, date=str(new_day))
    ask("listProcedures", on="2021-06-24")
    ask("readProcedure", code="cap-cccd", on="2026-11-26", residence="permanent")
    ask("readForm", procedure="cap-cccd", on="2026-11-25")
    ask("listProvinces")
    ask("listWards", code="01")
    ask("searchFaq", q="lam can cuoc bao nhieu tien", limit="1")

    draft = ask("keepDeclaration", FORM_2026, {"Idempotency-Key": "submit-pressed-once"})
    mine = {"declarationId": draft["id"]}
    ask("listDeclarations")
    ask("readDeclaration", **mine, on="2026-11-26")
    ask("reviseDeclaration", FORM_2026 | {"version": 1, "phone": "0987 654 321"}, **mine)
    ask("printDeclaration", **mine)

    wanted = {"officeId": OFFICE, "procedure": "cap-cccd", "start": "2026-11-26T08:00:00+07:00"}
    held = ask(
        "holdBooking",
        wanted | {"declarationId": draft["id"], "applicant": APPLICANT | {"phone": "0987654321"}},
        {"Idempotency-Key": "book-pressed-once"},
    )
    booking = {"bookingId": held["id"]}
    ask("confirmBooking", **booking)
    ask("rescheduleBooking", {"start": "2026-11-27T09:00:00+07:00"}, **booking)
    ask("readBooking", **booking)
    ask("readCalendar", **booking)
    ask("listBookings")
    ask("waitForEarlier", **booking)
    somebody = book("minh")
    for what in ("confirm", "cancel"):
        act(somebody, what, "minh")
    offers.handler({}, CONTEXT)
    offered = ask("readWaiting", **booking)["offer"]
    ask("acceptOffer", {"start": offered["start"]}, {"Idempotency-Key": "accept-pressed-once"}, **booking)
    ask("stopWaiting", **booking)
    ask("cancelBooking", **booking)
    ask("withdrawDeclaration", **mine)
    ask("eraseDeclaration", **mine)

    ask("changeMyConsents", CONSENT | {"purposes": ["notifications"]})
    ask("readMyConsents")
    ask("readMyData")
    ask("eraseMyData")

    now = str(int(clock.now().timestamp() * 1000))
    follow = {"event_name": "follow", "oa_id": OA, "follower": {"id": "777"}, "timestamp": now}
    words = f"{webhook.zalo_app_id}{json.dumps(follow)}{now}{secret('OfficialAccountSecret').decode()}"
    ask("receiveChatEvent", follow, {"X-ZEvent-Signature": f"mac={hashlib.sha256(words.encode()).hexdigest()}"})
    revoked = {"event": "user.revoke.consent", "appId": "1", "userId": "1001", "timestamp": int(now)}
    ask("receiveMiniAppEvent", revoked, {"X-ZEvent-Signature": mini_app_mac(revoked, secret("MiniAppKey"))})
    ask("readOfficer")
    announced = {"text": "Sáng thứ Sáu cơ quan mất nước.", "until": "2026-11-27T17:00:00+07:00"}
    notice = ask("addNotice", announced, {"Idempotency-Key": "notice-pressed-once"}, officeId=OFFICE)
    ask("listNotices", officeId=OFFICE)
    ask("removeNotice", officeId=OFFICE, noticeId=notice["id"])
    whole_day = {"from": "07:30", "to": "11:30", "seats": 4}
    ask("readPlannedSlots", officeId=OFFICE, date="2026-12-04")
    ask("planDay", {"sessions": [whole_day], "reason": "Chiều nay cơ quan họp."}, officeId=OFFICE, date="2026-12-04")
    ask("forgetPlan", officeId=OFFICE, date="2026-12-04")
    today: Any = {"officeId": OFFICE, "date": "2026-11-25"}
    come = {"procedure": "cap-cccd", "fullName": "Lê Văn Tám"}
    ticket = ask("addWalkIn", come, {"Idempotency-Key": "walk-in-pressed-once"}, **today)["ticket"]
    ask("checkIn", {"ticket": ticket}, **today)
    ask("callNext", {"counter": "1"}, {"Idempotency-Key": "call-pressed-once"}, **today)
    ask("actOnTicket", ticket=ticket, act="serve", **today)
    ask("readDay", **today)
    ask("readStatistics", officeId=OFFICE, from_="2026-11-25", to="2026-11-25")
    ask("readQueue", officeId=OFFICE)
    declared = ask.somebody(
        "minh", "POST", "/declarations", FORM_2026 | {"personalId": person("minh")["personalId"], "fullName": "minh"}
    )
    theirs = act(book("minh", "another press", declarationId=declared["id"]), "confirm", "minh").body
    ask("readTicketDeclaration", officeId=OFFICE, date=theirs["start"][:10], ticket=theirs["ticket"])
    ask("releaseApplicant", {"personalId": person("minh")["personalId"]}, officeId=OFFICE)

    who, in_time = CitizenHash("a" * 26), Use(Table(client(), "DeclarationsTable")).in_time(CitizenHash("a" * 26), 0)
    FeedbackStore(client(), "FeedbackTable", Images(BUCKET)).add(
        who, OFFICE, 2, "Chờ lâu", "Tôi chờ một giờ.", clock.now(), in_time
    )
    (said,) = ask("listFeedback", officeId=OFFICE)["items"]
    ask.hidden[said["id"]] = f"1795572000000-{'a' * 26}"
    ask("answerFeedback", {"text": "Cảm ơn bạn đã góp ý."}, officeId=OFFICE, feedbackId=said["id"])

    account: Any = {"officeId": OFFICE}
    ask("readAccount", **account)
    begun = ask("beginGrant", **account)
    code = consented(begun["url"], OA)
    challenge = parse_qs(urlsplit(begun["url"]).query)["code_challenge"][0]
    ask.hidden |= {challenge: "a-challenge", begun["state"]: "the-state-of-the-grant", code: "a-code"}
    ask("connectAccount", {"state": begun["state"], "code": code}, **account)
    ask("readFollowing", **account)
    ask("disconnectAccount", **account)

    ask("readHealth")
    ask("readOpenapi")


def test_every_operation_answers_as_its_example_says(front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promised, "SEEN", seen := set[tuple[str, int]]())
    monkeypatch.setattr("bookings.draw_store.secrets.token_hex", lambda length: "5e" * length)
    walk(front_end)
    successes = {
        (name, int(status))
        for name, operation in promised.operations().items()
        for status in operation["responses"]
        if status < "400"
    }
    assert seen == successes, "each success of each operation, and nothing else"
    told = examples.text(front_end.record, front_end.hidden | {front_end.token: "a-session-token"})
    if os.environ.get("EXAMPLES") == "write":
        examples.EXAMPLES_FILE.write_text(told, encoding="utf-8")
    assert examples.EXAMPLES_FILE.read_text(encoding="utf-8") == told, "run `make openapi`"
