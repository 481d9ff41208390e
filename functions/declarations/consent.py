"""Consent: to which purpose, in which words, and the record of it.

Luật 91/2025/QH15 Điều 9 and NĐ 356/2025/NĐ-CP Điều 6: voluntary, per purpose, never ticked beforehand, provable. So
every change is a record of its own, with the version and the SHA-256 of the words that were shown; none is ever changed.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from cccd.errors import FieldError


@dataclass(frozen=True)
class Purpose:
    """One purpose that a citizen may agree to; without a required one, nothing can be kept at all."""

    code: str
    text: str
    required: bool

    @property
    def sha256(self) -> str:
        """Of the words as shown, in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class ConsentText:
    """The words in which consent is asked for."""

    version: str
    purposes: tuple[Purpose, ...]


@dataclass(frozen=True)
class Consent:
    """To which purposes the citizen agreed, to which version of the words, and when."""

    version: str
    purposes: tuple[str, ...]
    given_at: datetime


@dataclass(frozen=True)
class ConsentRecord:
    """One purpose agreed to, or no longer. `declaration_id` says on which occasion, empty where on none."""

    purpose: str
    given: bool
    version: str
    sha256: str
    at: datetime
    declaration_id: str
    channel: str = "zalo-mini-app"


def consent_text() -> ConsentText:
    """The consent asked for today."""
    return _texts()[-1]


def read_consent(given: Any, now: datetime) -> tuple[Consent | None, list[FieldError]]:
    """The consent that a request carries, or everything that is wrong with it."""
    if not isinstance(given, dict):
        message = "Vui lòng đọc và đồng ý cho dùng thông tin khai trước khi tiếp tục."
        return None, [FieldError("consent", "required" if given is None else "wrong_type", message)]
    asked, mistakes = consent_text(), []
    if given.get("version") != asked.version:
        message = "Nội dung xin đồng ý đã thay đổi. Vui lòng đọc và đồng ý lại."
        mistakes.append(FieldError("consent.version", "not_in_force", message))
    purposes = given.get("purposes")
    agreed: set[str] = set()
    if not isinstance(purposes, list) or not all(isinstance(each, str) for each in purposes):
        mistakes.append(FieldError("consent.purposes", "wrong_type", "Mục này phải là một danh sách các lựa chọn."))
    elif not (agreed := set(purposes)) <= {purpose.code for purpose in asked.purposes}:
        message = "Vui lòng chọn một trong các giá trị cho sẵn."
        mistakes.append(FieldError("consent.purposes", "not_a_choice", message))
    elif not {purpose.code for purpose in asked.purposes if purpose.required} <= agreed:
        message = "Cần bạn đồng ý cho dùng thông tin khai thì cơ quan mới tiếp nhận được tờ khai."
        mistakes.append(FieldError("consent.purposes", "required", message))
    if mistakes:
        return None, mistakes
    return Consent(asked.version, tuple(p.code for p in asked.purposes if p.code in agreed), now), []


def changes(standing: set[str], after: Consent) -> list[ConsentRecord]:
    """What a citizen changes apart from any declaration, as records to append; `standing` is what they agree to so far."""
    return [
        ConsentRecord(purpose.code, purpose.code in after.purposes, after.version, purpose.sha256, after.given_at, "")
        for purpose in consent_text().purposes
        if (purpose.code in after.purposes) != (purpose.code in standing)
    ]


def records(before: Consent | None, after: Consent, declaration_id: str) -> list[ConsentRecord]:
    """What has changed in consent, as records to append."""
    was = set(before.purposes) if before and before.version == after.version else set()
    dropped = set(before.purposes) - set(after.purposes) if before else set()
    return [
        ConsentRecord(
            purpose.code, purpose.code in after.purposes, after.version, purpose.sha256, after.given_at, declaration_id
        )
        for purpose in consent_text().purposes
        if purpose.code in dropped or (purpose.code in after.purposes and purpose.code not in was)
    ]


@cache
def _texts() -> tuple[ConsentText, ...]:
    content = tomllib.loads((resources.files("declarations") / "consent.toml").read_text(encoding="utf-8"))
    return tuple(
        ConsentText(row["version"], tuple(Purpose(**each) for each in row["purpose"])) for row in content["text"]
    )
