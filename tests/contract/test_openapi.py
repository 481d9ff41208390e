"""The committed contract is the code's, and it is the one front ends were promised."""

import json

from contract import openapi

PROMISED = {
    ("post", "/sessions"),
    ("get", "/offices"),
    ("get", "/offices/{officeId}"),
    ("get", "/offices/{officeId}/slots"),
    ("get", "/procedures"),
    ("get", "/procedures/{code}"),
    ("get", "/forms/{procedure}"),
    ("post", "/declarations"),
    ("get", "/declarations"),
    ("get", "/declarations/{declarationId}"),
    ("put", "/declarations/{declarationId}"),
    ("post", "/declarations/{declarationId}/withdraw"),
    ("delete", "/declarations/{declarationId}"),
    ("post", "/bookings"),
    ("get", "/bookings"),
    ("get", "/bookings/{bookingId}"),
    ("post", "/bookings/{bookingId}/confirm"),
    ("post", "/bookings/{bookingId}/cancel"),
    ("get", "/faq"),
    ("get", "/health"),
    ("get", "/openapi.json"),
}


def test_the_committed_document_is_the_codes() -> None:
    assert openapi.OPENAPI_FILE.read_text(encoding="utf-8") == openapi.text(), "run `make openapi`"


def test_every_promised_route_is_there() -> None:
    paths = json.loads(openapi.OPENAPI_FILE.read_text(encoding="utf-8"))["paths"]
    assert {(method, path) for path, operations in paths.items() for method in operations} >= PROMISED


def test_routes_of_a_citizen_say_that_they_need_a_session() -> None:
    paths = openapi.document()["paths"]
    assert paths["/bookings"]["post"]["security"] == [{"session": []}]
    assert "security" not in paths["/offices"]["get"]
