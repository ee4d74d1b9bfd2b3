"""What axe finds on the lines, the webhooks, the requests and the form of the reference, with things open."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.console.calls import call, receive, send
from tests.console.conftest import Tenant
from tests.support.axe import findings
from tests.support.browser import open_console, watched_context
from tests.support.receiver import Reply, receiving


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing(browser: Browser, tenant: Tenant, scheme: str, width: int) -> None:
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "bypass_csp": True}
    with (
        receiving(lambda _: Reply(400, {"X-Why": "closed"}, b"never")) as receiver,
        watched_context(browser, tenant.url, **options) as (context, behaviour),
    ):
        behaviour.expected.append("403")
        body = {"target_url": receiver.url, "subscribed_events": ["message.sent"]}
        call(tenant, "POST", "/v3/webhook-subscriptions", body)
        call(tenant, "POST", "/v3/chats", {})
        send(tenant)
        receive(tenant, "STOP")
        page = open_console(context, tenant.url, tenant.key, "/lines")

        page.get_by_text("Figures").first.click()
        page.get_by_role("slider").first.focus()
        check(page, width)

        page.evaluate("location.hash = '#/webhooks'")
        page.get_by_role("button", name="New subscription").click()
        expect(page.get_by_role("checkbox", name="message.sent")).to_be_visible()
        page.get_by_role("button", name="Remove").click()
        check(page, width)
        page.get_by_role("list", name="Deliveries").get_by_role("link").first.click()
        expect(page.get_by_text("Attempt 1")).to_be_visible()
        check(page, width)

        page.evaluate("location.hash = '#/requests'")
        page.get_by_role("list", name="Requests").get_by_role("link", name="400").first.click()
        expect(page.get_by_role("region", name="As Python")).to_be_visible()
        check(page, width)

        page.goto(f"{tenant.url}/docs")
        article = page.locator("#createChat")
        article.get_by_text("Try it", exact=True).click()
        article.get_by_role("button", name="Send").click()
        expect(article.get_by_role("region", name="Headers")).to_be_visible()
        check(page, width, "#createChat .try")


def check(page: Page, width: int, within: str = "html") -> None:
    """Nothing that axe finds, and nothing wider than the page."""
    assert findings(page, within) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
