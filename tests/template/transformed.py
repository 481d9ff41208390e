"""The template as CloudFormation gets it: SAM's own translator makes it of infra/template.yaml, as AWS runs it at a deploy."""

import json
import os
import subprocess
from functools import cache
from typing import Any

from tests.conftest import ROOT, TEMPLATE

# In SAM's own environment (.tools/sam). Nothing is uploaded, so code and layers get an invented address.
TRANSLATE = """
import json, os, sys
os.environ["AWS_DEFAULT_REGION"] = "ap-southeast-1"
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

class Managed:
    def load(self):
        return {"AWSXRayDaemonWriteAccess": "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"}

template = yaml_parse(open(sys.argv[1], encoding="utf-8").read())
template["Globals"]["Function"]["CodeUri"] = "s3://bucket/code"
for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::LayerVersion":
        resource["Properties"]["ContentUri"] = "s3://bucket/layer"
json.dump(transform(template, json.loads(sys.argv[2]), Managed()), sys.stdout, default=str)
"""


@cache
def transformed(**parameters: str) -> dict[str, Any]:
    """The whole template with these parameters, as plain data."""
    command = [str(ROOT / ".tools" / "sam" / "bin" / "python"), "-c", TRANSLATE, str(TEMPLATE), json.dumps(parameters)]
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, env=clean).stdout)
    return found


def resources(kind: str, **parameters: str) -> dict[str, dict[str, Any]]:
    """The properties of every resource of that kind, by logical id."""
    declared = transformed(**parameters)["Resources"]
    return {name: each.get("Properties", {}) for name, each in declared.items() if each["Type"] == kind}
