"""Where an office draws the seats of a new day: nobody wins by being first, and anybody can recompute the draw."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from bookings import availability_api, drawing
from bookings.booking import Booking, BookingStatus
from bookings.booking_id import BookingId
from bookings.draw import code_of, commitment, in_order
from bookings.draw_store import DrawStore
from bookings.drawing import draw_days, slots_drawn
from bookings.forgetting import forget_citizen
from bookings.holding import hold
from bookings.lifecycle import Ask, cancel, confirm, release, reschedule
from bookings.proof import Proof
from bookings.store import BookingStore
from cccd.clock import VIETNAM
from cccd.errors import AlreadyBooked, NotConfirmable, NotReschedulable, TooManyBookings
from cccd.hashes import CitizenHash
from offices import opening
from offices.configuration import configured
from offices.directory import directory
from offices.opening import OpeningRules, Session, Slot
from tests.bookings.calls import act, book, read
from tests.bookings.holds import held
from tests.bookings.wishes import LIMIT, NOW, RULES, SLOT_START, rules_of, slot, wish
from tests.gateway import CONTEXT, call
from tests.races.invariants import check

DRAW = NOW + timedelta(hours=1)
DUE = DRAW + timedelta(minutes=1)
DAY = SLOT_START.date()
LATER_SLOT = SLOT_START + timedelta(hours=2)


def wished(store: BookingStore, person: str, at: Slot | None = None, **parts: Any) -> Booking:
    return hold(store, wish(person, at=at or slot(1), draw_at=DRAW, **parts), RULES, LIMIT, NOW)[0]


def draw(store: BookingStore, slots: list[Slot], now: datetime = DUE) -> Counter[BookingStatus]:
    return draw_days(store, draws(store), lambda *_: slots, now, lambda: True)


def draws(store: BookingStore) -> DrawStore:
    return DrawStore(store.table.client, store.table.name)


def now_of(store: BookingStore, booking: Booking) -> Booking:
    found = store.find(wish_id(booking))
    assert found is not None
    return found


def wish_id(booking: Booking) -> BookingId:
    parsed = BookingId.parse(booking.id)
    assert parsed is not None
    return parsed


def ask(person: str, now: datetime = NOW) -> Ask:
    return Ask(wish(person).id, wish(person).citizen, now)


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moto works with one thread only."""
    monkeypatch.setattr(drawing, "WORKERS", 1)


# --- the order ---------------------------------------------------------------------------------------------------


def test_anybody_recomputes_the_order_from_what_is_published() -> None:
    codes = [f"code{n}" for n in range(50)]
    seed = "ab" * 32
    digest = hashlib.sha256(",".join(sorted(codes)).encode()).hexdigest()
    by_hand = sorted(codes, key=lambda code: hashlib.sha256(f"{seed}:{digest}:{code}".encode()).hexdigest())
    assert in_order(seed, reversed(codes)) == by_hand
    assert commitment(seed) == hashlib.sha256(seed.encode()).hexdigest()


def test_one_wish_more_changes_the_whole_order() -> None:
    codes = [f"code{n}" for n in range(30)]
    before = in_order("00", codes)
    after = [code for code in in_order("00", [*codes, "one more"]) if code != "one more"]
    assert before != after, "whoever knows the seed does not know the order before the last wish is in"


def test_every_wish_has_the_same_chance() -> None:
    codes = [f"code{n}" for n in range(4)]
    first = Counter(in_order(f"{seed:064x}", codes)[0] for seed in range(2000))
    assert all(400 < first[code] < 600 for code in codes)


# --- wishes --------------------------------------------------------------------------------------------------------


def test_a_wish_takes_no_seat_and_is_the_one_booking_of_its_applicant(store: BookingStore) -> None:
    first, second = wished(store, "lan"), wished(store, "minh")
    assert (first.status, first.ticket, first.hold_expires_at) == (BookingStatus.WISHED, "", None)
    assert second.status is BookingStatus.WISHED, "there is one seat, and both may wish for it"
    with pytest.raises(AlreadyBooked):
        wished(store, "lan", key="again", citizen=CitizenHash("another"))
    assert wished(store, "lan") == first, "the same press gives the same wish"
    check(store.table.client, store.table.name, NOW, 1)


def test_a_wish_counts_as_an_active_booking(store: BookingStore) -> None:
    who = CitizenHash("one account")
    for n in range(LIMIT):
        wished(store, f"person {n}", citizen=who, key=f"press {n}")
    with pytest.raises(TooManyBookings):
        wished(store, "one too many", citizen=who, key="one too many")


def test_a_wish_can_be_cancelled_and_neither_confirmed_nor_moved(store: BookingStore) -> None:
    wished(store, "lan")
    with pytest.raises(NotConfirmable):
        confirm(store, ask("lan"))
    with pytest.raises(NotReschedulable):
        reschedule(store, ask("lan"), LATER_SLOT, lambda _: (slot(1, LATER_SLOT), "shared"), rules_of)
    assert cancel(store, ask("lan"), rules_of).status is BookingStatus.CANCELLED
    assert wished(store, "lan", key="anew").status is BookingStatus.WISHED
    check(store.table.client, store.table.name, NOW, 1)


def test_better_proof_takes_the_place_of_a_wish_and_of_a_booking_alike(store: BookingStore) -> None:
    stranger = wished(store, "lan", citizen=CitizenHash("stranger"))
    mine = wished(store, "lan", key="mine", proof=Proof.PHONE)
    assert (now_of(store, stranger).status, mine.status) == (BookingStatus.DISPLACED, BookingStatus.WISHED)
    check(store.table.client, store.table.name, NOW, 1)
    booked = held(store, "minh", at=slot(1), citizen=CitizenHash("stranger"), key="another press")
    again = wished(store, "minh", key="mine too", proof=Proof.PHONE)
    assert (now_of(store, booked).status, again.status) == (BookingStatus.DISPLACED, BookingStatus.WISHED)
    assert held(store, "hoa", at=slot(1)).seat.number == 1, "its seat is free"
    check(store.table.client, store.table.name, NOW, 1)


def test_a_hold_takes_the_place_of_a_strangers_wish_in_the_same_slot(store: BookingStore) -> None:
    stranger = wished(store, "lan", citizen=CitizenHash("stranger"))
    mine = held(store, "lan", key="mine", at=slot(1), proof=Proof.PHONE)
    assert (now_of(store, stranger).status, mine.seat.number) == (BookingStatus.DISPLACED, 1)
    check(store.table.client, store.table.name, NOW, 1)


def test_an_office_may_end_a_wish_and_a_citizen_be_forgotten(store: BookingStore) -> None:
    wished(store, "lan")
    assert release(store, wish("lan").id.applicant, NOW).status is BookingStatus.RELEASED
    wished(store, "minh")
    assert forget_citizen(store, wish("minh").citizen, NOW) == (1, [])
    check(store.table.client, store.table.name, NOW, 1)


# --- the draw --------------------------------------------------------------------------------------------------------


def test_seats_go_in_the_order_of_the_draw_to_the_slot_wished_or_the_nearest(store: BookingStore) -> None:
    slots = [slot(1, SLOT_START + timedelta(minutes=30 * n)) for n in (0, 1, 5)]
    people = [f"person {n}" for n in range(5)]
    wishes = {code_of(each): each for each in (wished(store, person) for person in people)}
    assert draw(store, slots) == {BookingStatus.CONFIRMED: 3, BookingStatus.NOT_DRAWN: 2}
    found = draws(store).find("office", DAY)
    assert found is not None and found.entries == in_order(found.seed, wishes)
    drawn = [now_of(store, wishes[code]) for code in found.entries]
    assert [each.start for each in drawn[:3]] == [each.start for each in slots]
    assert [each.ticket for each in drawn[:3]] == ["0800-01", "0830-01", "1030-01"]
    assert {each.status for each in drawn[3:]} == {BookingStatus.NOT_DRAWN}
    check(store.table.client, store.table.name, DUE, 1)


def test_who_is_not_drawn_may_book_again_at_once(store: BookingStore) -> None:
    wishes = [wished(store, person) for person in ("lan", "minh")]
    draw(store, [slot(1)])
    (loser,) = [each for each in wishes if now_of(store, each).status is BookingStatus.NOT_DRAWN]
    person = "lan" if loser.id == wish("lan").id.text else "minh"
    assert held(store, person, key="anew", at=slot(1, LATER_SLOT)).status is BookingStatus.HELD


def test_before_its_time_nothing_is_drawn(store: BookingStore) -> None:
    wished(store, "lan")
    assert not draw(store, [slot(1)], DRAW)
    assert draw(store, [slot(1)], DUE) == {BookingStatus.CONFIRMED: 1}
    assert not draw(store, [slot(1)], DUE), "twice is the same as once"


def test_a_wish_that_comes_while_the_draw_begins_is_behind_all_others(store: BookingStore) -> None:
    early = [wished(store, f"early {n}") for n in range(3)]
    opened = draws(store).open("office", DAY)
    draws(store).close("office", opened, in_order(opened.seed, map(code_of, early)))
    late = [wished(store, f"late {n}") for n in range(3)]
    draw(store, [slot(4)])
    assert {now_of(store, each).status for each in early} == {BookingStatus.CONFIRMED}
    assert Counter(now_of(store, each).status for each in late)[BookingStatus.CONFIRMED] == 1
    found = draws(store).find("office", DAY)
    assert found is not None and found.entries is not None
    assert set(found.entries) == {code_of(each) for each in early}


def test_an_order_once_fixed_stays(store: BookingStore) -> None:
    opened = draws(store).open("office", DAY)
    assert draws(store).open("office", DAY) == opened, "one seed for everybody"
    assert draws(store).close("office", opened, ["a" * 16, "b" * 16]).entries == ["a" * 16, "b" * 16]
    assert draws(store).close("office", opened, ["b" * 16, "a" * 16]).entries == ["a" * 16, "b" * 16]


def test_seats_that_somebody_has_are_not_drawn(store: BookingStore) -> None:
    held(store, "somebody", at=slot(2))
    confirm(store, ask("somebody"))
    wishes = [wished(store, f"person {n}", at=slot(2)) for n in range(2)]
    assert draw(store, [slot(2)]) == {BookingStatus.CONFIRMED: 1, BookingStatus.NOT_DRAWN: 1}
    assert sum(now_of(store, each).seat.given for each in wishes) == 1
    check(store.table.client, store.table.name, DUE, 2)


def test_an_office_that_stopped_ends_the_wishes(store: BookingStore) -> None:
    wished(store, "lan")
    assert draw(store, slots_drawn(None, {}, DAY, DUE)) == {BookingStatus.NOT_DRAWN: 1}


def test_a_wish_whose_queue_is_gone_is_not_drawn(store: BookingStore) -> None:
    wished(store, "lan", at=slot({"permanent": 1}), queue="permanent")
    assert draw(store, [slot({"shared": 3})]) == {BookingStatus.NOT_DRAWN: 1}


def test_a_wish_cancelled_during_the_draw_leaves_its_turn(store: BookingStore, rival_acts_first: Any) -> None:
    wishes = [wished(store, person) for person in ("lan", "minh")]
    found = draws(store).open("office", DAY)
    first = in_order(found.seed, map(code_of, wishes))[0]
    (favoured,) = [each for each in wishes if code_of(each) == first]
    rival_acts_first(lambda: cancel(store, Ask(wish_id(favoured), favoured.citizen, DUE), rules_of))
    assert draw(store, [slot(1)]) == {BookingStatus.CONFIRMED: 1}
    assert now_of(store, favoured).status is BookingStatus.CANCELLED
    check(store.table.client, store.table.name, DUE, 1)


def test_somebody_who_takes_a_seat_during_the_draw_costs_nobody_their_turn(
    store: BookingStore, rival_acts_first: Any
) -> None:
    wished(store, "lan")
    rival_acts_first(lambda: held(store, "quick", at=slot(1), now=DUE))
    slots = [slot(1), slot(1, LATER_SLOT)]
    assert draw(store, slots) == {BookingStatus.CONFIRMED: 1}
    assert now_of(store, wished_of(store, "lan")).start == LATER_SLOT
    check(store.table.client, store.table.name, DUE, 1)


def wished_of(store: BookingStore, person: str) -> Booking:
    found = store.find(wish(person).id)
    assert found is not None
    return found


# --- the rules of a day ------------------------------------------------------------------------------------------

DRAWS = OpeningRules(
    weekly=dict.fromkeys(range(7), (Session(time(8), time(10), {"shared": 3}),)),
    second_portion_days=3,
    draw_at=time(8, 30),
)
NEW = date(2026, 12, 2)  # the last day of the window on 25 November


@pytest.mark.parametrize(
    ("at", "wishes", "closed"),
    [
        (time(0), True, None),
        (time(8, 29, 59), True, None),
        (time(8, 30), False, "being_drawn"),
        (time(8, 44, 59), False, "being_drawn"),
        (time(8, 45), False, None),
    ],
)
def test_a_new_day_is_wished_for_then_drawn_then_open(at: time, wishes: bool, closed: str | None) -> None:
    now = datetime.combine(date(2026, 11, 25), at, VIETNAM)
    found = opening.day(DRAWS, {}, NEW, now)
    assert (found.closed.code if found.closed else None) == closed
    assert (opening.draw_to_come(DRAWS, NEW, now) is not None) == wishes
    assert opening.draw_to_come(DRAWS, NEW - timedelta(days=1), now) is None, "it was drawn yesterday"


def test_what_is_drawn_is_the_first_portion() -> None:
    assert {each.capacity["shared"] for each in slots_drawn(DRAWS, {}, NEW, NOW)} == {2}


# --- as front ends see it ------------------------------------------------------------------------------------------

START = f"{NEW}T08:00:00+07:00"
OFFICES = """
[profile.drawn]
draw_at = "10:00"
weekly = [{ days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from = "08:00", to = "09:00", seats = 1 }]
[[office]]
id = "ca-26740"
opening = "drawn"
"""


@pytest.fixture
def drawn_office(store: BookingStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setitem(directory().offices, "ca-26740", configured(OFFICES)["ca-26740"])
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def read_draw() -> Any:
    return call(availability_api.handler, "GET", f"/offices/ca-26740/draws/{NEW}")


def days() -> Any:
    return call(availability_api.handler, "GET", "/offices/ca-26740/slots", query={"from": str(NEW), "days": "1"})


def test_a_citizen_wishes_is_drawn_and_checks_it(drawn_office: Any) -> None:
    assert read_draw().status == 404
    (day,) = days().body["days"]
    assert day["drawAt"] == "2026-11-25T10:00:00+07:00"
    wishes = {who: book(who, start=START) for who in ("lan", "minh", "hoa")}
    assert {each.status for each in wishes.values()} == {201}
    lan = wishes["lan"].body
    assert (lan["status"], lan["ticket"], lan["holdExpiresAt"]) == ("wished", "", None)
    assert lan["drawAt"] == "2026-11-25T10:00:00+07:00" and len(lan["drawCode"]) == 16
    (day,) = days().body["days"]
    assert [each["seatsLeft"] for each in day["slots"]] == [1, 1], "a wish takes no seat"
    before = read_draw().body
    assert (before["seed"], before["entries"]) == (None, None)

    drawn_office.move_to(datetime(2026, 11, 25, 10, 0, tzinfo=VIETNAM))
    refused = book("an", start=START)
    assert (refused.status, refused.body["closed"]["code"]) == (422, "being_drawn")
    assert "10:15" in refused.body["detail"]
    assert book("lan", start=START).body["id"] == lan["id"], "a repeated press still finds the wish"
    drawn_office.shift(timedelta(minutes=1))
    assert drawing.handler({}, CONTEXT) == {"drawn": 2, "notDrawn": 1}

    after = read_draw().body
    assert hashlib.sha256(after["seed"].encode()).hexdigest() == before["commitment"] == after["commitment"]
    codes = {who: each.body["drawCode"] for who, each in wishes.items()}
    digest = hashlib.sha256(",".join(sorted(codes.values())).encode()).hexdigest()
    assert after["entries"] == sorted(
        codes.values(), key=lambda code: hashlib.sha256(f"{after['seed']}:{digest}:{code}".encode()).hexdigest()
    )
    in_turn = [next(who for who, code in codes.items() if code == entry) for entry in after["entries"]]
    seen = [read(wishes[who], who).body for who in in_turn]
    assert [each["status"] for each in seen] == ["confirmed", "confirmed", "not_drawn"]
    assert [each["ticket"] for each in seen] == ["0800-01", "0830-01", ""]
    drawn_office.shift(timedelta(minutes=14))
    assert book("an", start=START).body["code"] == "slot_full"


def test_the_draw_of_another_office_or_day_is_none(drawn_office: Any) -> None:
    assert call(availability_api.handler, "GET", f"/offices/nowhere/draws/{NEW}").status == 404
    assert call(availability_api.handler, "GET", "/offices/ca-26740/draws/2026-13-45").status in (400, 422)


def test_a_wish_can_be_cancelled_by_the_app(drawn_office: Any) -> None:
    made = book("lan", start=START)
    moved = act(made, "reschedule", body={"start": "2026-11-26T08:00:00+07:00"})
    assert (moved.status, moved.body["code"]) == (409, "not_reschedulable")
    assert "chờ bốc thăm" in moved.body["detail"]
    assert act(made, "confirm").body["code"] == "not_confirmable"
    assert act(made, "cancel").body["status"] == "cancelled"


def test_a_full_slot_names_no_day_that_is_still_to_be_drawn(drawn_office: Any) -> None:
    for who, start in (("a", "08:00"), ("b", "08:30")):
        for day in ("2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01"):
            assert book(who * int(day[-2:]), start=f"{day}T{start}:00+07:00").status == 201
    full = book("lan", start="2026-11-26T08:00:00+07:00").body
    assert (full["code"], full["alternatives"]) == ("slot_full", [])


def test_nobody_moves_ahead_of_the_draw(drawn_office: Any) -> None:
    """A seat that is held on another day is no way into a day that is still to be drawn."""
    made = book("lan", start="2026-11-26T08:00:00+07:00")
    for booking in (made, act(made, "confirm")):
        refused = act(booking, "reschedule", body={"start": START})
        assert refused.code == "slot_closed" and refused.body["closed"]["code"] == "to_be_drawn"
    assert book("minh", start=START).body["status"] == "wished"
