"""Which reasons, cards and procedures go with which request, as `requests.toml` has it."""

import tomllib
from pathlib import Path
from typing import Any

_CONTENT: dict[str, Any] = tomllib.loads((Path(__file__).parent / "combinations.toml").read_text(encoding="utf-8"))


def requests_for(reason: str) -> list[str]:
    """The requests that this is a reason for; none if it is no reason of any."""
    return [request for request, reasons in _CONTENT["reasons"].items() if reason in reasons]


def is_reason_for(reason: str, request: str) -> bool:
    """Whether the reason goes with the request; one that nothing is known of does."""
    return not (known := requests_for(reason)) or request in known


def requests_of(procedure: str) -> list[str]:
    """The requests that the procedure is for, in the words of all editions; none if it is for any."""
    return list(_CONTENT["procedures"].get(procedure, []))


def doubtful_card(request: str, card: str) -> str | None:
    """What is told of a card that does not go with the request."""
    told: str | None = _CONTENT["cards"].get(request, {}).get(card)
    return told
