"""A parameter that changes must reach the functions that answer, which are published versions."""

from pathlib import Path

import pytest

from infra.intrinsics import TemplateError, read
from infra.stamp import stamped
from tests.conftest import TEMPLATE

TEXT = TEMPLATE.read_text(encoding="utf-8")


def marks(text: str) -> set[str]:
    return {line.split()[1] for line in text.splitlines() if line.strip().startswith("PARAMETERS:")}


def test_other_parameters_are_another_mark_and_the_same_are_the_same() -> None:
    dev, prod = stamped(TEXT, "Stage=dev"), stamped(TEXT, "Stage=prod")
    assert dev == stamped(TEXT, "Stage=dev")
    assert marks(dev) != marks(prod) != marks(TEXT)
    assert stamped(dev, "Stage=prod") == prod


def test_nothing_but_the_mark_is_written(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(stamped(TEXT, "Stage=dev"), encoding="utf-8")
    marked, template = read(path), read(TEMPLATE)
    for each in (marked, template):
        each["Globals"]["Function"]["Environment"]["Variables"].pop("PARAMETERS")
    assert marked == template


def test_a_template_in_json_is_marked_as_well() -> None:
    assert stamped('{\n "PARAMETERS": "unmarked"}', "Stage=dev") == stamped('{\n "PARAMETERS": "x1"}', "Stage=dev")


def test_every_parameter_of_a_function_waits_for_the_mark() -> None:
    """The mark must be in the variables that every function has, as its own or through Globals."""
    template = read(TEMPLATE)
    assert template["Globals"]["Function"]["Environment"]["Variables"]["PARAMETERS"] == "unmarked"
    for resource in template["Resources"].values():
        own = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
        assert "PARAMETERS" not in own


def test_a_template_without_the_variable_is_refused() -> None:
    with pytest.raises(TemplateError):
        stamped("Globals: {}", "Stage=dev")
