"""Webhooks in the console: subscriptions, and deliveries that fail and are sent again."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.console.calls import call, send
from tests.console.conftest import Tenant
from tests.support.browser import Behaviour, open_console
from tests.support.receiver import Answering, Received, Receiver, Reply, receiving
from trunkline.domain.events import WebhookVersion

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


@pytest.fixture
def page(context: BrowserContext, tenant: Tenant) -> Page:
    page = open_console(context, tenant.url, tenant.key, "/webhooks")
    expect(page.get_by_role("heading", name="Deliveries", exact=True)).to_be_visible()
    return page


def subscribe(tenant: Tenant, url: str) -> str:
    """Subscribes to ``message.sent``, and returns the id of the subscription."""
    body = {"target_url": url, "subscribed_events": ["message.sent"]}
    response = call(tenant, "POST", "/v3/webhook-subscriptions", body)
    assert response.status_code == 201, response.text
    return response.json()["id"]


def answering(*replies: Reply) -> Answering:
    """These replies in turn, the last of them from then on."""
    left = list(replies)

    def reply(_: Received) -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    return reply


def test_a_subscription_is_made_and_its_secret_is_shown_once(page: Page, tenant: Tenant, receiver: Receiver) -> None:
    page.get_by_role("button", name="New subscription").click()
    page.get_by_label("URL").fill(receiver.url)
    page.get_by_label("Version of the payload").select_option("2025-01-01")
    page.get_by_role("checkbox", name="All").uncheck()
    page.get_by_role("checkbox", name="message.sent").check()
    page.get_by_role("checkbox", name="chat.created").check()
    page.get_by_role("button", name="Subscribe", exact=True).click()

    secret = page.locator(".secret pre")
    expect(secret).to_contain_text("whsec_")
    shown = secret.inner_text()
    [made] = call(tenant, "GET", "/v3/webhook-subscriptions").json()["subscriptions"]
    assert made["target_url"] == f"{receiver.url}?version=2025-01-01"
    assert made["webhook_version"] == "2025-01-01"
    assert sorted(made["subscribed_events"]) == ["chat.created", "message.sent"]

    page.get_by_role("button", name="I have stored it").click()

    expect(page.get_by_role("button", name="New subscription")).to_be_focused()
    expect(page.get_by_text(shown)).to_have_count(0)
    expect(page.get_by_role("list", name="Subscriptions")).to_contain_text(made["target_url"])


def test_every_version_is_offered(page: Page) -> None:
    page.get_by_role("button", name="New subscription").click()
    options = page.get_by_label("Version of the payload").locator("option")
    expect(options).to_have_text(sorted(WebhookVersion, reverse=True))


def test_a_refused_subscription_says_why_and_stays(page: Page, behaviour: Behaviour, tenant: Tenant) -> None:
    behaviour.expected += ["400", "404"]  # the journal may have the request a moment later
    page.get_by_role("button", name="New subscription").click()
    page.get_by_label("URL").fill("ftp://example.com/hook")
    page.get_by_role("button", name="Subscribe", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("target_url")
    expect(page.get_by_label("URL")).to_have_value("ftp://example.com/hook")
    page.get_by_role("link", name="The request").click()
    expect(page.get_by_role("heading", name="POST /v3/webhook-subscriptions")).to_be_visible()


def test_a_subscription_is_turned_off_and_on_and_removed(page: Page, tenant: Tenant, receiver: Receiver) -> None:
    subscribe(tenant, receiver.url)
    page.reload()
    row = page.get_by_role("list", name="Subscriptions").get_by_role("listitem")

    row.get_by_role("button", name="Turn off").click()
    expect(row.get_by_role("alert")).to_contain_text("Deliveries that wait are dropped.")
    row.get_by_role("button", name="Cancel").click()
    expect(row.get_by_role("button", name="Turn off")).to_be_focused()
    row.get_by_role("button", name="Turn off").click()
    row.get_by_role("button", name="Turn off").click()
    expect(row).to_contain_text("Off · ")
    assert not call(tenant, "GET", "/v3/webhook-subscriptions").json()["subscriptions"][0]["is_active"]

    row.get_by_role("button", name="Turn on").click()
    expect(row).to_contain_text("Active · ")

    row.get_by_role("button", name="Remove").click()
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_text("None yet. A subscription sends events to a URL of yours.")
    assert call(tenant, "GET", "/v3/webhook-subscriptions").json()["subscriptions"] == []


def test_a_webhook_that_fails_twice_is_sent_again(page: Page, tenant: Tenant, receiver: Receiver) -> None:
    receiver.answering = answering(
        Reply(503, {"Retry-After": "1"}, b"not yet"),
        Reply(400, {"X-Why": "closed"}, b"never"),
        Reply(200, {}, b"thanks"),
    )
    subscribe(tenant, receiver.url)
    trace_id = send(tenant)["chat"]["message"]["id"]
    rows = page.get_by_role("list", name="Deliveries").get_by_role("link")

    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Failed", timeout=15_000)
    rows.first.click()
    detail = page.get_by_role("region", name="Delivery")
    expect(detail).to_contain_text("2 of 11 attempts · HTTP 400")
    expect(detail.get_by_role("region", name="Body", exact=True)).to_contain_text(trace_id)
    expect(detail.get_by_text("Attempt 1")).to_be_visible()
    expect(detail.get_by_text("Attempt 2")).to_be_visible()
    last = detail.locator("details[open]")
    expect(last.get_by_role("region", name="Request headers")).to_contain_text(
        receiver.received[-1].headers["webhook-signature"]
    )
    expect(last.get_by_role("region", name="Response headers")).to_contain_text("x-why: closed")
    expect(last.get_by_role("region", name="Response body")).to_have_text("never")

    detail.get_by_role("button", name="Send again").click()

    expect(detail).to_contain_text("Delivered", timeout=15_000)
    expect(detail.get_by_role("region", name="Response body")).to_have_text("thanks")
    expect(rows.first).to_contain_text("Delivered")
    assert len(receiver.accepted) == 1


def test_what_a_receiver_says_stays_text(page: Page, tenant: Tenant, receiver: Receiver) -> None:
    receiver.answering = answering(Reply(400, {"X-Evil": EVIL}, EVIL.encode()))
    subscribe(tenant, f"{receiver.url}?{quote(EVIL)}")
    send(tenant, EVIL)

    page.get_by_role("list", name="Deliveries").get_by_role("link").click()
    detail = page.get_by_role("region", name="Delivery")

    expect(detail.get_by_role("region", name="Response body")).to_have_text(EVIL)
    expect(detail.get_by_role("region", name="Response headers")).to_contain_text(EVIL)
    expect(detail.get_by_role("region", name="Body", exact=True)).to_contain_text(EVIL)
    assert page.locator("main img, main script").count() == 0


def test_deliveries_are_filtered_by_state_and_subscription(page: Page, tenant: Tenant, receiver: Receiver) -> None:

    def refuse_some(received: Received) -> Reply:
        return Reply(400 if received.path.endswith("/no") else 200)

    receiver.answering = refuse_some
    subscribe(tenant, f"{receiver.url}/yes")
    subscribe(tenant, f"{receiver.url}/no")
    send(tenant)
    page.reload()
    rows = page.get_by_role("list", name="Deliveries").get_by_role("link")
    expect(rows).to_have_count(2)

    page.get_by_label("State").select_option("Failed")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("/no")
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_label("Subscription", exact=True).select_option(f"{receiver.url}/yes")
    page.get_by_role("link", name="Show all deliveries").click()
    expect(rows).to_have_count(2)


def test_without_deliveries_it_says_how_to_see_events(page: Page) -> None:
    expect(page.get_by_text("trunkline webhooks listen PARTNER --forward-to")).to_be_visible()


def test_a_partner_sees_no_other_partners(
    page: Page, behaviour: Behaviour, new_tenant: Callable[[], Tenant], receiver: Receiver
) -> None:
    behaviour.expected.append("404")
    other = new_tenant()
    subscribe(other, receiver.url)
    send(other)
    [delivery] = call(other, "GET", "/admin/webhook-deliveries").json()["deliveries"]

    page.evaluate("id => { location.hash = `#/webhooks/${id}` }", delivery["id"])

    expect(page.get_by_role("region", name="Delivery").get_by_role("alert")).to_be_visible()
    expect(page.get_by_text("No deliveries yet")).to_be_visible()
    expect(page.get_by_text(receiver.url)).to_have_count(0)
