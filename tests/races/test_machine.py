"""Everything that people, clocks and schedules may do, in any order, compared with a plain model of the result.

Hypothesis chooses the steps and reduces a failure to the few steps that matter. After each step the test checks the
whole table against the invariants, and each booking against the model.
"""

import itertools
import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bookings import items
from bookings.booking import Booking, BookingStatus
from bookings.booking_id import BookingId
from bookings.draw_store import DrawStore
from bookings.drawing import draw_days
from bookings.due import close_days, purge
from bookings.holding import hold
from bookings.lifecycle import Ask, cancel, confirm, release, reschedule, serve
from bookings.proof import Proof
from bookings.seats import RESTING, Taken, sellable
from bookings.standing import BARRED_FOR
from bookings.store import BookingStore
from bookings.wait_store import Offer, WaitStore
from bookings.waiting import accept, join
from cccd.clock import epoch
from cccd.errors import (
    AlreadyBooked,
    CounterBusy,
    HoldExpired,
    MovedTooOften,
    NobodyWaits,
    NotCancellable,
    NotConfirmable,
    NotFound,
    NotReschedulable,
    NotServable,
    NotToday,
    OfferOver,
    SlotFull,
    TooManyBookings,
    WrongTicketState,
)
from cccd.hashes import CitizenHash
from desk.acts import Day, call_next, check_in, come_back, no_show, park, recall, undo
from desk.acts import serve as serve_ticket
from desk.store import DeskStore
from desk.tickets import Ticket
from offices.opening import Slot
from tests.bookings.wishes import LIMIT, NOW, RULES, SLOT_START, rules_of, slot, wish
from tests.desk.days import DESK, OFFICER
from tests.races.invariants import check

PEOPLE = ["lan", "minh", "hoa", "an", "binh"]
CITIZENS = [CitizenHash("mother"), CitizenHash("father")]
SLOTS = 4
MOST_SEATS = 3
STEPS = int(os.environ.get("MACHINE_STEPS", "10000"))
DRAWN = items.INDEX_LAG  # after its draw a wish is due
STEPS_PER_LIFE = 40  # with so few, no citizen reaches the limit of a day

_tables = itertools.count()

people = st.sampled_from(PEOPLE)
citizens = st.sampled_from(CITIZENS)
slots = st.integers(0, SLOTS - 1)


# What an act makes of a ticket, by the state in which it finds it; everything else is refused.
DESK_ACTS: dict[str, dict[str, str]] = {
    "check in": {"expected": "waiting", "waiting": "waiting"},
    "recall": {"called": "called"},
    "park": {"called": "parked", "parked": "parked"},
    "mark absent": {"expected": "no_show", "called": "no_show", "parked": "no_show", "no_show": "no_show"},
    "come back": {"parked": "waiting", "no_show": "waiting", "waiting": "waiting"},
}
ACT = {"check in": check_in, "recall": recall, "park": park, "mark absent": no_show, "come back": come_back}


@dataclass
class Model:
    """What a booking should be, in the plainest form."""

    person: str
    citizen: CitizenHash
    slot: int
    status: BookingStatus
    expires: datetime | None
    proof: Proof = Proof.NONE
    moves: int = 0
    draw_at: datetime | None = None
    offer: tuple[int, datetime] | None = None  # the slot, and until when
    desk: str = "expected"  # what the desk knows of the ticket, as long as the seat is this one
    at: str = ""  # the counter


class Bookings(RuleBasedStateMachine):
    """Two citizens, five applicants, four slots, and all that can happen to them."""

    client: Any
    definition: dict[str, Any]
    purging = True
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.table = f"Machine{next(_tables)}"
        self.client.create_table(**{**self.definition, "TableName": self.table})
        self.store = BookingStore(self.client, self.table)
        self.now = NOW
        self.capacity = 1
        self.known: dict[str, Model] = {}
        self.requests = 0
        self.missed: defaultdict[CitizenHash, set[int]] = defaultdict(set)  # the slots: a family misses one visit once
        self.barred: dict[tuple[CitizenHash, str], datetime] = {}
        self.resting: list[tuple[int, datetime, Model]] = []

    def teardown(self) -> None:
        self.client.delete_table(TableName=self.table)

    @initialize(seats=st.integers(1, MOST_SEATS))
    def open_office(self, seats: int) -> None:
        self.capacity = seats

    # --- what may happen ------------------------------------------------------------------------------------------

    @rule(person=people, citizen=citizens, where=slots, proof=st.sampled_from(Proof))
    def book(self, person: str, citizen: CitizenHash, where: int, proof: Proof) -> None:
        self.requests += 1
        wanted = wish(person, key=f"key-{self.requests}", citizen=citizen, at=self.slot(where), proof=proof)
        weaker = self.displaced(person, citizen, proof)
        expected = self.refusal_of_hold(person, citizen, where, weaker)
        booking = self.attempt(lambda: hold(self.store, wanted, RULES, LIMIT, self.now)[0], expected)
        if booking:
            again, new = hold(self.store, wanted, RULES, LIMIT, self.now)
            assert (again, new) == (booking, False), "the same request gives the same booking"
            if weaker:
                weaker.status = BookingStatus.DISPLACED
            self.known[booking.id] = Model(person, citizen, where, BookingStatus.HELD, booking.hold_expires_at, proof)

    @rule(person=people, citizen=citizens, where=slots, proof=st.sampled_from(Proof))
    def wish_for(self, person: str, citizen: CitizenHash, where: int, proof: Proof) -> None:
        self.requests += 1
        draw_at = self.now + timedelta(minutes=5)
        wanted = wish(
            person, key=f"key-{self.requests}", citizen=citizen, at=self.slot(where), proof=proof, draw_at=draw_at
        )
        weaker = self.displaced(person, citizen, proof)
        expected = self.refusal_of_wish(person, citizen, weaker)
        booking = self.attempt(
            lambda: hold(self.store, wanted, RULES, LIMIT, self.now)[0], tuple(expected) if expected else None
        )
        if booking:
            if weaker:
                weaker.status = BookingStatus.DISPLACED
            self.known[booking.id] = Model(person, citizen, where, BookingStatus.WISHED, None, proof, draw_at=draw_at)

    @rule()
    def draw(self) -> None:
        """All four slots are of one day, whose order is fixed at its first draw: wishes of later are behind the others."""
        slots = [self.slot(where) for where in range(SLOTS)]
        draw_days(self.store, DrawStore(self.client, self.table), lambda *_: slots, self.now, lambda: True)
        due = {
            booking_id: model
            for booking_id, model in self.known.items()
            if model.status is BookingStatus.WISHED and model.draw_at and model.draw_at + DRAWN <= self.now
        }
        found = {each.id: each for each in self.store.find_all(self.ids())}
        for booking_id, model in due.items():
            model.status = found[booking_id].status
            assert model.status in (BookingStatus.CONFIRMED, BookingStatus.NOT_DRAWN)
            if model.status is BookingStatus.CONFIRMED:
                model.slot = next(n for n, each in enumerate(slots) if each.start == found[booking_id].start)
        if any(model.status is BookingStatus.NOT_DRAWN for model in due.values()):
            assert not any(self.sells(where) for where in range(SLOTS)), "a seat is left, and somebody got none"

    @rule(data=st.data(), where=slots)
    def offer(self, data: st.DataObject, where: int) -> None:
        """A seat that rests is offered to somebody who waits, for ten minutes."""
        booking_id, model = self.some(data)
        if model is None or model.offer or not self.sells(where) or self.now >= self.slot(model.slot).start:
            return
        if self.status(model) is not BookingStatus.CONFIRMED:
            return
        waits, to, until = WaitStore(self.client, self.table), self.slot(where), self.now + timedelta(minutes=10)
        waiting = join(waits, self.store, Ask(booking_id, model.citizen, self.now))
        day = self.store.slots("office", to.start.date(), to.start.date())
        key = items.slot_key("office", to.start)
        item = day.get(to.start, {**key, "mark": f"s{self.capacity}"})
        seat = sellable(items.seats_of(item), to.capacity, "shared", epoch(self.now))[0]
        rests = {"b": RESTING, "x": epoch(until)}
        self.store.table.write(self.store.table.put({**item, seat.attribute: rests}))
        version = self.store.find(booking_id).version  # type: ignore[union-attr]  # it is confirmed
        self.store.commit(
            waits.offer(waiting, Offer(to.start, to.end, seat, until, version), Taken(RESTING, epoch(until)), until)
        )
        model.offer = where, until
        self.resting.append((where, until, model))

    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        booking_id, model = self.some(data)
        if model is None or model.offer is None:
            return
        where, until = model.offer
        stands = self.status(model) is BookingStatus.CONFIRMED and self.now < self.slot(model.slot).start
        same = self.live(model) and where == model.slot
        waits = WaitStore(self.client, self.table)
        moved = self.attempt(
            lambda: accept(waits, self.store, Ask(booking_id, model.citizen, self.now), self.slot(where).start),
            None if same or (stands and self.now < until) else OfferOver,
        )
        if moved and not same:
            model.slot, model.offer, model.desk, model.at = where, None, "expected", ""
            self.resting = [each for each in self.resting if each[2] is not model]

    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        booking_id, model = self.some(data)
        if model is None:
            return
        expected = {
            BookingStatus.HELD: None,
            BookingStatus.CONFIRMED: None,
            BookingStatus.LAPSED: HoldExpired,
        }.get(self.status(model), NotConfirmable)
        if self.attempt(lambda: confirm(self.store, Ask(booking_id, model.citizen, self.now)), expected):
            model.status, model.expires = BookingStatus.CONFIRMED, None

    @rule(data=st.data(), where=slots)
    def move(self, data: st.DataObject, where: int) -> None:
        booking_id, model = self.some(data)
        if model is None:
            return
        to = self.slot(where)
        expected: type[Exception] | None = None
        if self.status(model) is BookingStatus.LAPSED:
            expected = HoldExpired
        elif not self.live(model) or where != model.slot and model.status is BookingStatus.WISHED:
            expected = NotReschedulable
        elif where != model.slot:
            if self.now >= self.slot(model.slot).start:
                expected = NotReschedulable
            elif model.moves >= 5:
                expected = MovedTooOften
            elif not self.sells(where):
                expected = SlotFull
        moved = self.attempt(
            lambda: reschedule(
                self.store, Ask(booking_id, model.citizen, self.now), to.start, lambda _: (to, "shared"), rules_of
            ),
            expected,
        )
        if moved and where != model.slot:
            model.slot, model.desk, model.at = where, "expected", ""
            model.moves += 1

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        booking_id, model = self.some(data)
        if model is None:
            return
        status = self.status(model)
        may = status is BookingStatus.CANCELLED or (self.live(model) and self.now < self.slot(model.slot).start)
        if self.attempt(
            lambda: cancel(self.store, Ask(booking_id, model.citizen, self.now), rules_of),
            None if may else NotCancellable,
        ):
            model.status = BookingStatus.CANCELLED

    @rule(data=st.data())
    def receive(self, data: st.DataObject) -> None:
        booking_id, model = self.some(data)
        if model is None:
            return
        today = self.slot(model.slot).start.date() == self.now.date()
        may = self.status(model) is BookingStatus.SERVED or (self.status(model) is BookingStatus.CONFIRMED and today)
        if self.attempt(lambda: serve(self.store, booking_id, self.now), None if may else NotServable):
            model.status = BookingStatus.SERVED

    @rule()
    def the_day_comes(self) -> None:
        self.now = max(self.now, SLOT_START - timedelta(minutes=20))

    @rule(data=st.data(), act=st.sampled_from(sorted(DESK_ACTS)))
    def act_at_the_desk(self, data: st.DataObject, act: str) -> None:
        booking_id, model = self.some(data)
        if model is None or self.status(model) is not BookingStatus.CONFIRMED:
            return
        refused: type[Exception] | None = WrongTicketState
        if self.slot(model.slot).start.date() != self.now.date():
            refused = NotToday
        elif after := DESK_ACTS[act].get(model.desk):
            refused, model.desk = None, after
            model.at = "" if act in ("park", "mark absent", "come back") else model.at
        self.at_desk(booking_id, model, ACT[act], refused)

    @rule(counter=st.sampled_from(["1", "2"]))
    def call_at_the_desk(self, counter: str) -> None:
        if self.now.date() != SLOT_START.date():
            return
        self.requests += 1
        here = [each for each in self.known.values() if self.status(each) is BookingStatus.CONFIRMED]
        key, busy = f"call {self.requests}", any(each.at == counter and each.desk == "called" for each in here)
        waiting = [each for each in here if each.desk == "waiting"]
        if busy or not waiting:
            with pytest.raises(CounterBusy if busy else NobodyWaits):
                call_next(self.desk(), self.day(), counter, key)
            return
        called = call_next(self.desk(), self.day(), counter, key)
        assert call_next(self.desk(), self.day(), counter, key) == called, "the same press, the same person"
        self.known[called.holder].desk, self.known[called.holder].at = "called", counter
        assert self.known[called.holder] in waiting

    @rule(data=st.data())
    def serve_at_the_desk(self, data: st.DataObject) -> None:
        booking_id, model = self.some(data)
        if model is None or self.status(model) not in (BookingStatus.CONFIRMED, BookingStatus.SERVED):
            return
        refused = None if self.slot(model.slot).start.date() == self.now.date() else NotToday
        self.at_desk(booking_id, model, serve_ticket, refused)
        if not refused:
            model.status = BookingStatus.SERVED

    @rule(data=st.data())
    def undo_serving(self, data: st.DataObject) -> None:
        booking_id, model = self.some(data)
        if model is None or self.status(model) is not BookingStatus.SERVED:
            return
        refused: type[Exception] | None = None
        if self.slot(model.slot).start.date() != self.now.date():
            refused = NotToday
        elif model.at and any(
            each.at == model.at and each.desk == "called" and self.status(each) is BookingStatus.CONFIRMED
            for each in self.known.values()
        ):
            refused = CounterBusy
        elif any(each.person == model.person and self.active(each) for each in self.known.values()):
            refused = NotServable
        self.at_desk(booking_id, model, undo, refused)
        if refused is None:
            model.status = BookingStatus.CONFIRMED
            (ticket,) = [each for each in self.tickets() if each.holder == booking_id.text]
            model.desk, model.at = ticket.state.value, ticket.counter or ""

    @rule(person=people)
    def release(self, person: str) -> None:
        theirs = next((each for each in self.known.values() if each.person == person and self.live(each)), None)
        applicant = wish(person).id.applicant
        if self.attempt(lambda: release(self.store, applicant, self.now), None if theirs else NotFound) and theirs:
            theirs.status = BookingStatus.RELEASED
            self.barred[theirs.citizen, person] = self.now + BARRED_FOR

    @rule(minutes=st.sampled_from([1, 5, 14, 15, 16, 60]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def a_night_passes(self) -> None:
        self.now += timedelta(hours=14)

    @rule()
    def purge(self) -> None:
        if self.purging:
            purge(self.store, self.now, lambda: True, workers=1)

    @rule()
    def close_of_day(self) -> None:
        close_days(self.store, self.now, lambda: True, workers=1)
        marked = any(model.status is BookingStatus.SERVED for model in self.known.values())  # all slots are of one day
        for model in self.known.values():
            if model.status is BookingStatus.CONFIRMED and self.slot(model.slot).start.date() < self.now.date():
                model.status = BookingStatus.NO_SHOW
                if marked:
                    self.missed[model.citizen].add(model.slot)

    @rule(seats=st.integers(1, MOST_SEATS))
    def change_capacity(self, seats: int) -> None:
        self.capacity = seats

    # --- what must hold after each --------------------------------------------------------------------------------

    @invariant()
    def the_table_is_sound(self) -> None:
        type(self).steps += 1
        check(self.client, self.table, self.now, MOST_SEATS)

    @invariant()
    def each_ticket_is_what_the_model_says(self) -> None:
        found = {each.holder: each.state.value for each in self.tickets() if each.holder != RESTING}
        confirmed = {
            booking_id: model.desk
            for booking_id, model in self.known.items()
            if self.status(model) is BookingStatus.CONFIRMED
        }
        served = {id_: "served" for id_, model in self.known.items() if model.status is BookingStatus.SERVED}
        assert found == confirmed | served

    @invariant()
    def each_booking_is_what_the_model_says(self) -> None:
        found = {each.id: each.as_of(self.now) for each in self.store.find_all(self.ids())}
        assert found.keys() == self.known.keys()
        for booking_id, model in self.known.items():
            assert found[booking_id].status is self.status(model)
            if self.live(model):
                assert found[booking_id].start == self.slot(model.slot).start

    # --- the model ------------------------------------------------------------------------------------------------

    def slot(self, where: int) -> Slot:
        return slot(self.capacity, SLOT_START + timedelta(minutes=30 * where))

    def status(self, model: Model) -> BookingStatus:
        lapsed = model.status is BookingStatus.HELD and model.expires is not None and model.expires <= self.now
        return BookingStatus.LAPSED if lapsed else model.status

    def live(self, model: Model) -> bool:
        return self.status(model) in (BookingStatus.HELD, BookingStatus.CONFIRMED, BookingStatus.WISHED)

    def seated(self, model: Model) -> bool:
        return model.status is BookingStatus.SERVED or (self.live(model) and model.status is not BookingStatus.WISHED)

    def sells(self, where: int) -> bool:
        """The people in a slot never exceed what the office wants now, except for those who were there before."""
        seated = sum(self.seated(each) and each.slot == where for each in self.known.values())
        resting = sum(slot == where and self.now < until for slot, until, _ in self.resting)
        return seated + resting < self.capacity

    def displaced(self, person: str, citizen: CitizenHash, proof: Proof) -> Model | None:
        """The booking that must give way to a hold of that proof; whoever loses one by chance of the clock does not."""
        for each in self.known.values():
            if each.person == person and self.live(each):
                begun = self.slot(each.slot).start <= self.now
                return None if begun or each.citizen == citizen or each.proof >= proof else each
        return None

    def refusal_of_hold(
        self, person: str, citizen: CitizenHash, where: int, weaker: Model | None
    ) -> tuple[type[Exception], ...] | None:
        """Every rule that refuses a hold; the answer may name any of them."""
        against = self.refusal_of_wish(person, citizen, weaker)
        if not self.sells(where) and not (weaker and weaker.slot == where and self.seated(weaker)):
            against.append(SlotFull)
        return tuple(against) or None

    def refusal_of_wish(self, person: str, citizen: CitizenHash, weaker: Model | None) -> list[type[Exception]]:
        """Every rule that refuses a wish, which needs no seat."""
        against: list[type[Exception]] = []
        living = [each for each in self.known.values() if self.live(each)]
        if any(each.person == person and each is not weaker for each in living):
            against.append(AlreadyBooked)
        if self.barred.get((citizen, person), self.now) > self.now:
            against.append(AlreadyBooked)
        # Two missed appointments leave one booking at a time; no life here is longer than their sixty days.
        if sum(each.citizen == citizen for each in living) >= (1 if len(self.missed[citizen]) >= 2 else LIMIT):
            against.append(TooManyBookings)
        return against

    def active(self, model: Model) -> bool:
        """It is in the place that locks its applicant: a lapsed hold too, until somebody clears it away."""
        return model.status in (BookingStatus.HELD, BookingStatus.CONFIRMED, BookingStatus.WISHED)

    def desk(self) -> DeskStore:
        return DeskStore(self.client, self.table)

    def day(self) -> Day:
        return Day("office", SLOT_START.date(), DESK, OFFICER, self.now)

    def tickets(self) -> list[Ticket]:
        return self.desk().tickets("office", SLOT_START.date())

    def at_desk(self, booking_id: BookingId, model: Model, act: Any, refused: type[Exception] | None) -> None:
        """The act upon the ticket of the booking, done or refused; done, it may be repeated."""
        found = self.store.find(booking_id)
        assert found is not None
        if refused:
            with pytest.raises(refused):
                act(self.desk(), self.day(), found.ticket)
            return
        done = act(self.desk(), self.day(), found.ticket)
        if act is not undo:
            assert act(self.desk(), self.day(), found.ticket) == done or act is recall

    def ids(self) -> list[BookingId]:
        return [parsed for each in self.known if (parsed := BookingId.parse(each))]

    def some(self, data: st.DataObject) -> tuple[BookingId, Model | None]:
        if not self.known:
            return BookingId("", ""), None
        chosen = data.draw(st.sampled_from(sorted(self.known)))
        parsed = BookingId.parse(chosen)
        assert parsed is not None
        return parsed, self.known[chosen]

    def attempt(self, deed: Any, expected: type[Exception] | tuple[type[Exception], ...] | None) -> Booking | None:
        if expected is None:
            done = deed()
            assert isinstance(done, Booking)
            return done
        with pytest.raises(expected):
            deed()
        return None


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("purging", [True, False], ids=["purged", "never purged"])
def test_anything_in_any_order(store: BookingStore, purging: bool) -> None:
    """Ten thousand steps in all, half of them with the purge switched off."""
    described = store.table.client.describe_table(TableName=store.table.name)["Table"]
    definition = {
        "KeySchema": described["KeySchema"],
        "AttributeDefinitions": described["AttributeDefinitions"],
        "GlobalSecondaryIndexes": [
            {name: index[name] for name in ("IndexName", "KeySchema", "Projection")}
            for index in described["GlobalSecondaryIndexes"]
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }
    machine: Any = type(
        "Machine", (Bookings,), {"client": store.table.client, "definition": definition, "purging": purging}
    )
    batch = settings(
        max_examples=20,
        stateful_step_count=STEPS_PER_LIFE,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        print_blob=True,
    )
    while machine.steps < STEPS // 2:
        run_state_machine_as_test(machine, settings=batch)
