"""Every minute, but not at night: send the messages that are due, each at most once. Each shard has a run of its own.

It comes from the account that the citizen follows: the office's own first, then its province's (accounts/account.py).
An ordinary message goes out within Zalo's seven days after the citizen's last word. After that a template message goes
out, if the office has one. A citizen who does not follow the account gets no message. Neither does a citizen who was
asked for their consent to messages and has not given it, or has taken it back.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from aws_lambda_powertools.utilities.typing import LambdaContext

from accounts.account import Account, speaker
from accounts.settings import OfficialAccountSettings
from accounts.store import AccountStore
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
from offices.directory import directory
from zalo.acquaintances import Acquaintances
from zalo.official_account import (
    AILING,
    OF_THE_ACCOUNT,
    OUTSIDE_WINDOW,
    NotSent,
    OfficialAccountApi,
    TokenRefused,
    Uncertain,
)
from zalo.tokens import TokenKeeper, TokenStore, TokensUnavailable

# Milliseconds for one message: its token may have to be renewed and saved, and that must not be cut short.
ONE_MESSAGE = 25_000

UNWELL_WAITS = timedelta(minutes=1)  # messages of an account that could not send
LOST_WAITS = timedelta(minutes=10)

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
    accounts: AccountStore
    keeper: Callable[[TokenStore], TokenKeeper]
    api: OfficialAccountApi
    templates: Templates
    mini_app_url: str
    now: Callable[[], datetime]
    # What this run has found: who speaks for each office; which accounts cannot send, and how long their messages wait.
    speakers: dict[str, list[Account]] = field(default_factory=dict)
    unwell: dict[str, timedelta] = field(default_factory=dict)

    def speaking_for(self, office_id: str) -> list[Account]:
        """The accounts that may speak for an office, the nearest first."""
        if office_id not in self.speakers:
            office = directory().find(office_id)
            self.speakers[office_id] = self.accounts.of_office(office) if office else []
        return self.speakers[office_id]

    def tokens(self, account: Account) -> TokenKeeper:
        """The tokens of that account."""
        return self.keeper(self.accounts.tokens(account.id))


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


class AccountAils(Exception):
    """The account that would speak cannot send now. The message waits; those of other accounts go on."""


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
        accounts=settings.accounts(),
        keeper=lambda store: settings.keeper(store, api),
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

    post = replace(post, speakers={}, unwell={})  # what one run finds, the next looks up anew
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
        except AccountAils:
            continue  # nobody was asked: it takes nothing of the run's share
        except Exception as error:  # noqa: BLE001 - the messages after this one belong to other people
            broke(error)
    return Run(sent, broken)


def send(post: Post, notice: Notice, state: State) -> bool:
    """Send one message, if it is still true and nobody else is sending it; returns whether it was sent.

    Raises:
        ZaloAils: this message's outcome is written down; the next message should wait.
        AccountAils: this message waits.
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
    if (wait := post.unwell.get(letter.account.id)) is not None:
        raise _later(post, notice, wait)
    try:
        token = post.tokens(letter.account).access()
    except TokensUnavailable:
        raise _later(post, notice, _unwell(post, letter.account)) from None
    now = post.now()
    if is_night(now) or now >= notice.last_moment or not post.notices.claim(notice, now):
        return False
    return _sent(post, notice, letter, token)


def _unwell(post: Post, account: Account) -> timedelta:
    """How long its messages wait: a pair that is lost comes back by a new grant only."""
    state = post.accounts.tokens(account.id).read()
    post.unwell[account.id] = LOST_WAITS if state is None or state.lost else UNWELL_WAITS
    logger.warning("an account cannot send", account=account.id)
    return post.unwell[account.id]


def _later(post: Post, notice: Notice, wait: timedelta) -> AccountAils:
    when = post.now() + wait
    if when >= notice.last_moment:
        _ended(post, notice, "failed", was="waiting")
    else:
        post.notices.later(notice, when)
    return AccountAils()


def _letter(post: Post, notice: Notice) -> Letter | Outcome:
    """The message, or how the notice ends without one."""
    now = post.now()
    booking_id = BookingId.parse(notice.booking_id)
    booking = post.bookings.find(booking_id) if booking_id else None
    friends = post.acquaintances.of(notice.citizen)
    if booking is None or not friends or obsolete(notice, booking, now) or not _agreed(post, notice.citizen):
        return "dropped"
    account = speaker(post.speaking_for(booking.office_id), friends)
    if account is None:  # they follow accounts that do not speak for that office
        former = post.accounts.former_tokens().read()
        if former and not former.lost:  # it has not said yet which account it is
            raise _later(post, notice, UNWELL_WAITS)
        return "unreachable"
    declaration = (
        post.declarations.find(booking.citizen, booking.declaration_id, now) if booking.declaration_id else None
    )
    declared = answers_for(declaration, booking)
    friend = friends[account.link]
    letter = write(notice, booking, declared, account, friend, now, post.templates, post.mini_app_url)
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
        _renew(post.tokens(letter.account), token)
        return _again(post, notice)
    except NotSent as failure:
        logger.warning("a message was not sent", zalo_error=failure.code, final=failure.final)
        if failure.final or notice.tries + 1 >= MAX_TRIES:
            return _ended(post, notice, "failed", was="sending")
        _again(post, notice)
        if failure.code in OF_THE_ACCOUNT:
            post.unwell[letter.account.id] = UNWELL_WAITS
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


def _renew(tokens: TokenKeeper, used: str) -> None:
    with suppress(TokensUnavailable):
        tokens.refresh(used=used)


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
