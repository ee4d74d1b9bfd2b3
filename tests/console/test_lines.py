"""Lines in the console: their figures are the API's."""

import re
from itertools import pairwise

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
    expect(plot).to_have_attribute("aria-valuetext", re.compile(r": 3 sent, 2 received$"))
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


def test_the_count_leads_to_the_chats(page: Page, tenant: Tenant) -> None:
    send(tenant)
    page.evaluate("location.hash = '#/lines'")
    page.get_by_role("link", name="Healthy 1").click()
    expect(page).to_have_url(f"{tenant.url}/console#/chats?from=%2B{tenant.line[1:]}&health=HEALTHY")


def test_ticks_are_round_numbers_that_reach_the_highest_value(page: Page) -> None:
    values = [*range(300), 999, 1000, 1001, 12_345, 1_000_000]
    ticks_of = "values => import('./console/plot-canvas.js').then(({ ticksUpTo }) => values.map(ticksUpTo))"
    for highest, ticks in zip(values, page.evaluate(ticks_of, values), strict=True):
        steps = {after - before for before, after in pairwise(ticks)}
        assert ticks[0] == 0
        assert ticks[-1] >= highest
        assert 2 <= len(ticks) <= 6
        assert len(steps) == 1
        assert str(steps.pop()).rstrip("0") in {"1", "2", "5"}


def test_one_day_is_a_plot(page: Page) -> None:
    page.evaluate("""async () => {
        const { plot } = await import("./console/plot.js");
        const series = [{ name: "sent", of: day => day.sent, kind: "first" }];
        document.body.append(plot("One day", [{ date: "2026-03-01", sent: 7 }], series));
    }""")
    plot = page.get_by_role("slider", name="One day")
    plot.focus()
    page.keyboard.press("ArrowRight")
    expect(plot).to_have_attribute("aria-valuenow", "0")
    expect(plot).to_have_attribute("aria-valuetext", re.compile("7 sent"))
    assert "NaN" not in plot.inner_html()
