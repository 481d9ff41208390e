"""Every minute, but not at night: send the messages that are due, each at most once.

An ordinary message goes out within Zalo's seven days after the citizen's last word, a template message otherwise,
where the office has one. Whoever does not follow the account cannot be written to, and whoever was asked for their
consent to messages and has not given it, or has taken it back, is not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aws_lambda_powertools.utilities.typing import LambdaContext

from bookings.booking import Booking
from bookings.booking_id import BookingId
from bookings.scheduled import time_left
from bookings.store import BookingStore
from cccd import clock
from cccd.dynamodb import client
from cccd.http import Event
from cccd.keyring import secret
from cccd.observability import count_message, flush_metrics, logger
from cccd.settings import Settings
from declarations.consents import Consents
from notifications.notice import MAX_TRIES, Kind, Notice, is_night, next_try, obsolete, template_data, words
from notifications.store import NoticeStore, Outcome
from offices.directory import directory
from offices.office import Office
from official_account.acquaintances import Acquaintance, Acquaintances
from official_account.replies import Button, Reply
from official_account.tokens import TokenKeeper, TokenStore, TokensUnavailable
from official_account.zalo import OUTSIDE_WINDOW, NotSent, OfficialAccountApi, TokenRefused, Uncertain
from procedures.documents import documents_to_bring

NO_DECLARATION = "Bạn chưa gắn tờ khai nào với lịch hẹn này: khai trước trên ứng dụng sẽ nhanh hơn."


class SenderSettings(Settings):
    """Tables, secrets, and where Zalo and the Mini App are."""

    bookings_table: str
    declarations_table: str
    chat_table: str
    notices_table: str
    zalo_app_secret: str
    zalo_app_id: str
    oa_grant: str
    zalo_openapi_url: str
    zalo_oauth_url: str
    mini_app_url: str
    notice_template: str = "-"


@dataclass(frozen=True)
class Post:
    """Everything that sending takes; `template` is the office's template id, if it has one."""

    notices: NoticeStore
    bookings: BookingStore
    acquaintances: Acquaintances
    consents: Consents
    tokens: TokenKeeper
    api: OfficialAccountApi
    mini_app_url: str
    template: str | None


settings = SenderSettings.load()


def post() -> Post:
    api = OfficialAccountApi(settings.zalo_openapi_url, settings.zalo_oauth_url)
    keeper = TokenKeeper(
        TokenStore(client(), settings.chat_table),
        api,
        settings.zalo_app_id,
        secret(settings.zalo_app_secret),
        lambda: secret(settings.oa_grant),
    )
    return Post(
        notices=NoticeStore(client(), settings.notices_table),
        bookings=BookingStore(client(), settings.bookings_table),
        acquaintances=Acquaintances(client(), settings.chat_table),
        consents=Consents(client(), settings.declarations_table),
        tokens=keeper,
        api=api,
        mini_app_url=settings.mini_app_url,
        template=settings.notice_template if settings.notice_template != "-" else None,
    )


def handler(event: Event, context: LambdaContext) -> dict[str, int]:
    ours = post()
    try:
        sent = send_due(ours, clock.now(), time_left(context))
    finally:
        ours.api.close()
    flush_metrics()
    return {"sent": sent}


def send_due(post: Post, now: datetime, time_left: Callable[[], bool]) -> int:
    """Send what is due, while `time_left`; returns how many were sent. Nothing at night: it waits for morning."""
    if is_night(now):
        return 0
    return sum(send(post, notice, state, now) for notice, state in post.notices.due(now) if time_left())


def send(post: Post, notice: Notice, state: str, now: datetime) -> bool:
    """Send one message, if it is still true and nobody else is at it; whether it was sent."""
    if state == "sending":  # whoever claimed it died: it may have been sent, so it is not sent again
        return _ended(post, notice, "uncertain")
    booking_id = BookingId.parse(notice.booking_id)
    booking = post.bookings.find(booking_id) if booking_id else None
    friend = post.acquaintances.find(notice.citizen)
    if booking is None or friend is None or obsolete(notice, booking, now) or not _agreed(post, notice.citizen):
        return _ended(post, notice, "dropped", was="waiting")
    if not post.notices.claim(notice, now):
        return False
    try:
        _deliver(post, notice, booking, friend, now)
    except Uncertain:
        return _ended(post, notice, "uncertain")
    except TokensUnavailable:
        return _again(post, notice, now)
    except NotSent as failure:
        logger.warning("a message was not sent", zalo_error=failure.code, final=failure.final)
        if failure.final or notice.tries + 1 >= MAX_TRIES:
            return _ended(post, notice, "failed")
        return _again(post, notice, now)
    return _ended(post, notice, "sent")


def _agreed(post: Post, citizen: str) -> bool:
    """Whether the citizen takes messages. Who was never asked, as they declared nothing, agreed by following."""
    standing = post.consents.standing(citizen)
    return standing.get("notifications", not standing)


def _deliver(post: Post, notice: Notice, booking: Booking, friend: Acquaintance, now: datetime) -> None:
    office = directory().find(booking.office_id)
    token = post.tokens.access(now)
    try:
        _with_token(post, token, notice, booking, office, friend, now)
    except TokenRefused:
        _with_token(post, post.tokens.refresh(now, used=token), notice, booking, office, friend, now)


def _with_token(
    post: Post, token: str, notice: Notice, booking: Booking, office: Office | None, friend: Acquaintance, now: datetime
) -> None:
    if friend.in_window(now):
        try:
            post.api.send(token, friend.user, _reply(notice, booking, office).message(post.mini_app_url))
            return
        except NotSent as failure:
            if failure.code not in OUTSIDE_WINDOW or post.template is None:
                raise
    if post.template is None:
        raise NotSent(-230)
    post.api.send_template(token, friend.user, post.template, template_data(booking, office))


def _reply(notice: Notice, booking: Booking, office: Office | None) -> Reply:
    papers = [each.name for each in documents_to_bring(booking.procedure, booking.start.date()) if each.mandatory]
    missing = NO_DECLARATION if notice.kind is Kind.REMINDER and booking.declaration_id is None else None
    text = words(notice, booking, office, papers, missing)
    return Reply(text, (Button("Xem lịch hẹn", path="lich-hen"),))


def _again(post: Post, notice: Notice, now: datetime) -> bool:
    when = next_try(notice.tries, now)
    if when >= notice.start:
        return _ended(post, notice, "failed")
    post.notices.again(notice, when)
    return False


def _ended(post: Post, notice: Notice, outcome: Outcome, was: str = "sending") -> bool:
    if post.notices.end(notice, outcome, was):
        count_message(outcome)
    return outcome == "sent"
