"""The list of chats: its order while chats change, the pointer, the keyboard, and what it shows of a chat."""

import re
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.console.conftest import Tenant
from tests.console.layout import overlaps
from tests.support.browser import Behaviour, open_console
from tests.support.command import post

ANN, BOB, CAROL = "+13105550111", "+13105550112", "+13105550113"


def test_a_chat_appears_when_somebody_writes(page: Page, tenant: Tenant) -> None:
    expect(page.get_by_role("heading", name="No chats yet")).to_be_visible()

    page.get_by_role("button", name="Let somebody write to you").click()

    row = rows(page).first
    expect(row).to_contain_text(ANN)
    expect(row).to_contain_text("Hello! Is this the shop?")
    expect(row).to_contain_text("1 unread")
    expect(link(page, ANN)).to_be_focused()


def test_a_changed_chat_moves_to_the_top(page: Page, tenant: Tenant) -> None:
    for person in (ANN, BOB, CAROL):
        writes(tenant, person, "Hello")
    expect_order(page, CAROL, BOB, ANN)

    writes(tenant, ANN, "Me again")

    expect_order(page, ANN, CAROL, BOB)
    expect(rows(page).first).to_contain_text("Me again")
    expect(rows(page).first).to_contain_text("2 unread")


def test_nothing_moves_under_the_pointer(page: Page, tenant: Tenant) -> None:
    writes(tenant, ANN, "Hello")
    writes(tenant, BOB, "Hello")
    expect_order(page, BOB, ANN)
    rows(page).first.hover()

    writes(tenant, ANN, "Me again")
    writes(tenant, CAROL, "And me")

    new = page.get_by_role("button", name="2 new")
    expect(new).to_be_visible()
    assert not overlaps(new, page.locator(".chat-rows :is(.avatar, .name, time, .last), .search *"))
    expect(rows(page).nth(1)).to_contain_text("Me again")
    expect_order(page, BOB, ANN)
    new.click()
    expect_order(page, CAROL, ANN, BOB)
    expect(new).to_be_hidden()


def test_what_waits_moves_when_the_pointer_leaves(page: Page, tenant: Tenant) -> None:
    writes(tenant, ANN, "Hello")
    writes(tenant, BOB, "Hello")
    expect_order(page, BOB, ANN)
    rows(page).first.hover()
    writes(tenant, ANN, "Me again")
    expect(page.get_by_role("button", name="1 new")).to_be_visible()

    page.mouse.move(1200, 400)

    expect_order(page, ANN, BOB)


def test_a_change_before_the_first_poll_is_shown(context: BrowserContext, tenant: Tenant) -> None:
    """The list is read, a chat changes, and only then does the page learn since when it waits for changes."""
    writes(tenant, ANN, "Hello")
    first_poll = re.compile(r"/v3/chats\?limit=1$")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page = context.new_page()
    page.route(first_poll, hold)
    with page.expect_request(first_poll):
        page.goto(f"{tenant.url}/console#key={tenant.key}")
    expect_order(page, ANN)
    writes(tenant, BOB, "Did you see me?")

    held[0].continue_()

    expect_order(page, BOB, ANN)


def test_more_changes_than_the_page_keeps(page: Page, tenant: Tenant) -> None:
    writes(tenant, ANN, "Hello")
    expect_order(page, ANN)
    rows(page).first.hover()
    people = [f"person{number}@example.com" for number in range(210)]
    for person in people:
        writes(tenant, person, "Hello")
    expect(page.get_by_role("button", name="99+ new")).to_be_visible()

    page.get_by_role("button", name="99+ new").click()

    expect(rows(page).first).to_contain_text(people[-1])
    page.mouse.move(1200, 400)
    writes(tenant, ANN, "Am I still here?")
    expect(rows(page).first).to_contain_text(ANN)
    scroll_to_the_end(page)
    expect(rows(page).last).to_have_attribute("aria-posinset", "211")
    expect(rows(page).last).to_contain_text(people[0])


def test_on_a_phone_one_is_shown_at_a_time(context: BrowserContext, tenant: Tenant) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    chat = writes(tenant, ANN, "Hello")
    writes(tenant, BOB, "Hello")
    page.goto(f"{tenant.url}/console#key={tenant.key}")
    link(page, ANN).click()
    expect(page).to_have_url(re.compile(rf"#/chats/{chat}$"))
    expect(rows(page)).to_have_count(0)

    page.get_by_role("link", name="Other phone").click()
    expect(page).to_have_url(re.compile(rf"#/chats/{chat}/phone$"))
    page.get_by_role("link", name="Back to the chats").click()

    expect_order(page, BOB, ANN)
    expect(link(page, ANN)).to_be_focused()


def test_two_windows_show_the_same_order(context: BrowserContext, page: Page, tenant: Tenant) -> None:
    other = open_console(context, tenant.url, tenant.key)
    writes(tenant, ANN, "Hello")
    writes(tenant, BOB, "Hello")
    writes(tenant, ANN, "Again")

    for window in (page, other):
        expect_order(window, ANN, BOB)


def test_the_keyboard_opens_a_chat_and_closes_it(page: Page, tenant: Tenant) -> None:
    for person in (ANN, BOB, CAROL):
        writes(tenant, person, "Hello")
    expect_order(page, CAROL, BOB, ANN)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(link(page, CAROL)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(link(page, ANN)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(link(page, ANN)).to_be_focused()
    page.keyboard.press("Home")
    expect(link(page, CAROL)).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(link(page, BOB)).to_be_focused()

    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"#/chats/[0-9a-f-]{36}$"))
    expect(link(page, BOB)).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"#/chats$"))
    expect(link(page, BOB)).to_be_focused()


def test_the_focus_stays_with_its_chat(page: Page, tenant: Tenant) -> None:
    writes(tenant, ANN, "Hello")
    writes(tenant, BOB, "Hello")
    link(page, ANN).focus()

    writes(tenant, ANN, "Me again")

    expect_order(page, ANN, BOB)
    expect(link(page, ANN)).to_be_focused()
    expect(page.locator(".chat-rows a[tabindex='0']")).to_have_count(1)


def test_a_row_says_what_was_last_and_what_needs_attention(page: Page, tenant: Tenant) -> None:
    writes(tenant, ANN, "Hello")
    writes(tenant, ANN, "STOP")
    row = rows(page).first
    expect(row).to_contain_text("Opted out")
    writes(tenant, BOB, "Who comes?", others=[CAROL])
    sent = post(
        f"{tenant.url}/v3/chats",
        {"from": tenant.line, "to": [CAROL], "message": {"parts": [{"type": "text", "value": "Ready"}]}},
        tenant.key,
    )
    assert sent[0] == 201

    expect(row).to_contain_text("You: Ready")
    expect(row).to_contain_text("Delivered")
    expect(row).not_to_contain_text("unread")
    expect(rows(page).nth(1).locator(".avatar.group")).to_have_count(1)


def test_a_name_is_text(page: Page, tenant: Tenant) -> None:
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    chat = writes(tenant, ANN, evil, others=[BOB])
    named = post(f"{tenant.url}/v3/chats/{chat}", {"display_name": evil}, tenant.key, method="PUT")
    assert named[0] == 200

    expect(rows(page).first.locator(".name")).to_have_text(evil)
    expect(rows(page).first.locator(".last")).to_have_text(evil)


def test_another_partner_has_its_own_chats(
    context: BrowserContext, page: Page, tenant: Tenant, new_tenant: Any, behaviour: Behaviour
) -> None:
    behaviour.expected.append("404")
    other = new_tenant()
    stranger = open_console(context, other.url, other.key)
    chat = writes(tenant, ANN, "Hello")
    expect_order(page, ANN)
    writes(other, BOB, "Hello")

    expect_order(stranger, BOB)
    stranger.evaluate("id => { location.hash = `#/chats/${id}` }", chat)
    expect(stranger.get_by_text("This chat is not there")).to_be_visible()
    expect(stranger.get_by_text(ANN)).to_have_count(0)


def writes(tenant: Tenant, person: str, text: str, **more: Any) -> str:
    """Somebody writes to the line. Returns the id of the chat."""
    body = {"action": "message", "from": person, "to": tenant.line, "text": text, **more}
    status, answer = post(f"{tenant.url}/admin/simulate", body, tenant.key)
    assert status == 200, answer
    return answer["chat_id"]


def rows(page: Page) -> Locator:
    return page.get_by_role("list", name="Chats").get_by_role("listitem")


def link(page: Page, person: str) -> Locator:
    return rows(page).get_by_role("link", name=person)


def expect_order(page: Page, *people: str) -> None:
    expect(rows(page).locator(".name")).to_have_text([*people])


def scroll_to_the_end(page: Page) -> None:
    """Scrolls as fast as pages come."""
    page.locator(".chat-scroller").evaluate(
        """scroller => new Promise(resolve => {
            const last = () => scroller.querySelector("li:last-child");
            const step = () => {
                const isComplete = last().ariaSetSize !== "-1";
                scroller.scrollTop = scroller.scrollHeight;
                if (isComplete) return resolve();
                setTimeout(step, 5);
            };
            step();
        })"""
    )
