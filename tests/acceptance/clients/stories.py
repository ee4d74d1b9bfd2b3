"""Tells the stories of an app to a running service, by whichever ``linq`` its path leads to. Run as ``python -m``.

stories.py HALF URL BASE PARTNERS      HALF is sync or async, PARTNERS the partner of each story, as JSON

Prints, as JSON, what client it was and what went wrong in each story, or null.
"""

import asyncio
import sys
import traceback

import msgspec

import linq
from tests.acceptance.clients import chat_stories, consent_stories, sending_stories, webhook_stories
from tests.acceptance.clients.app import App, Partner

STORIES = {
    story.__name__: story
    for module in (chat_stories, consent_stories, sending_stories, webhook_stories)
    for story in module.STORIES
}


async def tell(half: str, url: str, base: str, partners: dict[str, Partner]) -> dict[str, str | None]:
    """What went wrong in each story."""
    told: dict[str, str | None] = {}
    for name, story in STORIES.items():
        app = App(half, url, base, partners[name])
        try:
            await story(app)
        except Exception:
            told[name] = traceback.format_exc()
        else:
            told[name] = None
        finally:
            await app.close()
    return told


if __name__ == "__main__":
    half, url, base, partners = sys.argv[1:]
    told = asyncio.run(tell(half, url, base, msgspec.json.decode(partners, type=dict[str, Partner])))
    print(msgspec.json.encode({"client": linq.__file__, "told": told}).decode())
