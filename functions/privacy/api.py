"""GET and DELETE /me/data: everything held about the citizen; erase it. GET and PUT /me/consents: what they agree to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from bookings.store import BookingStore
from cccd import clock
from cccd.clock import epoch
from cccd.dynamodb import client
from cccd.errors import InvalidRequest, RateLimited
from cccd.http import citizen, lambda_handler, refuses, resolver
from cccd.wire import Model
from consent.choices import chosen, read_choice
from declarations.settings import DeclarationsSettings
from declarations.views import ConsentView
from feedback.store import FeedbackStore
from images.store import Images
from privacy.erasure import erase_all, forget_in_chat
from privacy.held import held
from privacy.kept import LEFT, Kept
from zalo.acquaintances import Acquaintances

app = resolver()


class PrivacySettings(DeclarationsSettings):
    """What declarations need, the bookings, and the chat."""

    bookings_table: str
    chat_table: str
    feedback_table: str
    images_bucket: str


class RemainingBooking(Model):
    """An appointment that has begun: it is erased once its day is closed."""

    id: str
    start: datetime
    why: str


class KeptView(Model):
    """Something that is kept for so many days, null for as long as the citizen wishes, and why."""

    what: str
    days: int | None
    why: str


class ErasedView(Model):
    """What was erased just now, the appointments that had to stay, and what else is left for a while."""

    declarations: int
    bookings: int
    feedback: int
    remaining: list[RemainingBooking]
    left: list[KeptView]
    note: str


class ChatView(Model):
    """Who the citizen is in the chat in which they last did something, and when; `chats` has one for each Official Account."""

    user_id: str
    last_seen: datetime


class HeldView(Model):
    """Everything held about the citizen; `retention` says how long what is kept, and why."""

    exported_at: datetime
    citizen: dict[str, str]
    declarations: list[dict[str, Any]]
    bookings: list[dict[str, Any]]
    chat: ChatView | None
    chats: list[dict[str, Any]]
    feedback: list[dict[str, Any]]
    consents: list[dict[str, Any]]
    accesses: list[dict[str, Any]]
    erasures: list[dict[str, Any]]
    retention: list[KeptView]


class StandingConsents(Model):
    """The purposes to which the citizen agrees now."""

    purposes: list[str]


class ConsentRequest(Model):
    """Every purpose the citizen agrees to: any of them, or none. What was declared stays until it is erased."""

    version: str
    purposes: Annotated[list[str], Field(max_length=20)]


settings = PrivacySettings.load()

_NOTE = (
    "Đã xoá. Những gì còn lại được kể dưới đây: không có nội dung bạn đã khai, và tự mất sau số ngày ghi ở đó. "
    "Nếu bạn vẫn quan tâm trang Zalo và nhắn tin lại, hệ thống sẽ lại nhận ra bạn trong trò chuyện."
)
_BEGUN = "Lịch hẹn đã đến giờ; sẽ được xoá khi bạn gửi lại yêu cầu này sau ngày hẹn."


def bookings() -> BookingStore:
    return BookingStore(client(), settings.bookings_table)


def feedback() -> FeedbackStore:
    return FeedbackStore(client(), settings.feedback_table, Images(settings.images_bucket))


def chat() -> Acquaintances:
    return Acquaintances(client(), settings.chat_table)


def _kept(every: Iterable[Kept]) -> list[KeptView]:
    return [KeptView(what=each.what, days=each.days, why=each.why) for each in every]


@app.get("/me/data", summary="Everything held about me")
@refuses(RateLimited)
def read_my_data() -> HeldView:
    now, store, who = clock.now(), settings.store(), citizen(app)
    mine = settings.hash_of(who)
    copies = store.use.count(mine, "exports", who.since, now)
    found = HeldView.model_validate(held(store, bookings(), chat(), feedback(), who, mine, now))
    store.journal.note_access(mine, "export", None, copies, now)
    return found


@app.delete(
    "/me/data", summary="Erase it", description="Appointments to come are cancelled. Twice is the same as once."
)
@refuses(RateLimited)
def erase_my_data() -> ErasedView:
    now, mine = clock.now(), settings.hash_of(citizen(app))
    declarations = settings.eraser()
    declarations.use.count(mine, "erasures", epoch(now), now)  # of any session: whoever erased may ask for the rest
    forget_in_chat(chat(), declarations, mine, now)
    done = erase_all(declarations, bookings(), feedback(), mine, now)
    remaining = [RemainingBooking(id=each.id, start=each.start, why=_BEGUN) for each in done.remaining]
    return ErasedView(
        declarations=done.declarations,
        bookings=done.bookings,
        feedback=done.feedback,
        remaining=remaining,
        left=_kept(LEFT),
        note=_NOTE,
    )


@app.get("/me/consents", summary="What I agree to now")
def read_my_consents() -> StandingConsents:
    given = settings.store().consents.standing(settings.hash_of(citizen(app)))
    return StandingConsents(purposes=[purpose for purpose, agreed in given.items() if agreed])


@app.put("/me/consents", summary="What I agree to", description="Of the purposes of GET /forms; the rest is withdrawn.")
@refuses(RateLimited)
def change_my_consents(request: ConsentRequest) -> ConsentView:
    now, store, mine = clock.now(), settings.store(), settings.hash_of(citizen(app))
    after, mistakes = read_choice(request.version, request.purposes, now)
    if after is None:
        raise InvalidRequest(mistakes)
    store.use.count(mine, "consents", citizen(app).since, now)
    store.consents.append(mine, lambda last: chosen(last, after))
    return ConsentView(version=after.version, purposes=list(after.purposes))


handler = lambda_handler(app, settings.session_keys, settings.hash_of)
