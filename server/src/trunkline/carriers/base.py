"""The carrier interface: a message network behind a few calls (docs/carriers.md says how to write one).

CarrierError
├── CarrierRejected      the message will never be delivered: it fails, with the reason
├── CarrierUnavailable   not this time: the message is retried for about an hour
└── CarrierDeferred      the message is not attempted before a given time
"""

from abc import abstractmethod
from typing import Protocol

import msgspec

from trunkline.domain.chat import Service
from trunkline.domain.contact_card import ContactCard
from trunkline.domain.instant import Instant
from trunkline.domain.loopback_rules import Accepted
from trunkline.domain.message import Content

__all__ = [
    "CALL_TIMEOUT",
    "Accepted",
    "Carrier",
    "CarrierChat",
    "CarrierDeferred",
    "CarrierError",
    "CarrierRejected",
    "CarrierUnavailable",
    "OutboundContactCard",
    "OutboundMessage",
]

CALL_TIMEOUT = 10.0
"""Seconds that a carrier has for a call: less than an attempt may take (``delivery/worker``)."""


class CarrierError(Exception):
    """Why a carrier did not accept a message."""


class CarrierRejected(CarrierError):
    """The message cannot be delivered, now or later; ``str(error)`` is the reason, for people to read."""


class CarrierUnavailable(CarrierError):
    """The carrier cannot accept the message now; ``str(error)`` says why."""


class CarrierDeferred(CarrierError):
    """The message is deferred until ``due_at``, in microseconds since 1970, but at most for an hour at a time.

    This does not count as an attempt.
    """

    def __init__(self, due_at: Instant) -> None:
        super().__init__("deferred")
        self.due_at = due_at


class CarrierChat(msgspec.Struct, frozen=True, kw_only=True):
    """A chat, as a carrier sees it."""

    partner_id: int
    line: str
    """The number of the line."""
    chat_id: str
    is_group: bool
    recipients: tuple[str, ...]
    """The current participants except the line."""
    service: Service | None
    """The service of the last message."""


class OutboundMessage(CarrierChat, frozen=True, kw_only=True):
    """A message for the carrier, with its chat."""

    message_id: str
    """The same at every attempt: a carrier that has accepted this id must not send it again."""
    content: Content
    created_at: Instant
    attempts: int
    """The number of attempts before."""

    @property
    def preferred_service(self) -> Service | None:
        """The service that the partner requested."""
        return self.content.preferred_service


class OutboundContactCard(CarrierChat, frozen=True, kw_only=True):
    """The contact card of the line, for the recipients of a chat."""

    share_id: str
    """The same at every attempt."""
    card: ContactCard
    """The card as it was when the partner shared it."""
    shared_at: Instant
    attempts: int
    """The number of attempts before."""


class Carrier(Protocol):
    """A message network. Subclass it, and override what the network can do.

    A call that takes longer than ``CALL_TIMEOUT`` is cancelled, and counts as ``CarrierUnavailable``.
    """

    @abstractmethod
    async def send(self, outbound: OutboundMessage) -> Accepted:
        """Accepts a message. Raises a ``CarrierError``; any other exception counts as ``CarrierUnavailable``.

        Returns the service and the status that the message has reached: ``SENT``, ``DELIVERED`` or ``READ``. Report
        later receipts to the ``Inbox``. After a crash, or if a response is lost, the same message comes again: compare
        ``message_id``.
        """
        raise NotImplementedError

    @abstractmethod
    async def reach(self, partner_id: int, line: str, handle: str) -> frozenset[Service]:
        """The services over which the line reaches a handle. Raises ``CarrierUnavailable`` if that is unknown now."""
        raise NotImplementedError

    async def send_poll(self, outbound: OutboundMessage) -> Accepted:
        """Accepts a poll, ``outbound.content.poll``, like ``send``. A carrier without polls rejects it."""
        raise CarrierRejected("this carrier does not send polls")

    async def update_poll(self, outbound: OutboundMessage) -> None:
        """Shows the options that the line added to a poll, and its votes: those in ``outbound.content.poll``."""

    async def edit(self, outbound: OutboundMessage) -> None:
        """Edits a message that was sent; ``content`` is the new content."""

    async def react(self, outbound: OutboundMessage) -> None:
        """Shows the line's reactions to a message: those in ``content`` whose ``by`` has ``is_me``."""

    async def mark_read(self, chat: CarrierChat) -> None:
        """Sends read receipts for the received messages of a chat."""

    async def typing(self, chat: CarrierChat, *, started: bool) -> None:
        """Shows, or stops showing, that the line is typing."""

    async def share_contact_card(self, outbound: OutboundContactCard) -> None:
        """Shows the contact card of the line to the recipients. Raises a ``CarrierError`` like ``send``.

        After a crash, the same card comes again: compare ``share_id``.
        """
