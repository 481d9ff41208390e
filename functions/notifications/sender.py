"""Every minute, but not at night: send the messages that are due, each at most once.

An ordinary message goes out within Zalo's seven days after the citizen's last word, a template message otherwise,
where the office has one. Whoever does not follow the account cannot be written to, and whoever was asked for their
consent to messages and has not given it, or has taken it back, is not.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from aws_lambda_powertools.utilities.typing import LambdaContext

from bookings.booking_id import BookingId
from bookings.store import BookingStore
from cccd import clock
from cccd.dynamodb import client
from cccd.hashes import CitizenHash
from cccd.invocation import Event, time_left
from cccd.observability import count_message, flush_metrics, log_unexpected, logger
from cccd.table import Table
from consent.store import Consents
from declarations.linking import LinkedDeclarations, answers_for
from notifications.letter import Letter, write
from notifications.notice import MAX_TRIES, Notice, is_night, next_try, obsolete
from notifications.store import NoticeStore, Outcome, State
from notifications.templates import DoesNotFit, Templates, templates
from zalo.acquaintances import Acquaintances
from zalo.official_account import AILING, OUTSIDE_WINDOW, NotSent, OfficialAccountApi, TokenRefused, Uncertain
from zalo.settings import OfficialAccountSettings
from zalo.tokens import TokenKeeper, TokensUnavailable

# Milliseconds for one message: its token may have to be renewed and saved, which must not be cut short.
ONE_MESSAGE = 25_000


class SenderSettings(OfficialAccountSettings):
    """The same, with the tables that messages tell of and the Mini App's address."""

    bookings_table: str
    declarations_table: str
    notices_table: str
    mini_app_url: str


@dataclass(frozen=True)
class Post:
    """Everything that sending takes. The clock is read for each message: a run may last into the night."""

    notices: NoticeStore
    bookings: BookingStore
    declarations: LinkedDeclarations
    consents: Consents
    acquaintances: Acquaintances
    tokens: TokenKeeper
    api: OfficialAccountApi
    templates: Templates
    mini_app_url: str
    now: Callable[[], datetime]


@dataclass(frozen=True)
class Run:
    """What became of a run: how many messages were sent, and how many met an error that no rule names."""

    sent: int
    broken: int


class ZaloAils(Exception):
    """Zalo does not serve now: what is still due waits for the next run, so that an outage costs one message a run."""


class SomeBroke(Exception):
    """The run is done and its log says what broke; raised so that the function's errors count it."""


settings = SenderSettings.load()


def post() -> Post:
    api = settings.api()
    return Post(
        notices=NoticeStore(client(), settings.notices_table),
        bookings=BookingStore(client(), settings.bookings_table),
        declarations=LinkedDeclarations(client(), settings.declarations_table),
        consents=Consents(Table(client(), settings.declarations_table)),
        acquaintances=settings.acquaintances(),
        tokens=settings.tokens(api),
        api=api,
        templates=templates(),
        mini_app_url=settings.mini_app_url,
        now=clock.now,
    )


def handler(event: Event, context: LambdaContext) -> dict[str, int]:
    ours = post()
    try:
        run = send_due(ours, time_left(context, ONE_MESSAGE))
    finally:
        ours.api.close()
    flush_metrics()
    if run.broken:
        raise SomeBroke(run.broken)
    return {"sent": run.sent}


def send_due(post: Post, time_left: Callable[[], bool]) -> Run:
    """Send what is due, while `time_left`. Nothing at night: it waits for morning. One that breaks stops no other."""
    sent = broken = 0
    for notice, state in post.notices.due(post.now()):
        if is_night(post.now()) or not time_left():
            break
        try:
            sent += send(post, notice, state)
        except ZaloAils:
            logger.warning("zalo ails: the rest waits")
            break
        except Exception as error:  # noqa: BLE001 - whatever it is, the messages after it are other people's
            log_unexpected(error, "sender")
            broken += 1
    return Run(sent, broken)


def send(post: Post, notice: Notice, state: State) -> bool:
    """Send one message, if it is still true and nobody else is at it; whether it was sent.

    Raises:
        ZaloAils: what became of this message is written down; the next one had better wait.
    """
    if state == "sending":  # whoever claimed it died: it may have been sent, so it is not sent again
        return _ended(post, notice, "uncertain", was="sending")
    try:
        letter = _letter(post, notice)
    except DoesNotFit as misfit:
        logger.error("a template message does not fit", parameter=str(misfit), kind=notice.kind.value)
        return _ended(post, notice, "failed", was="waiting")
    if isinstance(letter, str):
        return _ended(post, notice, letter, was="waiting")
    try:
        token = post.tokens.access()
    except TokensUnavailable:
        raise ZaloAils from None
    now = post.now()
    if is_night(now) or now >= notice.start or not post.notices.claim(notice, now):
        return False
    return _sent(post, notice, letter, token)


def _letter(post: Post, notice: Notice) -> Letter | Outcome:
    """The message, or how the notice ends without one."""
    now = post.now()
    booking_id = BookingId.parse(notice.booking_id)
    booking = post.bookings.find(booking_id) if booking_id else None
    friend = post.acquaintances.find(notice.citizen)
    if booking is None or friend is None or obsolete(notice, booking, now) or not _agreed(post, notice.citizen):
        return "dropped"
    declaration = (
        post.declarations.find(booking.citizen, booking.declaration_id, now) if booking.declaration_id else None
    )
    declared = answers_for(declaration, booking)
    letter = write(notice, booking, declared, friend, now, post.templates, post.mini_app_url)
    return letter or "unreachable"


def _agreed(post: Post, citizen: CitizenHash) -> bool:
    """Whether the citizen takes messages. Who was never asked, as they declared nothing, agreed by following."""
    standing = post.consents.standing(citizen)
    return standing.get("notifications", not standing)


def _sent(post: Post, notice: Notice, letter: Letter, token: str) -> bool:
    """Hand a claimed message to Zalo; whether it took it."""
    try:
        _hand_over(post.api, letter, token)
    except Uncertain:
        _ended(post, notice, "uncertain", was="sending")
        raise ZaloAils from None
    except TokenRefused:
        _renew(post, token)
        return _again(post, notice)
    except NotSent as failure:
        logger.warning("a message was not sent", zalo_error=failure.code, final=failure.final)
        if failure.final or notice.tries + 1 >= MAX_TRIES:
            return _ended(post, notice, "failed", was="sending")
        _again(post, notice)
        if failure.code in AILING:
            raise ZaloAils from None
        return False
    return _ended(post, notice, "sent", was="sending")


def _hand_over(api: OfficialAccountApi, letter: Letter, token: str) -> None:
    if letter.words:
        try:
            api.send(token, letter.user, letter.words)
        except NotSent as failure:
            if failure.code not in OUTSIDE_WINDOW or letter.template is None:
                raise
        else:
            return
    assert letter.template is not None
    api.send_template(token, letter.user, letter.template.id, letter.template.data)


def _renew(post: Post, token: str) -> None:
    with suppress(TokensUnavailable):
        post.tokens.refresh(used=token)


def _again(post: Post, notice: Notice) -> bool:
    when = next_try(notice.tries, post.now())
    if when >= notice.start:
        return _ended(post, notice, "failed", was="sending")
    post.notices.again(notice, when)
    return False


def _ended(post: Post, notice: Notice, outcome: Outcome, was: State) -> bool:
    if post.notices.end(notice, outcome, was):
        count_message(outcome)
    return outcome == "sent"
