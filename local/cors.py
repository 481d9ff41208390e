"""CORS as the HTTP API does it from CorsConfiguration: preflights, and headers on every answer, errors too."""

from infra.template import Cors
from local.http import Headers, Request, Response


def is_preflight(request: Request) -> bool:
    """Whether the request is a browser's question whether it may send the real request."""
    return (
        request.method == "OPTIONS"
        and request.header("origin") is not None
        and request.header("access-control-request-method") is not None
    )


def preflight(cors: Cors, request: Request) -> Response:
    """The answer to a preflight; it gives no permissions to an origin that is not allowed."""
    headers = list(_permission(cors, request))
    if headers:
        if cors.allow_methods:
            headers.append(("access-control-allow-methods", ",".join(cors.allow_methods)))
        if cors.allow_headers:
            headers.append(("access-control-allow-headers", ",".join(cors.allow_headers).lower()))
        if cors.max_age is not None:
            headers.append(("access-control-max-age", str(cors.max_age)))
    return Response(204, headers, b"")


def with_cors(cors: Cors, request: Request, response: Response) -> Response:
    """The response with the configured headers. They replace the function's own, which the gateway ignores."""
    headers = [(name, value) for name, value in response.headers if not name.startswith("access-control-")]
    permission = _permission(cors, request)
    headers += permission
    if permission and cors.expose_headers:
        headers.append(("access-control-expose-headers", ",".join(cors.expose_headers).lower()))
    return Response(response.status, headers, response.body)


def _permission(cors: Cors, request: Request) -> Headers:
    """The headers that let the caller's page read an answer; empty for an origin that is not allowed."""
    credentials = [("access-control-allow-credentials", "true")] if cors.allow_credentials else []
    if "*" in cors.allow_origins:
        return [("access-control-allow-origin", "*"), *credentials]
    origin = request.header("origin") or ""
    any_of_scheme = origin.partition("://")[0] + "://*"
    if origin in cors.allow_origins or any_of_scheme in cors.allow_origins:
        return [("access-control-allow-origin", origin), *credentials, ("vary", "origin")]
    return []
