"""What a request for a seat asks for, held against offices, procedures and the citizen's own declaration."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bookings.asked import ApplicantIn, BookingRequest
from bookings.booking import Applicant
from bookings.booking_id import BookingId
from bookings.proof import Proof
from cccd import clock
from cccd.errors import FieldError, InvalidRequest, SlotClosed
from cccd.hashes import CitizenHash
from cccd.personal_id import PersonalId
from cccd.transactions import Write
from cccd.working_calendar import national_calendar
from declarations.linking import LinkedDeclarations, misfits
from offices import opening
from offices.directory import bookable, directory
from offices.office import Office
from offices.opening import Capacity, OpeningRules, Queue, Resident, Slot
from procedures import catalog


@dataclass(frozen=True)
class Place:
    """A slot that can be booked now, or wished for until `draw_at`, at an office, for people of that residence."""

    office: Office
    rules: OpeningRules
    slot: Slot
    residence: Resident
    draw_at: datetime | None = None

    @property
    def queue(self) -> Queue:
        """Whose seats they may take."""
        return opening.queue_for(self.slot.capacity, self.residence)


@dataclass(frozen=True)
class HoldRequest:
    """What a citizen asks for, already valid: the slot exists and can be booked now.

    `request` is a hash of the whole body; `declaration` is the write that links the declaration. `person` stands for citizen
    and applicant together (`standing.Place`). `draw_at` is when the seats of its day are drawn, if they are. `since` is when the citizen's session began, in epoch seconds.
    """

    id: BookingId
    citizen: CitizenHash
    request: str
    office_id: str
    procedure: str
    slot: Slot
    queue: Queue
    applicant: Applicant
    person: str
    proof: Proof = Proof.NONE
    since: int | None = None
    declaration_id: str | None = None
    declaration: Write | None = None
    draw_at: datetime | None = None


def place(
    office_id: str,
    procedure: str,
    start: datetime,
    now: datetime,
    opened: Callable[[str, datetime], Capacity | None] = lambda *_: None,
) -> Place:
    """The slot of that office that starts then, for that procedure.

    `opened` is asked for the seats of a time at which the office is closed by its rules: its chief may have opened it.

    Raises:
        InvalidRequest: there is no such office, or no such procedure on that day.
        SlotClosed: the office takes no bookings, or has no such slot.
    """
    office, rules = _office(office_id, now.date())
    residence = residence_of(procedure, start)
    local = start.astimezone(clock.VIETNAM)
    try:
        slot = opening.slot_at(rules, national_calendar(), start, now)
    except SlotClosed as closed:
        seats = opened(office.id, local) if _may_be_opened(closed, rules, local, now) else None
        if not seats:
            raise
        slot = Slot(local, local + timedelta(minutes=rules.slot_minutes), seats)
        return Place(office, rules, slot, residence)  # it is not drawn: a draw knows the slots of the rules
    return Place(office, rules, slot, residence, opening.draw_to_come(rules, slot.start.date(), now))


def _may_be_opened(closed: SlotClosed, rules: OpeningRules, start: datetime, now: datetime) -> bool:
    by_rule = closed.closed in opening.BY_RULE | {"not_a_slot"}
    return by_rule and opening.could_be_booked(rules, national_calendar(), start, now)


def hold_request(
    wanted: BookingRequest,
    place: Place,
    booking_id: BookingId,
    citizen: CitizenHash,
    request: str,
    person: str,
    proof: Proof,
    since: int,
    declarations: LinkedDeclarations,
    now: datetime,
) -> HoldRequest:
    """The request as it is to be carried out.

    Raises:
        InvalidRequest: the declaration is not the citizen's own and submitted, or is about something else.
    """
    asked = HoldRequest(
        id=booking_id,
        citizen=citizen,
        request=request,
        office_id=place.office.id,
        procedure=wanted.procedure,
        slot=place.slot,
        queue=place.queue,
        applicant=_applicant(wanted.applicant),
        person=person,
        proof=proof,
        since=since,
        declaration_id=wanted.declaration_id,
        draw_at=place.draw_at,
    )
    if wanted.declaration_id is None:
        return asked
    found = declarations.find(citizen, wanted.declaration_id, now)
    mistakes = misfits(found, asked, wanted.applicant.personal_id)
    if found is None or mistakes:
        raise InvalidRequest(mistakes)
    return replace(asked, declaration=declarations.link(found, place.slot.end))


def _office(office_id: str, today: date) -> tuple[Office, OpeningRules]:
    office = directory().find(office_id)
    if office is None:
        raise InvalidRequest([FieldError("officeId", "not_found", "Không tìm thấy cơ quan này. Vui lòng chọn lại.")])
    if office.opening is None or not bookable(office, today):
        raise SlotClosed("not_bookable", "Cơ quan này hiện không nhận đặt lịch qua ứng dụng.")
    return office, office.opening


def residence_of(procedure: str, start: datetime) -> Resident:
    """Whose seats people of that procedure take at that time.

    Raises:
        InvalidRequest: there is no such procedure on that day.
    """
    on = start.astimezone(clock.VIETNAM).date()
    try:
        found = catalog.find(procedure, on)
    except (catalog.UnknownProcedure, catalog.NotYetAProcedure, catalog.NothingKnown):
        message = "Không có thủ tục này vào ngày bạn chọn. Vui lòng chọn lại thủ tục."
        raise InvalidRequest([FieldError("procedure", "not_found", message)]) from None
    return "temporary" if found.residence == "temporary" else "permanent"


def _applicant(given: ApplicantIn) -> Applicant:
    return Applicant(
        full_name=given.full_name,
        masked_id=PersonalId(given.personal_id).masked,
        date_of_birth=given.date_of_birth,
        phone=given.phone,
    )
