"""The reasons, cards and procedures that go with each request; `requests.toml` has them."""

import tomllib
from pathlib import Path
from typing import Any

_CONTENT: dict[str, Any] = tomllib.loads((Path(__file__).parent / "combinations.toml").read_text(encoding="utf-8"))


def requests_for(reason: str) -> list[str]:
    """The requests to which this reason belongs; none if it belongs to no request."""
    return [request for request, reasons in _CONTENT["reasons"].items() if reason in reasons]


def is_reason_for(reason: str, request: str) -> bool:
    """Whether the reason goes with the request; an unknown reason does."""
    return not (known := requests_for(reason)) or request in known


def requests_of(procedure: str) -> list[str]:
    """The requests that the procedure is for, in the words of all editions; none if it is for any request."""
    return list(_CONTENT["procedures"].get(procedure, []))


def doubtful_card(request: str, card: str) -> str | None:
    """The warning about a card that does not go with the request."""
    told: str | None = _CONTENT["cards"].get(request, {}).get(card)
    return told
