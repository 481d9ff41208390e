"""A running stack, and Chromium as a counter's PC."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser import launched
from tests.served import Served, served

YESTERDAY = "2026-11-25T07:00:00+07:00"  # of the day that is worked


@pytest.fixture(scope="session")
def stack_of_the_desk() -> Iterator[Served]:
    with served(YESTERDAY, WORKERS="3") as service:
        yield service


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser that the Mini App's tests have too; nothing but this machine exists for it."""
    opened = launched(playwright, tmp_path_factory.mktemp("fonts"), "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
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
