"""Settings of every function that writes through the Official Account: the table, the app, and Zalo's addresses."""

from cccd.dynamodb import client
from cccd.keyring import secret
from cccd.settings import Settings
from zalo.acquaintances import Acquaintances
from zalo.official_account import OfficialAccountApi
from zalo.tokens import TokenKeeper, TokenStore


class OfficialAccountSettings(Settings):
    """The table of the chat, the app with the names of its secrets, and Zalo's addresses."""

    chat_table: str
    zalo_app_secret: str
    zalo_app_id: str
    oa_grant: str
    zalo_openapi_url: str
    zalo_oauth_url: str

    def api(self) -> OfficialAccountApi:
        """The Official Account's API; the caller closes it."""
        return OfficialAccountApi(self.zalo_openapi_url, self.zalo_oauth_url)

    def token_store(self) -> TokenStore:
        """The tokens as they are kept."""
        return TokenStore(client(), self.chat_table)

    def tokens(self, api: OfficialAccountApi) -> TokenKeeper:
        """The tokens, renewed through `api` when they are old."""
        app_secret = secret(self.zalo_app_secret)
        return TokenKeeper(
            self.token_store(), api, self.zalo_app_id, app_secret, lambda: secret(self.oa_grant, anew=True)
        )

    def acquaintances(self) -> Acquaintances:
        """Which citizen each chat user is."""
        return Acquaintances(client(), self.chat_table)
