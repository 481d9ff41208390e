"""Everything that people, clocks and schedules may do, in any order, compared with a plain model of the result.

Hypothesis chooses the steps and reduces a failure to the few steps that matter. After each step the test checks the
whole table against the invariants, and each booking against the model.
"""

import itertools
import os
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bookings.booking import Booking, BookingStatus
from bookings.booking_id import BookingId
from bookings.due import close_days, purge
from bookings.holding import hold
from bookings.lifecycle import Ask, cancel, confirm, release, reschedule, serve
from bookings.proof import Proof
from bookings.store import BookingStore
from cccd.errors import (
    AlreadyBooked,
    HoldExpired,
    MovedTooOften,
    NotCancellable,
    NotConfirmable,
    NotFound,
    NotReschedulable,
    NotServable,
    SlotFull,
    TooManyBookings,
)
from cccd.hashes import CitizenHash
from offices.opening import Slot
from tests.bookings.wishes import LIMIT, NOW, RULES, SLOT_START, rules_of, slot, wish
from tests.races.invariants import check

PEOPLE = ["lan", "minh", "hoa", "an", "binh"]
CITIZENS = [CitizenHash("mother"), CitizenHash("father")]
SLOTS = 4
MOST_SEATS = 3
STEPS = int(os.environ.get("MACHINE_STEPS", "10000"))
STEPS_PER_LIFE = 40  # with so few, no citizen reaches the limit of a day

_tables = itertools.count()

people = st.sampled_from(PEOPLE)
citizens = st.sampled_from(CITIZENS)
slots = st.integers(0, SLOTS - 1)


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
        self.missed: Counter[CitizenHash] = Counter()

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
        elif not self.live(model):
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
            model.slot = where
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

    @rule(person=people)
    def release(self, person: str) -> None:
        theirs = next((each for each in self.known.values() if each.person == person and self.live(each)), None)
        applicant = wish(person).id.applicant
        if self.attempt(lambda: release(self.store, applicant, self.now), None if theirs else NotFound) and theirs:
            theirs.status = BookingStatus.RELEASED

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
                self.missed[model.citizen] += marked

    @rule(seats=st.integers(1, MOST_SEATS))
    def change_capacity(self, seats: int) -> None:
        self.capacity = seats

    # --- what must hold after each --------------------------------------------------------------------------------

    @invariant()
    def the_table_is_sound(self) -> None:
        type(self).steps += 1
        check(self.client, self.table, self.now, MOST_SEATS)

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
        return self.status(model) in (BookingStatus.HELD, BookingStatus.CONFIRMED)

    def sells(self, where: int) -> bool:
        """The people in a slot never exceed what the office wants now, except for those who were there before."""
        seated = [each for each in self.known.values() if self.live(each) or each.status is BookingStatus.SERVED]
        return sum(each.slot == where for each in seated) < self.capacity

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
        against: list[type[Exception]] = []
        living = [each for each in self.known.values() if self.live(each)]
        if any(each.person == person and each is not weaker for each in living):
            against.append(AlreadyBooked)
        # Two missed appointments leave one booking at a time; no life here is longer than their sixty days.
        if sum(each.citizen == citizen for each in living) >= (1 if self.missed[citizen] >= 2 else LIMIT):
            against.append(TooManyBookings)
        if not self.sells(where) and not (weaker and weaker.slot == where):
            against.append(SlotFull)
        return tuple(against) or None

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
