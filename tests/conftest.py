"""What every test stands on: the template's environment, and a moto account with the template's tables.

Handlers read their settings when they are imported, as in Lambda, so the environment is set here, before any is.
Moto serves one thread; what races is proved in tests/races.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.template import Stack, load

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "infra" / "template.yaml"

STACK = load(TEMPLATE)

os.environ.update(
    {name: value for function in STACK.functions.values() for name, value in function.environment.items()}
    | {
        "AWS_DEFAULT_REGION": "ap-southeast-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "POWERTOOLS_PARAMETERS_MAX_AGE": "0",
    }
)


@pytest.fixture(scope="session")
def stack() -> Stack:
    """What infra/template.yaml declares."""
    return STACK


@pytest.fixture(scope="session")
def _clients() -> tuple[Any, Any, Any]:
    """Making a client costs more than a test; inside `mock_aws` each answers for the account of the moment."""
    with mock_aws():
        return boto3.client("dynamodb"), boto3.client("secretsmanager"), boto3.client("kms")


@pytest.fixture
def aws(stack: Stack, _clients: tuple[Any, Any, Any]) -> Iterator[None]:
    """An empty account with the template's tables, secrets and keys, for one test and one thread."""
    tables, secrets, keys = _clients
    with mock_aws():
        for table in stack.tables.values():
            tables.create_table(**table.definition)
        for secret in stack.secrets.values():
            secrets.create_secret(Name=secret.name, SecretString=f"a secret of the tests for {secret.name}")
        for alias in stack.key_aliases:
            keys.create_alias(AliasName=alias, TargetKeyId=keys.create_key()["KeyMetadata"]["KeyId"])
        yield
