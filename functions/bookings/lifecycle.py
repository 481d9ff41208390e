"""The life of a booking after its hold: confirm, reschedule, cancel, lapse, serve, close. Each is one transaction.

A condition refuses the second of two changes; its caller then reads the booking again and answers from that. So a
request repeated after a lost answer finds its own work done, and of two changes that race one wins.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bookings import items
from bookings.booking import Booking, BookingStatus
from bookings.booking_id import BookingId
from bookings.carry_out import MAX_READINGS, Step, carry_out
from bookings.limits import count_attempt, rate_limited
from bookings.said import refuse_closed
from bookings.seat_search import SeatSearch
from bookings.seats import Seat
from bookings.standing import BARRED_FOR, MOVES, missing
from bookings.store import BookingStore
from bookings.telemetry import count
from cccd.clock import epoch, shown
from cccd.dynamodb import Item
from cccd.errors import (
    HoldExpired,
    IdempotencyKeyReused,
    MovedTooOften,
    NotCancellable,
    NotConfirmable,
    NotFound,
    NotReschedulable,
    NotServable,
    SlotFull,
)
from cccd.hashes import CitizenHash
from cccd.transactions import Refused, Unknown, Write
from offices.opening import OpeningRules, Queue, Slot

MAX_SEAT_TRIES = 12  # seats tried in one request before the citizen is offered other slots
FASTEST_TYPING = timedelta(seconds=3)  # from hold to confirm: no person reads the page and presses sooner


type RulesOf = Callable[[str], OpeningRules]  # an office's rules, by its id


@dataclass(frozen=True)
class Ask:
    """A citizen asks for a change of their booking. `key` is the hash of the request's Idempotency-Key."""

    booking: BookingId
    citizen: CitizenHash
    now: datetime
    key: str | None = None


def confirm(store: BookingStore, ask: Ask) -> Booking:
    """Make a hold a firm appointment. Confirming twice has the same result as once.

    Raises:
        NotFound, HoldExpired, NotConfirmable, SlotClosed (since it was held), IdempotencyKeyReused, TemporarilyUnavailable
    """
    now = ask.now

    def decide(booking: Booking) -> Step | Booking:
        if booking.status is BookingStatus.CONFIRMED or answered(booking, ask, "confirm"):
            return booking
        if booking.status is BookingStatus.LAPSED:
            raise _hold_expired(store, booking, now)
        if booking.status is not BookingStatus.HELD:
            raise NotConfirmable(extra={"bookingStatus": booking.status}, status=booking.status.in_vietnamese)

        def refused(by: Refused) -> None:
            if by.old[0] is not None and by.old[1] is None:
                refuse_closed(by.old[0])
                raise _hold_expired(store, booking, now) from by  # it lapsed by another clock: its seat is taken

        after = changed(booking, ask, "confirm", status=BookingStatus.CONFIRMED, confirmed_at=now, hold_expires_at=None)
        return Step(
            after, lambda: store.commit([store.keep_seat(booking), store.rewrite(booking, after, now)]), refused
        )

    booking, done = carry_out(lambda: own_as_of(store, ask), decide)
    if done:
        count("BookingsConfirmed")
        if now - booking.held_at < FASTEST_TYPING:
            count("ConfirmedFasterThanTyping")
    return booking


def reschedule(
    store: BookingStore,
    ask: Ask,
    start: datetime,
    open_slot: Callable[[Booking], tuple[Slot, Queue]],
    rules_of: RulesOf,
    beside: Callable[[Booking], Sequence[Write]] = lambda _: (),
) -> Booking:
    """Move an active booking to another slot of its office: new seat, old seat and booking in one transaction.

    If the new slot is full, nothing changes and the old seat stays. Moving it to its own slot does nothing.
    `open_slot` returns the slot of the booking's office that starts at `start`, or raises SlotClosed. `beside` gives
    the writes that go with the moved booking into the transaction.

    Raises:
        NotFound, SlotClosed, SlotFull, HoldExpired, NotReschedulable, MovedTooOften, RateLimited, IdempotencyKeyReused,
        TemporarilyUnavailable
    """
    asked, now = f"reschedule {epoch(start)}", ask.now
    search: SeatSearch | None = None

    def decide(booking: Booking) -> Step | Booking:
        nonlocal search
        if answered(booking, ask, asked) or (booking.active and booking.start == start):
            return booking
        if booking.status is BookingStatus.LAPSED:
            raise _hold_expired(store, booking, now)
        wished = booking.status is BookingStatus.WISHED
        closed = booking.closed_why is not None  # by the office: then it is no move of the citizen's
        late = not closed and now >= rules_of(booking.office_id).last_change(booking.start)
        if wished or not booking.active or late:
            raise NotReschedulable(extra={"bookingStatus": booking.status}, status=_why_fixed(booking))
        if booking.moves >= MOVES and not closed:
            raise MovedTooOften(limit=str(MOVES))
        if search is None and (kept := booking.kept_at(start, now)):
            return _to_kept_seat(
                store, changed(booking, ask, asked, **_moved(kept.start, kept.end, kept.seat)), booking, now
            )
        slot, queue = open_slot(booking)
        seats = search = search or SeatSearch(slot, queue)
        moves = booking.moves + (not closed)
        after = changed(booking, ask, asked, **_moved(slot.start, slot.end, seats.choice), moves=moves)
        writes = [
            store.take_seat(after, seats.mark, now, seats.seen_mark),
            store.free_seat(booking, now),
            store.rewrite(booking, after, now),
            store.count_attempt(booking.citizen, now),
            *beside(after),
        ]

        def refused(by: Refused) -> None:
            new_seat, old_seat, changed, asked_too_often, *_ = by.old
            if changed is not None:
                return  # somebody acted first
            if asked_too_often is not None:
                raise rate_limited(now) from by
            if old_seat is not None:  # the hold has lapsed by another clock: its seat is taken
                raise _hold_expired(store, booking, now) from by
            if new_seat is not None:
                count("SeatsLostToRivals")
                if not seats.choose_among(new_seat, now):
                    count_attempt(store, booking.citizen, now)
                    raise SlotFull from by

        return Step(after, lambda: store.commit(writes), refused)

    before: Booking | None = None

    def read() -> Booking:
        nonlocal before
        before = own_as_of(store, ask)
        return before

    booking, done = carry_out(read, decide, tries=MAX_SEAT_TRIES)
    if done:
        count("BookingsMoved")
        if before and before.kept:
            store.release_kept(before)
    return booking


def _moved(start: datetime, end: datetime, seat: Seat) -> dict[str, Any]:
    """What a move changes: nothing is closed there, and nothing is kept any more."""
    return {"start": start, "end": end, "seat": seat, "closed_why": None, "kept": (), "kept_until": None}


def _to_kept_seat(store: BookingStore, after: Booking, booking: Booking, now: datetime) -> Step:
    """The move to a seat that is kept for the booking, as the office has closed its time."""

    def refused(by: Refused) -> None:
        if by.old[0] is not None and by.old[2] is None:
            raise SlotFull from by

    writes = [store.take_kept(after), store.free_seat(booking, now), store.rewrite(booking, after, now)]
    return Step(after, lambda: store.commit(writes), refused)


def cancel(store: BookingStore, ask: Ask, rules_of: RulesOf) -> Booking:
    """Give the seat back. Cancelling twice has the same result as once.

    Raises:
        NotFound, NotCancellable, IdempotencyKeyReused, TemporarilyUnavailable
    """

    def decide(booking: Booking) -> Step | Booking:
        if booking.status is BookingStatus.CANCELLED or answered(booking, ask, "cancel"):
            return booking
        if not booking.active or ask.now >= rules_of(booking.office_id).last_change(booking.start):
            raise NotCancellable(extra={"bookingStatus": booking.status}, status=_why_fixed(booking))
        return _ending(store, _remembering(booking, ask, "cancel"), BookingStatus.CANCELLED, ask.now)

    booking, done = carry_out(lambda: own_as_of(store, ask), decide)
    if done:
        count("BookingsCancelled")
        store.release_kept(booking)
        store.tidy_tally(booking.citizen, ask.now)
    return booking


def serve(
    store: BookingStore,
    booking_id: BookingId,
    now: datetime,
    told: Item | None = None,
    beside: Callable[[Booking], Sequence[Write]] = lambda _: (),
) -> Booking:
    """The officer received the applicant of a confirmed booking, on its day. Serving twice has the same result as once.

    The seat stays taken, so that nobody else gets its number on that day. `told` is what the desk knows of the ticket from
    then on; `beside` gives the writes that go with it.

    Raises:
        NotFound, NotServable, TemporarilyUnavailable
    """

    def decide(booking: Booking) -> Step | Booking:
        if booking.status is BookingStatus.SERVED:
            return booking
        if booking.status is not BookingStatus.CONFIRMED:
            raise NotServable(status=_why_not_served(booking.as_of(now)))
        if booking.start.date() != now.date():
            raise NotServable(status=f"là của ngày {shown(booking.start.date())}, không phải hôm nay")
        return _ending(store, booking, BookingStatus.SERVED, now, told=told, beside=beside(booking))

    booking, done = carry_out(lambda: _there(store, booking_id), decide)
    if done:
        count("BookingsServed")
        store.tidy_tally(booking.citizen, now)
    return booking


def unserve(
    store: BookingStore, booking_id: BookingId, now: datetime, told: Item, beside: Sequence[Write] = ()
) -> Booking:
    """The officer pressed the wrong button: the booking is confirmed again, on its own day. Twice is the same as once.

    Raises:
        NotFound, NotServable (the applicant has another appointment meanwhile), TemporarilyUnavailable
    """

    def decide(booking: Booking) -> Step | Booking:
        if booking.status is BookingStatus.CONFIRMED:
            return booking
        if booking.status is not BookingStatus.SERVED or booking.start.date() != now.date():
            raise NotServable(status="không còn hoàn tác được")
        after = replace(booking, status=BookingStatus.CONFIRMED, ended_at=None, version=booking.version + 1)
        writes = [
            store.reopen_seat(booking, told),
            store.lock_applicant(after),
            store.unkeep_history(booking),
            store.recount(booking),
            *beside,
        ]

        def refused(by: Refused) -> None:
            if by.old[1] is not None and by.old[2] is None:
                raise NotServable(status="đã xong và người này đã có lịch hẹn khác, nên không hoàn tác được") from by

        return Step(after, lambda: store.commit(writes), refused)

    booking, _ = carry_out(lambda: _there(store, booking_id), decide)
    return booking


def lapse(store: BookingStore, booking: Booking, now: datetime) -> bool:
    """Write down that a hold's time is over; returns whether this call did it. Its seat was free already."""
    return booking.lapsed(now) and end(store, booking, BookingStatus.LAPSED, now) is not None


def close(store: BookingStore, booking: Booking, now: datetime, missed: Callable[[Booking], bool]) -> bool:
    """Close a confirmed booking of a past day that nobody marked served; returns whether this call wrote it down.

    `missed` says whether the citizen is to blame: not where the office marked nobody that day.
    """
    if booking.status is not BookingStatus.CONFIRMED or booking.start.date() >= now.date():
        return False
    blamed = missed(booking)
    for _ in range(MAX_READINGS):  # of a tally that the closing of a relative's booking changes at the same moment
        counted = None
        if blamed:
            tally = store.tally(booking.citizen)
            counted = store.count_missed(booking, tally, missing(tally, booking.start))
        if end(store, booking, BookingStatus.NO_SHOW, now, counted) is not None:
            return True
        if not blamed:
            break
    return False


def release(store: BookingStore, applicant: str, now: datetime) -> Booking:
    """The office ends the active booking of an applicant, by their keyed hash: whoever made it, the person decides.

    Whoever made it cannot book for this person for thirty days.

    Raises:
        NotFound: the applicant has no active booking.
        TemporarilyUnavailable
    """

    seen: BookingId | None = None

    def read() -> Booking:
        nonlocal seen
        found = store.at_key(items.active_key(applicant))
        if found and not found.lapsed(now):
            seen = BookingId.parse(found.id)
            return found
        ended = store.find(seen) if seen else None
        if ended is None or ended.status is not BookingStatus.RELEASED:
            raise NotFound
        return ended  # by this call: its answer was lost

    def decide(booking: Booking) -> Step | Booking:
        if not booking.active:
            return booking
        return _ending(store, booking, BookingStatus.RELEASED, now, store.uncount_and_bar(booking, now + BARRED_FOR))

    booking, _ = carry_out(read, decide)
    count("BookingsReleased")
    store.tidy_tally(booking.citizen, now)
    return booking


def displaced_by(store: BookingStore, booking: Booking, now: datetime, *, seat_goes_too: bool) -> list[Write]:
    """The writes that end a displaced booking, beside the one that puts another into its place (`store.displace`).

    If `seat_goes_too`, its seat is given up by the write that takes the other one's.
    """
    ended = replace(booking, status=BookingStatus.DISPLACED, ended_at=now, version=booking.version + 1)
    seat = [] if seat_goes_too or not booking.seat.given else [store.free_seat(booking, now)]
    return [*seat, store.keep_history(ended), store.uncount(booking)]


def end(
    store: BookingStore, booking: Booking, status: BookingStatus, now: datetime, uncounted: Write | None = None
) -> Booking | None:
    """End an active booking, as it was read; `uncounted` is the tally's write, if it is not the ordinary one.

    Returns None if somebody else acted on it first, or if nobody knows whether it was written.
    """
    ending = _ending(store, booking, status, now, uncounted)
    try:
        ending.commit()
    except (Refused, Unknown):
        return None
    store.tidy_tally(booking.citizen, now)
    return ending.after


def own(store: BookingStore, booking_id: BookingId, citizen: CitizenHash) -> Booking:
    """The citizen's booking with that id.

    Raises:
        NotFound: there is none, or it belongs to somebody else.
    """
    booking = store.find(booking_id)
    if booking is None or booking.citizen != citizen:
        raise NotFound
    return booking


def _there(store: BookingStore, booking_id: BookingId) -> Booking:
    found = store.find(booking_id)
    if found is None:
        raise NotFound
    return found


def own_as_of(store: BookingStore, ask: Ask) -> Booking:
    return own(store, ask.booking, ask.citizen).as_of(ask.now)


def _ending(
    store: BookingStore,
    booking: Booking,
    status: BookingStatus,
    now: datetime,
    uncounted: Write | None = None,
    told: Item | None = None,
    beside: Sequence[Write] = (),
) -> Step:
    """The step that ends an active booking: seat, lock, tally and history in one transaction."""
    ended = replace(booking, status=status, ended_at=now, version=booking.version + 1)
    rest = [store.unlock_applicant(booking), store.keep_history(ended), uncounted or store.uncount(booking), *beside]
    if not booking.seat.given:
        return Step(ended, lambda: store.commit(rest))
    seat = store.close_seat(booking, told) if status is BookingStatus.SERVED else store.free_seat(booking, now)

    def commit() -> None:
        try:
            store.commit([seat, *rest])
        except Refused as refused:
            only_the_seat = refused.old[0] is not None and refused.old[1] is None
            if not only_the_seat:
                raise
            store.commit(rest)  # the hold had lapsed, and somebody else took its seat

    return Step(ended, commit)


def changed(booking: Booking, ask: Ask, asked: str, **changes: Any) -> Booking:
    """The booking after a change; it remembers the request that made the change."""
    parts: dict[str, Any] = {"version": booking.version + 1, **changes}
    return replace(_remembering(booking, ask, asked), **parts)


def _remembering(booking: Booking, ask: Ask, asked: str) -> Booking:
    return replace(booking, answered={**booking.answered, ask.key: asked}) if ask.key else booking


def answered(booking: Booking, ask: Ask, asked: str) -> bool:
    """Whether this same request has changed the booking before.

    Raises:
        IdempotencyKeyReused: the key came with another request.
    """
    if ask.key is None or ask.key not in booking.answered:
        return False
    if booking.answered[ask.key] != asked:
        raise IdempotencyKeyReused
    return True


def _why_fixed(booking: Booking) -> str:
    if booking.status is BookingStatus.WISHED:
        return "đang chờ bốc thăm; bạn có thể huỷ và đăng ký giờ khác"
    return "đã sát hoặc qua giờ hẹn" if booking.active else booking.status.in_vietnamese


def _hold_expired(store: BookingStore, booking: Booking, now: datetime) -> HoldExpired:
    """The refusal of a hold whose time is over; it says whether its seat is still free."""
    day = booking.start.date()
    seats = items.seats_of(store.slots(booking.office_id, day, day).get(booking.start, {}))
    holder = seats.get(booking.seat)
    free = holder is None or holder.booking_id == booking.id or not holder.live(epoch(now))
    return HoldExpired(seats="Khung giờ đó hiện còn chỗ." if free else "Chỗ đó đã có người khác giữ.")


def _why_not_served(booking: Booking) -> str:
    """What an officer reads about a booking that is not confirmed, behind "Lịch hẹn này"."""
    if booking.status is BookingStatus.HELD:
        return "chưa được xác nhận, người dân cần xác nhận trước"
    return f"{booking.status.in_vietnamese} nên không tiếp nhận được"
