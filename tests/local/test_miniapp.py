"""The Mini App beside the local stack: its page for each of its screens, its files, and no other path."""

from pathlib import Path

import pytest

from local.miniapp import answer


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "assets/index-1.js").write_text("let a")
    (tmp_path / "assets/index-1.css").write_text("a {}")
    return tmp_path


@pytest.mark.parametrize("path", ["/app", "/app/", "/app/ticket", "/app/index.html"])
def test_each_screen_is_the_page(built: Path, path: str) -> None:
    assert answer(path, built) == (200, "text/html; charset=utf-8", b"<!doctype html>")


def test_files_come_with_their_types(built: Path) -> None:
    assert answer("/app/assets/index-1.js", built) == (200, "text/javascript; charset=utf-8", b"let a")
    assert answer("/app/assets/index-1.css", built) == (200, "text/css; charset=utf-8", b"a {}")


@pytest.mark.parametrize("path", ["/app/assets/index-2.js", "/app/secret.env", "/app/assets/index-1.js.map"])
def test_a_file_that_is_not_there_is_not_found(built: Path, path: str) -> None:
    found = answer(path, built)
    assert found is not None and found[0] == 404


@pytest.mark.parametrize("path", ["/", "/apple", "/offices", "", "/app/../Makefile", "/app/assets/../../x.js"])
def test_all_else_is_not_its_business(built: Path, path: str) -> None:
    (built.parent / "x.js").write_text("outside")
    assert answer(path, built) is None


def test_before_it_is_built_it_says_how_to_build_it(tmp_path: Path) -> None:
    for path in ("/app", "/app/assets/index-1.js"):
        found = answer(path, tmp_path)
        assert found is not None and found[0] == 404 and b"make app" in found[2]
