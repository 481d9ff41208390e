"""Creates the template's tables, secrets, keys, buckets and queues where the functions look for them.

Time to live is never set. The engine would delete by the machine's clock within seconds, even if the stack runs at
another time, and readers must ignore expired items anyway.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra import account
from infra.template import Queue, Secret, Table
from local.settings import CannotRun

_PATIENCE = Config(connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 2}, proxies={})


def client(service: str, url: str) -> Any:
    """A client of the invented account, at `url`."""
    return botocore.session.get_session().create_client(
        service,
        endpoint_url=url,
        region_name=account.REGION,
        aws_access_key_id=account.ACCESS_KEY,
        aws_secret_access_key=account.SECRET_KEY,
        config=_PATIENCE,
    )


@contextmanager
def reached(service: str, url: str) -> Iterator[Any]:
    """A client of the service at `url`, closed at the end; `CannotRun` if the service does not answer."""
    found = client(service, url)
    try:
        yield found
    except (BotoCoreError, ClientError) as error:
        raise CannotRun(f"{service} at {url} does not serve: {error}") from None
    finally:
        found.close()


def create_tables(url: str, tables: Iterable[Table]) -> None:
    """Create the tables that are missing at `url`; refuse an existing table with other keys or indexes."""
    with reached("dynamodb", url) as dynamodb:
        for table in tables:
            try:
                dynamodb.create_table(**table.definition)
            except dynamodb.exceptions.ResourceInUseException:
                _check(table, dynamodb.describe_table(TableName=table.name)["Table"])
            dynamodb.get_waiter("table_exists").wait(TableName=table.name, WaiterConfig={"Delay": 1})


def create_secrets(url: str, secrets: Iterable[Secret], given: Mapping[str, str]) -> None:
    """Create the secrets that are missing; a secret in `given` gets that value even if it exists."""
    with reached("secretsmanager", url) as manager:
        for secret in secrets:
            with suppress(manager.exceptions.ResourceExistsException):
                manager.create_secret(Name=secret.name, SecretString=_value(manager, secret))
            if secret.name in given:
                manager.put_secret_value(SecretId=secret.name, SecretString=given[secret.name])


def create_keys(url: str, aliases: Iterable[str]) -> None:
    """Create the KMS keys whose alias is missing."""
    with reached("kms", url) as kms:
        pages = kms.get_paginator("list_aliases").paginate()
        known = {alias["AliasName"] for page in pages for alias in page["Aliases"]}
        for alias in aliases:
            if alias not in known:
                kms.create_alias(AliasName=alias, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])


def create_buckets(url: str, names: Iterable[str]) -> None:
    """Create the buckets that are missing."""
    with reached("s3", url) as s3:
        known = {each["Name"] for each in s3.list_buckets()["Buckets"]}
        for name in names:
            if name not in known:
                s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": account.REGION})


def create_queues(url: str, queues: Iterable[Queue]) -> None:
    """Create the queues that are missing; dead letter queues come first."""
    with reached("sqs", url) as sqs:
        for queue in sorted(queues, key=lambda each: each.dead_letters is not None):
            attributes = {"VisibilityTimeout": str(queue.visibility)}
            if queue.dead_letters:
                target = account.arn("sqs", queue.dead_letters)
                policy = {"deadLetterTargetArn": target, "maxReceiveCount": queue.max_receives}
                attributes["RedrivePolicy"] = json.dumps(policy)
            sqs.create_queue(QueueName=queue.name, Attributes=attributes)


def _value(manager: Any, secret: Secret) -> str:
    if secret.text is not None:
        return secret.text
    wanted = dict(secret.generate)
    template, key = wanted.pop("SecretStringTemplate", None), wanted.pop("GenerateStringKey", None)
    password: str = manager.get_random_password(**wanted)["RandomPassword"]
    return json.dumps({**json.loads(template), key: password}) if template else password


def _check(table: Table, existing: Mapping[str, Any]) -> None:
    if _shape(table.definition) != _shape(existing):
        raise CannotRun(
            f"the stored table {table.name} has other keys or indexes than the template: "
            "remove .local/state (its data goes with it), or give the stack another DynamoDB."
        )


def _shape(table: Mapping[str, Any]) -> Any:
    """The parts that cannot be changed in place: the keys, and the name and keys of every index."""
    indexes = [*table.get("GlobalSecondaryIndexes", []), *table.get("LocalSecondaryIndexes", [])]
    return _keys(table), sorted((index["IndexName"], _keys(index)) for index in indexes)


def _keys(holder: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(key["AttributeName"], key["KeyType"]) for key in holder["KeySchema"]]
