"""The settings of the functions that read whole declarations: where the declarations are."""

import re
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from cccd.citizens import CitizenSettings
from cccd.dynamodb import client
from cccd.errors import NotFound
from declarations.erasing import DeclarationEraser
from declarations.items import ID_PATTERN
from declarations.sealing import KmsKey
from declarations.store import DeclarationStore

DeclarationId = Annotated[str, Path(alias="declarationId")]


class DeclarationsSettings(CitizenSettings):
    """The table, and the key of the sensitive answers."""

    declarations_table: str
    sensitive_key: str

    def store(self) -> DeclarationStore:
        """The declarations."""
        return DeclarationStore(client(), self.declarations_table, KmsKey(self.sensitive_key))

    def eraser(self) -> DeclarationEraser:
        """The same declarations, for erasing them unread."""
        return DeclarationEraser(client(), self.declarations_table)


def checked_id(declaration_id: str) -> str:
    """The id as it came in a path.

    Raises:
        NotFound: the text cannot be an id.
    """
    if not re.fullmatch(ID_PATTERN, declaration_id):
        raise NotFound
    return declaration_id
