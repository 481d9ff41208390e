"""A citizen reads and erases their own data."""

from typing import Any

from privacy.api import handler
from tests.bookings.people import signed_in
from tests.gateway import Answer, call


def mine(who: str = "lan") -> Any:
    answer = call(handler, "GET", "/me/data", headers=signed_in(who))
    assert answer.status == 200, answer.body
    assert answer.headers["cache-control"] == "no-store"
    return answer.body


def erase(who: str = "lan") -> Answer:
    return call(handler, "DELETE", "/me/data", headers=signed_in(who))
