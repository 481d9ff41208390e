"""Handles the queue of chat events, one after the other: answers them, and erases when a citizen withdraws.

An event is answered once: the worker claims it when its answer is ready to go. If the answer surely did not go out,
the event comes again, and at last goes to the dead letters. If nobody knows whether it went out, it is not sent twice.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from accounts.account import Account
from accounts.settings import OfficialAccountSettings
from accounts.store import AccountStore
from bookings.booking import Booking
from bookings.store import BookingStore
from cccd import clock
from cccd.dynamodb import client
from cccd.hashes import ChatUserHash, CitizenHash, chat_user_hash, citizen_hash, request_hash
from cccd.invocation import Event
from cccd.keyring import secret
from cccd.observability import flush_metrics, logger, metrics
from cccd.sweeps import passed_by
from chat import replies
from chat.events import Followed, Ignored, Said, Unfollowed, Withdrew, event_id, parse, sent_at
from chat.standpoint import standpoint
from declarations.erasing import DeclarationEraser
from desk.counters import at_counters
from desk.store import DeskStore
from feedback.store import FeedbackStore
from images.store import Images
from offices.directory import directory
from privacy.erasure import erase_all
from zalo.acquaintances import ONE_FOR_ALL, Acquaintances
from zalo.message import Reply
from zalo.official_account import NotSent, OfficialAccountApi, TokenRefused, Uncertain
from zalo.tokens import TokenKeeper, TokenStore, TokensUnavailable

# Logging the whole error would print its message, which may quote what a citizen typed.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


class ChatSettings(OfficialAccountSettings):
    """The same settings, with the tables that answers come from and the Mini App's address."""

    bookings_table: str
    feedback_table: str
    images_bucket: str
    declarations_table: str
    identity_key_secret: str
    mini_app_url: str


@dataclass(frozen=True)
class Chat:
    """Everything that an answer needs."""

    acquaintances: Acquaintances
    bookings: BookingStore
    feedback: FeedbackStore
    declarations: DeclarationEraser
    accounts: AccountStore
    keeper: Callable[[TokenStore], TokenKeeper]
    api: OfficialAccountApi
    desk: DeskStore
    identity_key: bytes
    mini_app_url: str

    def user_hash(self, link: str, user: str) -> ChatUserHash:
        """The keyed hash of a user of the chat of an account: another account may know somebody else by the same id."""
        return chat_user_hash(self.identity_key, user if link == ONE_FOR_ALL else f"{link} {user}")

    def tokens(self, account: Account) -> TokenKeeper:
        """The tokens of that account."""
        return self.keeper(self.accounts.tokens(account.id))

    def citizen(self, app_user: str | None) -> CitizenHash | None:
        """The keyed hash of a citizen whose Mini App id Zalo gave."""
        return citizen_hash(self.identity_key, app_user) if app_user else None


settings = ChatSettings.load()


def chat() -> Chat:
    api = settings.api()
    return Chat(
        acquaintances=settings.acquaintances(),
        bookings=BookingStore(client(), settings.bookings_table),
        feedback=FeedbackStore(client(), settings.feedback_table, Images(settings.images_bucket)),
        declarations=DeclarationEraser(client(), settings.declarations_table),
        accounts=settings.accounts(),
        keeper=lambda store: settings.keeper(store, api),
        api=api,
        desk=DeskStore(client(), settings.bookings_table),
        identity_key=secret(settings.identity_key_secret),
        mini_app_url=settings.mini_app_url,
    )


def handler(event: Event, context: LambdaContext) -> Any:
    answer = process_partial_response(event=event, record_handler=_work_on, processor=processor, context=context)
    flush_metrics()
    return answer


def _work_on(record: SQSRecord) -> None:
    ours = chat()
    try:
        event = json.loads(record.body)["event"]
        # Hashed, as it may hold a person's id, and becomes a key.
        work_on(ours, request_hash(ours.identity_key, event_id(event)), event, clock.now())
    except (NotSent, TokensUnavailable):
        raise
    except Exception as error:  # it comes again, at last to the dead letters; the other events go on
        passed_by("Chat", error)
        raise
    finally:
        ours.api.close()


def work_on(chat: Chat, known_as: str, event: dict[str, Any], now: datetime) -> None:
    """Do what one event asks for. Each step before the answer may run twice without harm.

    Raises:
        NotSent, TokensUnavailable: the event should come again.
    """
    happened = sent_at(event, now)
    match parse(event):
        case Followed(account_id, user, app_user):
            if (account := _account(chat, account_id)) and _meet(chat, account, user, app_user, happened):
                _answer(chat, known_as, account, user, replies.to_follower(standpoint(account, now.date())), now)
        case Said(account_id, user, app_user, text):
            if (account := _account(chat, account_id)) and _meet(chat, account, user, app_user, happened):
                reply = _to_said(chat, account, chat.citizen(app_user), text, now)
                if reply:
                    _answer(chat, known_as, account, user, reply, now)
        case Unfollowed(_, _, _) | Withdrew(_, _, _) if chat.acquaintances.answered(known_as):
            logger.info("done before")  # a repetition must not erase what the citizen did since
        case Unfollowed(account_id, user, app_user):
            if account := chat.accounts.remembered(account_id):  # also one that is disconnected: its people may leave
                known = chat.acquaintances.citizen_of(chat.user_hash(account.link, user))
                _leave(chat, known_as, chat.citizen(app_user) or known, account.link, happened, now)
            else:
                _of_no_account()
        case Withdrew(account_id, user, app_user):
            named = chat.accounts.remembered(account_id) if account_id else None
            link = named.link if named else ONE_FOR_ALL
            known = chat.acquaintances.citizen_of(chat.user_hash(link, user)) if user else None
            citizen = chat.citizen(app_user) or known
            _withdraw(chat, known_as, citizen, happened, now)
        case Ignored(nameless=True):
            _of_no_account()
        case ignored:
            logger.debug("ignored", kind=ignored.kind)


def _account(chat: Chat, account_id: str) -> Account | None:
    """The connected account of an event.

    Raises:
        TokensUnavailable: the former account has not said yet which it is; the event should come again.
    """
    if (account := chat.accounts.find(account_id)) is None:
        former = chat.accounts.former_tokens().read()
        if former and not former.lost:
            raise TokensUnavailable
        _of_no_account()
    return account


def _of_no_account() -> None:
    metrics.add_metric("EventsOfNoAccount", MetricUnit.Count, 1)
    logger.warning("an event of no account that is connected here")


def _leave(
    chat: Chat, known_as: str, citizen: CitizenHash | None, link: str, happened: datetime, now: datetime
) -> None:
    """The citizen left one account. Who follows no other has left us: everything is erased."""
    if citizen is None:
        logger.warning("somebody left whom we do not know")
    elif chat.acquaintances.part(citizen, link, happened, now):
        if chat.acquaintances.of(citizen):
            chat.acquaintances.claim(known_as, now)
            logger.info("left one account of several")
        else:
            _erase(chat, known_as, citizen, now)


def _withdraw(chat: Chat, known_as: str, citizen: CitizenHash | None, happened: datetime, now: datetime) -> None:
    """The citizen withdrew: everywhere, unless they came back since."""
    if citizen is None:
        logger.warning("somebody withdrew whom we do not know")
        return
    if chat.acquaintances.part_everywhere(citizen, happened, now):
        _erase(chat, known_as, citizen, now)


def _erase(chat: Chat, known_as: str, citizen: CitizenHash, now: datetime) -> None:
    erased = erase_all(chat.declarations, chat.bookings, chat.feedback, citizen, now)
    chat.declarations.journal.note_erasure(citizen, "chat", 1, "citizen", now)
    chat.acquaintances.claim(known_as, now)
    logger.info("erased", declarations=erased.declarations, bookings=erased.bookings)


def _to_said(chat: Chat, account: Account, citizen: CitizenHash | None, text: str, now: datetime) -> Reply | None:
    if replies.wants_bookings(text):
        if citizen is None:
            return replies.to_stranger()
        return replies.to_booking_request(_active(chat, citizen, now), directory().find)
    at = standpoint(account, now.date())
    if asked := at.asked(text, now.date()):
        called = at_counters(chat.desk.tickets(asked.office.id, now.date(), consistent=False)) if asked.queue else []
        return asked.reply([each.number for each in called], now)
    return replies.to_text(text, now.date(), at)


def _active(chat: Chat, citizen: CitizenHash, now: datetime) -> list[Booking]:
    found = (booking.as_of(now) for booking in chat.bookings.of_citizen(citizen))
    return sorted((each for each in found if each.active), key=lambda each: each.start)


def _meet(chat: Chat, account: Account, user: str, app_user: str | None, at: datetime) -> bool:
    """Whether the citizen may be answered: not if they have left since."""
    citizen = chat.citizen(app_user)
    known_as = chat.user_hash(account.link, user)
    return citizen is None or chat.acquaintances.meet(citizen, account.link, user, at, known_as)


def _answer(chat: Chat, known_as: str, account: Account, user: str, reply: Reply, now: datetime) -> None:
    """Send the answer to an event, unless it has been sent. The claim comes last, so that nothing else can fail
    between the claim and the message."""
    if chat.acquaintances.answered(known_as):
        return
    message, tokens = reply.message(chat.mini_app_url), chat.tokens(account)
    token = tokens.access()
    if not chat.acquaintances.claim(known_as, now):
        return
    try:
        _send(chat.api, tokens, token, user, message)
    except Uncertain:
        logger.warning("nobody knows whether an answer was sent")
    except NotSent as failure:
        logger.warning("an answer was not sent", zalo_error=failure.code, final=failure.final)
        if not failure.final:
            chat.acquaintances.unclaim(known_as)
            raise
    except TokensUnavailable:
        chat.acquaintances.unclaim(known_as)
        raise


def _send(api: OfficialAccountApi, tokens: TokenKeeper, token: str, user: str, message: dict[str, Any]) -> None:
    try:
        api.send(token, user, message)
    except TokenRefused:
        api.send(tokens.refresh(used=token), user, message)
