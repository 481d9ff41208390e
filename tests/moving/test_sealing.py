"""Sensitive answers that move to another region or account open there, and under the old key no more."""

import boto3
import pytest
import time_machine
from botocore.exceptions import ClientError

from cccd.dynamodb import client, from_item
from declarations.api import handler, settings
from declarations.store import sealing_context
from moving.__main__ import Key
from moving.copying import Copied, copy, items_of
from moving.sealing import resealed
from tests.bookings.people import signed_in
from tests.declarations.people import FORM_2021, FORM_2026
from tests.declarations.test_lifecycle import THE_ARTICLES_DAY, TODAY
from tests.gateway import call

SECOND = "DeclarationsElsewhere"


@pytest.fixture
def keys(aws: None) -> tuple[Key, Key]:
    """The stack's key, and one of another account."""
    kms = boto3.client("kms")
    return Key(kms, settings.sensitive_key), Key(kms, kms.create_key()["KeyMetadata"]["Arn"])


@pytest.fixture
def declared(keys: tuple[Key, Key]) -> None:
    """A declaration with sealed answers, and one without."""
    with time_machine.travel(THE_ARTICLES_DAY, tick=False):
        assert call(handler, "POST", "/declarations", body=FORM_2021, headers=signed_in("lan")).status == 201
    with time_machine.travel(TODAY, tick=False):
        assert call(handler, "POST", "/declarations", body=FORM_2026, headers=signed_in("minh")).status == 201
    client().create_table(
        TableName=SECOND,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )  # fmt: skip


def test_sealed_answers_open_under_the_new_key_alone(keys: tuple[Key, Key], declared: None) -> None:
    old, new = keys
    done = copy(items_of(client(), settings.declarations_table), client(), SECOND, resealed(old, new))
    assert done.new > 2 and (done.same, done.other) == (0, 0)
    before = {item["sk"]["S"]: item for item in items_of(client(), settings.declarations_table)}
    after = {item["sk"]["S"]: item for item in items_of(client(), SECOND)}
    sealed = [name for name, item in after.items() if "sealed" in item]
    assert len(sealed) == 1
    for name, item in after.items():
        assert {**before[name], "sealed": None} == {**item, "sealed": None}
    found = from_item(after[sealed[0]])
    context = sealing_context(found["citizen"], found["id"])
    assert "Ê Đê" in new.open(found["sealed"], context).decode()
    with pytest.raises(ClientError):
        old.open(found["sealed"], context)


def test_a_second_copy_finds_what_is_sealed_anew_to_be_the_same(keys: tuple[Key, Key], declared: None) -> None:
    first = copy(items_of(client(), settings.declarations_table), client(), SECOND, resealed(*keys))
    again = copy(items_of(client(), settings.declarations_table), client(), SECOND, resealed(*keys))
    assert again == Copied(same=first.new)
