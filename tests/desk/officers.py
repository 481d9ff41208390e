"""Calls of the officers' page, as API Gateway makes them once its authorizer has let the token pass."""

from typing import Any

from desk.api import handler
from tests.bookings.calls import OFFICE
from tests.gateway import Answer, call


def claims(groups: str = f"[{OFFICE}.officer]", **changes: str) -> dict[str, str]:
    return {"token_use": "access", "sub": "0a1b", "username": "can-bo", "cognito:groups": groups} | changes


def at_desk(method: str, path: str, token: dict[str, str] | None = None, **parts: Any) -> Answer:
    """The answer to an officer of that office."""
    made = claims() if token is None else token

    def behind_the_authorizer(given: dict[str, Any], context: Any) -> dict[str, Any]:
        given["requestContext"]["authorizer"] = {"jwt": {"claims": made, "scopes": None}}
        return handler(given, context)

    return call(behind_the_authorizer, method, path, **parts)
