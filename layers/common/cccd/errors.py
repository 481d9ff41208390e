"""Every refusal, named after the rule it protects.

Refusal
├── MalformedJson               the body is not JSON
├── InvalidRequest              some fields do not fit; carries them all
├── PayloadTooLarge             the body is over the documented size
├── NotFound                    no such thing, or somebody else's
├── MethodNotAllowed            the path exists, the method does not
├── WrongEntrance               not through CloudFront, where that is demanded
├── Unauthenticated             no session token, or a bad one
│   └── SessionExpired          the token was good once
├── BadSignature                a webhook call that Zalo did not sign, or not just now
├── ZaloTokenInvalid            Zalo refused the access token
├── PhoneTokenInvalid           Zalo refused the single-use phone token
├── ZaloUnavailable             Zalo is down, or refuses our network
├── TemporarilyUnavailable      our own storage did not answer; nothing is known to have failed
├── SlotClosed                  not a slot of this office on that day
├── SlotFull                    every seat of the slot is taken
├── AlreadyBooked               the applicant has an active booking
├── TooManyBookings             over the citizen's limit
├── TooManyApplicants           over the people for whom one citizen may book in a month
├── MovedTooOften               over what one booking may be moved
├── RateLimited                 over what one citizen may ask in a day
├── IdempotencyKeyReused        the same key with another request
├── StaleVersion                somebody changed it first; carries what stands
├── NotWithdrawable             the declaration's state does not allow it
├── TooManyDeclarations         over the citizen's limit
├── HoldExpired                 confirmed too late
├── NotWaiting                  only a confirmed appointment to come waits for an earlier one
├── OfferOver                   the offered seat was kept for ten minutes
├── NotConfirmable              the booking's state does not allow it
├── NotReschedulable            the booking's state does not allow it
├── NotServable                 the booking's state does not allow it
├── NotYourOffice               an officer of another office
├── ChiefOnly                   an officer where the chief is needed
├── NotHere                     a ticket of another office or day, or of no appointment
├── NotToday                    the desk works on its own day only
├── WrongTicketState            the ticket's state does not allow it
├── CounterBusy                 the counter has a number that it has not finished with
├── NobodyWaits                 nobody is there to be called
├── NoWalkInSeat                the office keeps no more seats for people without an appointment today
├── GrantOver                   a grant at Zalo that is over, or another's
├── AccountTaken                an Official Account that another office has
├── TooManyNotices              the office shows as many announcements as anybody reads
└── NotCancellable              the booking's state does not allow it

How each is told to a citizen (status, code, Vietnamese sentence) stands in one table, `problems.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: its dotted wire name, a stable code, a Vietnamese sentence."""

    field: str
    code: str
    message: str


class Refusal(Exception):
    """A request that a rule refuses. `extra` joins the problem document; `said` fills its sentences."""

    def __init__(self, *, retry_after: int | None = None, extra: dict[str, object] | None = None, **said: str):
        super().__init__(type(self).__name__)
        self.retry_after = retry_after
        self.extra = extra or {}
        self.said = said


class MalformedJson(Refusal):
    """The body is not JSON."""


class InvalidRequest(Refusal):
    """Some fields of the body, the query or the headers do not fit; all of them are told at once."""

    def __init__(self, errors: Sequence[FieldError]):
        super().__init__(extra={"errors": [vars(error) for error in errors]})
        self.errors = list(errors)


class PayloadTooLarge(Refusal):
    """The body is over the documented size."""


class NotFound(Refusal):
    """No such thing, or somebody else's: the two are told alike."""


class MethodNotAllowed(Refusal):
    """The path exists with other methods, named in `allow`."""

    def __init__(self, allow: Sequence[str]):
        super().__init__()
        self.allow = list(allow)


class WrongEntrance(Refusal):
    """The call did not come through CloudFront, which this deployment demands."""


class Unauthenticated(Refusal):
    """No session token, or one we did not sign."""


class SessionExpired(Unauthenticated):
    """A token we signed, past its time."""


class BadSignature(Refusal):
    """A webhook call that Zalo did not sign, or signed long ago."""


class ZaloTokenInvalid(Refusal):
    """Zalo refused the access token."""


class PhoneTokenInvalid(Refusal):
    """Zalo refused the single-use phone token: used already, or over two minutes old."""


class ZaloUnavailable(Refusal):
    """Zalo is down, too slow, or refuses our network."""


class TemporarilyUnavailable(Refusal):
    """Our own storage did not answer in time; the same request may be sent again, and does nothing twice."""


class SlotClosed(Refusal):
    """Not a slot of this office on that day; `reason` says why in Vietnamese, `closed` as a code."""

    def __init__(self, closed: str, reason: str):
        super().__init__(extra={"closed": {"code": closed, "reason": reason}}, reason=reason)
        self.closed = closed


class SlotFull(Refusal):
    """Every seat is taken; `alternatives` are the nearest open slots."""


class AlreadyBooked(Refusal):
    """The applicant has an active booking; its owner is told which, a stranger is not."""


class TooManyBookings(Refusal):
    """The citizen has as many active bookings as one citizen may."""


class TooManyApplicants(Refusal):
    """The citizen has booked for as many different people lately as one citizen may."""


class MovedTooOften(Refusal):
    """The booking was moved as often as one may be; it stands."""


class RateLimited(Refusal):
    """The citizen has asked for something more often today than anybody needs."""


class IdempotencyKeyReused(Refusal):
    """The same Idempotency-Key came with another request."""


class StaleVersion(Refusal):
    """The declaration is no longer the version that the citizen saw; `current` is what stands."""


class NotWithdrawable(Refusal):
    """The declaration's state does not allow it to be withdrawn; `status` names it."""


class TooManyDeclarations(Refusal):
    """The citizen keeps as many declarations as one citizen may."""


class HoldExpired(Refusal):
    """The hold lapsed before it was confirmed."""


class NotWaiting(Refusal):
    """Only a confirmed appointment that is still to come waits for an earlier one."""


class OfferOver(Refusal):
    """The seat is offered no longer; the citizen's own appointment stands."""


class NotConfirmable(Refusal):
    """The booking's state does not allow a confirmation; `status` names it."""


class NotCancellable(Refusal):
    """The booking's state does not allow a cancellation; `status` names it."""


class NotReschedulable(Refusal):
    """The booking's state, or the hour, does not allow a move; `status` names it."""


class NotServable(Refusal):
    """The booking's state does not allow it to be marked as served; `status` names it."""


class NotYourOffice(Refusal):
    """The officer does not work for this office."""


class ChiefOnly(Refusal):
    """Only the chief of the office may do this."""


class NotHere(Refusal):
    """The ticket is of another office or another day, or its appointment does not stand."""


class NotToday(Refusal):
    """The desk acts on tickets of its own day only."""


class WrongTicketState(Refusal):
    """The ticket's state does not allow it; `ticketState` says which it is."""


class CounterBusy(Refusal):
    """The counter has a ticket that it has not finished with; `ticket` says which."""


class NobodyWaits(Refusal):
    """Nobody is there to be called."""


class NoWalkInSeat(Refusal):
    """The office keeps no more seats for people without an appointment today."""


class GrantOver(Refusal):
    """The grant at Zalo was not begun by this person, is answered already, came too late, or Zalo refuses its code."""


class AccountTaken(Refusal):
    """Another office has that Official Account, or this office has another."""


class TooManyNotices(Refusal):
    """The office shows as many announcements as one office may."""
