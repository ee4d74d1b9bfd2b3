"""The message networks outside. What somebody who writes a carrier needs is here (docs/carriers.md)."""

from trunkline.actions.changing_messages import ReactionChange
from trunkline.actions.receipts import Receipt
from trunkline.actions.receive import Received
from trunkline.carriers.base import Accepted, Carrier, CarrierAway, CarrierRefused, Conversation, NotYet, Outbound
from trunkline.carriers.inbox import Inbox

__all__ = [
    "Accepted",
    "Carrier",
    "CarrierAway",
    "CarrierRefused",
    "Conversation",
    "Inbox",
    "NotYet",
    "Outbound",
    "ReactionChange",
    "Receipt",
    "Received",
]
