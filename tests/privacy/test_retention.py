"""The nightly run erases data past its time, once, and the log says so."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cccd.dynamodb import client, to_item
from declarations.api import handler as declarations
from declarations.erasing import DeclarationEraser
from privacy.retention_run import handler as run
from tests.bookings.people import signed_in
from tests.declarations.people import FORM_2026
from tests.gateway import CONTEXT, Answer, call
from tests.privacy.conftest import NOW, items

type Act = Callable[..., Answer]
TABLE = "DeclarationsTable"


def kinds() -> list[str]:
    return sorted(item["sk"].partition("#")[0] for item in items(TABLE))


@pytest.mark.parametrize(
    ("days", "erased"),
    [(6, {}), (7, {"draft": 1, "withdrawn": 1}), (44, {"draft": 1, "withdrawn": 1}),
     (45, {"draft": 1, "withdrawn": 1, "submitted": 1})],
)  # fmt: skip
def test_each_purpose_has_its_period(declare: Act, at: Any, days: int, erased: dict[str, int]) -> None:
    declare(draft=True)
    declare()
    gone = declare()
    call(declarations, "POST", f"/declarations/{gone.body['id']}/withdraw", headers=signed_in("lan"))
    at.move_to(NOW + timedelta(days=days))
    assert run({}, CONTEXT) == erased
    assert kinds().count("DECLARATION") == 3 - sum(erased.values())
    assert kinds().count("ERASED") == sum(erased.values())
    log = next(item for item in items(TABLE) if item["pk"] == "RETENTION")
    assert log["erased"] == erased
    assert run({}, CONTEXT) == {}, "twice is once"


def test_what_is_revised_in_the_same_instant_stays(declare: Act, at: Any) -> None:
    made = declare(draft=True)
    later = NOW + timedelta(days=7)
    (key,) = DeclarationEraser(client(), TABLE).due(later)
    at.move_to(later - timedelta(minutes=1))

    def revise(**_: object) -> None:
        client().meta.events.unregister("provide-client-params.dynamodb.TransactWriteItems", revise)
        body = FORM_2026 | {"version": 1, "draft": True}
        answer = call(declarations, "PUT", f"/declarations/{made.body['id']}", body=body, headers=signed_in("lan"))
        assert answer.status == 200

    client().meta.events.register("provide-client-params.dynamodb.TransactWriteItems", revise)
    assert DeclarationEraser(client(), TABLE).erase_due(key, later) is None
    assert kinds().count("DECLARATION") == 1 and "ERASED" not in kinds()


def test_what_somebody_erased_first_is_nothing_to_do(declare: Act) -> None:
    made = declare(draft=True)
    later = NOW + timedelta(days=7)
    (key,) = DeclarationEraser(client(), TABLE).due(later)
    call(declarations, "DELETE", f"/declarations/{made.body['id']}", headers=signed_in("lan"))
    assert DeclarationEraser(client(), TABLE).erase_due(key, later) is None


@pytest.mark.parametrize("spoilt", range(5))
def test_what_cannot_be_erased_stops_nothing_else(
    declare: Act, at: Any, spoilt: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(5):
        declare(draft=True)
    kept = [item for item in items(TABLE) if item["sk"].startswith("DECLARATION#")]
    del kept[spoilt]["status"]
    client().put_item(TableName=TABLE, Item=to_item(kept[spoilt]))
    at.move_to(NOW + timedelta(days=8))
    assert run({}, CONTEXT) == {"draft": 4}
    assert '"RetentionPassedBy":[1.0]' in capsys.readouterr().out
    assert [item["sk"] for item in items(TABLE) if item["sk"].startswith("DECLARATION#")] == [kept[spoilt]["sk"]]


def test_a_run_that_has_no_time_left_erases_nothing_and_leaves_it_to_the_next(declare: Act, at: Any) -> None:
    declare(draft=True)
    at.move_to(NOW + timedelta(days=8))
    hurried = type("Context", (), {"get_remaining_time_in_millis": lambda self: 5_000})()
    assert run({}, hurried) == {}
    assert run({}, CONTEXT) == {"draft": 1}
