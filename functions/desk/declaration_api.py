"""An officer reads the declaration of a ticket. A function of its own: no other of the desk has the key of the sensitive answers."""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from bookings.booking_id import BookingId
from cccd import clock
from cccd.dynamodb import client
from cccd.errors import NotFound, NotYourOffice
from cccd.http import lambda_handler, refuses, resolver
from cccd.settings import Settings
from cccd.wire import Model
from declarations.checklist import to_bring
from declarations.linking import LinkedDeclarations
from declarations.sealing import KmsKey
from declarations.store import DeclarationStore
from declarations.wording import in_words
from desk.acts import by_number
from desk.officer import officer_of
from desk.readiness import missing
from desk.store import DeskStore
from forms.form import form_of

app = resolver()


class ReadingSettings(Settings):
    """The tables of bookings and of declarations, and the key of the sensitive answers."""

    bookings_table: str
    declarations_table: str
    sensitive_key: str


class AnswerView(Model):
    """One answer as it is printed: the blank's number and title on the paper, and the words."""

    item: str
    title: str
    answer: str


class SectionView(Model):
    """A part of the form, and what was answered in it."""

    title: str
    answers: list[AnswerView]


class PaperToSee(Model):
    """A paper that the person was told to bring, and why."""

    name: str
    why: str


class DeclarationAtDesk(Model):
    """The declaration of a ticket as an officer reads it, and the papers that it calls for."""

    ticket: str
    form: str
    version: int
    sections: list[SectionView]
    papers: list[PaperToSee]


settings = ReadingSettings.load()


@app.get(
    "/desk/offices/<officeId>/days/<date>/tickets/<ticket>/declaration",
    summary="The declaration of a ticket",
    description="Each reading is on record, at the office and in what its citizen reads of their own data.",
)
@refuses(NotYourOffice, NotFound)
def read_ticket_declaration(
    office_id: Annotated[str, Path(alias="officeId")],
    day: Annotated[date, Path(alias="date")],
    number: Annotated[str, Path(alias="ticket")],
) -> DeclarationAtDesk:
    me, now = officer_of(app.current_event.raw_event).at(office_id), clock.now()
    desk = DeskStore(client(), settings.bookings_table)
    ticket = by_number(desk.tickets(office_id, day), number)
    booking_id = BookingId.parse(ticket.holder)
    booking = desk.bookings.find(booking_id) if booking_id else None
    if booking is None or booking.declaration_id is None:
        raise NotFound
    linked = LinkedDeclarations(client(), settings.declarations_table)
    if missing(booking, linked.find(booking.citizen, booking.declaration_id, now)):
        raise NotFound  # it is of somebody else by now, or was taken back
    store = DeclarationStore(client(), settings.declarations_table, KmsKey(settings.sensitive_key))
    found = store.find(booking.citizen, booking.declaration_id, now)
    if found is None:
        raise NotFound
    # On record before it is shown: a reading that nobody could write down is none.
    desk.note(me, office_id, "reading", ticket.number, now)
    store.journal.note_reading(booking.citizen, found.id, now)
    form = form_of(found.edition)
    return DeclarationAtDesk(
        ticket=ticket.number,
        form=form.title,
        version=found.version,
        sections=[
            SectionView(
                title=title,
                answers=[
                    AnswerView(item=each.item, title=each.title, answer=said)
                    for each in form.fields
                    if each.section == code
                    and (said := in_words(each, found.answers.get(each.name), found.updated_at.date()))
                ],
            )
            for code, title in form.sections.items()
        ],
        papers=[PaperToSee(name=each.name, why=each.why) for each in to_bring(found.procedure, found.answers, day)],
    )


handler = lambda_handler(app)
