"""What messages contain: files, links, markup that must stay text; long chats; what axe finds; no sandbox."""

import struct
import wave
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.console.chats import (
    ANN,
    conversation,
    message,
    open_chat,
    phone,
    received,
    send,
    simulate,
    text,
    write,
)
from tests.console.conftest import Tenant
from tests.console.test_page import findings
from tests.support.browser import Behaviour, open_console, watched_context
from tests.support.command import get, post, run, run_json, serving

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def png(width: int, height: int) -> bytes:
    """A grey picture (PNG)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x80" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def wav() -> bytes:
    """A second of silence (WAV)."""
    file = BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(b"\0\0" * 8000)
    return file.getvalue()


def uploaded(tenant: Tenant, filename: str, content_type: str, content: bytes) -> dict[str, str]:
    """A media part with this file."""
    described = {"filename": filename, "content_type": content_type, "size_bytes": len(content)}
    _, upload = post(f"{tenant.url}/v3/attachments", described, tenant.key)
    response = httpx2.put(upload["upload_url"], content=content, headers=upload["required_headers"])
    assert response.status_code == 200, response.text
    return {"type": "media", "attachment_id": upload["attachment_id"]}


@pytest.fixture
def chat_id(tenant: Tenant) -> str:
    return received(tenant)["chat_id"]


@pytest.fixture
def page(context: BrowserContext, tenant: Tenant, chat_id: str) -> Page:
    return open_chat(context, tenant, chat_id)


def test_a_picture_is_sent_shown_and_downloaded(page: Page, tmp_path: Path) -> None:
    line, ann = conversation(page), phone(page)
    picture = tmp_path / "plum-cake.png"
    picture.write_bytes(png(40, 30))
    line.locator("input[type=file]").set_input_files(picture)
    expect(line.get_by_text("plum-cake.png")).to_be_visible()
    write(line, "This is last week's.")

    shown = ann.get_by_role("img", name="Picture plum-cake.png")
    expect(shown).to_be_visible()
    expect(shown).to_have_js_property("naturalWidth", 40)
    with page.expect_download() as download:
        line.get_by_role("link", name="Picture plum-cake.png").click()
    assert download.value.path().read_bytes() == picture.read_bytes()


def test_a_file_of_the_phone_is_downloaded_by_its_name(page: Page, tmp_path: Path) -> None:
    menu = tmp_path / "menu.pdf"
    menu.write_bytes(b"%PDF-1.4 menu")
    phone(page).locator("input[type=file]").set_input_files(menu)
    phone(page).get_by_role("button", name="Send").click()

    file = conversation(page).get_by_role("link", name="menu.pdf")
    expect(file).to_contain_text("13 B")
    with page.expect_download() as download:
        file.click()
    assert download.value.suggested_filename == "menu.pdf"


def test_a_voice_memo_has_a_player(page: Page, tenant: Tenant, chat_id: str) -> None:
    memo = uploaded(tenant, "hello.wav", "audio/wav", wav())
    post(f"{tenant.url}/v3/chats/{chat_id}/voicememo", {"attachment_id": memo["attachment_id"]}, tenant.key)

    player = conversation(page).get_by_label("hello.wav")
    expect(player).to_be_visible()
    expect(player).to_have_attribute("controlslist", "nodownload noplaybackrate")  # else they do not fit on the phone
    assert player.evaluate("it => { it.muted = true; return it.play().then(() => it.duration) }") == 1


def test_the_end_of_a_long_name_is_seen(page: Page, tenant: Tenant, chat_id: str) -> None:
    file = uploaded(tenant, f"invoice {'of the bakery ' * 8}.pdf.zip", "application/zip", b"PK")
    simulate(tenant, "message", sender=ANN, chat_id=chat_id, message={"parts": [file]})

    for side in (conversation(page), phone(page)):
        name = side.get_by_role("link", name=".pdf.zip").locator("b")
        expect(name).to_be_visible()
        assert name.evaluate("it => it.scrollWidth <= it.clientWidth && it.scrollHeight <= it.clientHeight")


def test_a_file_that_is_refused_stays_to_be_sent_again(page: Page, behaviour: Behaviour, tmp_path: Path) -> None:
    behaviour.expected.append("400")
    drawing = tmp_path / "drawing.svg"
    drawing.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    line = conversation(page)
    line.locator("input[type=file]").set_input_files(drawing)
    write(line, "Look")

    refused = message(line, "drawing.svg")
    expect(refused.get_by_role("alert")).to_contain_text("image/svg+xml")
    refused.get_by_role("button", name="Edit").click()
    line.get_by_role("button", name="Remove drawing.svg").click()
    line.get_by_role("textbox").press("Enter")
    expect(message(phone(page), "Look")).to_be_visible()


def test_nothing_is_loaded_from_elsewhere(page: Page, tenant: Tenant, chat_id: str) -> None:
    part = {"type": "media", "url": "https://elsewhere.example/cake.jpg"}
    simulate(tenant, "message", sender=ANN, chat_id=chat_id, message={"parts": [part]})
    send(tenant, chat_id, {"type": "link", "value": "https://elsewhere.example/menu"})
    line = conversation(page)

    for name in ("cake.jpg", "elsewhere.example"):
        link = line.get_by_role("link", name=name).first
        expect(link).to_have_attribute("rel", "noreferrer noopener")
        expect(link).to_have_attribute("target", "_blank")
    expect(line.get_by_role("img")).to_have_count(0)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>"]
)
def test_an_address_that_runs_code_is_no_link(page: Page, tenant: Tenant, chat_id: str, address: str) -> None:
    received(tenant, f"See {address} and http://x/{address}", chat_id=chat_id)
    line = conversation(page)
    row = message(line, "See ")
    expect(row).to_contain_text(address)

    hrefs = row.get_by_role("link").evaluate_all("links => links.map(each => each.protocol)")
    assert set(hrefs) <= {"http:"}


def test_markup_stays_text_wherever_it_is_written(
    context: BrowserContext, page: Page, tenant: Tenant, chat_id: str
) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    group = received(tenant, MARKUP, others=["bob@example.com", "+13105550113"])
    renamed = httpx2.put(
        f"{tenant.url}/v3/chats/{group['chat_id']}",
        json={"display_name": MARKUP},
        headers={"Authorization": f"Bearer {tenant.key}"},
    )
    assert renamed.status_code == 200, renamed.text
    simulate(
        tenant,
        "reaction",
        sender=ANN,
        message_id=group["message_id"],
        chat_id=group["chat_id"],
        type="custom",
        custom_emoji="<img src=x onerror=alert(3)>",
    )
    simulate(tenant, "poll", sender=ANN, chat_id=group["chat_id"], options=[MARKUP, "<b>two</b>"])
    file = uploaded(tenant, "<img src=x onerror=alert(4)>.txt", "text/plain", b"<script>alert(5)</script>")
    send(tenant, group["chat_id"], file, text(MARKUP), reply_to={"message_id": group["message_id"]})
    page.evaluate("id => { location.hash = '#/chats/' + id }", group["chat_id"])

    line = conversation(page)
    expect(line.get_by_role("heading", name=MARKUP)).to_be_visible()
    expect(line.get_by_role("button", name=MARKUP).first).to_be_visible()
    expect(line.get_by_role("link", name="<img src=x onerror=alert(4)>.txt")).to_be_visible()
    expect(message(line, "<img src=x onerror=alert(3)>").first).to_be_visible()
    assert page.locator("main img, main script").count() == 0
    assert dialogs == []


def test_right_to_left_text_has_its_direction(page: Page, tenant: Tenant, chat_id: str) -> None:
    received(tenant, "مرحبا", chat_id=chat_id)

    bubble = message(conversation(page), "مرحبا").locator(".text")
    expect(bubble).to_have_css("direction", "rtl")


def test_emoji_alone_are_large(page: Page, tenant: Tenant, chat_id: str) -> None:
    received(tenant, "👨‍👩‍👧‍👦 ❤️", chat_id=chat_id)
    received(tenant, "❤️ 12", chat_id=chat_id)

    expect(message(conversation(page), "👨‍👩‍👧‍👦").locator(".text")).to_have_css("font-size", "40px")
    expect(message(conversation(page), "❤️ 12").locator(".text")).not_to_have_css("font-size", "40px")


SCROLL = """
async () => {
  const scroller = document.querySelector(".conversation .scroller");
  const rows = () => [...scroller.querySelectorAll("li.message")];
  const oldest = () => rows()[0].dataset.key;
  const top = (row) => row.getBoundingClientRect().top;
  let moved = 0;
  let most = 0;
  while (!rows()[0].textContent.includes("number 0.")) {
    const before = oldest();
    scroller.scrollTop = 300;
    const seen = rows().find((row) => top(row) > scroller.getBoundingClientRect().top);
    const place = top(seen);
    while (oldest() === before) await new Promise(requestAnimationFrame);
    moved = Math.max(moved, Math.abs(top(seen) - place));
    most = Math.max(most, rows().length);
  }
  return { moved, most };
}
"""


def test_a_long_chat_is_scrolled_without_a_jump_and_without_growing(
    context: BrowserContext, tenant: Tenant, database: str, tmp_path: Path
) -> None:
    page = open_chat(context, tenant, imported(tenant, database, 2000, tmp_path))
    line = conversation(page)
    expect(message(line, "number 1999.")).to_be_in_viewport()

    scrolled = page.evaluate(SCROLL)

    assert scrolled["moved"] <= 1
    assert scrolled["most"] <= 350
    expect(message(line, "number 1999.")).to_have_count(0)
    line.get_by_role("button", name="Newest messages").click()
    expect(message(line, "number 1999.")).to_be_in_viewport()


def test_what_arrives_does_not_move_what_is_read(page: Page, tenant: Tenant, chat_id: str) -> None:
    for number in range(40):
        received(tenant, f"number {number}.", chat_id=chat_id)
    line = conversation(page)
    expect(message(line, "number 39.")).to_be_in_viewport()
    scroller = line.get_by_role("region", name="Messages")
    scroller.evaluate("it => { it.scrollTop = 0 }")
    expect(line.get_by_role("button", name="Newest messages")).to_be_visible()
    first = message(line, "Is this the bakery?").bounding_box()

    received(tenant, "the latest", chat_id=chat_id)

    expect(message(line, "the latest")).to_be_attached()
    assert message(line, "Is this the bakery?").bounding_box() == first


def imported(tenant: Tenant, database: str, count: int, folder: Path) -> str:
    """A chat of the line with this many messages. Returns its id."""
    begun = 1_790_000_000_000
    entries = "".join(
        f'<sms address="{ANN}" date="{begun + number * 60_000}" type="{1 + number % 2}" body="number {number}."/>'
        for number in range(count)
    )
    archive = folder / "archive.xml"
    archive.write_text(f'<smses count="{count}">{entries}</smses>')
    done = run("import", "sms-backup", str(archive), "--line", tenant.line, database=database)
    assert done.returncode == 0, done.stderr
    _, page = get(f"{tenant.url}/v3/chats", tenant.key)
    return page["chats"][0]["id"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing_in_a_conversation(
    browser: Browser, new_tenant: Callable[[], Tenant], scheme: Any, width: int
) -> None:
    tenant = new_tenant()
    chat_id = received(tenant)["chat_id"]
    send(tenant, chat_id, uploaded(tenant, "cake.png", "image/png", png(40, 30)), text("This is it."))
    send(tenant, chat_id, uploaded(tenant, "hello.wav", "audio/wav", wav()))
    send(tenant, chat_id, text("See https://example.com/menu"), effect={"type": "screen", "name": "confetti"})
    simulate(tenant, "reaction", sender=ANN, chat_id=chat_id, type="love")
    simulate(tenant, "poll", sender=ANN, chat_id=chat_id, options=["Saturday", "Sunday"])
    simulate(tenant, "set_rule", handle=ANN, rule={"fail": "phone switched off"})
    send(tenant, chat_id, text("Your order is ready."))
    simulate(tenant, "set_rule", handle=ANN, rule={"holds": True, "services": ["SMS"]})
    send(tenant, chat_id, text("See you."))
    received(tenant, "STOP", chat_id=chat_id)
    with watched_context(
        browser, tenant.url, viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    ) as (context, behaviour):
        behaviour.expected.append("403")
        page = open_chat(context, tenant, chat_id)
        line = conversation(page)
        write(line, "One more offer")
        expect(message(line, "One more offer").get_by_role("alert")).to_be_visible()
        expect(line.get_by_role("img", name="Picture cake.png")).to_be_visible()
        line.locator("summary").click()
        assert findings(page) == []

        line.locator("summary").click()
        message(line, "See you.").hover()
        message(line, "See you.").get_by_role("button", name="React, answer, and more").click()
        assert findings(page) == []
        page.keyboard.press("Escape")

        if width == 360:
            page.get_by_role("link", name="Other phone").click()
        expect(message(phone(page), "STOP")).to_be_visible()
        assert findings(page) == []


def test_without_the_sandbox_the_conversation_has_the_room_of_the_phone(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    database = f"sqlite:///{tmp_path_factory.mktemp('production') / 'console.db'}"
    key = run_json("partner", "add", "Ann", "--json", database=database)["key"]
    run_json("line", "add", "Ann", "+12125550100", "--json", database=database)
    with (
        serving(database) as url,
        watched_context(browser, url, viewport={"width": 1440, "height": 900}) as (context, _),
    ):
        page = open_console(context, url, key)
        expect(page.get_by_text("Send one:")).to_be_visible()
        expect(page.get_by_role("button", name="Let somebody write to you")).to_have_count(0)
        page.close()

        body = {"from": "+12125550100", "to": [ANN], "message": {"parts": [text("Hello")]}}
        _, created = post(f"{url}/v3/chats", body, key)
        page = open_chat(context, Tenant(url, database, key, "+12125550100"), created["chat"]["id"])

        expect(message(conversation(page), "Hello")).to_be_visible()
        page.set_viewport_size({"width": 900, "height": 800})
        other = page.get_by_role("link", name="Other phone")
        expect(other).to_be_hidden()
        page.set_viewport_size({"width": 1440, "height": 900})
        expect(phone(page)).to_be_hidden()

        page.set_viewport_size({"width": 900, "height": 800})
        page.evaluate("location.hash += '/phone'")
        expect(other).to_be_visible()
        expect(phone(page)).to_contain_text("trunkline serve --sandbox")
