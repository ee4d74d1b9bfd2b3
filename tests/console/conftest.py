"""A browser, and a service with the sandbox on for the tests of a module. Each test has a partner of its own."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.browser import Behaviour, launched, open_console, watched_context
from tests.support.command import run_json, serving


class Tenant(NamedTuple):
    """A partner with one line and a key."""

    url: str
    database: str
    key: str
    line: str


@pytest.fixture(scope="module")  # it runs an event loop, and other modules run theirs in the same process
def browser() -> Generator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("console")
    return f"sqlite:///{folder / 'console.db'}"


@pytest.fixture(scope="module")
def service(database: str) -> Generator[str]:
    """The URL of a service with the sandbox on."""
    with serving(database, "--sandbox", "--allow-private-webhooks") as url:
        yield url


@pytest.fixture
def new_tenant(service: str, database: str, request: pytest.FixtureRequest) -> Callable[[], Tenant]:
    """Adds a partner with a line and a key."""
    numbers = iter(range(1, 100))

    def make() -> Tenant:
        name = f"{request.node.name}-{next(numbers)}"
        key = run_json("partner", "add", name, "--json", database=database)["key"]
        line = f"+1212555{abs(hash(name)) % 10_000:04d}"
        run_json("line", "add", name, line, "--json", database=database)
        return Tenant(service, database, key, line)

    return make


@pytest.fixture
def tenant(new_tenant: Callable[[], Tenant]) -> Tenant:
    return new_tenant()


@pytest.fixture
def watched(browser: Browser, service: str) -> Iterator[tuple[BrowserContext, Behaviour]]:
    """A browser context whose pages must not misbehave, and what they did."""
    with watched_context(browser, service, viewport={"width": 1440, "height": 900}) as both:
        yield both


@pytest.fixture
def context(watched: tuple[BrowserContext, Behaviour]) -> BrowserContext:
    return watched[0]


@pytest.fixture
def behaviour(watched: tuple[BrowserContext, Behaviour]) -> Behaviour:
    return watched[1]


@pytest.fixture
def page(context: BrowserContext, tenant: Tenant) -> Page:
    """The console of the tenant."""
    return open_console(context, tenant.url, tenant.key)
