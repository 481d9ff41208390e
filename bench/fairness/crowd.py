"""Who wants the seats: honest citizens with slow and fast phones, citizens with a script, and a hoarder with many accounts."""

import math
import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import simpy

from bench.fairness.office import DAY, FIRST, QUEUE, Account, Held, Office, Steps, person
from bench.fairness.report import Report, Search
from bench.fairness.scenario import Scenario
from bookings.rest import WITHIN
from bookings.standing import UNPROVEN
from cccd.clock import at
from offices.opening import Slot

TRIES = 4  # slots that a citizen tries in one visit, as each is full when they press
LEARNS = 0.3  # of those who found nothing learn the hour at which one must be there, after each day
FAILED_OFTEN = 3  # days without a seat, after which some would pay
WAITS = 0.3  # of the citizens with an appointment wait for an earlier one
SOONEST_SALE = timedelta(hours=3)
WATCHES_FOR = 40 * 60.0  # seconds for which the seller's tool looks for the seat that it gave back
TOO_LATE = timedelta(
    hours=2
)  # before its time the hoarder cancels what nobody bought, so that nothing counts as missed
BOUNDLESS = 96  # bookings of an account without limits: a whole day


@dataclass
class Citizen:
    """A citizen who needs a seat, on their own account."""

    search: Search
    account: Account
    needs: float
    gives_up: float
    keen: bool
    owl: bool
    habit: float  # the hour at which they look otherwise
    pays: bool
    held: Held | None = None
    wishing: bool = False
    off_until: float = 0.0  # a script whose confirmation was refused is off for the rest of the day


class Crowd:
    """Everybody who comes to one office in a run."""

    def __init__(self, office: Office, scenario: Scenario, report: Report, chance: random.Random):
        self._office, self._scenario, self._report, self._chance = office, scenario, report, chance
        self._env = office.env
        self._citizens: list[Citizen] = []
        self._seats_a_day = sum(slot.capacity[QUEUE] for slot in office.slots_of(FIRST))
        self._hoarder = Hoarder(office, scenario, report, chance) if scenario.accounts else None
        self._env.process(self._arrivals())

    def finish(self) -> None:
        """Write down how the searches of the measured citizens ended."""
        first = self._scenario.warm_up * DAY
        for each in self._citizens:
            if first <= each.needs < first + self._scenario.measured * DAY:
                if each.held:
                    begins = (each.held.start - at(FIRST, time())).total_seconds()
                    each.search.appointment = (begins - each.needs) / DAY
                self._report.searches.append(each.search)

    def _arrivals(self) -> Steps[None]:
        scenario, owed = self._scenario, float(self._scenario.backlog)
        for day in range(scenario.days):
            owed += scenario.demand * self._seats_a_day
            for _ in range(int(owed)):
                self._add(day)
            owed -= int(owed)
            yield self._env.timeout(DAY * (day + 1) - self._env.now)

    def _add(self, day: int) -> None:
        chance, scenario = self._chance, self._scenario
        scripted = chance.random() < scenario.scripted
        kind = "script" if scripted else "honest"
        account = Account(kind, f"{kind} {len(self._citizens)}", limit=UNPROVEN)
        citizen = Citizen(
            search=Search(scripted, chance.lognormvariate(math.log(scenario.pace), scenario.pace_sigma)),
            account=account,
            needs=day * DAY,
            gives_up=(day + chance.randint(*scenario.patience)) * DAY,
            keen=chance.random() < scenario.keen,
            owl=chance.random() < scenario.owls,
            habit=chance.uniform(6, 22),
            pays=chance.random() < scenario.buys,
        )
        self._citizens.append(citizen)
        self._env.process(self._with_a_script(citizen) if scripted else self._by_hand(citizen))

    # --- by hand --------------------------------------------------------------------------------------------------

    def _by_hand(self, citizen: Citizen) -> Steps[None]:
        day = int(citizen.needs // DAY)
        while True:
            comes = day * DAY + self._comes_at(citizen)
            if comes >= citizen.gives_up:
                return
            yield self._env.timeout(max(0.0, comes - self._env.now))
            citizen.search.visits += 1
            yield from self._visit(citizen)
            if citizen.held:
                return
            failed = citizen.search.visits
            if failed >= FAILED_OFTEN and citizen.pays and self._hoarder:
                bought = yield from self._hoarder.sell(citizen.account)
                if bought:
                    citizen.search.paid = True
                    self._found(citizen, bought)
                    return
            citizen.keen = citizen.keen or self._chance.random() < LEARNS
            day = max(day + 1, int(self._env.now // DAY))

    def _comes_at(self, citizen: Citizen) -> float:
        """The second of the day at which they look."""
        opens = self._scenario.opens.hour * 3600.0
        if citizen.keen and (opens or citizen.owl):
            return opens + citizen.search.pace * self._chance.uniform(0.7, 1.4)
        if citizen.keen:
            return self._chance.uniform(6 * 3600, 8.25 * 3600)  # in the morning, before any draw
        return 3600 * min(23.0, max(5.0, citizen.habit + self._chance.uniform(-0.5, 0.5)))

    def _visit(self, citizen: Citizen) -> Steps[None]:
        chance, office = self._chance, self._office
        choice = office.free_slots()
        for _ in range(TRIES):
            if not choice:
                break
            slot = choice[int(len(choice) * chance.random() ** 2)]  # most people want an early one
            yield self._env.timeout(chance.uniform(1, 4) * citizen.search.pace / self._scenario.pace)
            held = office.hold(citizen.account, person(citizen.account.name), slot, "honest")
            if held:
                yield self._env.timeout(chance.uniform(20, 60))
                office.confirm(held)
                self._found(citizen, held)
                return
            choice = sorted(office.free_slots(), key=lambda each: abs(each.start - slot.start))[:3]
        yield from self._wish(citizen)

    def _wish(self, citizen: Citizen) -> Steps[None]:
        """Leave a wish, if a draw is to come, and wait for it."""
        day = self._office.wish_day()
        if day is None:
            return
        start = self._chance.choice(self._office.slots_of(day)).start
        use = "script" if citizen.search.scripted else "honest"
        done = self._office.wish(citizen.account, person(citizen.account.name), start, use)  # type: ignore[arg-type]  # a Use
        if done is None:
            return
        citizen.wishing = True
        drawn = yield done
        citizen.wishing = False
        if drawn:
            self._found(citizen, drawn)

    def _found(self, citizen: Citizen, held: Held) -> None:
        citizen.held = held
        citizen.search.found = (self._env.now - citizen.needs) / DAY
        if citizen.search.scripted:
            return
        if self._chance.random() < self._scenario.cancels:
            self._env.process(self._cancels(held))
        elif self._chance.random() < self._scenario.misses:
            held.use = "missed"
        if self._chance.random() < WAITS:
            self._office.wait_for_earlier(held)

    def _cancels(self, held: Held) -> Steps[None]:
        left = (held.start - self._office.now()).total_seconds()
        yield self._env.timeout(self._chance.uniform(0, left))
        held.use = "missed"  # if it is too late to say so
        self._office.cancel(held)

    # --- with a script --------------------------------------------------------------------------------------------

    def _with_a_script(self, citizen: Citizen) -> Steps[None]:
        def wants() -> bool:
            on = citizen.off_until <= self._env.now < citizen.gives_up
            return on and citizen.held is None and not citizen.wishing

        def take(slot: Slot) -> None:
            self._env.process(self._pressed(citizen, slot))

        self._office.watchers.append((wants, take))
        day = int(citizen.needs // DAY)
        opens = self._scenario.opens.hour * 3600.0
        while citizen.held is None and self._env.now < citizen.gives_up:
            yield self._env.timeout(max(0.0, day * DAY + opens - self._env.now) + self._chance.uniform(0.2, 1.0))
            if citizen.held or self._env.now >= citizen.gives_up:
                break
            citizen.search.visits += 1
            for _ in range(TRIES):
                choice = self._office.free_slots()
                if not choice:
                    break
                yield from self._pressed(citizen, choice[int(len(choice) * self._chance.random() ** 2)])
                if citizen.held:
                    break
                yield self._env.timeout(self._chance.uniform(0.1, 0.4))
            if citizen.held is None:
                yield from self._wish(citizen)
            day = max(day + 1, int(self._env.now // DAY))
        self._office.watchers.remove((wants, take))

    def _pressed(self, citizen: Citizen, slot: Slot) -> Steps[None]:
        if citizen.held:
            return
        held = self._office.hold(citizen.account, person(citizen.account.name), slot, "script")
        if held is None:
            return
        citizen.held = held
        if (yield from confirmed(self._office, held, self._scenario, self._chance)):
            self._found(citizen, held)
        else:
            citizen.held, citizen.off_until = None, self._env.now + DAY - self._env.now % DAY


def confirmed(office: Office, held: Held, scenario: Scenario, chance: random.Random) -> Steps[bool]:
    """A script confirms: at once, or as late as a person would. What is refused lapses."""
    yield office.env.timeout(chance.uniform(0.2, 0.6) if scenario.naive else chance.uniform(3.1, 5.0))
    if office.confirm(held):
        return True
    yield office.env.timeout(60.0 * office.rules.hold_minutes)
    office.give_back(held)
    return False


class Hoarder:
    """Takes what its accounts may hold, for people whom it invents; sells a seat by giving it back while the buyer's tool looks."""

    def __init__(self, office: Office, scenario: Scenario, report: Report, chance: random.Random):
        self._office, self._scenario, self._report, self._chance = office, scenario, report, chance
        self._env = office.env
        self._most = scenario.family if scenario.limits else BOUNDLESS
        self._accounts = [Account("hoarder", f"hoarder {n}", scenario.family) for n in range(scenario.accounts)]
        self._stock: list[Held] = []
        self._selling = 0
        self._off_until = 0.0
        office.watchers.append((self._watches, self._takes_if_of_use))
        self._env.process(self._openings())

    def sell(self, buyer: Account) -> Steps[Held | None]:
        """Give a seat back, and hold it for the buyer as soon as it is free; None if there is none or somebody else was faster."""
        office, now = self._office, self._office.now()
        if self._scenario.hoarder != "sells":
            return None
        stock = [
            each
            for each in self._stock
            if office.living(each) and now < min(each.start - SOONEST_SALE, office.rules.last_change(each.start))
        ]
        self._stock = stock
        if not stock:
            return None
        # A seat that does not rest is sold most surely; of these, and of the others, the soonest.
        sold = min(stock, key=lambda each: (each.start - now <= WITHIN, each.start))
        stock.remove(sold)
        where = "near" if sold.start - now <= WITHIN else "far"
        counted = self._is_measured(now)
        self._report.offered_for_sale[where] += counted
        self._selling += 1
        office.give_back(sold)
        given_up = self._env.now + WATCHES_FOR
        yield self._env.timeout(self._chance.uniform(0.1, 0.5))
        bought = self._held_for(buyer, sold.start)
        while bought is None and self._env.now < given_up:
            yield office.freed(sold.start) | self._env.timeout(given_up - self._env.now)
            yield self._env.timeout(self._chance.uniform(0, 5))  # what is free may be seen five seconds late
            bought = self._held_for(buyer, sold.start)
        self._selling -= 1
        if bought is None:
            return None
        self._report.sold[where] += counted
        yield self._env.timeout(self._chance.uniform(20, 60))
        office.confirm(bought)
        return bought

    def _held_for(self, buyer: Account, start: datetime) -> Held | None:
        slot = self._office.free_slot(start)
        return self._office.hold(buyer, person(buyer.name), slot, "bought") if slot else None

    def _openings(self) -> Steps[None]:
        opens = self._scenario.opens.hour * 3600.0
        for day in range(self._scenario.days):
            yield self._env.timeout(max(0.0, day * DAY + opens + 0.15 - self._env.now))
            while (free := self._of_use()) and self._takes(self._chance.choice(free)):
                yield self._env.timeout(0.02)  # so fast were 15 accounts
            wish_day = self._office.wish_day()
            if wish_day:
                self._wishes(wish_day)

    def _of_use(self) -> list[Slot]:
        """The free slots of which it could still be rid: what it must miss would cost it the accounts."""
        return [slot for slot in self._office.free_slots() if self._can_be_cancelled(slot)]

    def _can_be_cancelled(self, slot: Slot) -> bool:
        last = self._office.rules.last_change(slot.start)
        return self._scenario.hoarder != "sells" or self._office.now() < last - TOO_LATE

    def _takes_if_of_use(self, slot: Slot) -> None:
        if self._can_be_cancelled(slot):
            self._takes(slot)

    def _watches(self) -> bool:
        return not self._selling and self._off_until <= self._env.now and self._has_room()

    def _has_room(self) -> bool:
        return any(account.active < self._most for account in self._accounts)

    def _takes(self, slot: Slot) -> bool:
        """Hold one seat of the slot with any account that may; whether there was one.

        An account invents always the same few people, as it may book for six.
        """
        for account in self._accounts:
            if account.active >= self._most:
                continue
            held = self._office.hold(account, person(f"{account.name} {account.active}"), slot, "wasted")
            if held:
                self._env.process(self._keeps(held))
                return True
        return False

    def _keeps(self, held: Held) -> Steps[None]:
        if (yield from confirmed(self._office, held, self._scenario, self._chance)):
            yield from self._has(held)
        else:
            self._off_until = self._env.now + DAY - self._env.now % DAY

    def _wishes(self, day: date) -> None:
        slots = self._office.slots_of(day)
        for account in self._accounts:
            while account.active < self._most:
                applicant, start = person(f"{account.name} {account.active}"), self._chance.choice(slots).start
                done = self._office.wish(account, applicant, start, "wasted")
                if done is None:
                    break
                self._env.process(self._awaits(done))

    def _awaits(self, done: simpy.Event) -> Steps[None]:
        drawn = yield done
        if drawn:
            yield from self._has(drawn)

    def _has(self, held: Held) -> Steps[None]:
        self._stock.append(held)
        self._report.held_by_hoarder += self._office.is_measured(held.start.date())
        if self._scenario.hoarder == "sells":
            last = min(held.start - TOO_LATE, self._office.rules.last_change(held.start) - timedelta(minutes=1))
            yield self._office.until(last)
            self._office.cancel(held)

    def _is_measured(self, now: datetime) -> bool:
        return 0 <= (now.date() - FIRST).days - self._scenario.warm_up < self._scenario.measured
