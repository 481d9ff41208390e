"""HTTP to Lambda and back: API Gateway's payload format 2.0 for HTTP APIs.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
What that page leaves open follows recordings of the real service by others. The path arrives percent-decoded. A body is
text only for `text/*` and three `application` types, so even a form, or a body without a type, comes in base64.
"""

import base64
import binascii
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

import h11

from infra import account
from infra.template import Route
from local.http import Request, Response

# Headers that the server sets itself; a function cannot set them.
FRAMING = {"content-length", "connection", "transfer-encoding"}
TEXT_TYPES = {"application/json", "application/xml", "application/javascript"}


class BadResult(Exception):
    """The function's answer is not an HTTP response."""


def event_of(
    request: Request,
    route: Route,
    parameters: Mapping[str, str],
    now: datetime,
    claims: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The event for a request; `route` matched it with these decoded path parameters, an authorizer found these claims."""
    path = unquote(request.path)
    host = request.header("host") or "127.0.0.1"
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": _headers(request, now),
        "requestContext": {
            "accountId": account.ACCOUNT,
            "apiId": "local",
            "domainName": host,
            "domainPrefix": host.partition(".")[0],
            "http": {
                "method": request.method,
                "path": path,
                "protocol": request.protocol,
                "sourceIp": request.source_ip,
                "userAgent": request.header("user-agent") or "",
            },
            "requestId": base64.b64encode(uuid.uuid4().bytes[:11]).decode(),
            "routeKey": route.key,
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    if claims is not None:
        event["requestContext"]["authorizer"] = {"jwt": {"claims": dict(claims), "scopes": None}}
    if cookies := _cookies(request):
        event["cookies"] = cookies
    if query := _query(request):
        event["queryStringParameters"] = query
    if parameters:
        event["pathParameters"] = dict(parameters)
    if request.body:
        event["body"], event["isBase64Encoded"] = _body(request)
    return event


def _headers(request: Request, now: datetime) -> dict[str, str]:
    """Names in lower case, repeated ones joined, cookies separate, plus the gateway's own headers."""
    names = dict.fromkeys(name.lower() for name, _ in request.headers)
    headers = {name: request.header(name) or "" for name in names if name != "cookie"}
    via = headers.get("x-forwarded-for")
    return {
        **headers,
        "content-length": str(len(request.body)),
        "x-amzn-trace-id": f"Root=1-{int(now.timestamp()):08x}-{uuid.uuid4().hex[:24]}",
        "x-forwarded-for": f"{via}, {request.source_ip}" if via else request.source_ip,
        "x-forwarded-port": (request.header("host") or "").partition(":")[2] or "80",
        "x-forwarded-proto": "http",
    }


def _cookies(request: Request) -> list[str]:
    sent = [value for name, value in request.headers if name.lower() == "cookie"]
    return [cookie.strip() for value in sent for cookie in value.split(";") if cookie.strip()]


def _query(request: Request) -> dict[str, str]:
    """Decoded parameters; the values of a repeated one are joined with commas."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {name: ",".join(all_values) for name, all_values in values.items()}


def _body(request: Request) -> tuple[str, bool]:
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if kind.startswith("text/") or kind in TEXT_TYPES:
        try:
            return request.body.decode(), False
        except UnicodeDecodeError:
            pass  # the body is not the text it claims to be: the function gets the bytes
    return base64.b64encode(request.body).decode(), True


def response_of(result: Any) -> Response:
    """The HTTP response for a function's result; `BadResult` where API Gateway would answer 500.

    A result without `statusCode` becomes the body of a 200, in JSON, as format 2.0 infers.
    """
    if not isinstance(result, dict) or "statusCode" not in result:
        return Response(200, [("content-type", "application/json")], json.dumps(result).encode())
    try:
        status = int(result["statusCode"])
        named = [(_text(name).lower(), _text(value)) for name, value in (result.get("headers") or {}).items()]
        headers = [each for each in named if each[0] not in FRAMING]
        headers += [("set-cookie", _text(cookie)) for cookie in result.get("cookies") or []]
        h11.Response(status_code=status, headers=[(name.encode(), value.encode("latin-1")) for name, value in headers])
        body = result.get("body") or ""
        content = base64.b64decode(body, validate=True) if result.get("isBase64Encoded") else body.encode()
    except (AttributeError, TypeError, ValueError, binascii.Error, h11.LocalProtocolError) as error:
        raise BadResult(type(error).__name__) from error
    if not 200 <= status <= 599:
        raise BadResult(f"statusCode {status}")
    if content and not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain;charset=utf-8"))
    return Response(status, headers, content)


def _text(value: Any) -> str:
    """A header's name or value; `TypeError` if it is neither text nor a number."""
    if not isinstance(value, str | int | float):
        raise TypeError(type(value).__name__)
    return str(value).lower() if isinstance(value, bool) else str(value)
