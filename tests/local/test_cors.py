import pytest

from infra.template import Cors
from local.cors import is_preflight, preflight, with_cors
from local.http import Request, Response

ANYONE = Cors(("*",), ("GET", "POST"), ("Authorization",), ("Retry-After",), 7200)
SOME = Cors(("https://h5.zdn.vn", "zbrowser://*"), ("GET",), allow_credentials=True)


def asked(origin: str | None, method: str = "OPTIONS") -> Request:
    origins = [("Origin", origin)] if origin else []
    return Request(method, "/", [*origins, ("Access-Control-Request-Method", "POST")])


def test_a_preflight_is_told_what_it_may() -> None:
    assert is_preflight(asked("https://h5.zdn.vn"))
    assert preflight(ANYONE, asked("https://h5.zdn.vn")) == Response(
        204,
        [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", "GET,POST"),
            ("access-control-allow-headers", "authorization"),
            ("access-control-max-age", "7200"),
        ],
        b"",
    )


@pytest.mark.parametrize(
    "request_", [asked(None), asked("https://h5.zdn.vn", "GET"), Request("OPTIONS", "/", [("Origin", "https://a")])]
)
def test_other_requests_are_no_preflights(request_: Request) -> None:
    assert not is_preflight(request_)


def test_a_stranger_is_told_nothing() -> None:
    assert preflight(SOME, asked("https://evil.example")) == Response(204, [], b"")


@pytest.mark.parametrize("origin", ["https://h5.zdn.vn", "zbrowser://h5.zdn.vn"])
def test_an_allowed_origin_is_named(origin: str) -> None:
    assert with_cors(SOME, asked(origin, "GET"), Response(200, [], b"")).headers == [
        ("access-control-allow-origin", origin),
        ("access-control-allow-credentials", "true"),
        ("vary", "origin"),
    ]


def test_the_gateways_headers_take_the_place_of_the_functions() -> None:
    response = Response(500, [("access-control-allow-origin", "https://own"), ("etag", "1")], b"")
    assert with_cors(ANYONE, asked("https://h5.zdn.vn", "GET"), response).headers == [
        ("etag", "1"),
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "retry-after"),
    ]
