"""The route of a request, chosen as an HTTP API chooses: the most specific path, then the method, then `$default`."""

from collections.abc import Iterable
from urllib.parse import unquote

from infra.template import Route

# A segment's rank: a word beats a parameter, a parameter beats a greedy one.
_WORD, _PARAMETER, _GREEDY = range(3)


class Routes:
    """The routes of one HTTP API."""

    def __init__(self, routes: Iterable[Route]):
        declared = list(routes)
        self._ranked = sorted((route for route in declared if route.path), key=_rank)
        self._default = next((route for route in declared if not route.path), None)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route for a path as sent, with its decoded parameters; `None` if API Gateway has no answer either."""
        for route in self._ranked:
            if route.method in {method, "ANY"}:
                parameters = _match(_segments(route), path.split("/"))
                if parameters is not None:
                    return route, parameters
        return (self._default, {}) if self._default else None


def _segments(route: Route) -> list[str]:
    return (route.path or "").split("/")


def _rank(route: Route) -> tuple[list[int], bool]:
    return [_kind(segment) for segment in _segments(route)], route.method == "ANY"


def _kind(segment: str) -> int:
    if not (segment.startswith("{") and segment.endswith("}")):
        return _WORD
    return _GREEDY if segment.endswith("+}") else _PARAMETER


def _match(pattern: list[str], path: list[str]) -> dict[str, str] | None:
    """The parameters if the path fits the pattern. Segments are compared as sent, so `%2F` stays in its segment."""
    parameters: dict[str, str] = {}
    for position, segment in enumerate(pattern):
        match _kind(segment):
            case 2 if rest := "/".join(path[position:]):
                return {**parameters, segment[1:-2]: unquote(rest)}
            case 1 if position < len(path) and path[position]:
                parameters[segment[1:-1]] = unquote(path[position])
            case 0 if position < len(path) and unquote(path[position]) == segment:
                continue
            case _:
                return None
    return parameters if len(path) == len(pattern) else None
