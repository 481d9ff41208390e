"""Connects the fake Zalo's accounts to the offices of the demonstration, as an operator would: by the stack's own function."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from local.zalo import FakeZalo

OPERATOR = "OperatorFunction"

# Which offices each account of the fake speaks for; the fourth is for whoever tries "Kết nối OA".
SPEAK_FOR = {
    "4100000000000000001": ["ca-26740"],
    "4100000000000000002": ["ca-26743"],
    "4100000000000000003": ["pc06-79"],
}


def connect_accounts(operator: Callable[[dict[str, Any]], Any], zalo: FakeZalo) -> list[str]:
    """Connect them with the pairs of this run; returns what was refused: another run may have connected them otherwise."""
    refused = []
    for account_id, offices in SPEAK_FOR.items():
        asked = parse_qs(urlsplit(operator({"begin": {"offices": offices}})["consent"]).query)
        code = zalo.accounts.by_id[account_id].consent(asked["code_challenge"][0])
        done = operator(
            {"finish": f"{asked['redirect_uri'][0]}?{urlencode({'state': asked['state'][0], 'code': code})}"}
        )
        if "refused" in done:
            refused.append(f"{zalo.accounts.by_id[account_id].name}: {done['refused']}")
    return refused
