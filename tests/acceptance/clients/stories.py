"""Runs stories of an app with a running service, through the ``linq`` on its path. Run it as ``python -m``.

stories.py HALF AGE URL BASE PARTNERS      HALF is sync or async; AGE is current or older: whether the client's types
                                           declare every field; PARTNERS is the partner of each story, as JSON

Prints JSON: the path of the client, the traceback of each story, or null, and the calls that succeeded.
"""

import asyncio
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

import msgspec

import linq
from tests.acceptance.clients import (
    chat_stories,
    consent_stories,
    contact_card_stories,
    file_stories,
    poll_stories,
    sending_stories,
    webhook_stories,
)
from tests.acceptance.clients.app import App, Partner, Story

AT_ONCE = 4  # stories, which mostly wait

# The longest stories first.
_MODULES = (
    webhook_stories,
    sending_stories,
    chat_stories,
    consent_stories,
    contact_card_stories,
    poll_stories,
    file_stories,
)
STORIES = {story.__name__: story for module in _MODULES for story in module.STORIES}
SINCE = {story.__name__: version for module in _MODULES for story, version in module.STORIES.items()}


class Outcome(msgspec.Struct):
    """What happened: where the client is, the traceback of each story, or None, and the calls that succeeded."""

    client: str
    failures: dict[str, str | None]
    called: set[str]


async def run(story: Story, app: App) -> str | None:
    """Runs a story. Returns the traceback, or None."""
    try:
        await story(app)
    except Exception:
        return traceback.format_exc()
    finally:
        await app.close()
    return None


if __name__ == "__main__":
    half, age, url, base, given = sys.argv[1:]
    partners = msgspec.json.decode(given, type=dict[str, Partner])
    apps = {name: App(half, url, base, partner, current=age == "current") for name, partner in partners.items()}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        running = {name: threads.submit(asyncio.run, run(STORIES[name], app)) for name, app in apps.items()}
        failures = {name: story.result() for name, story in running.items()}
    called = {call for app in apps.values() for call in app.called}
    print(msgspec.json.encode(Outcome(linq.__file__, failures, called)).decode())
