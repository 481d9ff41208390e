"""The office ends an active booking that its applicant did not make. The office's own tools invoke it: {"personalId"}.

No HTTP route leads to it. The officer has seen the person and their papers. Whoever made the booking is told, and their record
says that the office did it; Lambda's own trail says who invoked it.
"""

from datetime import datetime

from aws_lambda_powertools.utilities.typing import LambdaContext

from bookings.lifecycle import release
from bookings.office_tool import answer
from bookings.scheduled import ScheduledSettings
from bookings.store import BookingStore
from cccd import clock
from cccd.dynamodb import client
from cccd.fields import PersonalIdField
from cccd.hashes import applicant_hash
from cccd.invocation import Event
from cccd.keyring import secret
from cccd.observability import logger
from cccd.table import Table
from cccd.wire import Model
from consent.journal import Journal


class ReleaseSettings(ScheduledSettings):
    """The bookings, the citizens' journals, and the key of hashes."""

    declarations_table: str
    identity_key_secret: str


class Wanted(Model):
    """The person who stands at the desk."""

    personal_id: PersonalIdField


settings = ReleaseSettings.load()


def handler(event: Event, context: LambdaContext) -> dict[str, object]:
    return answer(lambda: _released(Wanted.model_validate(event), clock.now()))


def _released(wanted: Wanted, now: datetime) -> dict[str, object]:
    applicant = applicant_hash(secret(settings.identity_key_secret), wanted.personal_id)
    booking = release(BookingStore(client(), settings.bookings_table), applicant, now)
    Journal(Table(client(), settings.declarations_table)).note_release(booking.citizen, now)
    logger.info("released", office=booking.office_id, start=booking.start.isoformat(), ticket=booking.ticket)
    return {
        "status": booking.status.value,
        "officeId": booking.office_id,
        "start": booking.start.isoformat(),
        "ticket": booking.ticket,
    }
