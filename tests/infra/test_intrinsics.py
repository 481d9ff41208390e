from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from infra.intrinsics import TemplateError, Values, read

TEMPLATE = """
Parameters:
  Stage: {Type: String, Default: dev}
  Owner: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsNotProd: !Not [!Condition IsProd]
  Either: !Or [!Condition IsProd, !Condition IsNotProd]
  Both: !And [!Condition IsProd, !Condition IsNotProd]
Resources:
  Thing: {Type: Test}
"""


@pytest.fixture
def values(tmp_path: Path) -> Values:
    return Values(written(tmp_path, TEMPLATE), {}, lambda name: f"<{name}>", lambda name, of: f"<{name}:{of}>")


def written(folder: Path, text: str) -> dict[str, Any]:
    path = folder / "template.yaml"
    path.write_text(dedent(text), encoding="utf-8")
    return read(path)


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ("plain", "plain"),
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "AWS::Region"}, "ap-southeast-1"),
        ({"Ref": "Thing"}, "<Thing>"),
        ({"Fn::GetAtt": ["Thing", "Arn"]}, "<Thing:Arn>"),
        ({"Fn::Sub": "a-${Stage}-${Thing}-${Thing.Arn}-${!Kept}"}, "a-dev-<Thing>-<Thing:Arn>-${Kept}"),
        ({"Fn::Sub": ["${Own}/${Stage}", {"Own": {"Ref": "Thing"}}]}, "<Thing>/dev"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}, "a-dev"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::If": ["IsProd", "yes", "no"]}, "no"),
        ([1, {"Fn::If": ["IsProd", 2, {"Ref": "AWS::NoValue"}]}], [1]),
        ({"kept": 1, "left": {"Ref": "AWS::NoValue"}}, {"kept": 1}),
    ],
)
def test_intrinsic_functions_stand_for_values(values: Values, value: Any, meaning: Any) -> None:
    assert values.resolve(value) == meaning


@pytest.mark.parametrize(
    ("condition", "holds"), [("IsProd", False), ("IsNotProd", True), ("Either", True), ("Both", False)]
)
def test_conditions(values: Values, condition: str, holds: bool) -> None:
    assert values.holds(condition) is holds


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ({"Ref": "Owner"}, "Owner has no default"),
        ({"Fn::ImportValue": "x"}, "Fn::ImportValue"),
        ({"Fn::If": ["Missing", 1, 2]}, "no condition Missing"),
    ],
)
def test_what_cannot_be_resolved_is_named(values: Values, value: Any, complaint: str) -> None:
    with pytest.raises(TemplateError, match=complaint):
        values.resolve(value)


def test_a_local_value_takes_the_place_of_a_default(tmp_path: Path) -> None:
    template = written(tmp_path, TEMPLATE)
    values = Values(template, {"Stage": "prod"}, str, lambda name, of: "")
    assert values.holds("IsProd")
    with pytest.raises(TemplateError, match="no parameter Stagge"):
        Values(template, {"Stagge": "prod"}, str, lambda name, of: "")


def test_dates_stay_text(tmp_path: Path) -> None:
    assert written(tmp_path, "Resources: {}\nVersion: 2012-10-17")["Version"] == "2012-10-17"


@pytest.mark.parametrize("text", ["Resources: [", "a: b", "- a"])
def test_what_is_no_template_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(TemplateError, match=r"template\.yaml"):
        written(tmp_path, text)


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="there is no"):
        read(tmp_path / "template.yaml")
