"""Every minute, but not at night: send the messages that are due, each at most once. Each shard has a run of its own.

An ordinary message goes out within Zalo's seven days after the citizen's last word. After that a template message goes
out, if the office has one. A citizen who does not follow the account gets no message. Neither does a citizen who was
asked for their consent to messages and has not given it, or has taken it back.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from aws_lambda_powertools.utilities.typing import LambdaContext

from bookings.booking_id import BookingId
from bookings.store import BookingStore
from cccd import clock
from cccd.clock import is_night
from cccd.dynamodb import client
from cccd.hashes import CitizenHash
from cccd.invocation import Event, time_left
from cccd.observability import count_message, flush_metrics, logger
from cccd.sweeps import passed_by
from cccd.table import Table
from consent.store import Consents
from declarations.linking import LinkedDeclarations, answers_for
from notifications.letter import Letter, write
from notifications.notice import MAX_TRIES, Notice, next_try, obsolete
from notifications.outage import SCOUT, Outage
from notifications.rate import MESSAGES_A_MINUTE
from notifications.store import SHARDS, NoticeStore, Outcome, State
from notifications.templates import DoesNotFit, Templates, templates
from zalo.acquaintances import Acquaintances
from zalo.official_account import AILING, OUTSIDE_WINDOW, NotSent, OfficialAccountApi, TokenRefused, Uncertain
from zalo.settings import OfficialAccountSettings
from zalo.tokens import TokenKeeper, TokensUnavailable

# Milliseconds for one message: its token may have to be renewed and saved, and that must not be cut short.
ONE_MESSAGE = 25_000

A_RUN = MESSAGES_A_MINUTE // SHARDS  # messages: each shard has one run a minute


class SenderSettings(OfficialAccountSettings):
    """The same settings, with the tables that messages report on and the Mini App's address."""

    bookings_table: str
    declarations_table: str
    notices_table: str
    mini_app_url: str


@dataclass(frozen=True)
class Post:
    """Everything that sending needs. The clock is read for each message: a run may last into the night."""

    notices: NoticeStore
    bookings: BookingStore
    declarations: LinkedDeclarations
    consents: Consents
    acquaintances: Acquaintances
    outage: Outage
    tokens: TokenKeeper
    api: OfficialAccountApi
    templates: Templates
    mini_app_url: str
    now: Callable[[], datetime]


@dataclass(frozen=True)
class Run:
    """The result of a run: how many messages were sent, and how many met an error that no rule names."""

    sent: int
    broken: int


class ZaloAils(Exception):
    """Zalo does not work now. The due messages wait for the next run, so an outage costs one message a run.

    `lost` if it has cost one: nobody knows whether the message arrived.
    """

    def __init__(self, *, lost: bool = False):
        super().__init__()
        self.lost = lost


class SomeBroke(Exception):
    """The run is done and its log says what failed; raised so that the function's errors count it."""


settings = SenderSettings.load()


def post() -> Post:
    api = settings.api()
    return Post(
        notices=NoticeStore(client(), settings.notices_table),
        bookings=BookingStore(client(), settings.bookings_table),
        declarations=LinkedDeclarations(client(), settings.declarations_table),
        consents=Consents(Table(client(), settings.declarations_table)),
        acquaintances=settings.acquaintances(),
        outage=Outage(client(), settings.chat_table),
        tokens=settings.tokens(api),
        api=api,
        templates=templates(),
        mini_app_url=settings.mini_app_url,
        now=clock.now,
    )


def handler(event: Event, context: LambdaContext) -> dict[str, int]:
    ours = post()
    try:
        run = send_due(ours, time_left(context, ONE_MESSAGE), shards_of(event))
    finally:
        ours.api.close()
    flush_metrics()
    if run.broken:
        raise SomeBroke(run.broken)
    return {"sent": run.sent}


def shards_of(event: Event) -> Collection[int]:
    """The shard that the schedule names; every shard if a person invokes the function without one."""
    return [int(event["shard"])] if "shard" in event else range(SHARDS)


def send_due(post: Post, time_left: Callable[[], bool], shards: Collection[int] = range(SHARDS)) -> Run:
    """Send what is due in those shards, while `time_left` and while Zalo's rate has room; at night, wait for morning.

    A message that fails, or that nobody can read, stops no other, and takes nothing of the run's share of the rate.
    """
    sent = tried = broken = 0

    def broke(error: Exception) -> None:
        nonlocal broken
        passed_by("Sender", error)
        broken += 1

    if SCOUT not in shards and post.outage.lasts(post.now()):
        return Run(sent, broken)
    for notice, state in post.notices.due(post.now(), shards, unreadable=broke):
        if tried == A_RUN or is_night(post.now()) or not time_left():
            break
        try:
            sent += send(post, notice, state)
            tried += 1
        except ZaloAils as ails:
            logger.warning("zalo ails: the rest waits")
            if ails.lost:
                post.outage.begin(post.now())
            break
        except Exception as error:  # noqa: BLE001 - the messages after this one belong to other people
            broke(error)
    return Run(sent, broken)


def send(post: Post, notice: Notice, state: State) -> bool:
    """Send one message, if it is still true and nobody else is sending it; returns whether it was sent.

    Raises:
        ZaloAils: this message's outcome is written down; the next message should wait.
    """
    if state == "sending":  # the process that claimed it died: it may have been sent, so it is not sent again
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
    if is_night(now) or now >= notice.last_moment or not post.notices.claim(notice, now):
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
    """Whether the citizen accepts messages. A citizen who was never asked (no declaration) agreed by following."""
    standing = post.consents.standing(citizen)
    return standing.get("notifications", not standing)


def _sent(post: Post, notice: Notice, letter: Letter, token: str) -> bool:
    """Hand a claimed message to Zalo; returns whether Zalo took it."""
    try:
        _hand_over(post.api, letter, token)
    except Uncertain:
        _ended(post, notice, "uncertain", was="sending")
        raise ZaloAils(lost=True) from None
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
    if when >= notice.last_moment:
        return _ended(post, notice, "failed", was="sending")
    post.notices.again(notice, when)
    return False


def _ended(post: Post, notice: Notice, outcome: Outcome, was: State) -> bool:
    if post.notices.end(notice, outcome, was):
        count_message(outcome)
    return outcome == "sent"
