"""The HTTP edge, in one place: refusals as problem+json, sessions, sizes, logs.

    app = resolver()

    @app.get("/things/<thingId>", summary="One thing")
    @refuses(NotFound)
    @cacheable(app, max_age=300)
    def read_thing(thingId: str) -> Thing: ...

    handler = lambda_handler(app)

A handler is called by API Gateway's HTTP API with payload 2.0.
"""

import base64
import binascii
import hmac
import json
import os
import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache, wraps
from http import HTTPStatus
from typing import Any, NoReturn

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response, content_types
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError, ResponseValidationError
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from cccd import clock, session
from cccd.errors import (
    InvalidRequest,
    MalformedJson,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    Refusal,
    TemporarilyUnavailable,
    WrongEntrance,
)
from cccd.field_errors import field_errors
from cccd.invocation import Event
from cccd.observability import flush_metrics, log_unexpected, logger
from cccd.problems import document, unexpected
from cccd.representations import Representations
from cccd.session import Citizen

PROBLEM_JSON = "application/problem+json"
MAX_BODY_BYTES = 64 * 1024
MAX_DEPTH = 32  # of JSON inside JSON; no request of ours has more than five
TRACED = 8  # characters of a citizen's hash in the log: 40 bits tell callers apart, and open nothing
RETRY_AFTER = 2  # seconds, when our own storage did not answer
# Of every answer. Nobody keeps it, unless the route says how long (`cacheable`): it may be a citizen's own, or a refusal
# that is true only now. It is what its content type says. And whoever had it over HTTPS comes over nothing else for two years.
SAFE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}

type Headers = dict[str, str | list[str]]


class _Ready(Exception):
    """An answer that is written already: Powertools would validate the model and encode it a second time."""

    def __init__(self, response: Response[Any]):
        super().__init__()
        self.response = response


def resolver() -> APIGatewayHttpResolver:
    """A resolver whose every refusal is a problem document."""
    app = APIGatewayHttpResolver(
        enable_validation=True,
        # Without it, an answer of ours that does not fit its model would be told as the caller's mistake.
        response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR,
        serializer=_json,
    )
    app.exception_handler(Refusal)(problem_response)
    app.exception_handler(RequestValidationError)(
        lambda error: problem_response(InvalidRequest(field_errors(error.errors())))
    )
    app.exception_handler(ResponseValidationError)(_raise)  # ours to answer for: logged and told like any other failure
    app.exception_handler(_Ready)(lambda ready: ready.response)
    app.not_found(lambda _: problem_response(NotFound()))
    return app


def lambda_handler(
    app: APIGatewayHttpResolver,
    session_keys: Callable[[datetime], Iterable[bytes]] | None = None,
    hash_of: Callable[[Citizen], str] | None = None,
    *,
    traced: bool = False,
    json_body: bool = True,
) -> Callable[[Event, LambdaContext], dict[str, Any]]:
    """The Lambda entry point of a resolver; with `session_keys`, every route of it needs a session.

    With `hash_of` or `traced`, the log tells the caller's address, and a part of the citizen's keyed hash: the function
    must log where records live a week (`CitizenLogs` in the template). If the environment has an `EDGE_SECRET`, only
    CloudFront, which knows it, may call. Without `json_body`, the body is handed on as it came.
    """
    edge_secret = os.environ.get("EDGE_SECRET", "")

    def handler(event: Event, context: LambdaContext) -> dict[str, Any]:
        route = event.get("routeKey", "")
        logger.append_keys(request_id=context.aws_request_id)
        trace: dict[str, Any] = {}
        try:
            with clock.one_instant() as now:
                asked = _with_folded_headers(event)
                if traced or hash_of:
                    caller = app.context["address"] = _caller(asked, behind_edge=bool(edge_secret))
                    trace["source"] = caller.replace(".", "_")  # the scrubber would take its dots for a phone number's
                if edge_secret and not _through_the_edge(asked, edge_secret):
                    raise WrongEntrance
                if session_keys:
                    who = session.verify(asked["headers"].get("authorization"), session_keys(now), now)
                    app.context["citizen"] = who
                    if hash_of:
                        trace["citizen"] = hash_of(who)[:TRACED]
                answer = app.resolve(_with_json_body(asked) if json_body else asked, context)
        except Refusal as refusal:
            answer = _serialized(problem_response(refusal))
        except Exception as error:  # noqa: BLE001 - the last line: a citizen never meets a stack trace
            log_unexpected(error, route)
            refused = TemporarilyUnavailable(retry_after=RETRY_AFTER) if _passes(error) else None
            answer = _serialized(problem_response(refused) if refused else _unexpected_response(context.aws_request_id))
        finally:
            app.context.clear()
            flush_metrics()
        answer["headers"] = {**SAFE, **answer["headers"]}
        logger.info("answered", route=route, status=answer["statusCode"], **trace)
        return answer

    return handler


def citizen(app: APIGatewayHttpResolver) -> Citizen:
    """The signed-in citizen of the request that `app` is answering."""
    found = app.context["citizen"]
    assert isinstance(found, Citizen)
    return found


def address(app: APIGatewayHttpResolver) -> str:
    """The network address of the request that a traced `app` is answering; of IPv6 only what one subscriber has."""
    return str(app.context["address"])


def refuses[F: Callable[..., Any]](*refusals: type[Refusal]) -> Callable[[F], F]:
    """Name what a route refuses by its own rules. Only the contract reads it; a call of the route is not changed.

    contract/refusals.py adds the refusals that follow from the route itself: from a session, a body or parameters.
    """

    def told(route: F) -> F:
        vars(route)["refusals"] = refusals
        return route

    return told


def cacheable[**P, M: BaseModel | dict[str, Any]](
    app: APIGatewayHttpResolver, max_age: int, *, kept: int = 0
) -> Callable[[Callable[P, M]], Callable[P, Response[M]]]:
    """Let front ends keep the answers of a route for `max_age` seconds, and then ask by ETag whether they are current.

    They come gzipped to whoever takes that. A process keeps the last `kept` answers written, and compressed, of this
    day: for a route that reads nothing but content.
    """

    def decorated(route: Callable[P, M]) -> Callable[P, Response[M]]:
        @lru_cache(kept)
        def written(day: date, args: tuple[Any, ...], kwargs: tuple[tuple[str, Any], ...]) -> Representations:
            model = route(*args, **dict(kwargs))
            return Representations(
                model.model_dump_json(by_alias=True) if isinstance(model, BaseModel) else _json(model)
            )

        @wraps(route)
        def answer(*args: P.args, **kwargs: P.kwargs) -> Response[M]:
            found = written(clock.today(), args, tuple(kwargs.items()))
            asked = app.current_event.headers or {}
            codings = asked.get("accept-encoding") or ""
            headers: Headers = {"Cache-Control": f"public, max-age={max_age}", "Vary": "Accept-Encoding"}
            if etag := found.current(asked.get("if-none-match") or "", codings):
                raise _Ready(Response(status_code=304, headers=headers | {"ETag": etag}))
            form = found.best(codings)
            headers |= {"ETag": form.etag} | ({"Content-Encoding": "gzip"} if form.gzipped else {})
            response: Response[str] = Response(200, content_types.APPLICATION_JSON, form.body, headers)
            response.base64_encoded = form.gzipped
            raise _Ready(response)

        vars(answer)["max_age"] = max_age
        return answer

    return decorated


def unchanged(etag: str) -> NoReturn:
    """Answer 304: what the caller has, as its `If-None-Match` says, is current."""
    raise _Ready(Response(status_code=304, headers={"ETag": etag}))


def created[M: BaseModel](model: M, *, new: bool = True) -> Response[M]:
    """201 with the model, or 200 where the same request had already made it."""
    return Response(status_code=201 if new else 200, content_type=content_types.APPLICATION_JSON, body=model)


def problem_response(refusal: Refusal) -> Response[Any]:
    """A refusal as problem+json."""
    body = document(refusal)
    headers: Headers = {}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    if isinstance(refusal, MethodNotAllowed):
        headers["Allow"] = ", ".join(refusal.allow)
    return Response(status_code=body["status"], content_type=PROBLEM_JSON, body=_json(body), headers=headers)


def _unexpected_response(request_id: str) -> Response[Any]:
    return Response(status_code=500, content_type=PROBLEM_JSON, body=_json(unexpected(request_id)))


def _raise(error: Exception) -> Response[Any]:
    raise error


def _passes(error: Exception) -> bool:
    """Whether storage gave up on something that passes. Functions without storage never load its client."""
    if "botocore.client" not in sys.modules:
        return False
    from cccd.dynamodb import passing

    return passing(error)


def _serialized(response: Response[Any]) -> dict[str, Any]:
    headers = {"Content-Type": response.content_type, **response.headers}
    return {
        "statusCode": response.status_code,
        "headers": headers,
        "body": response.body,
        "isBase64Encoded": False,
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _caller(event: Event, *, behind_edge: bool) -> str:
    """The caller's address, as API Gateway saw it; behind CloudFront, as CloudFront told it.

    A caller may write anything into X-Forwarded-For. CloudFront adds the address that it saw, and API Gateway adds
    CloudFront's own, so the last but one is not the caller's own word.
    """
    from ipaddress import ip_address, ip_network  # public functions never need it

    told = str(event.get("requestContext", {}).get("http", {}).get("sourceIp", ""))
    if behind_edge:
        told = (["", *event["headers"].get("x-forwarded-for", "").split(",")][-2:])[0].strip()
    try:
        found = ip_address(told)
    except ValueError:
        return ""
    return str(found) if found.version == 4 else str(ip_network((found, 64), strict=False).network_address)


def _through_the_edge(event: Event, edge_secret: str) -> bool:
    sent = event["headers"].get("x-edge-secret", "")
    return hmac.compare_digest(sent.encode(errors="replace"), edge_secret.encode())


def _with_folded_headers(event: Event) -> Event:
    """The event with its header names in lower case, as API Gateway writes them; SAM's local API writes them as they came."""
    return {**event, "headers": {name.lower(): value for name, value in (event.get("headers") or {}).items()}}


def _with_json_body(event: Event) -> Event:
    """The event with its body decoded and known to be a JSON object.

    Front ends send JSON under other content types too (a plain `curl -d`, a "simple" CORS request):
    what counts is what it is.

    Raises:
        PayloadTooLarge: over 64 KB.
        MalformedJson: not UTF-8, not JSON, not an object, or nested deeper than anybody needs.
    """
    if not event.get("body"):
        return event
    text = _body_text(event)
    try:
        parsed = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of 4,300 digits
        raise MalformedJson from error
    if not isinstance(parsed, dict) or _too_deep(parsed):
        raise MalformedJson
    headers = {**event["headers"], "content-type": "application/json"}
    return {**event, "body": text, "isBase64Encoded": False, "headers": headers}


def _body_text(event: Event) -> str:
    body: str = event["body"]
    if not event.get("isBase64Encoded"):
        if len(body.encode(errors="surrogatepass")) > MAX_BODY_BYTES:
            raise PayloadTooLarge
        return body
    if len(body) > MAX_BODY_BYTES * 4 // 3 + 4:
        raise PayloadTooLarge
    try:
        return base64.b64decode(body).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise MalformedJson from error


def _too_deep(parsed: Any) -> bool:
    """Whether it is nested beyond `MAX_DEPTH`: what reads it after us calls itself for each level."""
    level = [parsed]
    for _ in range(MAX_DEPTH):
        level = [inner for each in level if isinstance(each, dict | list) for inner in _inside(each)]
        if not level:
            return False
    return True


def _inside(each: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return each.values() if isinstance(each, dict) else each


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are not JSON
