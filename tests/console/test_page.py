"""The page itself: its size, its headers, a path prefix, and what axe finds in each of its states."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from threading import Thread

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.conftest import Tenant
from tests.console.test_chat_list import ANN, BOB, CAROL, rows, writes
from tests.support.axe import findings
from tests.support.browser import open_console, watched_context
from tests.support.waiting import until

SIZE = 100_000  # bytes that a browser loads for the whole console


def test_all_files_are_small(service: str) -> None:
    loaded = 0
    for file in resources.files("trunkline.api.console").joinpath("static").iterdir():
        path = "/console" if file.name == "index.html" else f"/console/{file.name}"
        response = httpx2.get(service + path, headers={"Accept-Encoding": "gzip, br"})
        source, lines = file.read_text().splitlines(), response.text.splitlines()
        assert len(lines) == len(source)
        comments = [line.strip() for line, served in zip(source, lines, strict=True) if line != served]
        assert all(each.startswith(("/**", "*")) for each in comments)
        loaded += response.num_bytes_downloaded

    assert loaded < SIZE


def test_a_file_has_a_strict_policy_and_is_asked_for_again(service: str) -> None:
    path = f"{service}/console/app.js"
    response = httpx2.get(path, headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in response.headers
    assert "unsafe" not in response.headers["content-security-policy"]
    assert "require-trusted-types-for 'script'" in response.headers["content-security-policy"]
    assert response.headers["cache-control"] == "no-cache"

    known = {"If-None-Match": response.headers["etag"], "Accept-Encoding": "identity"}

    assert httpx2.get(path, headers=known).status_code == 304
    assert httpx2.get(path, headers=known | {"Accept-Encoding": "gzip"}).status_code == 200


def test_under_a_path_prefix(browser: Browser, tenant: Tenant) -> None:
    writes(tenant, ANN, "Hello")
    with _prefixed(tenant.url, "/inbox") as url, watched_context(browser, url) as (context, _):
        page = open_console(context, f"{url}/inbox", tenant.key)

        expect(rows(page).first).to_contain_text(ANN)
        page.get_by_role("link", name="Docs").click()
        expect(page).to_have_url(f"{url}/inbox/docs")

        operation = page.locator("#listPhoneNumbers")
        operation.get_by_text("Try it", exact=True).click()
        operation.get_by_role("button", name="Send").click()
        expect(operation.get_by_role("region", name="Body")).to_contain_text(tenant.line)
        operation.get_by_role("link", name="Open it in the console").click()
        expect(page.get_by_role("heading", name="GET /v3/phone_numbers")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing(browser: Browser, new_tenant: Callable[[], Tenant], scheme: str, width: int) -> None:
    tenant = new_tenant()
    with watched_context(
        browser, tenant.url, viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    ) as (context, behaviour):
        behaviour.expected.append("401")
        page = context.new_page()
        page.goto(f"{tenant.url}/console#key=wrong")
        expect(page.get_by_role("alert")).to_be_visible()
        assert findings(page) == []

        page.goto("about:blank")
        page = open_console(context, tenant.url, tenant.key)
        expect(page.get_by_role("button", name="Let somebody write to you")).to_be_visible()
        assert findings(page) == []

        for person in (ANN, BOB):
            writes(tenant, person, "Hello", others=[CAROL])
        writes(tenant, ANN, "STOP")
        expect(rows(page).first).to_contain_text("Opted out")
        page.get_by_role("button", name="Filters").click()
        page.get_by_role("checkbox", name="At risk").wait_for()
        assert findings(page) == []


def test_the_link_to_the_content_stays_in_its_view(page: Page) -> None:
    page.get_by_role("link", name="Webhooks").click()
    expect(page.get_by_role("button", name="New subscription")).to_be_visible()
    page.get_by_role("link", name="Skip to the content").press("Enter")

    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="New subscription")).to_be_focused()


def test_a_view_that_is_opened_while_the_service_is_away_has_its_icons(page: Page) -> None:
    drawn = "document.querySelector('.search > .icon use')?.getBBox().width > 0"
    until(lambda: page.evaluate(drawn))
    page.get_by_role("link", name="Requests").click()
    expect(page.get_by_role("heading", name="Requests", exact=True)).to_be_visible()
    page.route("**/icons.svg", lambda route: route.abort())

    page.get_by_role("link", name="Chats").click()
    until(lambda: page.evaluate(drawn))


@contextmanager
def _prefixed(target: str, prefix: str) -> Generator[str]:
    """A proxy that adds a prefix to the paths of a service, as a company's front door does."""

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.startswith(f"{prefix}/"):
                self.send_error(404)
                return
            path = self.path.removeprefix(prefix)
            passed = {"authorization": self.headers.get("authorization", ""), "accept-encoding": "identity"}
            try:
                response = client.get(target + path, headers=passed)
                self.send_response(response.status_code)
                for name, value in response.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(response.content)
            except (OSError, httpx2.HTTPError):
                pass  # the browser has left, or the test is over

        def log_message(self, format: str, *args: object) -> None:
            pass

    client = httpx2.Client(timeout=60)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        client.close()
