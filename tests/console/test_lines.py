"""Lines in the console: their figures are the API's."""

from playwright.sync_api import BrowserContext, Page, expect

from tests.console.calls import call, receive, send
from tests.console.conftest import Tenant
from tests.support.browser import open_console

OTHERS = ("+13105550112", "+13105550113")


def test_the_bar_the_plots_and_the_table_agree_with_the_api(context: BrowserContext, tenant: Tenant) -> None:
    send(tenant)
    receive(tenant, "Thank you")
    for person in OTHERS:
        send(tenant, to=person)
    receive(tenant, "STOP", OTHERS[0])
    [line] = call(tenant, "GET", "/admin/lines/statistics").json()["lines"]
    today = line["days"][-1]
    assert (today["sent"], today["received"], today["replies"]) == (3, 2, 2)

    page = open_console(context, tenant.url, tenant.key, "/lines")
    card = page.get_by_role("article", name=tenant.line)
    expect(card).to_contain_text(line["reputation"]["reason"])
    expect(card.get_by_role("link", name="Healthy 2")).to_be_visible()
    opted_out = card.get_by_role("link", name="Opted out 1")
    expect(opted_out).to_have_attribute("href", f"#/chats?from=%2B{tenant.line[1:]}&health=OPTED_OUT")
    parts = card.locator(".health-bar .part")
    assert parts.evaluate_all("parts => parts.map(part => part.style.flexGrow)") == ["2", "1"]

    plot = card.get_by_role("slider", name="Messages a day")
    expect(card).to_contain_text("3 sent")
    plot.focus()
    expect(plot).to_have_attribute("aria-valuetext", _today(plot.get_attribute("aria-valuetext"), "3 sent2 received"))
    page.keyboard.press("ArrowLeft")
    expect(plot).to_have_attribute("aria-valuenow", "28")
    page.keyboard.press("Home")
    expect(plot).to_have_attribute("aria-valuenow", "0")

    card.get_by_text("Figures").click()
    cells = [each.split("\t") for each in card.get_by_role("row").all_inner_texts()]
    assert [[int(value) for value in row[1:]] for row in cells[1:]] == [
        [day["sent"], day["received"], day["replies"]] for day in reversed(line["days"])
    ]


def test_a_line_without_messages_has_its_plots(context: BrowserContext, tenant: Tenant) -> None:
    page = open_console(context, tenant.url, tenant.key, "/lines")
    card = page.get_by_role("article", name=tenant.line)
    expect(card.get_by_role("slider", name="Replies a day")).to_be_visible()
    expect(card).to_contain_text("0 replies")
    assert "NaN" not in page.content()


def _today(shown: str | None, ending: str) -> str:
    assert shown is not None
    assert shown.endswith(ending), shown
    return shown


def test_the_count_leads_to_the_chats(page: Page, tenant: Tenant) -> None:
    send(tenant)
    page.evaluate("location.hash = '#/lines'")
    page.get_by_role("link", name="Healthy 1").click()
    expect(page).to_have_url(f"{tenant.url}/console#/chats?from=%2B{tenant.line[1:]}&health=HEALTHY")
