"""Whose declarations a request is about, and where they are: shared by the functions that read declarations."""

import re
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from cccd.base32 import base32
from cccd.dynamodb import client
from cccd.errors import NotFound
from cccd.keyring import keyed_hash, secret
from cccd.session import Citizen
from cccd.settings import Settings
from declarations.items import ID_PATTERN
from declarations.sealing import KmsKey
from declarations.store import DeclarationStore

DeclarationId = Annotated[str, Path(alias="declarationId")]


class DeclarationsSettings(Settings):
    """The table, the key of the sensitive answers, and the names of the secrets."""

    declarations_table: str
    sensitive_key: str
    session_key_secret: str
    identity_key_secret: str

    def store(self) -> DeclarationStore:
        """The declarations."""
        return DeclarationStore(client(), self.declarations_table, KmsKey(self.sensitive_key))

    def session_key(self) -> bytes:
        """What sessions are signed with."""
        return secret(self.session_key_secret)

    def identity_key(self) -> bytes:
        """What keyed hashes are made with."""
        return secret(self.identity_key_secret)

    def hash_of(self, citizen: Citizen) -> str:
        """The keyed hash that stands for the citizen in the table."""
        return base32(keyed_hash(self.identity_key(), "citizen", citizen.id))


def checked_id(declaration_id: str) -> str:
    """The id as it came in a path.

    Raises:
        NotFound: it cannot be one.
    """
    if not re.fullmatch(ID_PATTERN, declaration_id):
        raise NotFound
    return declaration_id
