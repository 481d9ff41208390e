"""A running stack, and Chromium as a counter's PC."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.miniapp.conftest import BROWSER, FONTS
from tests.served import Served, served

YESTERDAY = "2026-11-25T07:00:00+07:00"  # of the day that is worked


@pytest.fixture(scope="session")
def stack_of_the_desk() -> Iterator[Served]:
    with served(YESTERDAY, SCHEDULES="off", WORKERS="3") as service:
        yield service


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser that the Mini App's tests have too; nothing but this machine exists for it."""
    fonts = tmp_path_factory.mktemp("fonts")
    (fonts / "fonts.conf").write_text(FONTS.format(fonts=BROWSER / "tmp/fonts", cache=fonts / "cache"))
    libraries = f"{os.environ.get('LD_LIBRARY_PATH', '')}:{BROWSER / 'tmp/al2023/lib'}".lstrip(":")
    opened = playwright.chromium.launch(
        executable_path=BROWSER / "tmp/chromium",
        env={**os.environ, "FONTCONFIG_FILE": str(fonts / "fonts.conf"), "LD_LIBRARY_PATH": libraries},
        args=[
            "--no-sandbox",
            "--headless=shell",
            "--disable-gpu",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ],
    )
    yield opened
    opened.close()


@pytest.fixture
def counters(chromium: Browser, stack_of_the_desk: Served) -> Iterator[tuple[Page, Page]]:
    """Two counters' PCs, each signed in by itself; any complaint of the browser fails the test."""
    said: list[str] = []
    contexts = [chromium.new_context(viewport={"width": 1280, "height": 800}, locale="vi-VN") for _ in range(2)]
    pages = []
    for context in contexts:
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        pages.append(page)
    yield pages[0], pages[1]
    for context in contexts:
        context.close()
    # A refusal's status is logged by the browser itself; scripts, styles and the content policy must be silent.
    assert [each for each in said if "Failed to load resource" not in each] == []
