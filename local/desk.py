"""The officers' page at /desk, as the distribution of infra/template.yaml serves it: its files, its config, its content policy.

`make desk` puts the files into web/desk/www; a running stack serves them at once. The API's own /desk routes lie beside them.
"""

import json
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from infra.template import Authorizer
from local import officers
from local.http import FILE_TYPES, Request, Response

BUILT = Path(__file__).parents[1] / "web/desk/www"
ROOT = PurePosixPath("/desk")
# Scripts and styles from the page's own address alone, nothing inline; calls to the API and to the pool's sign-in.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = [
    ("content-security-policy", CONTENT_POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
]


def config(authorizer: Authorizer) -> bytes:
    """What the page has to know: where the API and the pool are; an empty API is the page's own address."""
    told = {
        "api": "",
        "authorize": f"{officers.PATH}/oauth2/authorize",
        "token": f"{officers.PATH}/oauth2/token",
        "logout": f"{officers.PATH}/logout",
        "clientId": next(iter(authorizer.audience), ""),
    }
    return json.dumps(told).encode()


def answer(request: Request, authorizer: Authorizer, built: Path = BUILT) -> Response | None:
    """The page, or one of its files; None for the API's routes, and every path outside of /desk."""
    asked = PurePosixPath(request.path)
    if request.method != "GET" or not asked.is_relative_to(ROOT) or ".." in asked.parts:
        return None
    if asked == ROOT and not request.path.endswith("/"):
        return Response(HTTPStatus.FOUND, [("location", "/desk/")], b"")
    name = asked.relative_to(ROOT)
    if str(name) == "config.json":
        return _file("application/json", config(authorizer))
    kind = FILE_TYPES.get(asked.suffix) if str(name) != "." else FILE_TYPES[".html"]
    if kind is None:
        return None
    file = built / ("index.html" if str(name) == "." else name)
    if not file.is_file():
        missing = b"not built: make desk\n" if not built.exists() else b"no such file\n"
        return Response(HTTPStatus.NOT_FOUND, [("content-type", "text/plain; charset=utf-8")], missing)
    return _file(kind, file.read_bytes())


def _file(kind: str, content: bytes) -> Response:
    return Response(HTTPStatus.OK, [("content-type", kind), ("cache-control", "no-cache"), *HEADERS], content)
