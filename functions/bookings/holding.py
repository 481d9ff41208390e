"""Hold a seat: the one transaction with which a booking begins."""

from datetime import datetime, timedelta

from bookings import items
from bookings.booking import Booking, BookingStatus
from bookings.carry_out import RETRY_AFTER
from bookings.intake import HoldRequest
from bookings.lifecycle import MAX_SEAT_TRIES, displaced_by, lapse
from bookings.limits import count_attempt, rate_limited
from bookings.proof import Proof
from bookings.seat_search import SeatSearch
from bookings.seats import Seat
from bookings.standing import APPLICANTS, UNPROVEN, Place, asked_too_often, barred, probation_ends
from bookings.store import BookingStore
from bookings.telemetry import count
from cccd.clock import shown
from cccd.dynamodb import Item
from cccd.errors import (
    AlreadyBooked,
    IdempotencyKeyReused,
    Refusal,
    SessionExpired,
    SlotFull,
    TemporarilyUnavailable,
    TooManyApplicants,
    TooManyBookings,
)
from cccd.transactions import Refused, Unknown
from offices.opening import OpeningRules


def hold(
    store: BookingStore, wanted: HoldRequest, rules: OpeningRules, limit: int, now: datetime
) -> tuple[Booking, bool]:
    """Hold a seat for a while. Returns the booking, and whether it is new (False: the same request made it before).

    Where the applicant has a less proven booking of another citizen, that one is displaced in the same transaction. Before the
    draw of its day the booking is a wish: the same transaction without a seat.

    Raises:
        SlotFull, AlreadyBooked, TooManyBookings, TooManyApplicants, RateLimited, IdempotencyKeyReused,
        SessionExpired (the citizen's data was erased since), TemporarilyUnavailable
    """
    try:
        seats = SeatSearch(wanted.slot, wanted.queue)
    except SlotFull as full:  # the office no longer has seats for this queue
        return _own_or(store, wanted, full)
    place = Place.guess_for(wanted.person)
    weaker: Booking | None = None
    for _ in range(MAX_SEAT_TRIES):
        booking = _held(wanted, seats.choice, weaker, rules, now)
        here = _leaving(weaker, wanted)
        seat = [] if wanted.draw_at else [store.take_seat(booking, seats.mark, now, seats.seen_mark, here)]
        writes = [
            *seat,
            store.displace(weaker, booking) if weaker else store.lock_applicant(booking),
            store.count_request(booking, wanted.id, limit, place, wanted.since),
            *([wanted.declaration] if wanted.declaration else []),
            *(displaced_by(store, weaker, now, seat_goes_too=here is not None) if weaker else []),
        ]
        try:
            store.commit(writes)
        except Unknown:
            return _own_or(store, wanted, TemporarilyUnavailable(retry_after=RETRY_AFTER))
        except Refused as refused:
            slot, lock, tally, *beside = refused.old if seat else [None, *refused.old]
            if tally is not None:
                made = _same_request(store, wanted, tally)
                if made:
                    return made, False
                _own_is_told(lock, wanted, now)
                _not_barred(store, wanted, tally, now)
                place = _place(store, wanted, place, tally, now)
                _make_room(store, wanted, tally, limit, now)
            if lock is not None:
                weaker = _weaker(store, items.booking_of(lock), wanted, now) if lock else None
            elif any(old is not None for old in beside):  # the declaration, or the displaced seat, has just changed
                raise TemporarilyUnavailable(retry_after=RETRY_AFTER) from refused
            if slot is not None:
                count("SeatsLostToRivals")
                if not seats.choose_among(_without(slot, _leaving(weaker, wanted)), now):
                    return _own_or(store, wanted, SlotFull(), now)
        else:
            count("WishesMade" if wanted.draw_at else "BookingsHeld")
            if weaker:
                count("BookingsDisplaced")
                store.tidy_tally(weaker.citizen, now)
            return booking, True
    return _own_or(store, wanted, SlotFull(), now)


def _held(wanted: HoldRequest, seat: Seat, displaces: Booking | None, rules: OpeningRules, now: datetime) -> Booking:
    return Booking(
        id=wanted.id.text,
        status=BookingStatus.WISHED if wanted.draw_at else BookingStatus.HELD,
        office_id=wanted.office_id,
        procedure=wanted.procedure,
        start=wanted.slot.start,
        end=wanted.slot.end,
        seat=Seat(0, wanted.queue) if wanted.draw_at else seat,
        citizen=wanted.citizen,
        request=wanted.request,
        applicant=wanted.applicant,
        held_at=now,
        hold_expires_at=None if wanted.draw_at else min(now + timedelta(minutes=rules.hold_minutes), wanted.slot.start),
        declaration_id=wanted.declaration_id,
        proof=wanted.proof,
        replaced=displaces is not None,
        rest_minutes=rules.rest_minutes,
        draw_at=wanted.draw_at,
    )


def _leaving(weaker: Booking | None, wanted: HoldRequest) -> Booking | None:
    """The displaced booking, if it leaves a seat of the wanted slot."""
    if weaker is None or not weaker.seat.given or wanted.draw_at:
        return None
    return weaker if (weaker.office_id, weaker.start) == (wanted.office_id, wanted.slot.start) else None


def _without(slot: Item, leaving: Booking | None) -> Item:
    """The slot's item as it is once that booking has left it."""
    return {name: value for name, value in slot.items() if leaving is None or name != leaving.seat.attribute}


def _same_request(store: BookingStore, wanted: HoldRequest, tally: Item) -> Booking | None:
    """The booking that this same request made before; None if the key is new to this citizen."""
    made = tally.get(items.request_attribute(wanted.id))
    if made is None:
        return None
    booking = store.find(wanted.id) if made["r"] == wanted.request else None
    if booking is None:  # another request, or an old one whose booking is forgotten
        raise IdempotencyKeyReused
    return booking


def _own_is_told(lock: Item | None, wanted: HoldRequest, now: datetime) -> None:
    """Whoever presses again for the same person reads of the booking that they have, whatever else refuses them."""
    own = items.booking_of(lock) if lock else None
    if own and own.citizen == wanted.citizen and not own.lapsed(now):
        raise AlreadyBooked(extra={"booking": _brief(own)}, advice=_OWN)


def _not_barred(store: BookingStore, wanted: HoldRequest, tally: Item, now: datetime) -> None:
    if barred(tally, wanted.id.applicant, now):
        count_attempt(store, wanted.citizen, now)
        raise AlreadyBooked(advice=_ASK_THE_OFFICE)


def _place(store: BookingStore, wanted: HoldRequest, tried: Place, tally: Item, now: datetime) -> Place:
    """The place for the applicant among those for whom the citizen books.

    Raises:
        SessionExpired: the session began before an erasure.
        RateLimited: the citizen has made all requests of the day.
        TooManyApplicants: the citizen has booked for too many other people.
    """
    if wanted.since is not None and tally.get(items.SESSIONS_END, 0) > wanted.since:
        raise SessionExpired
    if asked_too_often(tally, now):
        raise rate_limited(now)
    found = tried.among(tally, now)
    if found is None:
        count_attempt(store, wanted.citizen, now)
        raise TooManyApplicants(limit=str(APPLICANTS))
    return found


def _make_room(store: BookingStore, wanted: HoldRequest, tally: Item, limit: int, now: datetime) -> None:
    """End the citizen's lapsed holds, which the tally still counts; refuse if too many active bookings remain."""
    probation = probation_ends(tally, now)
    most = UNPROVEN if probation else limit
    if tally.get("n", 0) < most:
        return
    active = store.find_active(items.tally_booking_ids(tally))
    living = [booking for booking in active if not booking.lapsed(now)]
    if len(living) >= most:
        count_attempt(store, wanted.citizen, now)
        raise TooManyBookings(limit=str(most), advice=_advice(most, probation))
    for booking in active:
        lapse(store, booking, now)


def _advice(most: int, probation: datetime | None) -> str:
    if probation:
        day = shown(probation.date())
        return f"Vì hai lần đã hẹn mà không đến, đến hết ngày {day} bạn chỉ giữ được một lịch hẹn mỗi lúc."
    if most == UNPROVEN:
        return "Để đặt thêm cho người nhà, vui lòng chia sẻ số điện thoại Zalo của bạn để xác thực."
    return "Vui lòng huỷ bớt lịch không dùng rồi đặt lại."


def _weaker(store: BookingStore, booking: Booking, wanted: HoldRequest, now: datetime) -> Booking | None:
    """The applicant's active booking, if this request displaces it; None if it was a lapsed hold, which is ended here.

    Raises:
        AlreadyBooked: it stays. Its owner is told which it is.
        RateLimited: the citizen has asked too often today for bookings of others.
    """
    if booking.lapsed(now):
        lapse(store, booking, now)
        return None
    if booking.citizen == wanted.citizen:
        raise AlreadyBooked(extra={"booking": _brief(booking)}, advice=_OWN)
    if wanted.proof > booking.proof and booking.start > now:
        return booking
    count_attempt(store, wanted.citizen, now)
    raise AlreadyBooked(advice=_PROVE if wanted.proof is Proof.NONE else _ASK_THE_OFFICE)


_OWN = "Vui lòng dùng, đổi hoặc huỷ lịch hẹn đó trước khi đặt lịch mới."
_PROVE = (
    "Nếu bạn không biết lịch hẹn đó, hãy bấm chia sẻ số điện thoại Zalo, ghi đúng số ấy vào lịch hẹn rồi đặt lại; "
    "nếu vẫn không được, vui lòng đến hoặc gọi cơ quan Công an để được huỷ giúp."
)
_ASK_THE_OFFICE = (
    "Nếu bạn không biết lịch hẹn đó, vui lòng mang giấy tờ đến hoặc gọi cơ quan Công an nơi bạn ở để được huỷ giúp."
)


def _brief(booking: Booking) -> dict[str, object]:
    return {
        "id": booking.id,
        "status": booking.status,
        "officeId": booking.office_id,
        "start": booking.start.isoformat(),
        "ticket": booking.ticket,
    }


def _own_or(
    store: BookingStore, wanted: HoldRequest, refusal: Refusal, asked_at: datetime | None = None
) -> tuple[Booking, bool]:
    """The booking of this same request, if an earlier try made it and its answer was lost; otherwise the refusal.

    A refusal by the store is counted, if `asked_at` says when: beside a full slot, it tells that nobody holds a booking. The
    tally then says whether there is something to look for.
    """
    if asked_at and items.request_attribute(wanted.id) not in count_attempt(store, wanted.citizen, asked_at):
        raise refusal
    made = store.find(wanted.id)
    if made is None:
        raise refusal
    if made.request != wanted.request:
        raise IdempotencyKeyReused
    return made, False
