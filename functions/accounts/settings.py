"""Settings of every function that speaks through Official Accounts, or connects them: the tables, the app, and addresses."""

from accounts.connecting import App
from accounts.store import AccountStore
from cccd.dynamodb import client
from cccd.keyring import secret
from cccd.settings import Settings
from zalo.acquaintances import Acquaintances
from zalo.official_account import OfficialAccountApi
from zalo.tokens import TokenKeeper, TokenStore


class OfficialAccountSettings(Settings):
    """The table of the chat, the app with the name of its secret, and Zalo's addresses."""

    chat_table: str
    zalo_app_secret: str
    zalo_app_id: str
    zalo_openapi_url: str
    zalo_oauth_url: str

    def api(self) -> OfficialAccountApi:
        """The Official Accounts' API; the caller closes it."""
        return OfficialAccountApi(self.zalo_openapi_url, self.zalo_oauth_url)

    def accounts(self) -> AccountStore:
        """The accounts that are connected."""
        return AccountStore(client(), self.chat_table)

    def keeper(self, store: TokenStore, api: OfficialAccountApi) -> TokenKeeper:
        """The pair in that store, renewed through `api` when it is old."""
        return TokenKeeper(store, api, self.zalo_app_id, secret(self.zalo_app_secret))

    def acquaintances(self) -> Acquaintances:
        """Which citizen each chat user is."""
        return Acquaintances(client(), self.chat_table)


class ConnectionSettings(OfficialAccountSettings):
    """The same settings, with the officers' acts, and the page to which the browser comes back."""

    bookings_table: str
    desk_url: str

    def app(self) -> App:
        """Our app at Zalo."""
        return App(self.zalo_app_id, secret(self.zalo_app_secret), self.zalo_oauth_url, self.desk_url)
