"""One stack, one browser and one world for all walks; a phone of its own, with nothing on it, for each."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser import launched
from tests.conftest import ROOT
from tests.miniapp.phone import Phone
from tests.miniapp.world import HOSTS, World, open_world
from tests.served import Served, served

TODAY = "2026-11-25T09:00:00+07:00"
ARTICLE = "2021-06-24T09:00:00+07:00"
WWW = ROOT / ".cache/miniapp/www"

ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; SM-A105F) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/147.0.0.0 Mobile Safari/537.36 Zalo android/25112868 ZaloTheme/light ZaloLanguage/vi"
)

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 15_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "Zalo iOS/692 ZaloTheme/light ZaloLanguage/vi"
)


@pytest.fixture(scope="session")
def www() -> Path:
    """The production build of the app."""
    assert (WWW / "app-config.json").is_file(), "the Mini App is not built: make .cache/miniapp/.ready"
    return WWW


@pytest.fixture(scope="session")
def world(www: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(www, tmp_path_factory.mktemp("tls")) as opened:
        yield opened


@pytest.fixture(scope="session")
def browser(playwright: Playwright, world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium, for which no other host than the world's exists."""
    rules = [*(f"MAP {host} 127.0.0.1:{world.port}" for host in HOSTS), "MAP * ~NOTFOUND"]
    opened = launched(playwright, tmp_path_factory.mktemp("fonts"), ", ".join(rules), "--ignore-certificate-errors")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def today() -> Iterator[Served]:
    with served(TODAY, SCHEDULES="off", WORKERS="2") as service:
        yield service


@pytest.fixture(scope="session")
def article() -> Iterator[Served]:
    """The service on the day of the newspaper article."""
    with served(ARTICLE, SCHEDULES="off", WORKERS="2") as service:
        yield service


@pytest.fixture
def phone(browser: Browser, world: World, today: Served, request: pytest.FixtureRequest) -> Iterator[Phone]:
    """The phone of a citizen of their own, with the app not yet opened, on TODAY."""
    with held(browser, world, today, request.node.name) as one:
        yield one


@pytest.fixture
def phone_2021(browser: Browser, world: World, article: Served, request: pytest.FixtureRequest) -> Iterator[Phone]:
    """The same on the day of the article."""
    with held(browser, world, article, request.node.name) as one:
        yield one


@pytest.fixture
def iphone(browser: Browser, world: World, today: Served, request: pytest.FixtureRequest) -> Iterator[Phone]:
    """As far as the SDK can tell, an iPhone."""
    with held(browser, world, today, request.node.name, IPHONE) as one:
        yield one


@contextmanager
def held(browser: Browser, world: World, service: Served, citizen: str, agent: str = ANDROID) -> Iterator[Phone]:
    world.stack = service.url
    world.calm()
    with ExitStack() as ends:
        one = Phone.of(browser, world, service, citizen, agent, ends)
        yield one
        one.kept_quiet()
