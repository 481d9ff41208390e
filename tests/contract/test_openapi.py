"""The committed contract is the code's, and it is the one front ends were promised."""

import json
from typing import Any

import pytest

from bookings.booking import BookingStatus
from contract import openapi
from declarations.declaration import DeclarationStatus

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
    assert paths["/offices"]["get"]["security"] == []


def test_two_schemas_of_one_name_are_refused() -> None:
    schemas: dict[str, Any] = {}
    openapi.add_schemas(schemas, {"Status": {"enum": ["held"]}}, "bookings.api")
    openapi.add_schemas(schemas, {"Status": {"enum": ["held"]}}, "the same again")
    with pytest.raises(openapi.NameClash, match=r"declarations\.api has another Status"):
        openapi.add_schemas(schemas, {"Status": {"enum": ["draft"]}}, "declarations.api")


def test_a_declaration_and_a_booking_have_states_of_their_own() -> None:
    schemas = openapi.document()["components"]["schemas"]

    def states(model: str) -> list[str]:
        _, _, name = schemas[model]["properties"]["status"]["$ref"].rpartition("/")
        return schemas[name]["enum"]  # type: ignore[no-any-return]  # JSON

    assert states("DeclarationView") == list(DeclarationStatus)
    assert states("BookingView") == list(BookingStatus)


def test_papers_are_told_whole_wherever_they_are_told() -> None:
    schemas = openapi.document()["components"]["schemas"]
    for model in ("DeclarationView", "BookingView"):
        assert schemas[model]["properties"]["documentsToBring"]["items"] == {"$ref": "#/components/schemas/Paper"}
    assert {"copies", "source", "confidence"} <= set(schemas["Paper"]["required"])


def test_every_route_stands_under_a_tag_that_is_explained() -> None:
    document = openapi.document()
    used = [operation["tags"] for every in document["paths"].values() for operation in every.values()]
    assert {tag for (tag,) in used} == {tag["name"] for tag in document["tags"]}


def test_the_front_ends_names_are_names() -> None:
    document = openapi.document()
    names = [operation["operationId"] for every in document["paths"].values() for operation in every.values()]
    assert len(set(names)) == len(names)
    assert {"signIn", "searchOffices", "readOffice", "readSlots", "holdBooking", "confirmBooking"} <= set(names)
    assert all(name.isalpha() for name in names)
