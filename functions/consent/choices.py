"""Consent: the purposes to which a citizen agrees, and the record of it.

Luật 91/2025/QH15 Điều 9 and NĐ 356/2025/NĐ-CP Điều 6: voluntary, per purpose, never ticked beforehand, provable. So
every change is its own record, with the version and the SHA-256 of the words shown. A record is never changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from cccd.clock import from_epoch
from cccd.dynamodb import Item
from cccd.errors import FieldError
from consent.words import consent_text


@dataclass(frozen=True)
class Consent:
    """The purposes to which the citizen agreed, the version of the words, and the time."""

    version: str
    purposes: tuple[str, ...]
    given_at: datetime


ERASURE = "erasure"  # this stands in place of the channel by which a consent was given or taken back


@dataclass(frozen=True)
class ConsentRecord:
    """One purpose agreed to, or no longer. `declaration_id` names the declaration it came with; it may be empty."""

    purpose: str
    given: bool
    version: str
    sha256: str
    at: datetime
    declaration_id: str
    channel: str = "zalo-mini-app"

    @classmethod
    def of(cls, item: Item) -> Self:
        """The record in this item."""
        at, words = from_epoch(item["at"]), (item["version"], item["sha256"])
        return cls(item["purpose"], item["given"], *words, at, item["declaration"], item["channel"])

    def taken_back(self, now: datetime) -> Self:
        """The record that the citizen no longer agrees to the same purpose."""
        return replace(self, given=False, at=now)

    def erased(self, now: datetime) -> Self:
        """The record that the consent ended because everything of the citizen's was erased."""
        return replace(self.taken_back(now), channel=ERASURE)


def read_consent(given: Any, now: datetime) -> tuple[Consent | None, list[FieldError]]:
    """The consent that a declaration carries, or every mistake in it."""
    if not isinstance(given, dict):
        message = "Vui lòng đọc và đồng ý cho dùng thông tin khai trước khi tiếp tục."
        return None, [FieldError("consent", "required" if given is None else "wrong_type", message)]
    consent, mistakes = read_choice(given.get("version"), given.get("purposes"), now)
    if consent and not {purpose.code for purpose in consent_text().purposes if purpose.required} <= {*consent.purposes}:
        message = "Cần bạn đồng ý cho dùng thông tin khai thì cơ quan mới tiếp nhận được tờ khai."
        consent, mistakes = None, [FieldError("purposes", "required", message)]
    return consent, [replace(each, field=f"consent.{each.field}") for each in mistakes]


def read_choice(version: Any, purposes: Any, now: datetime) -> tuple[Consent | None, list[FieldError]]:
    """Any choice among the purposes, even none of them: no consent depends on another."""
    asked, mistakes = consent_text(), []
    agreed: set[str] = set()
    if version != asked.version:
        message = "Nội dung xin đồng ý đã thay đổi. Vui lòng đọc và đồng ý lại."
        mistakes.append(FieldError("version", "not_in_force", message))
    if not isinstance(purposes, list) or not all(isinstance(each, str) for each in purposes):
        mistakes.append(FieldError("purposes", "wrong_type", "Mục này phải là một danh sách các lựa chọn."))
    elif not (agreed := set(purposes)) <= {purpose.code for purpose in asked.purposes}:
        mistakes.append(FieldError("purposes", "not_a_choice", "Vui lòng chọn một trong các giá trị cho sẵn."))
    if mistakes:
        return None, mistakes
    return Consent(asked.version, tuple(p.code for p in asked.purposes if p.code in agreed), now), []


def chosen(last: Iterable[ConsentRecord], after: Consent) -> list[ConsentRecord]:
    """A choice that a citizen makes outside any declaration, as records to append to the `last` of each purpose.

    A purpose that is not chosen is no longer agreed to.
    """
    standing = _standing(last)
    dropped = set(standing) - {*after.purposes}
    return _records(standing, after, dropped, "")


def declared(last: Iterable[ConsentRecord], before: Consent | None, after: Consent, of: str) -> list[ConsentRecord]:
    """The records to append when the consent of the declaration `of` changes from `before` to `after`.

    An empty box takes back what this declaration gave; it does not change what the citizen agreed to elsewhere.
    """
    standing = _standing(last)
    dropped = {*before.purposes} & set(standing) - {*after.purposes} if before else set()
    return _records(standing, after, dropped, of)


def _standing(last: Iterable[ConsentRecord]) -> dict[str, str]:
    """The version of the words for each purpose that the citizen agrees to."""
    return {record.purpose: record.version for record in last if record.given}


def _records(standing: dict[str, str], after: Consent, dropped: set[str], declaration_id: str) -> list[ConsentRecord]:
    given = {code for code in after.purposes if standing.get(code) != after.version}
    return [
        ConsentRecord(
            purpose.code, purpose.code in given, after.version, purpose.sha256, after.given_at, declaration_id
        )
        for purpose in consent_text().purposes
        if purpose.code in given | dropped
    ]
