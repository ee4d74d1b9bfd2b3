"""The search and the filters of the list: what they show, and that they are in the address."""

import re

from playwright.sync_api import Page, expect

from tests.console.conftest import Tenant
from tests.console.test_chat_list import ANN, BOB, CAROL, expect_order, rows, writes
from tests.support.browser import Behaviour


def test_a_search_finds_a_part_of_a_handle(page: Page, tenant: Tenant) -> None:
    for person in (ANN, BOB, "carol@example.com"):
        writes(tenant, person, "Hello")
    expect(rows(page)).to_have_count(3)

    page.get_by_role("searchbox").fill("CAROL")

    expect_order(page, "carol@example.com")
    expect(page).to_have_url(re.compile(r"#/chats\?q=CAROL$"))
    page.reload()
    expect_order(page, "carol@example.com")
    page.get_by_role("searchbox").press("Escape")
    expect(rows(page)).to_have_count(3)


def test_a_search_without_a_match_says_so(page: Page, tenant: Tenant) -> None:
    writes(tenant, ANN, "Hello")
    expect_order(page, ANN)

    page.get_by_role("searchbox").fill("nobody")

    expect(page.get_by_role("heading", name="No chat matches")).to_be_visible()
    page.get_by_role("link", name="Show all chats").click()
    expect_order(page, ANN)


def test_filters_are_in_the_address(page: Page, tenant: Tenant) -> None:
    writes(tenant, ANN, "STOP")
    writes(tenant, BOB, "Hello", others=[CAROL])
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Filters").click()

    page.get_by_role("checkbox", name="Opted out").check()

    expect_order(page, ANN)
    expect(page).to_have_url(re.compile(r"health=OPTED_OUT"))
    page.go_back()
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_role("checkbox", name="Opted out")).not_to_be_checked()
    page.get_by_label("Kind").select_option("Groups")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("button", name="Remove the filter Kind: Groups").click()
    expect(rows(page)).to_have_count(2)


def test_a_chat_leaves_and_joins_the_matches(page: Page, tenant: Tenant) -> None:
    writes(tenant, ANN, "STOP")
    writes(tenant, BOB, "Hello")
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("checkbox", name="Opted out").check()
    expect_order(page, ANN)
    page.mouse.move(1200, 400)

    writes(tenant, BOB, "STOP")

    expect_order(page, BOB, ANN)
    writes(tenant, ANN, "Wrong chat, sorry")
    expect_order(page, BOB)


def test_a_participant_that_is_no_handle_is_refused_where_it_arises(
    page: Page, behaviour: Behaviour, tenant: Tenant
) -> None:
    behaviour.expected.append("400")
    writes(tenant, ANN, "Hello")
    expect_order(page, ANN)
    page.get_by_role("button", name="Filters").click()

    page.get_by_role("textbox", name="Participant").fill("nobody at all")
    page.get_by_role("textbox", name="Participant").press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("nobody at all")
    page.get_by_role("textbox", name="Participant").fill(ANN)
    page.get_by_role("textbox", name="Participant").press("Enter")
    expect_order(page, ANN)


def test_on_a_low_page_the_filters_leave_room_for_chats(page: Page, tenant: Tenant) -> None:
    writes(tenant, ANN, "Hello")
    page.set_viewport_size({"width": 640, "height": 400})  # of 1280 and 800, at twice the size
    page.get_by_role("button", name="Filters").click()

    expect(rows(page).first).to_be_in_viewport(ratio=1)
    box = page.locator(".chat-list").bounding_box()
    assert box is not None
    assert box["height"] >= 64
    page.get_by_role("checkbox", name="Opted out").check()
    expect(page.get_by_role("heading", name="No chat matches")).to_be_visible()


def test_the_newest_chat_first(page: Page, tenant: Tenant) -> None:
    for person in (ANN, BOB, CAROL):
        writes(tenant, person, "Hello")
    writes(tenant, ANN, "Again")
    expect_order(page, ANN, CAROL, BOB)
    page.get_by_role("button", name="Filters").click()

    page.get_by_label("Order").select_option("Newest chat first")

    expect_order(page, CAROL, BOB, ANN)
    page.mouse.move(1200, 400)
    writes(tenant, BOB, "Me too")
    expect(rows(page).nth(1)).to_contain_text("Me too")
    expect_order(page, CAROL, BOB, ANN)
