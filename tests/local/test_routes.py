import pytest

from infra.template import Route
from local.routes import Routes

DECLARED = [
    Route("F", "GET", "/things/{id}"),
    Route("F", "GET", "/things/new"),
    Route("F", "ANY", "/things/{id}"),
    Route("F", "POST", "/things/{id}/parts/{part}"),
    Route("F", "GET", "/files/{path+}"),
    Route("F", "GET", "/"),
]
DEFAULT = Route("F", None, None)


@pytest.mark.parametrize(
    ("method", "path", "key", "parameters"),
    [
        ("GET", "/things/new", "GET /things/new", {}),
        ("GET", "/things/7", "GET /things/{id}", {"id": "7"}),
        ("DELETE", "/things/7", "ANY /things/{id}", {"id": "7"}),
        ("DELETE", "/things/new", "ANY /things/{id}", {"id": "new"}),
        ("GET", "/things/m%E1%BB%99t%2Fhai", "GET /things/{id}", {"id": "một/hai"}),
        ("POST", "/things/7/parts/8", "POST /things/{id}/parts/{part}", {"id": "7", "part": "8"}),
        ("GET", "/files/a/b", "GET /files/{path+}", {"path": "a/b"}),
        ("GET", "/", "GET /", {}),
        ("GET", "/things/", "$default", {}),
        ("GET", "/things/7/", "$default", {}),
        ("GET", "/files/", "$default", {}),
        ("GET", "/nothing", "$default", {}),
        ("PUT", "/things/7/parts/8", "$default", {}),
    ],
)
def test_the_most_specific_route_is_taken(method: str, path: str, key: str, parameters: dict[str, str]) -> None:
    found = Routes([*DECLARED, DEFAULT]).find(method, path)
    assert found is not None
    assert (found[0].key, found[1]) == (key, parameters)


def test_without_a_default_route_nothing_is_found() -> None:
    assert Routes(DECLARED).find("GET", "/nothing") is None
