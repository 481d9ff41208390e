"""The API reference of the local stack: a page, its files, and no other host."""

import re
from pathlib import Path

import pytest

from local.reference import FILES, PAGE, answer


def test_the_page_asks_for_what_is_served() -> None:
    found = answer("/docs")
    assert found is not None and found[:2] == (200, "text/html; charset=utf-8")
    asked = re.findall(r'(?:src|href)="([^"]+)"', PAGE)
    assert set(asked) == {*FILES, "/docs/start.js"}
    for path in asked:
        file = answer(path)
        assert file is not None and file[0] == 200 and file[2], path


def test_it_shows_this_stacks_contract_and_nobody_elses() -> None:
    start = answer("/docs/start.js")
    assert start is not None
    assert b'url: "/openapi.json"' in start[2] and b"validatorUrl: null" in start[2]
    assert "://" not in PAGE + start[2].decode()
    assert "default-src 'self'" in PAGE
    style = answer("/docs/swagger-ui.css")
    assert style is not None and b"@import" not in style[2]
    assert all(each.startswith(b"data:") for each in re.findall(rb"url\(\s*[\"']?([^)\"']+)", style[2]))


@pytest.mark.parametrize("path", ["/", "/docs/", "/docs/../Makefile", "/docs/swagger-ui.css.map", "/documents", ""])
def test_all_else_is_not_its_business(path: str) -> None:
    assert answer(path) is None


def test_files_that_are_missing_say_how_to_have_them(tmp_path: Path) -> None:
    missing = answer("/docs/swagger-ui.css", tmp_path)
    assert missing is not None and missing[0] == 404 and b"make .tools/reference" in missing[2]
