"""The officers' page as the local stack serves it: beside the API's own /desk routes, under its content policy."""

import json
from pathlib import Path

import pytest

from infra.template import Authorizer
from local import desk
from local.http import Request
from tests.conftest import TEMPLATE

POOL = Authorizer("https://issuer.example", ("the-client",))


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "screen.html").write_text("<!doctype html>screen")
    (tmp_path / "assets" / "a.js").write_text("1")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "status"),
    [("/desk/", 200), ("/desk/screen.html", 200), ("/desk/assets/a.js", 200), ("/desk", 302), ("/desk/none.js", 404)],
)
def test_its_files_and_no_others(built: Path, path: str, status: int) -> None:
    answer = desk.answer(Request("GET", path), POOL, built)
    assert answer and answer.status == status


@pytest.mark.parametrize("path", ["/desk/me", "/desk/offices/ca-1/days/2026-11-25", "/", "/offices", "/desk/../x.js"])
def test_the_api_keeps_its_routes(built: Path, path: str) -> None:
    assert desk.answer(Request("GET", path), POOL, built) is None
    assert desk.answer(Request("POST", "/desk/"), POOL, built) is None


def test_every_file_comes_under_the_policy_that_the_template_has_too(built: Path) -> None:
    answer = desk.answer(Request("GET", "/desk/"), POOL, built)
    assert answer
    policy = dict(answer.headers)["content-security-policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy
    for part in policy.split("; "):
        assert part in TEMPLATE.read_text(encoding="utf-8"), part


def test_the_config_names_the_client_of_the_authorizer(built: Path) -> None:
    answer = desk.answer(Request("GET", "/desk/config.json"), POOL, built)
    assert answer and json.loads(answer.body)["clientId"] == "the-client"


def test_without_a_build_it_says_so(tmp_path: Path) -> None:
    answer = desk.answer(Request("GET", "/desk/"), POOL, tmp_path / "none")
    assert answer and answer.status == 404 and b"make desk" in answer.body
