"""What a citizen reads of a booking."""

from datetime import datetime

from bookings.booking import Booking, BookingStatus
from bookings.draw import code_of
from cccd.wire import Model, Page
from declarations.checklist import to_bring
from declarations.linking import Linked, answers_for
from procedures.views import Paper, paper


class ApplicantView(Model):
    """The applicant as read back: the personal id shows its last digits only."""

    full_name: str
    personal_id: str
    date_of_birth: str
    phone: str


class KeptTime(Model):
    """A time at which a seat is kept for this appointment."""

    start: datetime
    end: datetime


class ClosedTime(Model):
    """The office has closed the appointment's time, and why. Moving to one of the `kept` times takes one press until `keptUntil`."""

    reason: str
    kept: list[KeptTime]
    kept_until: datetime | None


class BookingView(Model):
    """An appointment; one with the status `wished` has no ticket until its day is drawn at `drawAt`, where its mark in the draw is
    `drawCode`. What to bring is by the linked declaration, or all that the procedure may ask for where there is none.

    `closed` is told of one whose time the office has closed: it stands until its citizen moves it, or the office has called. The ticket's
    QR code says the booking's id.

    `peopleAhead` is told on the day of a confirmed one. `replacedAnother` says that somebody else had made an appointment for
    this personal id, which had to give way.
    """

    id: str
    ticket: str
    status: BookingStatus
    office_id: str
    procedure: str
    start: datetime
    end: datetime
    hold_expires_at: datetime | None
    applicant: ApplicantView
    declaration_id: str | None
    documents_to_bring: list[Paper]
    people_ahead: int | None = None
    replaced_another: bool = False
    draw_at: datetime | None = None
    draw_code: str | None = None
    closed: ClosedTime | None = None


class BookingPage(Page[BookingView]):
    """A citizen's appointments, latest first."""


def view(booking: Booking, declaration: Linked | None, people_ahead: int | None = None) -> BookingView:
    """The booking as its owner reads it; `declaration` is the linked one, as it stands."""
    answers = answers_for(declaration, booking)
    return BookingView(
        id=booking.id,
        ticket=booking.ticket,
        status=booking.status,
        office_id=booking.office_id,
        procedure=booking.procedure,
        start=booking.start,
        end=booking.end,
        hold_expires_at=booking.hold_expires_at,
        applicant=ApplicantView(
            full_name=booking.applicant.full_name,
            personal_id=booking.applicant.masked_id,
            date_of_birth=booking.applicant.date_of_birth,
            phone=booking.applicant.phone,
        ),
        declaration_id=booking.declaration_id,
        documents_to_bring=[paper(each) for each in to_bring(booking.procedure, answers, booking.start.date())],
        people_ahead=people_ahead,
        replaced_another=booking.replaced,
        draw_at=booking.draw_at,
        draw_code=code_of(booking) if booking.draw_at else None,
        closed=_closed(booking) if booking.closed_why is not None and booking.active else None,
    )


def _closed(booking: Booking) -> ClosedTime:
    kept = [KeptTime(start=each.start, end=each.end) for each in sorted(booking.kept, key=lambda each: each.start)]
    return ClosedTime(reason=booking.closed_why or "", kept=kept, kept_until=booking.kept_until)
