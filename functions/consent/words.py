"""The words that ask for consent, one purpose at a time; consent.toml has every version that was ever shown."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Purpose:
    """One purpose that a citizen may agree to. Without a required one, nothing can be kept at all."""

    code: str
    text: str
    required: bool

    @property
    def sha256(self) -> str:
        """The hash of the words as shown, in UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class ConsentText:
    """The words that ask for consent."""

    version: str
    purposes: tuple[Purpose, ...]


def consent_text() -> ConsentText:
    """The current words of consent."""
    return _texts()[-1]


@cache
def _texts() -> tuple[ConsentText, ...]:
    content = tomllib.loads((Path(__file__).parent / "consent.toml").read_text(encoding="utf-8"))
    return tuple(
        ConsentText(row["version"], tuple(Purpose(**each) for each in row["purpose"])) for row in content["text"]
    )
