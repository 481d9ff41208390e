"""Calls of the officers' page, as API Gateway makes them once its authorizer has let the token pass."""

from typing import Any

from desk.api import handler
from tests.bookings.calls import OFFICE, book
from tests.gateway import Answer, call


def claims(groups: str = f"[{OFFICE}.officer]", **changes: str) -> dict[str, str]:
    return {"token_use": "access", "sub": "0a1b", "username": "can-bo", "cognito:groups": groups} | changes


def at_desk(method: str, path: str, token: dict[str, str] | None = None, via: Any = handler, **parts: Any) -> Answer:
    """The answer of the function `via` to an officer of that office."""
    made = claims() if token is None else token

    def behind_the_authorizer(given: dict[str, Any], context: Any) -> dict[str, Any]:
        given["requestContext"]["authorizer"] = {"jwt": {"claims": made, "scopes": None}}
        answer: dict[str, Any] = via(given, context)
        return answer

    return call(behind_the_authorizer, method, path, **parts)


def at_2021(declaration_id: str, **changes: Any) -> Answer:
    """Lan holds the seat of 25/06/2021 at eight for whom the declaration of that time's form is."""
    whom = {"fullName": "H'Hen Niê", "personalId": "066192000123", "dateOfBirth": "1992-05-15", "phone": "0912345678"}
    start = "2021-06-25T08:00:00+07:00"
    return book("lan", officeId="cah-760", start=start, applicant=whom, declarationId=declaration_id, **changes)
