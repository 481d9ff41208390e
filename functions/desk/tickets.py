"""The tickets of an office's day, read from its slots.

A seat of a slot has a booking; what the desk knows of it stands in the seat's own map under `t`. Whoever takes the seat after
it was given back begins anew. A walk-in has a seat of its own kind, w01, which no booking can take:

    s03  {b: booking id, …, t: {…}}
    w01  {b: a random id, n: name, p: procedure, t: {…}}

    t    {v: changes so far, a: checked in, l: first called, e: last called, c: counter, k: the call's key,
          n: how often it was called, z: parked | no_show, r: came back, q: calls that come before it, f: served}       times in epoch seconds
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from bookings.items import slot_start
from bookings.seats import Seat
from cccd.clock import epoch, from_epoch
from cccd.dynamodb import Item

_WALK_IN = re.compile(r"w([0-9]{2})")


class TicketState(StrEnum):
    """Where a ticket is, as on the wire."""

    EXPECTED = "expected"
    WAITING = "waiting"
    CALLED = "called"
    PARKED = "parked"
    NO_SHOW = "no_show"
    SERVED = "served"


@dataclass(frozen=True)
class Ticket:
    """A ticket of the day. `key` is the hash of the request that called it; `version` counts what the desk did with it, `calls` how often it was called.

    `behind`: it is called only after so many tickets of the day have been called, unless nobody else waits. `came_back_at` is told
    of a parked one that returned. `closed`: the chief has closed its slot.
    """

    start: datetime
    seat: str
    holder: str
    version: int = 0
    checked_in_at: datetime | None = None
    called_at: datetime | None = None
    recalled_at: datetime | None = None
    counter: str | None = None
    key: str | None = None
    calls: int = 0
    aside: TicketState | None = None
    came_back_at: datetime | None = None
    behind: int | None = None
    served_at: datetime | None = None
    name: str | None = None
    procedure: str | None = None
    closed: bool = False

    @property
    def number(self) -> str:
        """What is called: slot time and seat, 0730-03, 0730-P03; 0730-W01 of a walk-in."""
        seat = Seat.parse(self.seat)
        return f"{self.start:%H%M}-{seat.label if seat else self.seat.upper()}"

    @property
    def walk_in(self) -> bool:
        """Whether it is of somebody who came without an appointment."""
        return _WALK_IN.fullmatch(self.seat) is not None

    @property
    def state(self) -> TicketState:
        """Where it is; what happened last decides."""
        if self.served_at:
            return TicketState.SERVED
        if self.aside:
            return self.aside
        if self.counter:
            return TicketState.CALLED
        return TicketState.WAITING if self.checked_in_at else TicketState.EXPECTED

    @property
    def waited(self) -> int | None:
        """Seconds from the check-in to the first call; None for whoever was not called, or never checked in."""
        if self.checked_in_at is None or self.called_at is None:
            return None
        return max(0, int((self.called_at - self.checked_in_at).total_seconds()))


def tickets_of(slots: Iterable[Item]) -> list[Ticket]:
    """The day's tickets by slot, then by number: confirmed bookings, walk-ins, and what was served. Holds are none yet."""
    found = [
        replace(ticket_of(slot_start(item), name, value), closed=bool(item.get("closed")))
        for item in slots
        for name, value in item.items()
        if (Seat.parse(name) or _WALK_IN.fullmatch(name)) and "x" not in value
    ]
    return sorted(found, key=lambda each: (each.start, each.walk_in, each.number))


def ticket_of(start: datetime, seat: str, value: Mapping[str, Any]) -> Ticket:
    """The ticket of a seat's map."""
    told: Mapping[str, Any] = value.get("t") or {}
    return Ticket(
        start=start,
        seat=seat,
        holder=value["b"],
        version=told.get("v", 0),
        checked_in_at=_instant(told.get("a")),
        called_at=_instant(told.get("l")),
        recalled_at=_instant(told.get("e")),
        counter=told.get("c"),
        key=told.get("k"),
        calls=told.get("n", 0),
        aside=TicketState(told["z"]) if "z" in told else None,
        came_back_at=_instant(told.get("r")),
        behind=told.get("q"),
        served_at=_instant(told.get("f")) or (start if value.get("d") else None),
        name=value.get("n"),
        procedure=value.get("p"),
    )


def told_of(ticket: Ticket) -> Item:
    """What the seat's map tells of the ticket, under `t`."""
    told = {
        "v": ticket.version,
        "a": _seconds(ticket.checked_in_at),
        "l": _seconds(ticket.called_at),
        "e": _seconds(ticket.recalled_at),
        "c": ticket.counter,
        "k": ticket.key,
        "n": ticket.calls or None,
        "z": ticket.aside.value if ticket.aside else None,
        "r": _seconds(ticket.came_back_at),
        "q": ticket.behind,
        "f": _seconds(ticket.served_at),
    }
    return {name: value for name, value in told.items() if value is not None}


def calls_so_far(tickets: Iterable[Ticket]) -> int:
    """How many different tickets of the day have been called."""
    return sum(each.called_at is not None for each in tickets)


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else from_epoch(seconds)


def _seconds(instant: datetime | None) -> int | None:
    return None if instant is None else epoch(instant)
