"""Message networks. Everything that the author of a carrier needs is exported here (docs/carriers.md)."""

from trunkline.actions.inbound.receipts import Receipt
from trunkline.actions.inbound.receive import Received
from trunkline.carriers.base import (
    Accepted,
    Carrier,
    CarrierChat,
    CarrierDeferred,
    CarrierRejected,
    CarrierUnavailable,
    OutboundContactCard,
    OutboundMessage,
)
from trunkline.carriers.inbox import Inbox
from trunkline.domain.contact_card import ContactCard, ReceivedContactCard
from trunkline.domain.message import ReactionChange

__all__ = [
    "Accepted",
    "Carrier",
    "CarrierChat",
    "CarrierDeferred",
    "CarrierRejected",
    "CarrierUnavailable",
    "ContactCard",
    "Inbox",
    "OutboundContactCard",
    "OutboundMessage",
    "ReactionChange",
    "Receipt",
    "Received",
    "ReceivedContactCard",
]
