"""``make screenshots``: the pictures of the console in docs/images, of the sample data and some traffic."""

import sys
import tempfile
from http import HTTPStatus
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.browser import launched, open_console
from tests.support.command import get, post, run_json, serving
from tools.palette import reduced

FOLDER = Path("docs/images")
LARGEST = 100_000  # bytes


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, launched() as browser:
        database = f"sqlite:///{place}/sample.db"
        sample = run_json("demo", database=database)["partners"][0]
        with serving(database, "--sandbox", "--allow-private-webhooks") as url:
            chat = _traffic(url, sample["key"], sample["lines"][0])
            context = browser.new_context(
                viewport={"width": 1280, "height": 760}, color_scheme="light", locale="en-GB", timezone_id="UTC"
            )
            page = open_console(context, url, sample["key"], f"/chats/{chat}")
            for side in (".conversation", ".phone"):
                expect(page.locator(side).get_by_text("See you at seven")).to_be_visible()
            _save(page, "console-chats.png")
            rail = page.get_by_role("navigation", name="Console")
            rail.get_by_role("link", name="Lines").click()
            expect(page.get_by_text("At risk").first).to_be_visible()
            _save(page, "console-lines.png")
            rail.get_by_role("link", name="Requests").click()
            page.get_by_text("400 · 1001").first.click()
            expect(page.get_by_text("As curl")).to_be_visible()
            _save(page, "console-requests.png")


def _traffic(url: str, key: str, line: str) -> str:
    """A conversation, a webhook that nobody receives, and a request that is refused. The id of the chat."""
    ann = "+13105550111"

    def ok(answer: tuple[int, dict[str, str]]) -> dict[str, str]:
        if answer[0] >= HTTPStatus.MULTIPLE_CHOICES:
            sys.exit(f"the service answered {answer}")
        return answer[1]

    def simulate(action: str, **more: object) -> dict[str, str]:
        return ok(post(f"{url}/admin/simulate", {"action": action, "from": ann, "to": line, **more}, key))

    def send(text: str, **more: object) -> None:
        body = {"message": {"parts": [{"type": "text", "value": text}], **more}}
        ok(post(f"{url}/v3/chats/{chat}/messages", body, key))

    subscription = {"target_url": "http://127.0.0.1:9/hook", "subscribed_events": ["message.received", "message.sent"]}
    ok(post(f"{url}/v3/webhook-subscriptions", subscription, key))
    chat = simulate("message", text="Good morning! Do you still have the rye from yesterday?")["chat_id"]
    send("We do. Two loaves are left – shall we keep one for you?")
    simulate("reaction", type="love")
    simulate("message", text="Yes please, and four croissants. I can be there at seven.")
    send("Done. See you at seven!")
    simulate("read")
    post(f"{url}/v3/chats", {"from": line, "to": [ann]}, key)
    get(f"{url}/v3/phone_numbers", key)
    return chat


def _save(page: Page, name: str) -> None:
    page.mouse.move(0, 0)  # what is under the pointer looks different
    picture = reduced(page.screenshot(animations="disabled"))
    if len(picture) > LARGEST:
        sys.exit(f"{name} has {len(picture):,} bytes; at most {LARGEST:,} are meant for the repository")
    (FOLDER / name).write_bytes(picture)


if __name__ == "__main__":
    main()
