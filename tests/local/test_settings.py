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
    settings = Settings.read({"PORT": "", "CLOCK": "", "DYNAMODB_URL": ""}, root)
    assert (settings.port, settings.clock, settings.dynamodb_url, settings.schedules) == (3000, None, None, True)


def test_everything_may_be_said(root: Path) -> None:
    told = {"PORT": "3001", "CLOCK": "2021-06-24T09:00:00+07:00", "DYNAMODB_URL": "http://db:8000", "SCHEDULES": "off"}
    settings = Settings.read(told, root)
    assert settings.port == 3001
    assert settings.clock and settings.clock.isoformat() == "2021-06-24T09:00:00+07:00"
    assert settings.dynamodb_url == "http://db:8000"
    assert settings.schedules is False


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PORT", "-1"),
        ("CLOCK", "yesterday"),
        ("CLOCK", "2021-06-24T09:00:00"),
        ("DYNAMODB_URL", "localhost:8000"),
        ("SCHEDULES", "maybe"),
        ("ENGINE", "nowhere/ministack"),
    ],
)
def test_a_wrong_value_is_told_in_one_sentence(root: Path, variable: str, value: str) -> None:
    with pytest.raises(CannotRun, match=value) as refused:
        Settings.read({variable: value}, root)
    assert "\n" not in str(refused.value)
