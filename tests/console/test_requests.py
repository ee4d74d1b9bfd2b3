"""Requests in the console: the journal, live, and each request as it can be sent again."""

import subprocess
import sys
from collections.abc import Callable
from os import environ
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.console.calls import PERSON, call, send
from tests.console.conftest import Tenant
from tests.console.layout import overlaps
from tests.support.browser import Behaviour, open_console, watched_context
from tests.support.command import run_json, serving

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"
TEXT = 'Don\'t "stop" at $HOME, `date` or\n\\n [1-3] {a,b} @file 🥐 — ' + EVIL


@pytest.fixture
def page(context: BrowserContext, tenant: Tenant) -> Page:
    page = open_console(context, tenant.url, tenant.key, "/requests")
    expect(page.get_by_text("No requests yet")).to_be_visible()
    return page


def rows(page: Page) -> Locator:
    """The rows of the journal."""
    return page.get_by_role("list", name="Requests").get_by_role("link")


def opened(page: Page) -> Locator:
    """The request that is open."""
    return page.get_by_role("region", name="Request", exact=True)


def test_requests_appear_by_themselves_the_latest_first(page: Page, tenant: Tenant) -> None:
    call(tenant, "GET", "/v3/phone_numbers")
    expect(rows(page)).to_have_count(1)
    send(tenant)
    expect(rows(page)).to_have_count(2)

    expect(rows(page).nth(0)).to_contain_text("POST/v3/chats201")
    expect(rows(page).nth(1)).to_contain_text("GET/v3/phone_numbers200")


def test_nothing_moves_under_the_pointer(page: Page, tenant: Tenant) -> None:
    call(tenant, "GET", "/v3/phone_numbers")
    rows(page).first.hover()
    before = rows(page).first.bounding_box()
    send(tenant)

    new = page.get_by_role("button", name="Show 1 new request")
    expect(new).to_be_visible()
    assert rows(page).first.bounding_box() == before
    assert not overlaps(new, page.locator(".feed-row > *, .filters > *"))
    new.click()
    expect(rows(page)).to_have_count(2)


def test_the_pane_is_closed_by_a_cross_beside_the_list_and_by_an_arrow_in_its_place(page: Page, tenant: Tenant) -> None:
    call(tenant, "GET", "/v3/phone_numbers")
    rows(page).first.click()
    cross, arrow = (opened(page).get_by_role("button", name=name) for name in ("Close the request", "Back to the list"))
    expect(cross).to_be_visible()
    expect(arrow).to_be_hidden()
    page.set_viewport_size({"width": 900, "height": 800})
    expect(cross).to_be_hidden()
    arrow.click()
    expect(opened(page)).to_be_hidden()
    expect(rows(page).first).to_be_focused()


def test_escape_closes_what_the_address_has_opened(page: Page, tenant: Tenant) -> None:
    call(tenant, "GET", "/v3/phone_numbers")
    rows(page).first.click()
    page.reload()
    expect(opened(page).get_by_role("heading", name="GET /v3/phone_numbers")).to_be_visible()
    page.keyboard.press("Escape")
    expect(opened(page)).to_be_hidden()
    expect(rows(page).first).to_be_focused()


def test_a_request_shows_both_bodies_and_leads_to_its_chat(page: Page, tenant: Tenant) -> None:
    chat_id = send(tenant, TEXT)["chat"]["id"]
    rows(page).first.click()

    body = msgspec.json.decode(opened(page).get_by_role("region", name="Request body").inner_text())
    assert body["message"]["parts"][0]["value"] == TEXT
    answer = msgspec.json.decode(opened(page).get_by_role("region", name="Response body").inner_text())
    assert answer["chat"]["id"] == chat_id
    expect(opened(page).get_by_role("link", name="Open the chat")).to_have_attribute("href", f"#/chats/{chat_id}")
    assert page.locator("main img, main script").count() == 0
    assert tenant.key not in page.content()


def test_the_curl_command_and_the_program_send_it_again(page: Page, tenant: Tenant, tmp_path: Path) -> None:
    send(tenant, TEXT)
    rows(page).first.click()
    program = tmp_path / "again.py"
    program.write_text(opened(page).get_by_role("region", name="As Python").inner_text())

    for command in (
        ["sh", "-c", opened(page).get_by_role("region", name="As curl").inner_text()],
        [sys.executable, str(program)],
    ):
        variables = {**environ, "LINQ_API_V3_API_KEY": tenant.key, "PYTHONUTF8": "1"}
        ran = subprocess.run(command, env=variables, capture_output=True, text=True, check=True, timeout=60)
        answer = ran.stdout[ran.stdout.index("{") :]
        assert msgspec.json.decode(answer)["chat"]["message"]["parts"][0]["value"] == TEXT


def test_the_query_is_sent_again_as_it_was(page: Page, tenant: Tenant) -> None:
    query = "to=%2B13105550111&include=last_message%2Cunread_count&limit=5"
    call(tenant, "GET", f"/v3/chats?{query}")
    rows(page).first.click()
    program = opened(page).get_by_role("region", name="As Python").inner_text()

    assert f"/v3/chats?{query}" in opened(page).get_by_role("region", name="As curl").inner_text()
    assert '"to": "+13105550111"' in program
    assert '"include": "last_message,unread_count"' in program


def test_a_trace_id_opens_the_request_with_its_error(page: Page, tenant: Tenant) -> None:
    body = {"from": "+12025550199", "to": [PERSON], "message": {"parts": [{"type": "text", "value": "Hello"}]}}
    error = call(tenant, "POST", "/v3/chats", body).json()
    expect(rows(page)).to_have_count(1)

    page.get_by_label("Path or trace id").fill(error["trace_id"])

    expect(opened(page)).to_contain_text(error["error"]["message"])
    expect(opened(page).get_by_role("link", name=f"Error {error['error']['code']}")).to_have_attribute(
        "href", error["error"]["doc_url"]
    )
    assert page.url.endswith(f"#/requests/{error['trace_id']}")
    page.keyboard.press("Escape")
    expect(opened(page)).to_be_hidden()
    expect(rows(page).first).to_be_focused()


def test_filters_are_in_the_address(page: Page, tenant: Tenant) -> None:
    call(tenant, "GET", "/v3/phone_numbers")
    call(tenant, "GET", "/v3/chats/00000000-0000-4000-8000-000000000000")
    send(tenant)
    expect(rows(page)).to_have_count(3)

    page.get_by_label("Errors only").check()
    expect(rows(page)).to_have_count(1)
    expect(rows(page).first).to_contain_text("404")
    page.reload()
    expect(page.get_by_label("Errors only")).to_be_checked()
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Errors only").uncheck()
    page.get_by_label("Method").select_option("POST")
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Path or trace id").fill("phone")
    page.get_by_role("link", name="Show all requests").click()
    expect(rows(page)).to_have_count(3)
    page.get_by_label("Status").select_option("2xx")
    expect(rows(page)).to_have_count(2)
    page.go_back()
    expect(rows(page)).to_have_count(3)


def test_older_requests_are_shown_on_demand(page: Page, tenant: Tenant) -> None:
    for number in range(60):
        call(tenant, "GET", f"/v3/chats?limit={number + 1}")
    expect(rows(page).first).to_contain_text("limit=60")
    page.reload()
    expect(rows(page)).to_have_count(50)

    page.get_by_role("button", name="Show older").click()

    expect(rows(page)).to_have_count(60)
    expect(rows(page).nth(50)).to_be_focused()
    expect(rows(page).last).to_contain_text("limit=1")
    expect(page.get_by_role("button", name="Show older")).to_be_hidden()


def test_another_partners_requests_are_not_there(
    page: Page, behaviour: Behaviour, new_tenant: Callable[[], Tenant]
) -> None:
    behaviour.expected.append("404")
    trace_id = call(new_tenant(), "GET", "/v3/phone_numbers").headers["x-trace-id"]

    page.get_by_label("Path or trace id").fill(trace_id)

    expect(opened(page).get_by_role("alert")).to_contain_text(trace_id)
    expect(page.get_by_text("No requests yet")).to_be_visible()


def test_with_the_journal_off_it_says_how_to_turn_it_on(browser: Browser, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'off.db'}"
    with serving(database) as url, watched_context(browser, url) as (context, _):
        key = run_json("partner", "add", "Bakery", database=database)["key"]
        page = open_console(context, url, key, "/requests")
        expect(page.get_by_text("TRUNKLINE_REQUEST_JOURNAL=on")).to_be_visible()
        expect(page.get_by_role("heading", name="No requests", exact=True)).to_be_visible()
