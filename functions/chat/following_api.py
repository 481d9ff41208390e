"""Whether the citizen follows the account of an office, as Zalo's events have told: what a client says counts for nothing.

A citizen who followed before the account was connected is known once they do something in its chat.
"""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from accounts.store import AccountStore
from cccd.citizens import CitizenSettings
from cccd.dynamodb import client
from cccd.errors import NotFound
from cccd.http import citizen, lambda_handler, refuses, resolver
from cccd.wire import Model
from offices.directory import directory
from offices.views import OfficialAccount
from zalo.acquaintances import Acquaintances

app = resolver()


class FollowingSettings(CitizenSettings):
    """The table of the chat, and the keys."""

    chat_table: str


class Following(Model):
    """The account that would write to the citizen about an appointment at the office, and whether they follow it.

    `account` is the one that they follow, else the nearest that there is; null where the office and its province have none.
    """

    account: OfficialAccount | None
    follows: bool


settings = FollowingSettings.load()


@app.get("/offices/<officeId>/following", summary="Whether the citizen follows the office's Official Account")
@refuses(NotFound)
def read_following(office_id: Annotated[str, Path(alias="officeId")]) -> Following:
    office = directory().find(office_id)
    if office is None:
        raise NotFound
    speaking = AccountStore(client(), settings.chat_table).of_office(office)
    followed = Acquaintances(client(), settings.chat_table).of(settings.hash_of(citizen(app)))
    account = next((each for each in speaking if each.link in followed), speaking[0] if speaking else None)
    return Following(
        account=OfficialAccount(id=account.id, follow_url=f"https://zalo.me/{account.id}") if account else None,
        follows=account is not None and account.link in followed,
    )


handler = lambda_handler(app, settings.session_keys, settings.hash_of)
