"""What citizens told the office, for its officers; and the office's answer."""

from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import Field, StringConstraints

from cccd import clock
from cccd.dynamodb import client
from cccd.errors import NotFound, NotYourOffice
from cccd.fields import Plain
from cccd.http import lambda_handler, refuses, resolver
from cccd.settings import Settings
from cccd.wire import Model, Page
from desk.officer import officer_of
from desk.store import DeskStore
from feedback.kinds import kinds
from feedback.store import Feedback, FeedbackStore
from images.store import Images

app = resolver()


class FeedbackSettings(Settings):
    """The tables of feedback, and of the officers' acts."""

    feedback_table: str
    images_bucket: str
    bookings_table: str


class FeedbackView(Model):
    """What somebody told the office. It names nobody but whom the words themselves name."""

    id: Annotated[str, Field(description="Opaque.")]
    kind: str
    title: str
    content: str
    at: datetime
    answer: str | None
    answered_at: datetime | None
    image_urls: Annotated[list[str], Field(description="Addresses of its pictures, good for 15 minutes.")]


class FeedbackPage(Page[FeedbackView]):
    """A hundred at a time, the latest first."""


class FeedbackAnswer(Model):
    """What the office answers; its citizen reads it."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000), Plain]


settings = FeedbackSettings.load()


@app.get("/desk/offices/<officeId>/feedback", summary="What citizens told the office")
@refuses(NotYourOffice)
def list_feedback(
    office_id: Annotated[str, Path(alias="officeId")],
    cursor: Annotated[str, Query(max_length=64, description="`nextCursor` of the page before.")] = "",
) -> FeedbackPage:
    officer_of(app.current_event.raw_event).at(office_id)
    found = store()
    page, following = found.of_office(office_id, clock.now(), cursor)
    return FeedbackPage(items=[_view(each, found.images) for each in page], next_cursor=following)


@app.put(
    "/desk/offices/<officeId>/feedback/<feedbackId>/answer",
    summary="Answer it",
    description="Another answer takes the place of the one before.",
    status_code=204,
)
@refuses(NotYourOffice, NotFound)
def answer_feedback(
    office_id: Annotated[str, Path(alias="officeId")],
    feedback_id: Annotated[str, Path(alias="feedbackId")],
    request: FeedbackAnswer,
) -> Response[None]:
    me, now = officer_of(app.current_event.raw_event).at(office_id), clock.now()
    store().answer(office_id, feedback_id, request.text, now)
    DeskStore(client(), settings.bookings_table).note(me, office_id, "feedback answered", "-", now)
    return Response(status_code=204)


def store() -> FeedbackStore:
    return FeedbackStore(client(), settings.feedback_table, Images(settings.images_bucket))


def _view(said: Feedback, images: Images) -> FeedbackView:
    return FeedbackView(
        id=said.name,
        kind=kinds().get(said.kind, ""),
        title=said.title,
        content=said.content,
        at=said.at,
        answer=said.answer,
        answered_at=said.answered_at,
        image_urls=[images.link(each) for each in said.images],
    )


handler = lambda_handler(app)
