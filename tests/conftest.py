"""The base of every test: the template's environment, and a moto account with the template's tables.

Handlers read their settings when they are imported, as in Lambda, so this module sets the environment before any
import. Moto serves one thread; tests/races proves what happens in races.
"""

import os
import re
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.kms import models as kms
from playwright.sync_api import Playwright, sync_playwright

from cccd import dynamodb, http, keyring
from infra.template import Stack, load
from tests.promised import watched
from tests.stale import answer_stale

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "infra" / "template.yaml"

STACK = load(TEMPLATE)
BUCKET = STACK.buckets[0]  # of pictures

os.environ.update(
    {name: value for function in STACK.functions.values() for name, value in function.environment.items()}
    | {
        "AWS_DEFAULT_REGION": "ap-southeast-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
)

# Must come before the first handler is made.
http.lambda_handler = watched(http.lambda_handler)


# Moto makes an RSA key beside each symmetric one, which takes longer than most tests; no test ever uses it.
kms.generate_private_key = cache(kms.generate_private_key)  # type: ignore[attr-defined]  # imported there


@pytest.fixture(scope="session")
def stack() -> Stack:
    """The stack that infra/template.yaml declares."""
    return STACK


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives browsers: a process can have only one."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def _clients() -> tuple[Any, Any, Any, Any]:
    """Making a client costs more than a test; inside `mock_aws` each client works on the current account."""
    with mock_aws():
        return boto3.client("dynamodb"), boto3.client("secretsmanager"), boto3.client("kms"), boto3.client("s3")


@pytest.fixture
def aws(stack: Stack, _clients: tuple[Any, Any, Any, Any]) -> Iterator[None]:
    """An empty account with the template's tables, secrets and keys, for one test and one thread.

    Our own client answers a read without consistency with the version before (tests/stale.py).
    """
    tables, secrets, keys, objects = _clients
    keyring.forget()
    with mock_aws():
        for table in stack.tables.values():
            tables.create_table(**table.definition)
        for secret in stack.secrets.values():
            secrets.create_secret(Name=secret.name, SecretString=f"a secret of the tests for {secret.name}")
        for alias in stack.key_aliases:
            keys.create_alias(AliasName=alias, TargetKeyId=keys.create_key()["KeyMetadata"]["KeyId"])
        for bucket in stack.buckets:
            objects.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "ap-southeast-1"})
        with answer_stale(dynamodb.client(), tables, [dict(table.definition) for table in stack.tables.values()]):
            yield


# The people of the suite, with their numbers in stored form too. No output of our code may name them.
PEOPLE = re.compile(
    r"079190001234|024 ?123 ?456|(?:0|84)912 ?345 ?678|nguyễn thị lan|h'hen niê|12 lê lợi", re.IGNORECASE
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Fails a test whose output names one of them: logs and metrics go to standard output."""
    report = yield
    printed = "".join(text for title, text in report.sections if "stdout" in title or "stderr" in title)
    if report.passed and (found := PEOPLE.search(printed)):
        report.outcome = "failed"
        report.longrepr = f"the output names somebody: {printed[max(0, found.start() - 200) : found.end() + 50]}"
    return report
