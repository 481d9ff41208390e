"""The chief of an office connects its Official Account, and disconnects it. The chief of a PC06 does so for the province."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field, StringConstraints

from accounts.account import Account, province_of
from accounts.connecting import begin, finish
from accounts.settings import ConnectionSettings
from accounts.store import AccountStore
from cccd import clock
from cccd.dynamodb import client
from cccd.errors import (
    AccountTaken,
    ChiefOnly,
    GrantOver,
    NotFound,
    NotYourOffice,
    TemporarilyUnavailable,
    ZaloUnavailable,
)
from cccd.http import lambda_handler, refuses, resolver
from cccd.transactions import Unknown
from cccd.wire import Model
from desk.officer import Officer, officer_of
from desk.store import DeskStore
from offices.directory import directory

RETRY_AFTER = 2  # seconds

app = resolver()


class AccountView(Model):
    """The account that speaks for the office, if it has one; `province` if it speaks for a whole province."""

    id: str
    name: str
    follow_url: Annotated[str, Field(description="Where a citizen follows it.")]
    offices: list[str]
    province: str | None
    connected: Annotated[bool, Field(description="False while it cannot send: connect it anew.")]


class OfficeAccount(Model):
    """The office's own account; null where it has none."""

    account: AccountView | None


class Consent(Model):
    """Where an administrator of the account consents; the browser comes back with `state` and a code, within ten minutes."""

    url: str
    state: str


class Granted(Model):
    """What the browser came back with."""

    state: Annotated[str, StringConstraints(min_length=8, max_length=128)]
    code: Annotated[str, StringConstraints(min_length=1, max_length=2048, pattern=r"^[\x21-\x7e]+$")]


settings = ConnectionSettings.load()


@app.get("/desk/offices/<officeId>/account", summary="The office's Official Account")
@refuses(NotYourOffice, NotFound)
def read_account(office_id: Annotated[str, Path(alias="officeId")]) -> OfficeAccount:
    officer_of(app.current_event.raw_event).at(office_id)
    found = _accounts().own(_known(office_id))
    return OfficeAccount(account=_view(found) if found else None)


@app.post("/desk/offices/<officeId>/account/grants", summary="Begin to connect one (Kết nối OA)")
@refuses(NotYourOffice, ChiefOnly, NotFound)
def begin_grant(office_id: Annotated[str, Path(alias="officeId")]) -> Consent:
    me = officer_of(app.current_event.raw_event).chief_at(office_id)
    url, state = begin(_accounts(), settings.app(), [_known(office_id)], me.id, clock.now())
    return Consent(url=url, state=state)


@app.put("/desk/offices/<officeId>/account", summary="Connect it, with what the browser came back with")
@refuses(NotYourOffice, ChiefOnly, NotFound, GrantOver, AccountTaken, ZaloUnavailable, TemporarilyUnavailable)
def connect_account(office_id: Annotated[str, Path(alias="officeId")], request: Granted) -> OfficeAccount:
    me, now = officer_of(app.current_event.raw_event).chief_at(office_id), clock.now()
    api = settings.api()
    try:
        account = finish(_accounts(), settings.app(), api, request.state, request.code, me.id, now, office_id)
    except Unknown:
        raise TemporarilyUnavailable(retry_after=RETRY_AFTER) from None
    finally:
        api.close()
    _note(me, office_id, "account connected")
    return OfficeAccount(account=_view(account))


@app.delete("/desk/offices/<officeId>/account", summary="Disconnect it: its tokens are forgotten", status_code=204)
@refuses(NotYourOffice, ChiefOnly, NotFound, AccountTaken, TemporarilyUnavailable)
def disconnect_account(office_id: Annotated[str, Path(alias="officeId")]) -> Response[None]:
    me = officer_of(app.current_event.raw_event).chief_at(office_id)
    accounts = _accounts()
    if found := accounts.own(_known(office_id)):
        if len(found.offices) > 1:  # an operator gave it to several, and takes it back
            raise AccountTaken
        try:
            accounts.disconnect(found)
        except Unknown:
            raise TemporarilyUnavailable(retry_after=RETRY_AFTER) from None
        _note(me, office_id, "account disconnected")
    return Response(status_code=204)


def _accounts() -> AccountStore:
    return settings.accounts()


def _known(office_id: str) -> str:
    if directory().find(office_id) is None:
        raise NotFound
    return office_id


def _note(me: Officer, office_id: str, what: str) -> None:
    DeskStore(client(), settings.bookings_table).note(me, office_id, what, "-", clock.now())


def _view(account: Account) -> AccountView:
    state = _accounts().tokens(account.id).read()
    provinces = (province_of(directory().find(each)) for each in account.offices)
    return AccountView(
        id=account.id,
        name=account.name,
        follow_url=f"https://zalo.me/{account.id}",
        offices=list(account.offices),
        province=next((each for each in provinces if each), None),
        connected=state is not None and not state.lost,
    )


handler = lambda_handler(app)
