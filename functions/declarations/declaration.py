"""A declaration as it is kept: whose, under which edition, what was answered, and to what its owner agreed."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cccd.base32 import base32
from declarations.answers import Answer


@dataclass(frozen=True)
class Consent:
    """To which purposes the citizen agreed, to which version of the words, and when."""

    version: str
    purposes: tuple[str, ...]
    given_at: datetime


@dataclass(frozen=True, repr=False)
class Declaration:
    """One tờ khai. `citizen` is a keyed hash; the answers are personal data and never appear in a `repr`."""

    id: str
    citizen: str
    status: str
    version: int
    edition: str
    procedure: str
    office_id: str
    answers: Mapping[str, Answer]
    consent: Consent
    submitted_at: datetime


def new_declaration_id() -> str:
    """128 random bits as 26 lower-case base32 characters: it tells nothing and cannot be guessed."""
    return base32(secrets.token_bytes(16))
