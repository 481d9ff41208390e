"""How many messages may go out in a minute, from content/rate.toml."""

import tomllib
from pathlib import Path

FILE = Path(__file__).parent / "content" / "rate.toml"

_rate = tomllib.loads(FILE.read_text(encoding="utf-8"))

ZALO_REQUESTS_A_MINUTE: int = _rate["zalo_requests_a_minute"]
MESSAGES_A_MINUTE: int = _rate["messages_a_minute"]
