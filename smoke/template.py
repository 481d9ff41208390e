"""The built template as the embedded engine takes it: what differs from what AWS gets, and nothing else.

- An alarm over an expression of several metrics is left out: the engine knows only alarms over one metric, and rolls the
  whole stack back at `Properties.Metrics`.
- The functions' AWS is the engine. In AWS the variable is empty.
"""

import copy
from typing import Any

ALARM = "AWS::CloudWatch::Alarm"


def for_engine(template: dict[str, Any], url: str) -> dict[str, Any]:
    """The template, for the engine at `url`."""
    changed = copy.deepcopy(template)
    for name in left_out(template):
        del changed["Resources"][name]
    changed["Globals"]["Function"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = url
    return changed


def left_out(template: dict[str, Any]) -> list[str]:
    """The alarms that the engine refuses."""
    return [
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] == ALARM and "Metrics" in resource["Properties"]
    ]


def kept(template: dict[str, Any]) -> set[str]:
    """The resources that outlive their stack."""
    return {name for name, resource in template["Resources"].items() if resource.get("DeletionPolicy") == "Retain"}
