"""The procedures' content as Lambda loads it: prepared.json, in a fraction of the time that the TOML files take.

`python -m authoring.procedures.prepare` writes it; a test compares it with the files.
"""

import json
from datetime import date
from typing import Any

from procedures.content import FOLDER, content_of

PREPARED = FOLDER / "prepared.json"

_DAYS = {"valid_from", "valid_to", "reviewed_on"}


def _with_days(members: dict[str, Any]) -> dict[str, Any]:
    for name in _DAYS & members.keys():
        members[name] = date.fromisoformat(members[name])
    return members


CONTENT = content_of(json.loads(PREPARED.read_text(encoding="utf-8"), object_hook=_with_days))
