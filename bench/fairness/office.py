"""The office of the simulation: its seats, and what the service lets an account do with them.

What decides is the service's own code: opening hours, portions and the hour of the draw (`offices.opening`), which seats may be
sold (`seats.sellable`), what an account may do (`standing`), the order of a draw and the seat of each wish (`draw`), how long a
seat rests (`rest`), and who is offered it (`waiting`). Only the storage is left out: here one thing happens at a time.
"""

import hashlib
import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tomllib import loads
from typing import Any

import simpy

from bench.fairness.report import Report, Use
from bench.fairness.scenario import Scenario
from bookings import items, rest
from bookings.booking import Applicant, Booking, BookingStatus
from bookings.draw import by_nearness, code_of, in_order
from bookings.lifecycle import FASTEST_TYPING
from bookings.rest import rests_until
from bookings.seats import RESTING, Seat, Taken, sellable
from bookings.standing import UNPROVEN, Place, asked_too_often, missing, probation_ends
from bookings.wait_store import Waiting
from bookings.waiting import AFTER, FOR, HORIZON, LEAST_NOTICE, MOST, Resting, in_line, suits
from cccd.base32 import base32
from cccd.clock import at, epoch, is_night
from cccd.dynamodb import Item
from cccd.hashes import CitizenHash
from offices import opening
from offices.configuration import rules
from offices.opening import Queue, Slot

OFFICES = Path(__file__).parents[2] / "functions" / "offices" / "content" / "offices.toml"
PROFILE = "every-day"  # 96 seats on each day of the week
FIRST = date(2026, 12, 1)
QUEUE: Queue = "shared"
DAY = 86_400.0

type Steps[T] = Generator[simpy.Event, Any, T]


def person(name: str) -> str:
    """A mark as the service keeps it for an applicant of a citizen."""
    return base32(hashlib.sha256(name.encode()).digest()[:10])


@dataclass
class Account:
    """A signed-in account, as its tally stands. `kind` is honest, script or hoarder."""

    kind: str
    name: str
    limit: int
    tally: Item = field(default_factory=dict)

    def refused(self, person: str, scenario: Scenario, now: datetime) -> bool:
        """Whether the service's rules refuse this account one more booking, for that person; if not, it is counted."""
        if not scenario.limits:
            return False
        most = UNPROVEN if scenario.standing and probation_ends(self.tally, now) else self.limit
        place = Place.guess_for(person).among(self.tally, now)
        if asked_too_often(self.tally, now) or self.active >= most or place is None:
            return True
        today = items.day_attribute(now.date())
        self.tally[today] = self.tally.get(today, 0) + 1
        self.tally[place.attribute] = {"h": person, "d": epoch(now)}
        return False

    @property
    def active(self) -> int:
        """How many bookings it has at the moment."""
        return int(self.tally.get("n", 0))

    def count(self, more: int) -> None:
        self.tally["n"] = self.active + more


@dataclass
class Held:
    """A booking of the simulation: the service's, with whose it is and what becomes of its seat."""

    booking: Booking
    account: Account
    use: Use

    @property
    def start(self) -> datetime:
        return self.booking.start


@dataclass
class Wish:
    """A wish for a seat of a day that is to be drawn, and who is told of its end."""

    booking: Booking
    account: Account
    use: Use
    done: simpy.Event


class Office:
    """One office. Whoever looks out for seats that come back is in `watchers`: each is asked whether it wants one."""

    def __init__(self, env: simpy.Environment, scenario: Scenario, report: Report, chance: random.Random):
        # The service's own code takes its randomness from the system. Here it takes the run's, so that a seed gives one run.
        vars(rest)["_random"] = chance
        self.env, self.scenario, self.report, self._chance = env, scenario, report, chance
        profile = loads(OFFICES.read_text(encoding="utf-8"))["profile"][PROFILE]
        self.rules = replace(
            rules(profile),
            window_days=scenario.window_days,
            second_portion_days=scenario.second_portion_days,
            rest_minutes=scenario.rest_minutes,
            cancel_minutes=scenario.cancel_minutes,
            draw_at=scenario.draw_at,
        )
        assert self.rules.same_day_until is None, "what can be booked depends on the day alone (`open_slots`)"
        self._ahead = timedelta(hours=scenario.opens.hour, minutes=scenario.opens.minute)
        self._taken: dict[datetime, dict[Seat, Taken]] = {}
        self._held: dict[tuple[datetime, Seat], Held] = {}
        self._free: dict[datetime, tuple[int, list[Seat]]] = {}
        self._slots: dict[date, list[Slot]] = {}
        self._open: dict[tuple[date, date, bool, bool], list[Slot]] = {}
        self._known: tuple[list[Slot], list[Slot]] = [], []  # the open slots, and the free ones among them
        self._waiting: dict[str, tuple[Held, Waiting]] = {}
        self._wishes: dict[date, list[Wish]] = {}
        self._freed: dict[datetime, list[simpy.Event]] = {}
        self._too_late: set[tuple[datetime, Seat]] = set()  # seats that the hoarder gave back on their last day
        self.watchers: list[tuple[Callable[[], bool], Callable[[Slot], object]]] = []
        env.process(self._days())
        if scenario.draw_at:
            env.process(self._draws())

    # --- the clock ------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return at(FIRST, datetime.min.time()) + timedelta(seconds=self.env.now)

    def rules_now(self) -> datetime:
        """The time by which the window moves: the office's day begins when its seats open."""
        return self.now() - self._ahead

    def until(self, instant: datetime) -> simpy.Timeout:
        return self.env.timeout(max(0.0, (instant - self.now()).total_seconds()))

    # --- what a citizen sees --------------------------------------------------------------------------------------

    def slots_of(self, day: date) -> list[Slot]:
        """Every slot of that day, with all its seats."""
        if day not in self._slots:
            self._slots[day] = opening.slots_on(self.rules, {}, day)
        return self._slots[day]

    def wish_day(self) -> date | None:
        """The day for which one can leave a wish now."""
        now = self.now()
        day = now.date() + timedelta(days=self.rules.window_days)
        return day if opening.draw_to_come(self.rules, day, now) else None

    def open_slots(self) -> list[Slot]:
        """The slots that can be held now, by the office's rules, with the seats that are released."""
        now, by_rule = self.now(), self.rules_now()
        newest = by_rule.date() + timedelta(days=self.rules.window_days)
        drawn = opening.draw_of(self.rules, newest)
        before, during = bool(drawn and by_rule < drawn), bool(drawn and drawn <= by_rule < drawn + opening.DRAW_TAKES)
        key = (now.date(), by_rule.date(), before, during)
        if key not in self._open:
            first, last = opening.booking_window(self.rules, {}, by_rule)
            days = opening.days(self.rules, {}, first, (last - first).days + 1, by_rule)
            self._open[key] = [
                slot
                for day in days
                if day.date > now.date() and not opening.draw_to_come(self.rules, day.date, by_rule)
                for slot in day.slots
            ]
        return self._open[key]

    def free_slots(self) -> list[Slot]:
        """The slots with a free seat."""
        open_slots = self.open_slots()
        if self._known[0] is not open_slots:
            self._known = open_slots, [slot for slot in open_slots if self._seats(slot)]
        return self._known[1]

    def free_slot(self, start: datetime) -> Slot | None:
        """The slot that starts then, if it has a free seat."""
        return next((slot for slot in self.free_slots() if slot.start == start), None)

    def _seats(self, slot: Slot) -> list[Seat]:
        known = self._free.get(slot.start)
        if known is None or known[0] != slot.capacity[QUEUE]:
            taken = self._taken.get(slot.start, {})
            known = (slot.capacity[QUEUE], sellable(taken, slot.capacity, QUEUE, epoch(self.now())))
            self._free[slot.start] = known
        return known[1]

    def _put(self, start: datetime, seat: Seat, taken: Taken | None) -> None:
        seats = self._taken.setdefault(start, {})
        if taken is None:
            del seats[seat]
        else:
            seats[seat] = taken
        self._free.pop(start, None)
        self._known = [], []

    # --- what a citizen does --------------------------------------------------------------------------------------

    def hold(self, account: Account, applicant: str, slot: Slot, use: Use) -> Held | None:
        """A seat of that slot; None if the account may not or none is free."""
        if slot not in self.open_slots():
            return None
        free = self._seats(slot)
        if not free or account.refused(applicant, self.scenario, self.now()):
            return None
        booking = self._booking(account, slot, self._chance.choice(free), BookingStatus.HELD)
        return self._sit(booking, account, use)

    def confirm(self, held: Held) -> bool:
        """Make it an appointment, unless it is refused as faster than any person."""
        if self.now() - held.booking.held_at < FASTEST_TYPING:
            self.report.confirmed_fast[held.account.kind] += 1
            if self.scenario.refuse_fast:
                return False
        held.booking = replace(held.booking, status=BookingStatus.CONFIRMED, hold_expires_at=None)
        return True

    def cancel(self, held: Held) -> None:
        """Give an appointment back, if it still is its account's and may be cancelled."""
        if self.living(held) and self.now() < self.rules.last_change(held.start):
            self.give_back(held)

    def give_back(self, held: Held) -> None:
        """Let a seat go: it is free, or rests first."""
        where = held.start, held.booking.seat
        if self._held.pop(where, None) is None:
            return
        self._waiting.pop(held.booking.id, None)
        held.account.count(-1)
        booking, now = held.booking, self.now()
        if held.use == "wasted" and now.date() == booking.start.date():
            self._too_late.add(where)
        near = booking
        if self.scenario.rest_everywhere and booking.start - now > rest.WITHIN:
            near = replace(booking, start=now + rest.WITHIN)  # the rule's own answer to a seat whose day is near
        until = rests_until(near, now)
        if until is None:
            self._put(*where, None)
            self._came_back(booking.start)
        else:
            self._put(*where, Taken(RESTING, None))  # `_rest` says when it ends
            self.env.process(self._rest(booking, until))

    def wish(self, account: Account, applicant: str, start: datetime, use: Use) -> simpy.Event | None:
        """A wish for the day that is drawn next. Its event has the booking that was drawn, or None; None if it is refused."""
        if account.refused(applicant, self.scenario, self.now()):
            return None
        slot = next(each for each in self.slots_of(start.date()) if each.start == start)
        booking = self._booking(account, slot, Seat(0, QUEUE), BookingStatus.WISHED)
        account.count(1)
        done = self.env.event()
        self._wishes.setdefault(start.date(), []).append(Wish(booking, account, use, done))
        return done

    def wait_for_earlier(self, held: Held) -> None:
        """Wait for an earlier appointment."""
        booking = held.booking
        self._waiting[booking.id] = (
            held,
            Waiting(booking.id, booking.office_id, booking.citizen, QUEUE, booking.start, self.now()),
        )

    def living(self, held: Held) -> bool:
        """Whether it still is its account's."""
        return self._held.get((held.start, held.booking.seat)) is held

    def freed(self, start: datetime) -> simpy.Event:
        """When the next seat of that slot is free."""
        event = self.env.event()
        self._freed.setdefault(start, []).append(event)
        return event

    # --- inside ---------------------------------------------------------------------------------------------------

    def _booking(self, account: Account, slot: Slot, seat: Seat, status: BookingStatus) -> Booking:
        now = self.now()
        return Booking(
            id=f"{self._chance.getrandbits(80):020x}",
            status=status,
            office_id="office",
            procedure="cap-cccd",
            start=slot.start,
            end=slot.end,
            seat=seat,
            citizen=CitizenHash(account.name),
            request="",
            applicant=Applicant("", "", "", ""),
            held_at=now,
            hold_expires_at=None
            if status is BookingStatus.WISHED
            else now + timedelta(minutes=self.rules.hold_minutes),
            rest_minutes=self.rules.rest_minutes,
        )

    def _sit(self, booking: Booking, account: Account, use: Use) -> Held:
        held = Held(booking, account, use)
        assert booking.seat.given and (booking.start, booking.seat) not in self._held, "a seat holds one booking"
        self._put(booking.start, booking.seat, Taken(booking.id, None))
        self._held[booking.start, booking.seat] = held
        account.count(1)
        return held

    def _came_back(self, start: datetime) -> None:
        """Those who look out for seats look every now and then; one of them is there first, if no citizen is before."""
        for event in self._freed.pop(start, []):
            event.succeed()
        slot = next((each for each in self.open_slots() if each.start == start), None)
        if slot is None:
            return
        eager = [take for wants, take in self.watchers if wants()]
        if eager:
            self.env.process(self._taken_by_a_watcher(slot, len(eager)))

    def _taken_by_a_watcher(self, slot: Slot, watching: int) -> Steps[None]:
        every = 20.0  # seconds between two looks of a watcher; the least of so many random moments is first
        yield self.env.timeout(every * (1 - (1 - self._chance.random()) ** (1 / watching)))
        eager = [take for wants, take in self.watchers if wants()]
        if eager and self._seats(slot):
            self._chance.choice(eager)(slot)

    def _rest(self, booking: Booking, until: datetime) -> Steps[None]:
        """The minutes in which a seat rests; each minute it is offered to the next one who waits."""
        offers, seat = 0, booking.seat
        while (now := self.now()) < until:
            yield self.env.timeout(min(60.0, (until - now).total_seconds()))
            chosen = self._next_in_line(booking, offers)
            if chosen is None:
                continue
            offers += 1
            self.report.offers += 1
            until = self.now() + FOR + AFTER
            held, waits = chosen
            self._waiting[waits.booking_id] = (held, replace(waits, offers=waits.offers + 1))
            accepts = self._chance.random() < 0.5  # looks at the phone in time, and can come
            yield self.env.timeout(self._chance.uniform(0, 1 if accepts else 2) * FOR.total_seconds() / 2)
            if accepts and self.living(held):
                self.report.offers_accepted += 1
                self._move(held, booking.start, booking.end, seat)
                return
        self._put(booking.start, seat, None)
        self._came_back(booking.start)

    def _next_in_line(self, booking: Booking, offers: int) -> tuple[Held, Waiting] | None:
        now = self.now()
        if not self.scenario.waiting or offers >= MOST or is_night(now) or booking.start - now < FOR + LEAST_NOTICE:
            return None
        if booking.start.date() > now.date() + HORIZON and not self.scenario.rest_everywhere:
            return None
        resting = Resting(booking.start, booking.end, booking.seat, Taken(RESTING, None))
        line = in_line(waits for held, waits in self._waiting.values())
        found = next((each for each in line if suits(each, resting, now)), None)
        return self._waiting[found.booking_id] if found else None

    def _move(self, held: Held, start: datetime, end: datetime, seat: Seat) -> None:
        """Move an appointment to the seat that was offered; the old one comes back as any other."""
        old = replace(held, booking=held.booking)
        self._held[old.start, old.booking.seat] = old
        held.account.count(1)  # the old booking is counted down as it is given back
        held.booking = replace(held.booking, start=start, end=end, seat=seat)
        self._put(start, seat, Taken(held.booking.id, None))
        self._held[start, seat] = held
        self.give_back(old)

    def _draws(self) -> Steps[None]:
        assert self.scenario.draw_at
        for day in range(self.scenario.days):
            today = FIRST + timedelta(days=day)
            yield self.until(at(today, self.scenario.draw_at))
            self._draw(today + timedelta(days=self.rules.window_days))

    def _draw(self, day: date) -> None:
        """As `drawing._draw_day`: the wishes in their order, each on the free slot nearest to it."""
        wishes = {code_of(wish.booking): wish for wish in self._wishes.pop(day, [])}
        now, seed = self.now(), f"{self._chance.getrandbits(256):064x}"
        slots = [opening.released(self.rules, slot, now) for slot in self.slots_of(day)]
        counted = self.is_measured(day)
        for code in in_order(seed, wishes):
            wish = wishes[code]
            wish.account.count(-1)
            if counted:
                self.report.wished[wish.account.kind] += 1
            free = [slot for slot in slots if self._seats(slot)]
            if not free:
                wish.done.succeed(None)
                continue
            slot = by_nearness(free, wish.booking.start)[0]
            seat = self._chance.choice(self._seats(slot))
            drawn = replace(
                wish.booking, status=BookingStatus.CONFIRMED, start=slot.start, end=slot.end, seat=seat, held_at=now
            )
            if counted:
                self.report.drawn[wish.account.kind] += 1
            wish.done.succeed(self._sit(drawn, wish.account, wish.use))

    def _days(self) -> Steps[None]:
        """At the end of each day: who had its seats, and who did not come."""
        for number in range(self.scenario.days):
            day = FIRST + timedelta(days=number)
            yield self.until(at(day + timedelta(days=1), datetime.min.time()) - timedelta(seconds=1))
            for slot in self.slots_of(day):
                for seat in range(1, slot.capacity[QUEUE] + 1):
                    held = self._held.pop((slot.start, Seat(seat, QUEUE)), None)
                    use: Use = (
                        held.use if held else "wasted" if (slot.start, Seat(seat, QUEUE)) in self._too_late else "free"
                    )
                    if held:
                        self._waiting.pop(held.booking.id, None)
                        held.account.count(-1)
                        if use in ("wasted", "missed"):
                            held.account.tally.update(missing(held.account.tally, held.start))
                    if self.is_measured(day):
                        self.report.seats[use] += 1

    def is_measured(self, day: date) -> bool:
        """Whether the seats of that day count: the first of them open when the warm-up is over."""
        return 0 <= (day - FIRST).days - self.scenario.warm_up - self.rules.window_days < self.scenario.measured
