"""One shape for whoever changes a booking: read, decide, commit; and if somebody was faster, read again."""

from collections.abc import Callable
from dataclasses import dataclass

from bookings.booking import Booking
from cccd.errors import TemporarilyUnavailable
from cccd.transactions import Refused, Unknown

MAX_READINGS = 3  # times a booking is read again because somebody else acted on it first
RETRY_AFTER = 2  # seconds


@dataclass(frozen=True)
class Step:
    """A change that was decided: the booking afterwards, and the commit, which raises Refused or Unknown.

    `refused` hears what stood against it and raises where it is no use to read again.
    """

    after: Booking
    commit: Callable[[], object]
    refused: Callable[[Refused], None] = lambda _: None


def carry_out(
    read: Callable[[], Booking], decide: Callable[[Booking], Step | Booking], tries: int = MAX_READINGS
) -> tuple[Booking, bool]:
    """The booking as wanted, and whether this call changed it.

    `decide` gives the step to take, or the booking itself where it stands as wanted: by an earlier try whose answer was
    lost, or by somebody else; what the rules refuse, it raises.

    Raises:
        TemporarilyUnavailable: others were faster each time, or nobody knows whether it was written.
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
