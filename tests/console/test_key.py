"""The key: in the link, pasted, and refused."""

from playwright.sync_api import BrowserContext, Page, expect

from tests.console.conftest import Tenant
from tests.support.browser import Behaviour


def test_a_link_with_the_key_opens_the_console(page: Page, tenant: Tenant) -> None:
    expect(page.get_by_role("navigation", name="Console")).to_be_visible()
    assert tenant.key not in page.url


def test_a_wrong_key_is_asked_for_again(context: BrowserContext, behaviour: Behaviour, tenant: Tenant) -> None:
    behaviour.expected.append("401")
    page = context.new_page()
    page.goto(f"{tenant.url}/console")
    page.get_by_label("API key").fill("wrong")
    page.get_by_role("button", name="Open the console").click()
    expect(page.get_by_role("alert")).to_contain_text("the key is missing, malformed, unknown, revoked or expired")

    page.get_by_label("API key").fill(tenant.key)
    page.get_by_role("button", name="Open the console").click()

    expect(page.get_by_role("navigation", name="Console")).to_be_visible()
