"""POST /sessions: a Zalo access token in, our session token out."""

from datetime import datetime
from functools import cache
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from pydantic import Field, StringConstraints

from cccd import clock, session, session_keys
from cccd.errors import PhoneTokenInvalid, TemporarilyUnavailable, ZaloTokenInvalid, ZaloUnavailable
from cccd.http import address, created, lambda_handler, refuses, resolver
from cccd.keyring import secret
from cccd.phone import shown_phone
from cccd.session import Citizen
from cccd.settings import Settings
from cccd.wire import Model
from zalo.graph import ZaloGraph, ZaloProfile
from zalo.holder import holder
from zalo.refused import RefusedTokens

app = resolver()


class SessionsSettings(Settings):
    """Names of the secrets, and where Zalo is asked."""

    session_key_secret: str
    zalo_app_secret: str
    zalo_graph_url: str

    def session_key(self) -> bytes:
        """The key that signs sessions."""
        return session_keys.signing(self.session_key_secret)


# Visible ASCII: a token travels in a header, where anything else could mean something.
ZaloToken = Annotated[str, StringConstraints(min_length=6, max_length=4096, pattern=r"^[\x21-\x7e]+$")]


class SignIn(Model):
    """What the Mini App got from Zalo's `getAccessToken()`."""

    zalo_access_token: ZaloToken


class PhoneRequest(Model):
    """What the Mini App got from Zalo's `getAccessToken()` and `getPhoneNumber()`."""

    zalo_access_token: ZaloToken
    phone_token: ZaloToken


class PhoneNumber(Model):
    """A phone number, to be filled into a form, and a session that knows that the citizen has it.

    Only a keyed hash of the number is in the token.
    """

    phone: str
    token: str
    expires_at: Annotated[datetime, Field(description="ISO 8601, +07:00")]


class SignedInCitizen(Model):
    """Who signed in, as Zalo knows them; `id` is a string of digits."""

    id: str
    name: str
    avatar_url: str | None


class NewSession(Model):
    """Our session token, to be sent as `Authorization: Bearer <token>` until `expiresAt`."""

    token: str
    expires_at: Annotated[datetime, Field(description="ISO 8601, +07:00")]
    citizen: SignedInCitizen


settings = SessionsSettings.load()


refused = RefusedTokens()


@cache
def graph() -> ZaloGraph:
    return ZaloGraph(settings.zalo_graph_url, secret(settings.zalo_app_secret))


@app.post("/sessions", summary="Sign in", status_code=201, description="Verifies the token with Zalo, once.")
@refuses(ZaloTokenInvalid, ZaloUnavailable, TemporarilyUnavailable)
def sign_in(request: SignIn) -> Response[NewSession]:
    person = _profile(request.zalo_access_token)
    token, ends = session.issue(Citizen(person.id), settings.session_key(), clock.now())
    who = SignedInCitizen(id=person.id, name=person.name, avatar_url=person.avatar_url)
    return created(NewSession(token=token, expires_at=ends, citizen=who))


@app.post(
    "/sessions/phone-number",
    summary="The phone number that the citizen agrees to share",
    description=(
        "Each phone token works once, within two minutes. The new session token proves the number: with it a citizen may "
        "book for a family, and an appointment with that number takes the place of an unproven one for the same personal id."
    ),
)
@refuses(ZaloTokenInvalid, PhoneTokenInvalid, ZaloUnavailable, TemporarilyUnavailable)
def share_phone(request: PhoneRequest) -> PhoneNumber:
    person = _profile(request.zalo_access_token)
    if refused.has(request.phone_token):
        raise PhoneTokenInvalid
    try:
        number = graph().phone(request.zalo_access_token, request.phone_token)
    except PhoneTokenInvalid:
        refused.add(request.phone_token, address(app))
        raise
    key = settings.session_key()
    token, ends = session.issue(Citizen(person.id, session.phone_mark(key, number)), key, clock.now())
    return PhoneNumber(phone=shown_phone(number), token=token, expires_at=ends)


def _profile(access_token: str) -> ZaloProfile:
    return holder(graph(), refused, access_token, address(app))


handler = lambda_handler(app, traced=True)
