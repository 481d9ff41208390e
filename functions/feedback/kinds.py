"""What a feedback may be about, as content."""

import tomllib
from functools import cache
from pathlib import Path


@cache
def kinds() -> dict[int, str]:
    """The titles by their ids, in the order in which they are shown."""
    content = (Path(__file__).parent / "content" / "types.toml").read_text(encoding="utf-8")
    return {row["id"]: row["title"] for row in tomllib.loads(content)["type"]}
