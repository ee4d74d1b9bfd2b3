""" "Try it" on the reference page: it sends what its form says, with the key of the console."""

import subprocess
from os import environ
from typing import Any

import msgspec
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.console.conftest import Tenant
from tests.support.browser import Behaviour


def open_form(page: Page, tenant: Tenant, operation: str) -> Locator:
    """The form of an operation on the reference page, in the tab of the console."""
    page.goto(f"{tenant.url}/docs")
    article = page.locator(f"#{operation}")
    article.get_by_text("Try it", exact=True).click()
    form = article.locator("form")
    expect(form).to_be_visible()
    return form


def body_of(form: Locator) -> Any:
    """The body of the response that the form shows."""
    return msgspec.json.decode(form.get_by_role("region", name="Body").inner_text())


def test_it_sends_a_message_with_the_key_of_the_console(page: Page, tenant: Tenant) -> None:
    form = open_form(page, tenant, "createChat")
    message = {"parts": [{"type": "text", "value": "It's <b>here</b>"}]}
    form.get_by_label("Body", exact=True).fill(
        msgspec.json.encode({"from": tenant.line, "to": ["+13105550111"], "message": message}).decode()
    )
    form.get_by_role("button", name="Send").click()

    expect(form.get_by_text("201 Created")).to_be_visible()
    expect(form.get_by_role("region", name="Headers")).to_contain_text("x-trace-id")
    chat = body_of(form)["chat"]

    form = open_form(page, tenant, "listChats")
    form.get_by_label("limit").fill("1")
    form.get_by_role("button", name="Send").click()

    expect(form.get_by_text("200 OK")).to_be_visible()
    assert [each["id"] for each in body_of(form)["chats"]] == [chat["id"]]


def test_the_curl_command_sends_the_same(page: Page, tenant: Tenant) -> None:
    form = open_form(page, tenant, "createChat")
    text = 'Don\'t "stop" at $HOME, `date` or\n\\n [1-3] {a,b} @file 🥐'
    sent = {"from": tenant.line, "to": ["+13105550111"], "message": {"parts": [{"type": "text", "value": text}]}}
    form.get_by_label("Body", exact=True).fill(msgspec.json.encode(sent).decode())

    command = form.get_by_role("region", name="curl").inner_text()
    ran = subprocess.run(
        ["sh", "-c", command],
        env={**environ, "LINQ_API_V3_API_KEY": tenant.key},
        capture_output=True,
        check=True,
        timeout=30,
    )

    assert tenant.key not in command
    assert msgspec.json.decode(ran.stdout)["chat"]["message"]["parts"][0]["value"] == text


def test_a_key_is_asked_for_and_then_the_consoles(
    context: BrowserContext, behaviour: Behaviour, tenant: Tenant
) -> None:
    behaviour.expected.append("401")
    form = open_form(context.new_page(), tenant, "listPhoneNumbers")
    form.get_by_label("API key").fill("wrong")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_text("401 Unauthorized")).to_be_visible()
    form.get_by_label("API key").fill(tenant.key)
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_role("region", name="Body")).to_contain_text(tenant.line)

    form.page.goto(f"{tenant.url}/console")

    expect(form.page.get_by_role("navigation", name="Console")).to_be_visible()


def test_what_a_browser_cannot_send_is_said(page: Page, tenant: Tenant) -> None:
    form = open_form(page, tenant, "createChat")
    form.get_by_label("Idempotency-Key").fill("schlüssel-🥐")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_role("status")).to_contain_text("The browser cannot send this.")


def test_a_required_parameter_is_not_left_out(page: Page, tenant: Tenant) -> None:
    form = open_form(page, tenant, "getChat")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_label("chat_id")).to_be_focused()
    expect(form.locator(".result")).to_be_empty()


def test_the_page_can_be_read_without_scripts(context: BrowserContext, tenant: Tenant) -> None:
    assert context.browser is not None
    page = context.browser.new_page(java_script_enabled=False)
    page.goto(f"{tenant.url}/docs")
    expect(page.get_by_role("heading", name="Create or find a chat, and send a message")).to_be_visible()
    expect(page.get_by_text("Try it", exact=True)).to_have_count(0)
    page.close()
