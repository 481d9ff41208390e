"""What CHANGELOG.md says of one version: the notes of its release.

python -m operations.changelog v0.2.0
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


class NotReleased(Exception):
    """The version is not the one that this commit is; the message says why."""


def notes(version: str, changelog: str, declared: str) -> str:
    """The section of `version` (as `v0.2.0`); `declared` is the version in pyproject.toml.

    Raises:
        NotReleased: another version is declared, or the changelog says nothing of this one.
    """
    number = version.removeprefix("v")
    if number != declared:
        raise NotReleased(f"{version} is asked for, and pyproject.toml says {declared}; `make version` makes them one")
    found = re.search(rf"^## {re.escape(number)}, [\d-]+\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if not found or not found[1].strip():
        raise NotReleased(
            f"CHANGELOG.md says nothing of {number}; `make version` names the unreleased changes after it"
        )
    return found[1].strip() + "\n"


def main() -> int:
    """Run as a program: see the module's docstring."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    try:
        sys.stdout.write(notes(sys.argv[1], (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), declared))
    except NotReleased as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
