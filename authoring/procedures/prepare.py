"""Writes the procedures' content as Lambda reads it: JSON, in a fraction of the time that TOML takes to parse.

python -m authoring.procedures.prepare           write it anew
python -m authoring.procedures.prepare --check   1 if it is not what the content files say
"""

import json
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from procedures.content import FOLDER, Content, Section, content_of

MANIFEST = "procedures"
PREPARED = FOLDER / "prepared.json"


def read_toml(folder: Path = FOLDER) -> dict[str, Any]:
    """The content files by name, as they are written."""
    names = [MANIFEST, *Section]
    return {name: tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8")) for name in names}


def load(folder: Path) -> Content:
    """The content of the files in a folder.

    Raises:
        KeyError, TypeError, ValueError: a file lacks a member, misspells one, or names an unknown confidence.
    """
    return content_of(read_toml(folder))


def written(files: dict[str, Any]) -> str:
    """The content as prepared.json has it; days as ISO 8601."""
    return json.dumps(files, ensure_ascii=False, separators=(",", ":"), default=date.isoformat) + "\n"


def main(arguments: list[str]) -> int:
    """Write prepared.json, or with --check only compare."""
    text = written(read_toml())
    if "--check" in arguments:
        if PREPARED.exists() and PREPARED.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write("functions/procedures/content/prepared.json is stale: run make prepared\n")
        return 1
    PREPARED.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
