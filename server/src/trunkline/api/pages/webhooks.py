"""The guide to webhooks: for whoever receives them."""

import re
from string import Template

from trunkline.api.pages import frame
from trunkline.api.pages.markup import prose, slug
from trunkline.domain.events import EventType

MEANINGS: dict[EventType, str] = {
    EventType.MESSAGE_SENT: "a message of yours left",
    EventType.MESSAGE_RECEIVED: "somebody wrote to one of your lines",
    EventType.MESSAGE_READ: "a message of yours was read",
    EventType.MESSAGE_DELIVERED: "a message of yours arrived",
    EventType.MESSAGE_FAILED: "a message of yours could not be delivered",
    EventType.MESSAGE_EDITED: "whoever wrote a message changed its text",
    EventType.REACTION_ADDED: "somebody reacted to a message",
    EventType.REACTION_REMOVED: "a reaction was taken back",
    EventType.PARTICIPANT_ADDED: "somebody came into a group",
    EventType.PARTICIPANT_REMOVED: "somebody left a group, or was put out",
    EventType.CHAT_CREATED: "a chat began",
    EventType.GROUP_NAME_UPDATED: "a group was named",
    EventType.GROUP_ICON_UPDATED: "a group got another picture",
    EventType.TYPING_STARTED: "somebody began to write",
    EventType.TYPING_STOPPED: "they stopped",
    EventType.LINE_STATUS_UPDATED: "the reputation of one of your lines changed",
}


def webhooks() -> str:
    """The guide, with the anchors ``#verifying``, ``#retries``, ``#order`` and ``#events`` among others."""
    rows = [f"| `{kind}` | {MEANINGS[kind]} |" for kind in EventType]
    text = Template(frame.text("webhooks.md")).substitute(
        events="\n".join(["| Event | What happened |", "|---|---|", *rows])
    )
    titles = re.findall(r"^# (.+)$", text, re.MULTILINE)
    return frame.page(frame.WEBHOOKS_PATH, "Webhooks", {slug(title): title for title in titles}, prose(text, 1))
