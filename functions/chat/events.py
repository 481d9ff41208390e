"""What happened in the chat: the few kinds of Zalo's events that we answer, and the rest.

Zalo's payload is hostile until it is parsed: every field may be missing or have another type.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cccd.clock import VIETNAM


@dataclass(frozen=True)
class Followed:
    """A citizen followed an account (Quan tâm). `app_user` is their id in our Mini App, where Zalo tells it."""

    account: str
    user: str
    app_user: str | None


@dataclass(frozen=True)
class Unfollowed:
    """A citizen unfollowed an account."""

    account: str
    user: str
    app_user: str | None


@dataclass(frozen=True)
class Said:
    """A citizen typed or pressed something; there is no text if they sent a picture, a sticker or the like."""

    account: str
    user: str
    app_user: str | None
    text: str


@dataclass(frozen=True)
class Withdrew:
    """A citizen asked Zalo, or the Mini App, to have their data removed. Unsure: where Zalo names the account; none is needed."""

    account: str | None
    user: str | None
    app_user: str | None


@dataclass(frozen=True)
class Ignored:
    """Any other event; `kind` is Zalo's name for it. `nameless`: it would be one of ours, if it named its account."""

    kind: str
    nameless: bool = False


type ChatEvent = Followed | Unfollowed | Said | Withdrew | Ignored


def parse(event: Mapping[str, Any]) -> ChatEvent:
    """The event of an Official Account webhook, or of the Mini App's consent webhook."""
    kind = _string(event.get("event_name")) or _string(event.get("event")) or ""
    app_user = _id(event.get("user_id_by_app"))
    follower = _id(_inner(event, "follower", "id"))
    sender = _id(_inner(event, "sender", "id"))
    # A follower's event has `oa_id`, a citizen's message its `recipient`; a wrong place would show as `EventsOfNoAccount`.
    account = _id(event.get("oa_id")) or _id(_inner(event, "recipient", "id"))
    if account is None and (follower or sender) and kind.startswith(("follow", "unfollow", "user_send_")):
        return Ignored(kind[:64], nameless=True)
    match kind, account:
        case "follow", str() if follower:
            return Followed(account, follower, app_user)
        case "unfollow", str() if follower:
            return Unfollowed(account, follower, app_user)
        case "user_send_text", str() if sender:
            return Said(account, sender, app_user, _string(_inner(event, "message", "text")) or "")
        case _, str() if kind.startswith("user_send_") and sender:
            return Said(account, sender, app_user, "")
    match kind:
        case "user_withdraw" if sender or follower or app_user:
            return Withdrew(account, sender or follower, app_user)
        case "user.revoke.consent" if _id(event.get("userId")):
            return Withdrew(None, None, _id(event.get("userId")))
    return Ignored(kind[:64])


def event_id(event: Mapping[str, Any]) -> str:
    """A text that stays the same when Zalo delivers an event again: the message's id, or else who, what and when."""
    kind = _string(event.get("event_name")) or _string(event.get("event")) or ""
    message = _string(_inner(event, "message", "msg_id"))
    if message:  # a reaction to the message carries it too
        return f"{kind[:64]}:msg:{message[:128]}"
    who = _id(_inner(event, "follower", "id")) or _id(_inner(event, "sender", "id")) or _id(event.get("userId")) or ""
    return f"{kind[:64]}:{who}:{str(event.get('timestamp'))[:32]}"


def sent_at(event: Mapping[str, Any], now: datetime) -> datetime:
    """When it happened, by Zalo's timestamp in milliseconds; never later than `now`, which replaces a missing one."""
    try:
        told = datetime.fromtimestamp(int(str(event.get("timestamp"))) / 1000, VIETNAM)
    except (ValueError, OverflowError, OSError):
        return now
    return min(told, now + timedelta(milliseconds=999))  # `now` is exact to the second


def _inner(event: Mapping[str, Any], outer: str, inner: str) -> object:
    found = event.get(outer)
    return found.get(inner) if isinstance(found, dict) else None


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 32 else None
