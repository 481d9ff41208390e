from pathlib import Path

import pytest

from local.settings import CannotRun, Settings


@pytest.fixture
def root(tmp_path: Path) -> Path:
    engine = tmp_path / ".tools/engine/bin/ministack"
    engine.parent.mkdir(parents=True)
    engine.touch()
    return tmp_path


def test_nothing_need_be_said(root: Path) -> None:
    settings = Settings.read({"PORT": "", "ZALO_PORT": "", "CLOCK": "", "DYNAMODB_URL": ""}, root)
    assert (settings.port, settings.zalo_port) == (3000, 3001)
    assert (settings.clock, settings.dynamodb_url, settings.schedules) == (None, None, True)
    assert settings.workers >= 4


def test_everything_may_be_said(root: Path) -> None:
    told = {
        "PORT": "3010",
        "ZALO_PORT": "4000",
        "CLOCK": "2021-06-24T09:00:00+07:00",
        "DYNAMODB_URL": "http://db:8000",
        "SCHEDULES": "off",
        "WORKERS": "7",
    }
    settings = Settings.read(told, root)
    assert (settings.port, settings.zalo_port) == (3010, 4000)
    assert settings.clock and settings.clock.isoformat() == "2021-06-24T09:00:00+07:00"
    assert settings.dynamodb_url == "http://db:8000"
    assert settings.schedules is False
    assert settings.workers == 7


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PORT", "-1"),
        ("ZALO_PORT", "0"),
        ("ZALO_PORT", "65536"),
        ("ZALO_PORT", "zalo"),
        ("ZALO_PORT", "3000"),
        ("CLOCK", "yesterday"),
        ("CLOCK", "2021-06-24T09:00:00"),
        ("DYNAMODB_URL", "localhost:8000"),
        ("SCHEDULES", "maybe"),
        ("WORKERS", "0"),
        ("WORKERS", "41"),
        ("WORKERS", "many"),
        ("ENGINE", "nowhere/ministack"),
    ],
)
def test_a_wrong_value_is_told_in_one_sentence(root: Path, variable: str, value: str) -> None:
    with pytest.raises(CannotRun, match=value) as refused:
        Settings.read({variable: value}, root)
    assert "\n" not in str(refused.value)


def test_the_last_port_has_no_next_one_for_the_fake_zalo(root: Path) -> None:
    with pytest.raises(CannotRun, match="ZALO_PORT must be a number from 1 to 65535"):
        Settings.read({"PORT": "65535"}, root)
    assert Settings.read({"PORT": "65535", "ZALO_PORT": "3001"}, root).zalo_port == 3001
