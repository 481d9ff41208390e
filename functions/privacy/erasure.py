"""Erase a citizen's data at their wish. All that can be done is done at once, not in the law's 20 days.

Future appointments are cancelled first, so that their seats go to others. An appointment that has begun stays until its
day is closed. The citizen is told what else remains (`kept.LEFT`).
"""

from dataclasses import dataclass
from datetime import datetime

from bookings.booking import Booking
from bookings.forgetting import forget_citizen
from bookings.store import BookingStore
from cccd.hashes import CitizenHash
from declarations.erasing import DeclarationEraser
from feedback.store import FeedbackStore
from offices.directory import rules_of
from zalo.acquaintances import Acquaintances


@dataclass(frozen=True)
class Erased:
    """How many of each were erased, and the appointments that stay until their day is closed."""

    declarations: int
    bookings: int
    feedback: int
    remaining: tuple[Booking, ...]


def erase_all(
    declarations: DeclarationEraser,
    bookings: BookingStore,
    feedback: FeedbackStore,
    citizen: CitizenHash,
    now: datetime,
) -> Erased:
    """Erase declarations, bookings and feedback, withdraw every consent, and end the citizen's sessions. Running it twice has the same result as once.

    Raises:
        TemporarilyUnavailable: storage did not answer. What is erased so far stays erased; the citizen can ask again
            for the rest.
    """
    declarations.use.end_sessions(citizen, now)  # first: nothing of theirs is written again meanwhile
    forgotten, remaining = forget_citizen(
        bookings, citizen, now, lambda booking: now >= rules_of(booking.office_id).last_change(booking.start)
    )
    if forgotten:
        declarations.journal.note_erasure(citizen, "booking", forgotten, "citizen", now)
    erased = declarations.erase_all(citizen, now)
    said = feedback.forget(citizen)
    if said:
        declarations.journal.note_erasure(citizen, "feedback", said, "citizen", now)
    declarations.consents.withdraw(citizen, now)
    return Erased(erased, forgotten, said, tuple(remaining))


def forget_in_chat(chat: Acquaintances, declarations: DeclarationEraser, citizen: CitizenHash, now: datetime) -> None:
    """Forget which user of each chat the citizen is, as when they leave it; a late event from before ties nobody."""
    known = chat.of(citizen)
    if known:  # recorded first: a repetition records it twice, but never not at all
        declarations.journal.note_erasure(citizen, "chat", len(known), "citizen", now)
    chat.part_everywhere(
        citizen, max([now, *(each.last_seen for each in known.values())]), now
    )  # Zalo's clock may be ahead
