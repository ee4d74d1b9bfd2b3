"""The dot on a part of the rail: something has failed there since somebody looked."""

import re

from playwright.sync_api import Page, expect

from tests.console.conftest import Tenant
from tests.support.command import post
from tests.support.waiting import until


def test_a_request_that_fails_marks_the_requests(page: Page, tenant: Tenant) -> None:
    page.clock.install()
    with page.expect_response(re.compile("admin/requests")):
        page.reload()
        page.clock.run_for(2_000)
    requests = page.get_by_role("navigation", name="Console").get_by_role("link", name=re.compile("^Requests"))
    expect(requests).not_to_contain_text("failures")

    assert post(f"{tenant.url}/v3/chats", {"from": "+12125550199"}, tenant.key)[0] == 400

    def is_marked() -> bool:
        page.clock.run_for(15_000)
        return "failures" in requests.inner_text()

    until(is_marked)
    requests.click()
    expect(requests).not_to_contain_text("failures")
