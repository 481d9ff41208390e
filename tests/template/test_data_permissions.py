"""Least privilege, proved: the functions of declarations and privacy may do exactly what they do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cccd.clock import epoch
from cccd.dynamodb import client
from cccd.hashes import ChatUserHash
from cccd.table import Table
from declarations import api as declarations_api
from declarations import print_api
from declarations.use import Use
from desk import declaration_api
from feedback.store import FeedbackStore
from images.store import Images
from privacy import api as privacy_api
from privacy import retention_run
from tests.bookings.calls import act
from tests.bookings.people import signed_in
from tests.conftest import BUCKET
from tests.declarations.people import FORM_2021, FORM_2026
from tests.desk.officers import at_2021, at_desk, claims
from tests.gateway import CONTEXT, Answer, call, event
from tests.privacy.conftest import NOW, at, book, declare, items
from tests.template.iam import allowed, performed
from tests.zalo.accounts import HOME
from zalo.acquaintances import Acquaintances

type Act = Callable[..., Answer]

__all__ = ["at", "book", "declare", "performed"]  # fixtures


def test_each_function_may_do_exactly_what_it_does(
    performed: set[tuple[str, str]], at: Any, declare: Act, book: Act
) -> None:
    who = signed_in("lan")
    at.move_to(NOW.replace(year=2021, month=6, day=24))
    old = declare(**FORM_2021)
    path = f"/declarations/{old.body['id']}"
    call(declarations_api.handler, "PUT", path, body=FORM_2021 | {"version": 1}, headers=who)
    call(declarations_api.handler, "GET", path, headers=who)
    call(declarations_api.handler, "DELETE", path, headers=who)
    old = declare(**FORM_2021)
    assert performed == allowed("DeclarationsFunction")

    performed.clear()
    printed = print_api.handler(event("GET", f"/declarations/{old.body['id']}/print", headers=who), CONTEXT)
    assert printed["statusCode"] == 200
    assert performed == allowed("PrintFunction")

    ticket = act(at_2021(old.body["id"]), "confirm").body["ticket"]
    performed.clear()
    path = f"/desk/offices/cah-760/days/2021-06-25/tickets/{ticket}/declaration"
    assert at_desk("GET", path, claims("[cah-760.officer]"), via=declaration_api.handler).status == 200
    assert performed == allowed("DeskDeclarationFunction")

    citizen = next(item["pk"] for item in items("DeclarationsTable")).removeprefix("CITIZEN#")
    images = Images(BUCKET)
    feedback = FeedbackStore(client(), "FeedbackTable", images)
    in_time = Use(Table(client(), "DeclarationsTable")).in_time(citizen, epoch(NOW))
    feedback.add(citizen, "ca-26740", 1, "Chờ lâu", "Một giờ.", NOW, in_time, [images.put(b"a picture")])
    performed.clear()
    assert call(privacy_api.handler, "GET", "/me/data", headers=who).status == 200
    seen = set(performed)
    at.move_to(NOW)
    declare()
    book()
    Acquaintances(client(), "ChatTable").meet(citizen, HOME.link, "chat-77", NOW, ChatUserHash("hash of chat-77"))
    performed.clear()
    assert call(privacy_api.handler, "DELETE", "/me/data", headers=signed_in("lan")).status == 200
    assert performed | seen == allowed("PrivacyFunction")

    declare(**FORM_2026 | {"draft": True})
    performed.clear()
    at.move_to(NOW + timedelta(days=8))
    assert retention_run.handler({}, CONTEXT) == {"draft": 1}
    assert performed == allowed("RetentionFunction")
