"""Chats to look at: what happens in them is caused by the API, as an app and its users would."""

from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page

from tests.console.conftest import Tenant
from tests.support.browser import open_console
from tests.support.command import post

ANN = "+13105550142"


def simulate(tenant: Tenant, action: str, **fields: Any) -> Any:
    """What a counterparty does. ``sender`` is the field ``from``."""
    body = {"action": action} | {"from" if name == "sender" else name: value for name, value in fields.items()}
    status, response = post(f"{tenant.url}/admin/simulate", body, tenant.key)
    assert status == 200, response
    return response


def received(tenant: Tenant, text: str = "Is this the bakery?", **fields: Any) -> Any:
    """Ann writes to the line. Returns the ids of the chat and the message."""
    return simulate(tenant, "message", text=text, **({"sender": ANN, "to": tenant.line} | fields))


def send(tenant: Tenant, chat_id: str, *parts: dict[str, Any], **fields: Any) -> Any:
    """The line writes. Returns the message."""
    body = {"message": {"parts": list(parts), **fields}}
    status, response = post(f"{tenant.url}/v3/chats/{chat_id}/messages", body, tenant.key)
    assert status == 202, response
    return response["message"]


def text(value: str) -> dict[str, Any]:
    return {"type": "text", "value": value}


def open_chat(context: BrowserContext, tenant: Tenant, chat_id: str) -> Page:
    return open_console(context, tenant.url, tenant.key, f"/chats/{chat_id}")


def conversation(page: Page) -> Locator:
    return page.get_by_role("region", name="Conversation")


def phone(page: Page) -> Locator:
    return page.get_by_role("region", name="The other phone")


def message(pane: Locator, text: str) -> Locator:
    """The row of a message with this text."""
    return pane.locator("li.message", has_text=text)


def write(pane: Locator, text: str) -> None:
    field = pane.get_by_role("textbox")
    field.fill(text)
    field.press("Enter")


def choose(pane: Locator, text: str, action: str) -> None:
    """Opens the menu of a message, and presses a button of it."""
    row = message(pane, text)
    row.hover()
    row.get_by_role("button", name="React, answer, and more").click()
    pane.get_by_role("group", name="Message").get_by_role("button", name=action, exact=True).click()
