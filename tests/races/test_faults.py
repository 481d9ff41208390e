"""Failures that no local engine produces: conflicts, throttling, lost answers, a process that dies between calls.

After each of them the table is sound, nothing is booked twice, and no failure is reported for an existing booking.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings import items
from bookings.booking import Booking, BookingStatus
from bookings.draw_store import DrawStore
from bookings.drawing import draw_days
from bookings.due import close_days, purge
from bookings.holding import hold
from bookings.lifecycle import Ask, cancel, confirm, release, reschedule, serve
from bookings.proof import Proof
from bookings.seats import RESTING, Seat, Taken
from bookings.store import BookingStore
from bookings.wait_store import Offer, WaitStore
from bookings.waiting import accept, join
from cccd import transactions
from cccd.clock import epoch
from cccd.errors import NotFound, Refusal, TemporarilyUnavailable
from cccd.hashes import CitizenHash
from cccd.working_calendar import national_calendar
from desk.acts import call_next, check_in, come_back, no_show, park, recall, undo
from desk.acts import serve as desk_serve
from desk.days import say
from desk.rehousing import rehouse
from desk.tickets import TicketState
from desk.walk_ins import walk_in
from offices.opening import Slot
from tests.bookings.wishes import LIMIT, NOW, RULES, SLOT_START, rules_of, slot, wish
from tests.desk.days import day, desk_of
from tests.races import faults
from tests.races.faults import Crash, Fault, FaultyClient
from tests.races.invariants import check

CAPACITY = 3
LATER = NOW + timedelta(minutes=15)
DRAW = NOW + timedelta(minutes=10)
ON_THE_DAY = SLOT_START - timedelta(minutes=10)
AFTERWARDS = SLOT_START + timedelta(days=40)
HERE = slot(CAPACITY)
THERE = slot(CAPACITY, SLOT_START + timedelta(hours=1))
LAN = wish("lan", at=HERE)

PASSING = [faults.conflict, faults.throttled, faults.internal_error, faults.no_answer]
DONE_BUT_UNTOLD = [faults.lost_answer, faults.lost_error]

type Deed = Callable[[BookingStore], Any]


def do_hold(store: BookingStore) -> Booking:
    return hold(store, LAN, RULES, LIMIT, NOW)[0]


def do_confirm(store: BookingStore) -> Booking:
    return confirm(store, Ask(LAN.id, LAN.citizen, NOW, key="a key"))


def do_reschedule(store: BookingStore) -> Booking:
    return reschedule(
        store, Ask(LAN.id, LAN.citizen, NOW, key="another key"), THERE.start, lambda _: (THERE, "shared"), rules_of
    )


def do_cancel(store: BookingStore) -> Booking:
    return cancel(store, Ask(LAN.id, LAN.citizen, NOW, key="a third key"), rules_of)


def do_purge(store: BookingStore) -> int:
    return purge(store, LATER, lambda: True, workers=1)


def do_close(store: BookingStore) -> int:
    return close_days(store, AFTERWARDS, lambda: True, workers=1)


def do_serve(store: BookingStore) -> Booking:
    return serve(store, LAN.id, ON_THE_DAY)


def do_take_over(store: BookingStore) -> Booking:
    """Lan's own hold lapsed, nothing purged it, and she asks again."""
    return hold(store, wish("lan", key="second", at=HERE), RULES, LIMIT, LATER)[0]


def displace(where: Slot) -> Deed:
    """Another citizen, whose phone is proven, books for Lan."""
    wanted = wish("lan", citizen=CitizenHash("lan's other account"), key="claim", at=where, proof=Proof.PHONE)
    return lambda store: hold(store, wanted, RULES, LIMIT, NOW)[0]


def do_release(store: BookingStore) -> Booking:
    """The officer who asks again is told that nothing is there, and looks at the record."""
    try:
        return release(store, LAN.id.applicant, NOW)
    except NotFound:
        found = store.find(LAN.id)
        assert found is not None and found.status is BookingStatus.RELEASED
        return found


def do_wish(store: BookingStore) -> Booking:
    return hold(store, replace(LAN, draw_at=DRAW), RULES, LIMIT, NOW)[0]


def do_draw(store: BookingStore) -> Any:
    return draw_days(store, DrawStore(store.table.client, store.table.name), lambda *_: [HERE], LATER, lambda: True)


def do_draw_of_nothing(store: BookingStore) -> Any:
    return draw_days(store, DrawStore(store.table.client, store.table.name), lambda *_: [], LATER, lambda: True)


def do_offer(store: BookingStore) -> None:
    """Lan waits for an earlier appointment, and a seat that rests is offered to her."""
    waits = WaitStore(store.table.client, store.table.name)
    waiting = join(waits, store, Ask(LAN.id, LAN.citizen, NOW))
    rests = Taken(RESTING, epoch(LATER))
    seat = Seat(1, "shared")
    slot_item = {**items.slot_key("office", THERE.start), "mark": "s3", "s01": {"b": RESTING, "x": rests.expires}}
    store.table.write(store.table.put(slot_item))
    booking = store.find(LAN.id)
    assert booking is not None
    store.commit(waits.offer(waiting, Offer(THERE.start, THERE.end, seat, LATER, booking.version), rests, LATER))


def do_accept(store: BookingStore) -> Booking:
    waits = WaitStore(store.table.client, store.table.name)
    return accept(waits, store, Ask(LAN.id, LAN.citizen, NOW, key="a fourth key"), THERE.start)


def at_desk(act: Callable[..., Any], *more: Any) -> Deed:
    """An officer's act upon Lan's ticket, in the morning of the day."""
    return lambda store: act(desk_of(store), day(ON_THE_DAY), ticket_of(store), *more)


def ticket_of(store: BookingStore) -> str:
    found = store.find(LAN.id)
    assert found is not None
    return found.ticket


def do_recall(store: BookingStore) -> Any:
    return recall(desk_of(store), day(ON_THE_DAY + timedelta(minutes=1)), ticket_of(store))


def do_call(store: BookingStore) -> Any:
    return call_next(desk_of(store), day(ON_THE_DAY), "1", "a press")


def do_walk_in(store: BookingStore) -> Any:
    return walk_in(desk_of(store), day(ON_THE_DAY), national_calendar(), "a request", "cap-cccd", None)


def do_close_the_day(store: BookingStore) -> Any:
    """The chief closes Lan's day: her appointment stands, and she has three seats kept for her."""
    slots = say(desk_of(store), day(NOW), national_calendar(), [], "Cơ quan họp.")
    rehouse(desk_of(store), day(NOW), national_calendar())
    return slots


do_check_in, do_desk_serve = at_desk(check_in), at_desk(desk_serve)
do_no_show, do_park = at_desk(no_show), at_desk(park)
HERE_TODAY = [do_hold, do_confirm, do_check_in]
CALLED = [*HERE_TODAY, do_call]

# Each operation, the steps before it, and the state in which it leaves Lan's first booking.
DEEDS: dict[str, tuple[Deed, list[Deed], BookingStatus]] = {
    "hold": (do_hold, [], BookingStatus.HELD),
    "confirm": (do_confirm, [do_hold], BookingStatus.CONFIRMED),
    "reschedule a hold": (do_reschedule, [do_hold], BookingStatus.HELD),
    "reschedule": (do_reschedule, [do_hold, do_confirm], BookingStatus.CONFIRMED),
    "cancel a hold": (do_cancel, [do_hold], BookingStatus.CANCELLED),
    "cancel": (do_cancel, [do_hold, do_confirm], BookingStatus.CANCELLED),
    "purge": (do_purge, [do_hold], BookingStatus.LAPSED),
    "serve": (do_serve, [do_hold, do_confirm], BookingStatus.SERVED),
    "close of day": (do_close, [do_hold, do_confirm], BookingStatus.NO_SHOW),
    "displace here": (displace(HERE), [do_hold, do_confirm], BookingStatus.DISPLACED),
    "displace there": (displace(THERE), [do_hold, do_confirm], BookingStatus.DISPLACED),
    "displace a hold": (displace(HERE), [do_hold], BookingStatus.DISPLACED),
    "release": (do_release, [do_hold, do_confirm], BookingStatus.RELEASED),
    "wish": (do_wish, [], BookingStatus.WISHED),
    "cancel a wish": (do_cancel, [do_wish], BookingStatus.CANCELLED),
    "draw": (do_draw, [do_wish], BookingStatus.CONFIRMED),
    "draw without a seat": (do_draw_of_nothing, [do_wish], BookingStatus.NOT_DRAWN),
    "accept an offer": (do_accept, [do_hold, do_confirm, do_offer], BookingStatus.CONFIRMED),
    "check in": (do_check_in, [do_hold, do_confirm], BookingStatus.CONFIRMED),
    "call": (do_call, HERE_TODAY, BookingStatus.CONFIRMED),
    "recall": (do_recall, CALLED, BookingStatus.CONFIRMED),
    "park": (do_park, CALLED, BookingStatus.CONFIRMED),
    "mark absent": (do_no_show, CALLED, BookingStatus.CONFIRMED),
    "come back from aside": (at_desk(come_back), [*CALLED, do_park], BookingStatus.CONFIRMED),
    "come back late": (at_desk(come_back), [*CALLED, do_no_show], BookingStatus.CONFIRMED),
    "serve at the desk": (do_desk_serve, CALLED, BookingStatus.SERVED),
    "undo a call": (at_desk(undo, TicketState.CALLED), CALLED, BookingStatus.CONFIRMED),
    "undo serving": (at_desk(undo, TicketState.SERVED), [*CALLED, do_desk_serve], BookingStatus.CONFIRMED),
    "walk in": (do_walk_in, [do_hold, do_confirm], BookingStatus.CONFIRMED),
    "close the day": (do_close_the_day, [do_hold, do_confirm], BookingStatus.CONFIRMED),
    "hold again": (do_take_over, [do_hold], BookingStatus.LAPSED),
}

each_deed = pytest.mark.parametrize("name", DEEDS)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same number of tries, without the waiting."""

    def at_once() -> Iterator[float]:
        yield from [0.0] * transactions.MAX_TRIES

    monkeypatch.setattr(transactions, "pauses", at_once)


def prepared(store: BookingStore, before: list[Deed]) -> None:
    for deed in before:
        deed(store)


def faulty(store: BookingStore, plan: dict[int, Fault], only: str | None = "transact_write_items") -> BookingStore:
    return BookingStore(FaultyClient(store.table.client, plan, only), store.table.name)  # type: ignore[arg-type]  # stands in for it


def when(deed: Deed) -> datetime:
    if deed is do_close:
        return AFTERWARDS
    if deed is do_serve:
        return ON_THE_DAY
    return LATER if deed in (do_purge, do_take_over, do_draw, do_draw_of_nothing) else NOW


@each_deed
@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: fault.__name__)
def test_what_passes_is_outlived(store: BookingStore, name: str, fault: Fault) -> None:
    deed, before, status = DEEDS[name]
    prepared(store, before)
    troubled = faulty(store, {0: fault})
    outcome: Any = None
    try:
        outcome = deed(troubled)
    except TemporarilyUnavailable:
        # Nothing was written, but nobody knew that: the citizen is asked to send it again, and the second time it
        # works.
        assert fault in (faults.throttled, faults.internal_error, faults.no_answer)
    if not outcome:
        outcome = deed(store)
    assert outcome
    found = store.find(LAN.id)
    assert found is not None and found.status is status
    check(store.table.client, store.table.name, when(deed), CAPACITY)


@each_deed
@pytest.mark.parametrize("fault", DONE_BUT_UNTOLD, ids=lambda fault: fault.__name__)
def test_no_failure_is_told_of_what_was_done(store: BookingStore, name: str, fault: Fault) -> None:
    deed, before, status = DEEDS[name]
    prepared(store, before)
    outcome = deed(faulty(store, {0: fault}))
    if isinstance(outcome, Booking):
        assert outcome == store.find(LAN.id) or name.startswith(("hold again", "displace"))
    found = store.find(LAN.id)
    assert found is not None and found.status is status
    check(store.table.client, store.table.name, when(deed), CAPACITY)


@each_deed
def test_tries_are_bounded(store: BookingStore, name: str) -> None:
    deed, before, _ = DEEDS[name]
    prepared(store, before)
    client = FaultyClient(store.table.client, dict.fromkeys(range(1_000), faults.conflict), "transact_write_items")
    try:
        outcome = deed(BookingStore(client, store.table.name))  # type: ignore[arg-type]  # stands in for it
        assert not outcome, "a scheduled function leaves it for its next run"
    except TemporarilyUnavailable:
        pass
    assert len(client.calls) <= 12 * transactions.MAX_TRIES
    check(store.table.client, store.table.name, when(deed), CAPACITY)


@each_deed
@pytest.mark.parametrize("death", [faults.dies_before, faults.dies_after], ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("purged", [False, True])
def test_a_process_may_die_between_any_two_calls(store: BookingStore, name: str, death: Fault, purged: bool) -> None:
    """Afterwards the table is sound, and a citizen who asks again gets what they want: nothing lost, stuck or double."""
    deed, before, status = DEEDS[name]
    for call in range(100):
        fresh = f"{store.table.name}x{call}"
        description = store.table.client.describe_table(TableName=store.table.name)["Table"]
        store.table.client.create_table(
            TableName=fresh,
            KeySchema=description["KeySchema"],
            AttributeDefinitions=description["AttributeDefinitions"],
            GlobalSecondaryIndexes=[
                {"IndexName": each["IndexName"], "KeySchema": each["KeySchema"], "Projection": each["Projection"]}
                for each in description["GlobalSecondaryIndexes"]
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        whole = BookingStore(store.table.client, fresh)
        prepared(whole, before)
        dying = faulty(whole, {call: death}, only=None)
        died = False
        try:
            deed(dying)
        except Crash:
            died = True
        check(whole.table.client, fresh, when(deed), CAPACITY)
        if purged:
            purge(whole, when(deed), lambda: True, workers=1)
            check(whole.table.client, fresh, when(deed), CAPACITY)
        try:
            deed(whole)
        except Refusal as refusal:
            assert purged, f"asked again after dying at call {call}: {refusal}"
        found = whole.find(LAN.id)
        assert found is not None and (found.status is status or purged)
        check(whole.table.client, fresh, when(deed), CAPACITY)
        store.table.client.delete_table(TableName=fresh)
        if not died:
            assert call > 0, "it made at least one call"
            return
    raise AssertionError("it never ends")
