"""Runs the stories of an app with a running service, through the ``linq`` on its path. Run it as ``python -m``.

stories.py HALF URL BASE PARTNERS      HALF is sync or async, PARTNERS the partner of each story, as JSON

Prints JSON: the path of the client, and the traceback of each story, or null.
"""

import asyncio
import sys
import traceback

import msgspec

import linq
from tests.acceptance.clients import chat_stories, consent_stories, file_stories, sending_stories, webhook_stories
from tests.acceptance.clients.app import App, Partner

STORIES = {
    story.__name__: story
    for module in (chat_stories, consent_stories, file_stories, sending_stories, webhook_stories)
    for story in module.STORIES
}


async def run(half: str, url: str, base: str, partners: dict[str, Partner]) -> dict[str, str | None]:
    """The traceback of each story, or None."""
    failures: dict[str, str | None] = {}
    for name, story in STORIES.items():
        app = App(half, url, base, partners[name])
        try:
            await story(app)
        except Exception:
            failures[name] = traceback.format_exc()
        else:
            failures[name] = None
        finally:
            await app.close()
    return failures


if __name__ == "__main__":
    half, url, base, partners = sys.argv[1:]
    failures = asyncio.run(run(half, url, base, msgspec.json.decode(partners, type=dict[str, Partner])))
    print(msgspec.json.encode({"client": linq.__file__, "failures": failures}).decode())
