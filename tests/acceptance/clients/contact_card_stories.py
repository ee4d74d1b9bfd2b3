"""Contact cards, and the number for a new person."""

import asyncio
import time
import urllib.request

from tests.acceptance.clients.app import ALICE, BOB, PATIENCE, App, Stories, refused, says


async def shares_its_contact_card(app: App) -> None:
    """The recipient sees the card as it was when the app shared it, after the first message."""
    card = app.client.contact_card
    chat = await app.begin(ALICE)
    with refused(404, 2012):
        await app.got(app.client.chats.share_contact_card(chat.id))
    with refused(404, 2012):
        await app.got(card.update(phone_number=app.line, first_name="Harbor"))
    image = "https://example.com/logo.png"
    made = await app.got(card.create(phone_number=app.line, first_name="Harbor", last_name="Bakery", image_url=image))
    assert (made.phone_number, made.is_active, made.image_url) == (app.line, True, image)
    assert (await app.got(app.client.chats.share_contact_card(chat.id))) is None
    changed = await app.got(card.update(phone_number=app.line, first_name="Harbour"))
    assert (changed.first_name, changed.last_name, changed.image_url) == ("Harbour", "Bakery", image)
    await app.got(card.create(phone_number=app.other_line, first_name="Support"))
    assert {each.first_name for each in (await app.got(card.retrieve())).contact_cards} == {"Harbour", "Support"}
    [only] = (await app.got(card.retrieve(phone_number=app.line))).contact_cards
    assert only.first_name == "Harbour"

    deadline = time.monotonic() + PATIENCE
    while True:
        [shared] = (await app.play("contact_cards", chat_id=chat.id))["contact_cards"]
        if shared["shown_at"] is not None:
            break
        assert time.monotonic() < deadline, "the card was not shown"
        await asyncio.sleep(0.05)
    assert (shared["card"]["first_name"], shared["card"]["last_name"]) == ("Harbor", "Bakery")
    with refused(403, 2006):
        await app.got(card.create(phone_number="+19995550199", first_name="Harbor"))


async def asks_for_an_available_number(app: App) -> None:
    """A person with a chat keeps the line; a new person gets the one that was used least recently."""

    async def number(**filters: object) -> str:
        return (await app.got(app.client.available_number.retrieve(**filters))).phone_number

    await app.begin(ALICE, line=app.line)
    assert await number() == app.other_line
    assert await number(to=[ALICE]) == app.line
    assert await number(to=[ALICE, BOB], extra_query={"type": "iMessage"}) == app.other_line
    assert await number(to=[ALICE], exclude_from=[app.line]) == app.other_line
    with refused(400, 1005):
        await number(exclude_from=[app.line, app.other_line])
    sent = await app.got(app.client.messages.create(to=[BOB], message=says("hello")))
    assert sent.from_ == app.other_line

    await app.got(app.client.contact_card.create(phone_number=app.other_line, first_name="Harbor"))
    found = await app.got(app.client.available_number.retrieve(to=[BOB]))

    def download() -> tuple[str, str]:
        with urllib.request.urlopen(found.vcf_url, timeout=10) as response:  # noqa: S310 - our own server
            return response.headers["content-type"], response.read().decode()

    content_type, vcard = await asyncio.to_thread(download)
    assert content_type == "text/vcard; charset=utf-8"
    assert "FN:Harbor\r\n" in vcard
    assert vcard.index(app.other_line) < vcard.index(app.line)


STORIES: Stories = {shares_its_contact_card: (0, 12), asks_for_an_available_number: (0, 30)}
