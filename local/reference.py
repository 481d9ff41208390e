"""The API reference at /docs: Swagger UI shows the running stack's own /openapi.json, and asks no other host.

Its files come from a PyPI package (docs/decisions/0014-contract.md); `make run` puts them into .tools/reference.
"""

from http import HTTPStatus
from pathlib import Path

BUNDLE = (
    Path(__file__).parents[1]
    / ".tools/reference/drf_spectacular_sidecar/static/drf_spectacular_sidecar/swagger-ui-dist"
)

JAVASCRIPT = "text/javascript; charset=utf-8"
FILES = {
    "/docs/swagger-ui.css": "text/css; charset=utf-8",
    "/docs/swagger-ui-bundle.js": JAVASCRIPT,
    "/docs/favicon-32x32.png": "image/png",
}

# The policy makes the browser ask this stack only.
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API reference</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START = """\
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  displayOperationId: true,
  docExpansion: "list",
  filter: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
"""


def answer(path: str, bundle: Path = BUNDLE) -> tuple[int, str, bytes] | None:
    """Status, content type and body of the reference's page or one of its files; `None` for every other path."""
    if path == "/docs":
        return HTTPStatus.OK, "text/html; charset=utf-8", PAGE.encode()
    if path == "/docs/start.js":
        return HTTPStatus.OK, JAVASCRIPT, START.encode()
    if path not in FILES:
        return None
    try:
        return HTTPStatus.OK, FILES[path], (bundle / path.rpartition("/")[2]).read_bytes()
    except FileNotFoundError:
        return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"not installed: make .tools/reference/.ready\n"
