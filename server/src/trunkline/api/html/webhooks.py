"""The guide to webhooks."""

import re
from string import Template

from trunkline.api.html import frame
from trunkline.api.html.markup import prose, slug
from trunkline.domain.events import EventType

MEANINGS: dict[EventType, str] = {
    EventType.MESSAGE_SENT: "one of your messages was sent",
    EventType.MESSAGE_RECEIVED: "one of your lines received a message",
    EventType.MESSAGE_READ: "one of your messages was read",
    EventType.MESSAGE_DELIVERED: "one of your messages was delivered",
    EventType.MESSAGE_FAILED: "one of your messages could not be delivered",
    EventType.MESSAGE_EDITED: "the sender of a message changed its text",
    EventType.REACTION_ADDED: "a participant reacted to a message",
    EventType.REACTION_REMOVED: "a reaction was removed",
    EventType.POLL_SENT: "one of your polls was sent",
    EventType.POLL_RECEIVED: "one of your lines received a poll",
    EventType.POLL_DELIVERED: "one of your polls was delivered",
    EventType.POLL_READ: "one of your polls was read",
    EventType.POLL_FAILED: "one of your polls could not be delivered",
    EventType.POLL_UPDATED: "a participant added options to a poll",
    EventType.POLL_VOTE_ADDED: "a participant voted for an option of a poll",
    EventType.POLL_VOTE_REMOVED: "a participant removed a vote",
    EventType.POLL_REACTION_ADDED: "a participant reacted to a poll",
    EventType.PARTICIPANT_ADDED: "a participant joined a group",
    EventType.PARTICIPANT_REMOVED: "a participant left a group or was removed",
    EventType.CHAT_CREATED: "a chat was created",
    EventType.GROUP_NAME_UPDATED: "a group was renamed",
    EventType.GROUP_ICON_UPDATED: "the picture of a group changed",
    EventType.TYPING_STARTED: "a participant started typing",
    EventType.TYPING_STOPPED: "a participant stopped typing",
    EventType.CONTACT_CARD_RECEIVED: "a person shared a contact card with one of your lines",
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
