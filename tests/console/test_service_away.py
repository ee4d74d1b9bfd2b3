"""The service is killed, and comes back."""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.console.conftest import Tenant
from tests.console.test_chat_list import ANN, BOB, expect_order, writes
from tests.support.browser import open_console, watched_context
from tests.support.command import BIN, environment, run_json, wait_until_ready
from tests.support.reserved_port import reserved_port


def test_the_page_stays_readable_and_comes_back_by_itself(browser: Browser, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'away.db'}"
    key = run_json("partner", "add", "Away", database=database)["key"]
    line = "+12125550100"
    run_json("line", "add", "Away", line, database=database)
    with reserved_port() as port:
        tenant = Tenant(f"http://127.0.0.1:{port}", database, key, line)
        with watched_context(browser, tenant.url) as (context, behaviour):
            behaviour.expected += ["ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE"]
            behaviour.expected += ["ERR_INCOMPLETE_CHUNKED_ENCODING"]
            with _serving(tenant, port) as process:
                page = open_console(context, tenant.url, key)
                writes(tenant, ANN, "Hello")
                expect_order(page, ANN)
                process.send_signal(signal.SIGKILL)

                expect(page.get_by_text("The service does not answer.")).to_be_visible()
                expect_order(page, ANN)
            with _serving(tenant, port):
                writes(tenant, BOB, "Are you back?")

                expect_order(page, BOB, ANN)
                expect(page.get_by_text("The service does not answer.")).to_be_hidden()
                expect(page.get_by_text("The service answers again.")).to_be_attached()


@contextmanager
def _serving(tenant: Tenant, port: int) -> Generator[subprocess.Popen[bytes]]:
    """Runs the service until it is killed."""
    process = subprocess.Popen(
        [BIN / "trunkline", "serve", "--sandbox", "--port", str(port)],
        env=environment(TRUNKLINE_DATABASE=tenant.database),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until_ready(tenant.url, process)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
