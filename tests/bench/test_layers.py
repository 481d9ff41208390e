import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from bench import layers

VENV = "/venv/lib/python3.13/site-packages"


def in_(path: str, inner: Callable[[], Any]) -> Any:
    """Call `inner` from a function of that file."""
    names: dict[str, Any] = {"inner": inner}
    exec(compile("def call():\n    return inner()", path, "exec"), names)
    return names["call"]()


def here() -> str:
    return layers.layer_of(sys._getframe())


@pytest.mark.parametrize(
    ("paths", "layer"),
    [
        ([], layers.OTHER),
        (["/code/functions/bookings/holding.py"], "rules"),
        (["/code/functions/bookings/api.py", "/code/functions/bookings/store.py"], "table"),
        (["/code/layers/common/cccd/table.py", f"{VENV}/botocore/client.py"], "DynamoDB client"),
        ([f"{VENV}/botocore/parsers.py", "/usr/lib/python3.13/json/decoder.py"], "DynamoDB client"),
        (["/code/layers/common/cccd/http.py", "/usr/lib/python3.13/json/decoder.py"], "JSON"),
        ([f"{VENV}/aws_lambda_powertools/event_handler/api_gateway.py", f"{VENV}/pydantic/main.py"], "models"),
        (["/code/functions/faq/api.py", "/usr/lib/python3.13/re/__init__.py"], "rules"),
        ([f"{VENV}/aws_lambda_powertools/logging/logger.py", "/usr/lib/python3.13/json/encoder.py"], "JSON"),
    ],
)
def test_the_innermost_frame_with_a_layer_counts(paths: list[str], layer: str) -> None:
    inner: Callable[[], Any] = here
    for path in reversed(paths):
        inner = partial(in_, path, inner)
    assert inner() == layer


def test_shares_make_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "SECONDS", 0.2)
    busy = "def call():\n    return sum(n * n for n in range(2_000))"
    names: dict[str, Any] = {}
    exec(compile(busy, "/code/functions/faq/search.py", "exec"), names)
    shares = layers.shares(names["call"])
    assert set(shares) == set(layers.COLUMNS)
    assert shares["rules"] == pytest.approx(1)
