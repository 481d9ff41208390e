"""A declaration as it is kept: its citizen, its edition, the answers, and the consent of its owner.

    draft ──submit──▶ submitted ──withdraw──▶ withdrawn
      ▲ revise          ▲ revise                 │
                        └────────revise──────────┘

Each change counts `version` up; a change based on an old reading is refused. Erasing removes it from any state.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cccd.base32 import base32
from cccd.hashes import CitizenHash
from consent.choices import Consent
from forms.answers import Answers


class DeclarationStatus(StrEnum):
    """The state of a declaration, as on the wire."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"

    @property
    def in_vietnamese(self) -> str:
        """The state as a citizen reads it."""
        return {"draft": "bản nháp", "submitted": "đã gửi", "withdrawn": "đã rút"}[self.value]


@dataclass(frozen=True, repr=False)
class Declaration:
    """One tờ khai. The answers are personal data and never appear in a `repr`.

    The declaration is gone from `kept_until` on.
    A draft's answers may be wrong or missing, and so may `office_id` until it is submitted. `request_hash` is the hash
    of the request that made it, if that request had an Idempotency-Key.
    """

    id: str
    citizen: CitizenHash
    status: DeclarationStatus
    version: int
    edition: str
    procedure: str
    office_id: str | None
    answers: Answers
    consent: Consent
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    kept_until: datetime
    request_hash: str | None = None


def new_declaration_id() -> str:
    """128 random bits as 26 lower-case base32 characters: the id reveals nothing and nobody can guess it."""
    return base32(secrets.token_bytes(16))
