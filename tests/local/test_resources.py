import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.template import Secret, Table
from local.engine import Engine, free_port
from local.resources import client, create_secrets, create_tables
from local.settings import CannotRun

EXECUTABLE = Path(__file__).parents[2] / ".tools/engine/bin/ministack"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("engine")
    with Engine(EXECUTABLE, folder / "state", folder / "engine.log") as running:
        yield running


def table(name: str, key: str = "pk", **more: Any) -> Table:
    definition: Mapping[str, Any] = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        **more,
    }
    return Table(name, definition, "ttl")


def test_tables_are_made_once_and_nothing_expires_in_them(engine: Engine) -> None:
    create_tables(engine.url, [table("Things")])
    create_tables(engine.url, [table("Things"), table("Others")])
    dynamodb = client("dynamodb", engine.url)
    assert set(dynamodb.list_tables()["TableNames"]) >= {"Things", "Others"}
    assert dynamodb.describe_time_to_live(TableName="Things")["TimeToLiveDescription"] == {
        "TimeToLiveStatus": "DISABLED"
    }


def test_a_stored_table_of_another_shape_is_refused(engine: Engine) -> None:
    create_tables(engine.url, [table("Shaped")])
    with pytest.raises(CannotRun, match="Shaped has other keys or indexes"):
        create_tables(engine.url, [table("Shaped", key="id")])


def test_a_dynamodb_that_is_not_there_is_named() -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(CannotRun, match=nowhere):
        create_tables(nowhere, [table("Things")])


def test_secrets_are_made_once_and_some_are_given(engine: Engine) -> None:
    declared = [
        Secret("Generated", {"PasswordLength": 64, "ExcludePunctuation": True}, None),
        Secret("Templated", {"SecretStringTemplate": '{"user": "a"}', "GenerateStringKey": "password"}, None),
        Secret("Written", {}, "as written"),
        Secret("Given", {"PasswordLength": 32}, None),
    ]
    create_secrets(engine.url, declared, {"Given": "first"})
    first = values(engine)
    create_secrets(engine.url, declared, {"Given": "second"})
    assert values(engine) == {**first, "Given": "second"}
    assert len(first["Generated"]) == 64 and first["Generated"].isalnum()
    assert json.loads(first["Templated"]).keys() == {"user", "password"}
    assert (first["Written"], first["Given"]) == ("as written", "first")


def values(engine: Engine) -> dict[str, str]:
    manager = client("secretsmanager", engine.url)
    names = ("Generated", "Templated", "Written", "Given")
    return {name: manager.get_secret_value(SecretId=name)["SecretString"] for name in names}


def test_an_engine_that_does_not_start_is_told_with_where_to_look(tmp_path: Path) -> None:
    broken = tmp_path / "engine"
    broken.write_text("#!/bin/sh\necho broken; exit 1\n")
    broken.chmod(0o755)
    with (
        pytest.raises(CannotRun, match=r"did not start; .*engine\.log"),
        Engine(broken, tmp_path, tmp_path / "engine.log"),
    ):
        pass
