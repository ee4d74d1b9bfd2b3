"""Work that is under way when somebody opens something else, or the key is revoked: nothing is lost or misplaced."""

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.console.calls import call
from tests.console.chats import choose, conversation, message, open_chat, phone, received, send, text, write
from tests.console.conftest import Tenant
from tests.support.browser import Behaviour

BOB = "+13105550143"
MESSAGES = re.compile(r"/v3/chats/[^/]+/messages")


class Held:
    """The requests to a path are held until they are released."""

    def __init__(self, context: BrowserContext, path: re.Pattern[str], method: str) -> None:
        self.routes: list[Route] = []
        self._method = method
        self._is_released = False
        context.route(path, self._hold)

    def _hold(self, route: Route) -> None:
        if route.request.method == self._method and not self._is_released:
            self.routes.append(route)
        else:
            route.continue_()

    def wait(self, page: Page) -> None:
        """Waits until one is held."""
        for _ in range(200):
            if self.routes:
                return
            page.wait_for_timeout(25)
        raise AssertionError("no request was sent")

    def release(self) -> None:
        self._is_released = True
        for route in self.routes:
            route.continue_()


def test_a_message_goes_to_the_chat_in_which_it_was_written(context: BrowserContext, tenant: Tenant) -> None:
    ann = received(tenant)["chat_id"]
    bob = received(tenant, "Hello from Bob", sender=BOB)["chat_id"]
    for number in range(330):
        send(tenant, ann, text(f"Message {number}"))
    page = open_chat(context, tenant, ann)
    line = conversation(page)
    expect(message(line, "Message 329")).to_be_visible()
    rows = line.get_by_role("region", name="Messages of the line")
    for oldest in ("Message 250", "Message 150", "Message 50", "Is this the bakery?"):
        for _ in range(100):
            if message(line, oldest).count() > 0:
                break
            rows.evaluate("box => { box.scrollTop = box.scrollTop < 9 ? 99 : 0 }")
            page.wait_for_timeout(50)
    expect(message(line, "Message 329")).to_have_count(0)
    reading = Held(context, MESSAGES, "GET")
    write(line, "Only for Ann")
    reading.wait(page)
    page.evaluate("bob => { location.hash = `#/chats/${bob}` }", bob)
    expect(line.get_by_role("heading", name=BOB)).to_be_visible()
    reading.release()

    expect(message(line, "Hello from Bob")).to_be_visible()
    page.evaluate("ann => { location.hash = `#/chats/${ann}` }", ann)
    expect(message(line, "Only for Ann")).to_contain_text("Delivered")
    page.evaluate("bob => { location.hash = `#/chats/${bob}` }", bob)
    expect(message(line, "Hello from Bob")).to_be_visible()
    expect(message(line, "Only for Ann")).to_have_count(0)


def test_a_message_is_sent_though_the_chats_are_left(context: BrowserContext, tenant: Tenant) -> None:
    chat_id = received(tenant)["chat_id"]
    page = open_chat(context, tenant, chat_id)
    sending = Held(context, MESSAGES, "POST")
    write(conversation(page), "On its way")
    sending.wait(page)
    page.get_by_role("link", name="Lines").click()
    expect(page.get_by_role("heading", name="Lines", exact=True)).to_be_visible()
    page.go_back()
    expect(message(conversation(page), "On its way")).to_contain_text("Sending")
    sending.release()

    expect(message(conversation(page), "On its way")).to_contain_text("Delivered")
    expect(message(phone(page), "On its way")).to_have_count(1)


def test_what_is_written_stays_though_the_chats_are_left(context: BrowserContext, tenant: Tenant) -> None:
    page = open_chat(context, tenant, received(tenant)["chat_id"])
    conversation(page).get_by_role("textbox").press_sequentially("Half a sen")
    page.evaluate("location.hash = '#/lines'")
    expect(page.get_by_role("heading", name="Lines", exact=True)).to_be_visible()
    page.go_back()

    expect(conversation(page).get_by_role("textbox")).to_have_value("Half a sen")


def test_an_edit_does_not_take_what_is_written_elsewhere(context: BrowserContext, tenant: Tenant) -> None:
    ann = received(tenant)["chat_id"]
    bob = received(tenant, "Hello from Bob", sender=BOB)["chat_id"]
    send(tenant, ann, text("At sevn"))
    page = open_chat(context, tenant, ann)
    line = conversation(page)
    field = line.get_by_role("textbox")
    field.fill("Half a sentence")
    choose(line, "At sevn", "Edit")
    editing = Held(context, re.compile("/v3/messages/"), "PATCH")
    field.fill("At seven")
    field.press("Enter")
    field.press("Enter")
    editing.wait(page)
    page.evaluate("bob => { location.hash = `#/chats/${bob}` }", bob)
    expect(message(line, "Hello from Bob")).to_be_visible()
    field.fill("For Bob")
    with page.expect_response(re.compile("/v3/messages/")):
        editing.release()
    assert len(editing.routes) == 1
    expect(field).to_have_value("For Bob")

    page.evaluate("ann => { location.hash = `#/chats/${ann}` }", ann)
    expect(message(line, "At seven")).to_contain_text("Edited")
    expect(field).to_have_value("Half a sentence")


def test_a_file_that_is_gone_is_refused(context: BrowserContext, tenant: Tenant, tmp_path: Path) -> None:
    file = tmp_path / "menu.constructor"
    file.write_text("Bread")
    page = open_chat(context, tenant, received(tenant)["chat_id"])
    line = conversation(page)
    line.locator("input[type=file]").set_input_files(file)
    expect(line.get_by_role("button", name="Remove menu.constructor")).to_be_visible()
    file.unlink()
    line.get_by_role("button", name="Send", exact=True).click()

    expect(line.get_by_text("The file menu.constructor cannot be read any more.")).to_be_visible()


def test_a_subscription_is_made_once(context: BrowserContext, page: Page, tenant: Tenant) -> None:
    page.evaluate("location.hash = '#/webhooks'")
    page.get_by_role("button", name="New subscription").click()
    page.get_by_label("URL").fill("http://127.0.0.1:9/hooks")
    expect(page.get_by_role("checkbox", name="message.sent")).to_be_checked()
    making = Held(context, re.compile("/v3/webhook-subscriptions"), "POST")
    subscribe = page.get_by_role("button", name="Subscribe", exact=True)
    subscribe.dblclick()
    making.wait(page)
    making.release()

    expect(page.get_by_role("heading", name="The signing secret")).to_be_visible()
    assert len(call(tenant, "GET", "/v3/webhook-subscriptions").json()["subscriptions"]) == 1


def test_a_key_that_is_revoked_is_asked_for_again_at_once(
    context: BrowserContext, behaviour: Behaviour, tenant: Tenant
) -> None:
    behaviour.expected.append("401")
    page = open_chat(context, tenant, received(tenant)["chat_id"])
    line = conversation(page)
    expect(message(line, "Is this the bakery?")).to_be_visible()
    refusal = {"error": {"status": 401, "code": 2004, "message": "the key was revoked"}, "success": False}

    def refuse(route: Route) -> None:
        """Refuses the message alone: the page also reads messages, before it is written."""
        if route.request.method == "POST":
            route.fulfill(status=401, json=refusal)
        else:
            route.continue_()

    context.route(MESSAGES, refuse)
    write(line, "Are you there?")

    expect(page.get_by_label("API key")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("the key was revoked")
