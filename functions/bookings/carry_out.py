"""The one loop for every change of a booking: read, decide, commit; if somebody was faster, read again."""

from collections.abc import Callable
from dataclasses import dataclass

from bookings.booking import Booking
from cccd.errors import TemporarilyUnavailable
from cccd.transactions import Refused, Unknown

MAX_READINGS = 3  # a booking is read at most this often because somebody else acted on it first
RETRY_AFTER = 2  # seconds


@dataclass(frozen=True)
class Step:
    """A change that was decided: the booking afterwards, and the commit, which raises Refused or Unknown.

    `refused` gets the items that failed the conditions, and raises when reading again is useless.
    """

    after: Booking
    commit: Callable[[], object]
    refused: Callable[[Refused], None] = lambda _: None


def carry_out(
    read: Callable[[], Booking], decide: Callable[[Booking], Step | Booking], tries: int = MAX_READINGS
) -> tuple[Booking, bool]:
    """The booking as wanted, and whether this call changed it.

    `decide` returns the step to take. It returns the booking itself if the booking is already as wanted: an earlier try
    whose answer was lost, or somebody else, has changed it. It raises what the rules refuse.

    Raises:
        TemporarilyUnavailable: others were faster each time, or nobody knows whether the change was written.
    """
    in_doubt = False
    for _ in range(tries):
        decided = decide(read())
        if isinstance(decided, Booking):
            return decided, False
        if in_doubt:
            break
        try:
            decided.commit()
        except Refused as refused:
            decided.refused(refused)
        except Unknown:
            in_doubt = True
        else:
            return decided.after, True
    raise TemporarilyUnavailable(retry_after=RETRY_AFTER)
