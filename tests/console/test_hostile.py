"""What may stand in the address, the key and what others write; no storage; what a proxy answers."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.console.calls import call, send
from tests.console.chats import ANN, conversation, message, open_chat, phone, received, simulate, write
from tests.console.conftest import Tenant
from tests.console.layout import in_order
from tests.console.test_chat_list import rows
from tests.console.test_conversation_content import uploaded
from tests.support.browser import Behaviour, open_console
from tests.support.command import post

OVERRIDE = "\u202e"  # what follows is shown from right to left


@pytest.mark.parametrize("key", ["%E0%A4%A", "%F0%9F%94%91", "a%0Ab", "ключ", "x" * 1_000_000])
def test_a_key_that_is_none_is_asked_for_again(
    context: BrowserContext, behaviour: Behaviour, tenant: Tenant, key: str
) -> None:
    behaviour.expected += ["401", "400", "431"]
    page = context.new_page()
    page.goto(f"{tenant.url}/console#key={key}")

    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("API key").fill(tenant.key)
    page.get_by_role("button", name="Open the console").click()
    expect(page.get_by_role("navigation", name="Console")).to_be_visible()


def test_a_link_with_another_key_opens_its_chats_in_the_same_tab(page: Page, new_tenant: Callable[[], Tenant]) -> None:
    other = new_tenant()
    send(other, "Only for the other partner")
    expect(page.get_by_role("navigation", name="Console")).to_be_visible()

    page.evaluate("key => { location.hash = '#key=' + key }", other.key)

    expect(page.get_by_text("Only for the other partner")).to_be_visible()
    assert other.key not in page.url


def test_without_storage_the_key_lasts_until_the_page_is_left(context: BrowserContext, tenant: Tenant) -> None:
    context.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('off', 'SecurityError') } })"
    )
    send(tenant)
    page = open_console(context, tenant.url, tenant.key)

    expect(page.get_by_text("Your table is ready.")).to_be_visible()


@pytest.mark.parametrize("view", ["constructor", "__proto__", "toString", "%E0%A4%A", "a/" * 1000])
def test_an_address_without_a_view_shows_the_chats(page: Page, behaviour: Behaviour, tenant: Tenant, view: str) -> None:
    behaviour.expected.append("404")  # of the chat that the rest of the address names
    send(tenant)
    page.evaluate("view => { location.hash = '#/' + view }", view)

    expect(page.get_by_text("Your table is ready.")).to_be_visible()
    page.get_by_role("link", name="Lines").click()
    expect(page.get_by_role("heading", name="Lines", exact=True)).to_be_visible()


@pytest.mark.parametrize("chat", [".", "..", "%2e", "__proto__", "constructor", "..%2F..", "%00", "%E0%A4%A"])
def test_an_address_without_a_chat_says_so(page: Page, behaviour: Behaviour, chat: str) -> None:
    behaviour.expected += ["404", "400", "405"]
    page.evaluate("chat => { location.hash = '#/chats/' + chat }", chat)

    expect(conversation(page).get_by_text("This chat is not there")).to_be_visible()


def test_a_filter_is_named_as_the_address_has_it(page: Page, behaviour: Behaviour) -> None:
    behaviour.expected.append("400")
    page.evaluate("location.hash = '#/chats?service=constructor&from=__proto__'")
    expect(page.get_by_role("list", name="Filters in use")).to_have_text("__proto__constructor")

    page.evaluate("location.hash = '#/webhooks?subscription_id=constructor'")
    expect(page.get_by_label("Subscription", exact=True)).to_have_value("constructor")
    expect(page.get_by_label("Subscription", exact=True)).to_contain_text("constructor")
    expect(page.get_by_label("Subscription", exact=True)).not_to_contain_text("function")


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "<h1>Sign in to the Wi-Fi</h1>"), (200, '{"chats": [{"id":'), (503, "<h1>Busy</h1>"), (502, "null")],
)
def test_what_a_proxy_answers_is_no_answer_of_the_service(
    context: BrowserContext, behaviour: Behaviour, tenant: Tenant, status: int, body: str
) -> None:
    behaviour.expected += ["502", "503"]
    send(tenant)
    left = [3]

    def intercept(route: Route) -> None:
        left[0] -= 1
        if left[0] >= 0:
            route.fulfill(status=status, body=body, content_type="text/html")
        else:
            route.continue_()

    context.route(re.compile("/v3/chats"), intercept)
    page = open_console(context, tenant.url, tenant.key)

    expect(page.get_by_text("Your table is ready.")).to_be_visible()
    send(tenant, "And still followed")
    expect(page.get_by_text("And still followed")).to_be_visible()


def test_an_override_of_the_direction_is_seen_in_the_name_of_a_file(
    context: BrowserContext, tenant: Tenant, tmp_path: Path
) -> None:
    sent = uploaded(tenant, f"invoice{OVERRIDE}fdp.zip", "application/zip", b"PK")
    chat = simulate(tenant, "message", sender=ANN, to=tenant.line, message={"parts": [sent]})["chat_id"]
    page = open_chat(context, tenant, chat)
    expect(conversation(page).get_by_role("link", name=r"invoice\u202efdp.zip")).to_be_visible()
    expect(rows(page).locator(".last")).to_have_text(r"invoice\u202efdp.zip")

    own = tmp_path / f"own{OVERRIDE}fdp.zip"
    own.write_bytes(b"PK")
    conversation(page).locator("input[type=file]").set_input_files(own)
    expect(conversation(page).get_by_text(r"own\u202efdp.zip", exact=True)).to_be_visible()


def test_the_words_of_the_page_stay_in_order(context: BrowserContext, tenant: Tenant) -> None:
    bob = f"bob{OVERRIDE}@example.com"
    group = received(tenant, others=[bob])["chat_id"]
    page = open_chat(context, tenant, group)
    phone(page).get_by_label("The phone of").select_option(bob)
    phone(page).get_by_role("button", name="Leave").click()
    name = r"bob\u202e@example.com"
    in_order(conversation(page).locator("li.left"), name, "left", "·")
    in_order(phone(page).locator(".closed"), name, "is no longer in this group")

    card = {"phone_number": tenant.line, "first_name": "\u05e9\u05e8\u05d4"}
    assert post(f"{tenant.url}/v3/contact_card", card, tenant.key)[0] == 200
    page = open_chat(context, tenant, received(tenant)["chat_id"])
    conversation(page).locator("summary").click()
    conversation(page).get_by_role("button", name="Share the contact card").click()
    in_order(phone(page).locator("li.card-shared"), "Contact card", card["first_name"], tenant.line)


def test_what_went_wrong_is_said_in_order(context: BrowserContext, behaviour: Behaviour, tenant: Tenant) -> None:
    behaviour.expected.append("400")
    simulate(tenant, "set_rule", handle=ANN, rule={"fail": f"not{OVERRIDE} there"})
    page = open_chat(context, tenant, received(tenant)["chat_id"])
    line = conversation(page)
    write(line, "Are you there?")
    expect(message(line, "Are you there?")).to_contain_text(r"Failed: not\u202e there")

    said = {"error": {"code": 1002, "message": f"It has {OVERRIDE}.", "doc_url": f"{tenant.url}/docs/errors#1002"}}
    context.route(re.compile("/messages$"), lambda route: route.fulfill(status=400, json=said))
    write(line, "And now?")
    in_order(message(line, "And now?").get_by_role("alert"), r"It has \u202e.", "Error 1002")


def test_what_a_request_had_is_read_in_order(context: BrowserContext, tenant: Tenant) -> None:
    trace_id = call(tenant, "POST", "/v3/chats", {"from": tenant.line, "to": [OVERRIDE]}).headers["x-trace-id"]
    page = open_console(context, tenant.url, tenant.key, f"/requests/{trace_id}")

    expect(page.get_by_role("region", name="Request body")).to_contain_text(r'"\u202e"')
