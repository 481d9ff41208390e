"""The booking that everybody writes first: look, then write. It must fail: a race test that it passes is no proof."""

from bookings import items
from bookings.intake import HoldRequest
from bookings.seats import Seat, sellable
from bookings.store import BookingStore
from cccd.clock import epoch
from cccd.dynamodb import to_item
from cccd.errors import SlotFull
from tests.bookings.wishes import NOW


def naive_hold(store: BookingStore, wanted: HoldRequest) -> Seat:
    """Take a seat that was free a moment ago, without a condition."""
    day = wanted.slot.start.date()
    seen = store.slots(wanted.office_id, day, day).get(wanted.slot.start, {})
    free = sellable(items.seats_of(seen), wanted.slot.capacity, wanted.queue, epoch(NOW))
    if not free:
        raise SlotFull
    store.table.client.update_item(
        TableName=store.table.name,
        Key=to_item(items.slot_key(wanted.office_id, wanted.slot.start)),
        UpdateExpression="SET #seat = :taken",
        ExpressionAttributeNames={"#seat": free[0].attribute},
        ExpressionAttributeValues=to_item({":taken": {"b": wanted.id.text}}),
    )
    return free[0]
