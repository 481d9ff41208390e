"""What API Gateway does with a request: CORS, the route, the function, and its own short answers when that fails."""

import time
from collections.abc import Callable, Mapping
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from infra.template import Function, Route, Stack
from local.clock import Clock
from local.cors import is_preflight, preflight, with_cors
from local.events import BadResult, event_of, response_of
from local.http import Request, Response, message
from local.pool import Busy, Failed
from local.routes import Routes

type Invoke = Callable[[Function, Any], Any]
type Claims = Callable[[Request], Mapping[str, str] | None]


def _no_claims(_: Request) -> None:
    return None


class Gateway:
    """The HTTP API of a stack. `invoke` runs a function; `log` takes one line for each request.

    `claims` gives the claims of a request's token, or None to refuse it, for the routes that an authorizer guards.

    A line names the route and never the path: paths carry the ids of bookings, as they would in production.
    """

    def __init__(
        self,
        stack: Stack,
        invoke: Invoke,
        clock: Clock,
        log: Callable[[str], None],
        claims: Claims = _no_claims,
    ):
        self._invoke = invoke
        self._claims = claims
        self._clock = clock
        self._log = log
        self.serve(stack)

    def serve(self, stack: Stack) -> None:
        """Serve this stack from now on."""
        self._functions: Mapping[str, Function] = stack.functions
        self._routes, self._cors = Routes(stack.routes), stack.cors

    def answer(self, request: Request) -> Response:
        """The response to a request; an error in a function never raises here."""
        started = time.perf_counter()
        if self._cors and is_preflight(request):
            name, response, trouble = "preflight", preflight(self._cors, request), ""
        elif found := self._routes.find(request.method, request.path):
            name = found[0].key
            response, trouble = self._call(request, *found)
        else:
            name, response, trouble = "no route", message(HTTPStatus.NOT_FOUND), ""
        shown = name if name.startswith(f"{request.method} ") else f"{request.method} {name}"
        took = (time.perf_counter() - started) * 1000
        self._log(f"{shown} {response.status} {took:.0f} ms{trouble}")
        return self._dated(response if name == "preflight" else self._dressed(request, response))

    def refuse(self, request: Request, status: HTTPStatus) -> Response:
        """A refusal by the server itself, with the headers and the log line of any answer."""
        self._log(f"{request.method} refused {status.value} {status.phrase}")
        return self._dated(self._dressed(request, message(status)))

    def _call(self, request: Request, route: Route, parameters: Mapping[str, str]) -> tuple[Response, str]:
        """The function's response, and the text for the log."""
        claims = self._claims(request) if route.authorizer else None
        if route.authorizer and claims is None:
            return message(HTTPStatus.UNAUTHORIZED), ""
        try:
            event = event_of(request, route, parameters, self._clock.now(), claims)
            return response_of(self._invoke(self._functions[route.function], event)), ""
        except Busy:
            return message(HTTPStatus.SERVICE_UNAVAILABLE), "  no worker was free"
        except Failed as failure:
            return message(HTTPStatus.INTERNAL_SERVER_ERROR), f"  {route.function}: {failure.reason}"
        except BadResult as error:
            return message(HTTPStatus.INTERNAL_SERVER_ERROR), f"  {route.function}: no HTTP response ({error})"

    def _dressed(self, request: Request, response: Response) -> Response:
        return with_cors(self._cors, request, response) if self._cors else response

    def _dated(self, response: Response) -> Response:
        headers = [(name, value) for name, value in response.headers if name != "date"]
        return Response(
            response.status, [*headers, ("date", format_datetime(self._clock.now(), usegmt=True))], response.body
        )
