"""The bookings table: its reads, and every write with the condition that protects it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from bookings import items
from bookings.booking import Booking, BookingStatus, KeptSeat
from bookings.booking_id import BookingId
from bookings.rest import rests_until, seat_expiry
from bookings.seats import MOST_OFFERS, RESTING
from bookings.standing import DAILY_REQUESTS, UNPROVEN, Place, free_since
from cccd.clock import epoch, from_epoch
from cccd.dynamodb import Item
from cccd.hashes import CitizenHash
from cccd.table import NEW, THERE, Key, Table
from cccd.transactions import Refused, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The booking has not changed since it was read.
_UNCHANGED = "id = :id AND #version = :version"


def _raise(error: Exception) -> None:
    raise error


class BookingStore:
    """The table `name`, through `client`."""

    def __init__(self, client: "DynamoDBClient", name: str):
        self.table = Table(client, name)

    def commit(self, writes: Sequence[Write]) -> None:
        """All of `writes` or none; raises as `cccd.transactions.commit`."""
        self.table.commit(writes)

    # --- reads ------------------------------------------------------------------------------------------------

    def find(self, booking_id: BookingId) -> Booking | None:
        """The booking with that id, active or ended.

        A booking only moves from the active place to the history, so reading in this order never misses it.
        """
        active = self.at_key(items.active_key(booking_id.applicant))
        if active and active.id == booking_id.text:
            return active
        return self.at_key(items.ended_key(booking_id))

    def of_citizen(self, citizen: CitizenHash) -> list[Booking]:
        """Every booking that the citizen made and that is not forgotten, read consistently."""
        return self.find_all(items.tally_booking_ids(self.tally(citizen)))

    def tally(self, citizen: CitizenHash) -> Item:
        """What is counted of the citizen; {} if nothing is."""
        return self.table.get(items.tally_key(citizen)) or {}

    def find_active(self, wanted: Iterable[BookingId]) -> list[Booking]:
        """The active bookings among those ids."""
        ids = {each.text: each for each in wanted}
        keys = [items.active_key(each) for each in {each.applicant for each in ids.values()}]
        return [booking for booking in self._bookings(keys) if booking.id in ids]

    def find_all(self, wanted: Iterable[BookingId], unreadable: Callable[[Exception], None] = _raise) -> list[Booking]:
        """The bookings that exist among those ids; what is no booking is told to `unreadable`."""
        ids = {each.text: each for each in wanted}
        applicants = {each.applicant for each in ids.values()}
        locks = [items.active_key(each) for each in applicants]
        found = {booking.id: booking for booking in self._bookings(locks, unreadable)}
        active = [booking for text, booking in found.items() if text in ids]
        ended = [items.ended_key(each) for text, each in ids.items() if text not in found]
        return active + list(self._bookings(ended, unreadable))

    def slots(self, office_id: str, first: date, last: date, *, consistent: bool = True) -> dict[datetime, Item]:
        """The slot items of those days, both included, by start: one Query. A slot that nobody booked has no item."""
        return {items.slot_start(item): item for item in self.slot_items(office_id, first, last, consistent)}

    def slot(self, office_id: str, start: datetime) -> Item:
        """The slot's item; {} if nobody has booked it, and nothing was said of it."""
        return self.table.get(items.slot_key(office_id, start)) or {}

    def slot_items(self, office_id: str, first: date, last: date, consistent: bool = True) -> Iterator[Item]:
        """The same items, unread."""
        return self.table.between(*items.slot_range(office_id, first, last), consistent=consistent)

    def due(self, kind: str, now: datetime) -> Iterator[Key]:
        """Keys of active bookings that are due under that kind (HOLD, CONFIRMED, WISH), oldest first in a shard."""
        for shard in range(items.DUE_SHARDS):
            for item in self.table.due(f"{kind}#{shard}", now):
                yield {"pk": item["pk"], "sk": item["sk"]}

    def every_active(self, unreadable: Callable[[Exception], None] = _raise) -> Iterator[Booking]:
        """All active bookings of the deployment, through the index (read a moment late); `unreadable` as ever."""
        far = from_epoch(items.END_OF_TIME)
        for kind in ("HOLD", "CONFIRMED"):
            yield from self._bookings(list(self.due(kind, far)), unreadable)

    def wished(self, now: datetime, unreadable: Callable[[Exception], None] = _raise) -> list[Booking]:
        """The wishes whose draw is due by `now`, each as it stands; `unreadable` as ever."""
        found = self._bookings(list(self.due("WISH", now)), unreadable)
        return [booking for booking in found if booking.status is BookingStatus.WISHED]

    def at_key(self, key: Key) -> Booking | None:
        """The booking under that key."""
        item = self.table.get(key)
        return items.booking_of(item) if item else None

    # --- writes: each with its condition ------------------------------------------------------------------------

    def take_seat(
        self, booking: Booking, mark: str, now: datetime, seen_mark: str | None = None, displaced: Booking | None = None
    ) -> Write:
        """The seat is free or its hold has lapsed; and the slot was sold under the same rules, or under `seen_mark`.

        A booking that is `displaced` from this slot gives up its seat in the same write, perhaps to this booking.
        """
        rules = "(attribute_not_exists(mark) OR mark = :mark)" if seen_mark is None else "mark = :seen"
        values = {":taken": _taken(booking), ":now": epoch(now), ":mark": mark, ":ttl": items.expires_at(booking)}
        if seen_mark is not None:
            values[":seen"] = seen_mark
        update, free = (
            "SET #seat = :taken, mark = :mark, #ttl = :ttl",
            "(attribute_not_exists(#seat) OR #seat.x <= :now)",
        )
        names = {"seat": booking.seat.attribute}
        if displaced:
            values[":displaced"] = displaced.id
            if displaced.seat == booking.seat:
                del values[":now"]
                free = "#seat.b = :displaced"
            else:
                names["left"] = displaced.seat.attribute
                update, free = f"{update} REMOVE #left", f"{free} AND #left.b = :displaced"
        return self.table.update(
            items.slot_key(booking.office_id, booking.start), update, f"{free} AND {rules}", values, **names
        )

    def keep_for(
        self, booking: Booking, kept: KeptSeat, mark: str, seen_mark: str | None, until: datetime, now: datetime
    ) -> Write:
        """The seat is free, its slot as it was read; nobody but this booking can take it until then."""
        values = {
            ":kept": {"b": RESTING, "x": epoch(until), "o": booking.id, "n": MOST_OFFERS},
            ":now": epoch(now),
            ":mark": mark,
            ":ttl": epoch(kept.end + items.KEPT_AFTER_END),
        }
        if seen_mark is not None:
            values[":seen"] = seen_mark
        rules = "attribute_not_exists(mark)" if seen_mark is None else "mark = :seen"
        return self.table.update(
            items.slot_key(booking.office_id, kept.start),
            "SET #seat = :kept, mark = :mark, #ttl = :ttl",
            f"(attribute_not_exists(#seat) OR #seat.x <= :now) AND attribute_not_exists(closed) AND {rules}",
            values,
            seat=kept.seat.attribute,
        )

    def take_kept(self, booking: Booking) -> Write:
        """The seat is still kept for this booking, in a slot that is not closed; it becomes the booking's."""
        return self.table.update(
            items.slot_key(booking.office_id, booking.start),
            "SET #seat = :taken",
            "#seat.b = :resting AND #seat.o = :id AND attribute_not_exists(closed)",
            {":taken": _taken(booking), ":resting": RESTING, ":id": booking.id},
            seat=booking.seat.attribute,
        )

    def release_kept(self, booking: Booking) -> None:
        """Give up the seats that were kept for the booking. A failure is ignored: each is free by itself after its day."""
        for each in booking.kept:
            with suppress(Refused, ClientError, BotoCoreError):
                self.table.write(
                    self.table.update(
                        items.slot_key(booking.office_id, each.start),
                        "REMOVE #seat",
                        "#seat.b = :resting AND #seat.o = :id",
                        {":resting": RESTING, ":id": booking.id},
                        seat=each.seat.attribute,
                    )
                )

    def lock_applicant(self, booking: Booking) -> Write:
        """The applicant has no active booking; this booking becomes it."""
        return self.table.put(items.booking_item(booking), NEW)

    def displace(self, displaced: Booking, booking: Booking) -> Write:
        """The applicant's active booking has not changed since it was read and is less proven; this booking becomes it."""
        return self.table.put(
            items.booking_item(booking),
            f"{_UNCHANGED} AND (attribute_not_exists(proof) OR proof < :proof)",
            {**_version_of(displaced), ":proof": int(booking.proof)},
        )

    def count_request(
        self, booking: Booking, booking_id: BookingId, limit: int, place: Place, since: int | None = None
    ) -> Write:
        """This request is new, the citizen is under all limits (`standing.py`), and the place is for this person.

        If the session's begin is told (`since`), no erasure has come after it.

        A tally that counts an active booking never expires.
        """
        now = epoch(booking.held_at)
        values = {
            ":request": {"b": booking.id, "r": booking.request, "d": now},
            ":person": {"h": place.person, "d": now},
            ":who": place.person,
            ":now": now,
            ":one": 1,
            ":limit": limit,
            ":unproven": UNPROVEN,
            ":daily": DAILY_REQUESTS,
        }
        if place.guess:
            free = "(attribute_not_exists(n) OR #place.h = :who)"
        else:
            free = "(attribute_not_exists(#place) OR #place.h = :who OR #place.d <= :old)"
            values[":old"] = free_since(booking.held_at)
        in_time = ""
        if since is not None:
            in_time, values[":since"] = " AND (attribute_not_exists(sessionsEnd) OR sessionsEnd <= :since)", since
        return self.table.update(
            items.tally_key(booking.citizen),
            "SET #request = :request, #place = :person REMOVE #ttl ADD n :one, #day :one",
            "attribute_not_exists(#request) AND (attribute_not_exists(n) OR n < :limit) "
            "AND (attribute_not_exists(#bar) OR #bar <= :now) "
            "AND (attribute_not_exists(probation) OR probation <= :now OR n < :unproven) "
            f"AND (attribute_not_exists(#day) OR #day < :daily) AND {free}{in_time}",
            values,
            request=items.request_attribute(booking_id),
            day=items.day_attribute(booking.held_at.date()),
            place=place.attribute,
            bar=items.bar_attribute(booking_id.applicant),
        )

    def count_attempt(self, citizen: CitizenHash, now: datetime) -> Write:
        """The citizen has not asked too often today; count this move or refused request too."""
        return self.table.update(
            items.tally_key(citizen),
            "ADD n :none, #day :one",
            "attribute_not_exists(#day) OR #day < :daily",
            {":none": 0, ":one": 1, ":daily": DAILY_REQUESTS},
            day=items.day_attribute(now.date()),
        )

    def count_passing_attempt(self, citizen: CitizenHash, now: datetime) -> Write:
        """As `count_attempt`, of a citizen without any active booking: their tally will expire."""
        return self.table.update(
            items.tally_key(citizen),
            "SET #ttl = :at ADD n :none, #day :one",
            "(attribute_not_exists(#day) OR #day < :daily) AND (attribute_not_exists(n) OR n <= :none)",
            {":none": 0, ":one": 1, ":daily": DAILY_REQUESTS, ":at": epoch(now + items.TALLY_KEPT)},
            day=items.day_attribute(now.date()),
        )

    def keep_seat(self, booking: Booking) -> Write:
        """The seat still belongs to this booking, in a slot that is not closed; it no longer lapses."""
        return self.table.update(
            items.slot_key(booking.office_id, booking.start),
            "REMOVE #seat.x",
            "#seat.b = :id AND attribute_not_exists(closed)",
            {":id": booking.id},
            seat=booking.seat.attribute,
        )

    def free_seat(self, booking: Booking, now: datetime) -> Write:
        """The seat still belongs to this booking; it becomes free, near its day after a short rest."""
        until = rests_until(booking, now)
        if until is None:
            return self._own_seat(booking, "REMOVE #seat")
        return self._own_seat(booking, "SET #seat = :rest", {":rest": {"b": RESTING, "x": epoch(until)}})

    def unchanged(self, booking: Booking) -> Write:
        """Nothing is written; the active booking has not changed since it was read."""
        return self.table.check(items.active_key(_applicant(booking)), _UNCHANGED, _version_of(booking))

    def close_seat(self, booking: Booking, told: Item | None = None) -> Write:
        """The seat still belongs to this booking, which was served: nobody else gets the seat or its number.

        `told` is what the desk knows of the ticket, if it came by the desk.
        """
        if told is None:
            return self._own_seat(booking, "SET #seat.d = :done", {":done": True})
        return self._own_seat(booking, "SET #seat.d = :done, #seat.t = :told", {":done": True, ":told": told})

    def reopen_seat(self, booking: Booking, told: Item) -> Write:
        """The seat is still the served booking's; it is no longer served."""
        return self.table.update(
            items.slot_key(booking.office_id, booking.start),
            "SET #seat.t = :told REMOVE #seat.d",
            "#seat.b = :id AND attribute_exists(#seat.d)",
            {":id": booking.id, ":told": told},
            seat=booking.seat.attribute,
        )

    def rewrite(self, before: Booking, after: Booking, now: datetime) -> Write:
        """The booking has not changed since `before` was read and, if a hold, has not lapsed; it becomes `after`."""
        held = before.status is BookingStatus.HELD
        return self.table.put(
            items.booking_item(after),
            _UNCHANGED + (" AND holdExpiresAt > :now" if held else ""),
            _version_of(before) | ({":now": epoch(now)} if held else {}),
        )

    def unlock_applicant(self, booking: Booking) -> Write:
        """The booking has not changed since it was read; it is no longer the applicant's active one."""
        return self.table.delete(items.active_key(_applicant(booking)), _UNCHANGED, _version_of(booking))

    def keep_history(self, ended: Booking) -> Write:
        """Put the ended booking into the history, for as long as it is kept."""
        return self.table.put(items.booking_item(ended))

    def unkeep_history(self, ended: Booking) -> Write:
        """The ended booking has not changed since it was read; it is history no longer."""
        booking_id = BookingId.parse(ended.id)
        assert booking_id is not None
        return self.table.delete(items.ended_key(booking_id), _UNCHANGED, _version_of(ended))

    def recount(self, booking: Booking) -> Write:
        """The citizen has one active booking more, which is none of their requests."""
        return self.table.update(items.tally_key(booking.citizen), "REMOVE #ttl ADD n :one", values={":one": 1})

    def uncount(self, booking: Booking) -> Write:
        """The citizen has one active booking less. The unlocking in the same transaction guards it: it happens once."""
        return self.table.update(items.tally_key(booking.citizen), "ADD n :less", values={":less": -1})

    def uncount_and_bar(self, booking: Booking, until: datetime) -> Write:
        """The citizen has one active booking less, and may not book for this applicant until then."""
        return self.table.update(
            items.tally_key(booking.citizen),
            "SET #bar = :until ADD n :less",
            values={":less": -1, ":until": epoch(until)},
            bar=items.bar_attribute(_applicant(booking)),
        )

    def count_missed(self, booking: Booking, tally: Item, after: Item) -> Write:
        """The citizen has one active booking less, and missed it. What the tally remembers of that has not changed."""
        values = {":less": -1, **{f":{name}": value for name, value in after.items()}}
        seen = tally.get(items.MISSED)
        if seen is not None:
            values[":seen"] = seen
        return self.table.update(
            items.tally_key(booking.citizen),
            f"SET {', '.join(f'{name} = :{name}' for name in after)} ADD n :less",
            f"{items.MISSED} = :seen" if seen is not None else f"attribute_not_exists({items.MISSED})",
            values,
        )

    def forget(self, ended: Booking) -> Write:
        """The ended booking still belongs to the citizen; delete it from the history."""
        booking_id = BookingId.parse(ended.id)
        assert booking_id is not None
        return self.table.delete(items.ended_key(booking_id), "citizen = :citizen", {":citizen": ended.citizen})

    def forget_requests(self, citizen: CitizenHash, requests: Sequence[str], now: datetime) -> Write:
        """The citizen has no active booking; their tally forgets these requests, and keeps only what it counts.

        Sessions from before hold nothing more.
        """
        removing, names = _removing(requests)
        return self.table.update(
            items.tally_key(citizen),
            f"SET #ttl = :at, sessionsEnd = :now {removing}ADD n :none",
            "attribute_not_exists(n) OR n <= :none",
            {":none": 0, ":at": epoch(now + items.TALLY_KEPT), ":now": epoch(now)},
            **names,
        )

    def tidy_tally(self, citizen: CitizenHash, now: datetime) -> None:
        """Let the tally expire with all that it remembers if no booking is active, and forget what is too much of it.

        A failure is ignored: a tally that stays holds only keyed hashes and counts, and is tidied at the next ending.
        """
        values = {":none": 0, ":at": epoch(now + items.TALLY_KEPT)}
        with suppress(Refused, ClientError, BotoCoreError):
            try:
                tally = self.table.write(
                    self.table.update(items.tally_key(citizen), "SET #ttl = :at", "n <= :none", values)
                )
            except Refused as refused:
                tally = refused.old[0] or {}
            oldest, names = items.outgrown(tally, now.date())
            for each in oldest:
                booking = self.find(each)
                if booking is None or not booking.active:
                    if booking:
                        self.table.write(self.forget(booking))
                    names.append(items.request_attribute(each))
            if names:
                removing, aliases = _removing(names)
                self.table.write(self.table.update(items.tally_key(citizen), removing, THERE, {}, **aliases))

    # --- inside -------------------------------------------------------------------------------------------------

    def _own_seat(self, booking: Booking, update: str, values: Item | None = None) -> Write:
        return self.table.update(
            items.slot_key(booking.office_id, booking.start),
            update,
            "#seat.b = :id",
            {":id": booking.id, **(values or {})},
            seat=booking.seat.attribute,
        )

    def _bookings(self, keys: Sequence[Key], unreadable: Callable[[Exception], None] = _raise) -> Iterator[Booking]:
        for item in self.table.get_all(keys):
            try:
                booking = items.booking_of(item)
            except Exception as error:  # noqa: BLE001 - whoever reads decides
                unreadable(error)
            else:
                yield booking


def _removing(names: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The part of an update that removes those attributes, and its names."""
    aliases = {f"n{number}": name for number, name in enumerate(names)}
    return (f"REMOVE {', '.join(f'#{alias}' for alias in aliases)} " if names else ""), aliases


def _taken(booking: Booking) -> Item:
    expiry = seat_expiry(booking)
    return {"b": booking.id} if expiry is None else {"b": booking.id, "x": expiry}


def _version_of(booking: Booking) -> Item:
    return {":id": booking.id, ":version": booking.version}


def _applicant(booking: Booking) -> str:
    booking_id = BookingId.parse(booking.id)
    assert booking_id is not None
    return booking_id.applicant
