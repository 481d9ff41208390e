"""Marks what `sam build` made with the parameters it will be deployed with: python -m infra.stamp, after sam build.

Events call a published version of each function, and SAM publishes a new one when the template's text about the function
changes. A parameter's value is not in that text: changed alone, it would reach no function that answers. So the build
writes a hash of samconfig.toml, which has the parameters, and of the environment's PARAMETERS, which a delivery adds to them,
into a variable that all functions have.
"""

import hashlib
import os
import re
import sys
from pathlib import Path

from infra.intrinsics import TemplateError

ROOT = Path(__file__).parents[1]
_VARIABLE = re.compile(r"""^(\s+"?PARAMETERS"?: "?)\w+""", re.MULTILINE)  # in YAML, and in JSON


def stamped(template: str, parameters: str) -> str:
    """The template's text with a mark of those parameters.

    Raises:
        TemplateError: it has no such variable.
    """
    mark = hashlib.sha256(parameters.encode()).hexdigest()[:16]
    marked, times = _VARIABLE.subn(rf"\g<1>x{mark}", template)  # the letter: so that no mark reads as a number
    if times != 1:
        raise TemplateError("the template has no variable PARAMETERS in Globals")
    return marked


def main() -> None:
    """Mark .aws-sam/build, or the template that is named."""
    path = Path(sys.argv[1]) if sys.argv[1:] else ROOT / ".aws-sam" / "build" / "template.yaml"
    parameters = (ROOT / "samconfig.toml").read_text(encoding="utf-8") + os.environ.get("PARAMETERS", "")
    path.write_text(stamped(path.read_text(encoding="utf-8"), parameters), encoding="utf-8")


if __name__ == "__main__":
    main()
