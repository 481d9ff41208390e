"""Sensitive answers under a key of their own (NĐ 356/2025/NĐ-CP Điều 4: ethnicity, religion; blood group as health data).

The table is encrypted as a whole already; these answers are sealed once more, so that reading the table is not enough
to read them, and each use of the key is an entry in the key's own trail. They are under 4 KB, so KMS encrypts them
itself, and no cryptography library is needed here. The key may live in an external key store in Vietnam: that is a
property of the KMS key (`Origin: EXTERNAL_KEY_STORE`), and no concern of this code.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Protocol

from botocore.config import Config

from cccd.aws import make_client

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

    from forms.values import Answer

type Context = Mapping[str, str]


class KeyProvider(Protocol):
    """Whoever holds the key. `context` is bound to what is sealed: with another one it does not open."""

    def seal(self, plain: bytes, context: Context) -> bytes: ...

    def open(self, sealed: bytes, context: Context) -> bytes: ...


class KmsKey:
    """A symmetric KMS key, by its ARN or alias."""

    def __init__(self, key_id: str):
        self._key_id = key_id

    def seal(self, plain: bytes, context: Context) -> bytes:
        return _kms().encrypt(KeyId=self._key_id, Plaintext=plain, EncryptionContext=context)["CiphertextBlob"]

    def open(self, sealed: bytes, context: Context) -> bytes:
        return _kms().decrypt(KeyId=self._key_id, CiphertextBlob=sealed, EncryptionContext=context)["Plaintext"]


def seal_answers(key: KeyProvider, answers: "Mapping[str, Answer]", context: Context) -> bytes | None:
    """The answers sealed as one; None where there are none."""
    return key.seal(json.dumps(answers, ensure_ascii=False).encode(), context) if answers else None


def open_answers(key: KeyProvider, sealed: bytes | None, context: Context) -> "dict[str, Answer]":
    """The answers that `seal_answers` sealed."""
    if sealed is None:
        return {}
    answers: dict[str, Answer] = json.loads(key.open(sealed, context))
    return answers


@cache
def _kms() -> "KMSClient":
    """Made when first needed: a form that asks nothing sensitive never pays for it."""
    found: KMSClient = make_client(
        "kms", Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3})
    )
    return found
