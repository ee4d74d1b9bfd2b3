"""What a carrier is: a message network outside, behind a handful of calls (docs/carriers.md says how to write one).

CarrierError
├── CarrierRefused   the message will never be delivered: it fails, with the reason
├── CarrierAway      not this time: it is tried again, for an hour or so
└── NotYet           put off on purpose, until a given time
"""

from abc import abstractmethod
from typing import Protocol

import msgspec

from trunkline.domain.chat import Service
from trunkline.domain.instant import Instant
from trunkline.domain.message import Content, DeliveryStatus

CALL_TIMEOUT = 10.0
"""Seconds that a carrier has for a call: less than an attempt may take (``delivery/worker``)."""


class CarrierError(Exception):
    """Why a carrier did not take a message."""


class CarrierRefused(CarrierError):
    """The message cannot be delivered, now or ever; ``str(error)`` is the reason, for a person to read."""


class CarrierAway(CarrierError):
    """The carrier cannot take the message now; ``str(error)`` says what is wrong."""


class NotYet(CarrierError):
    """The message is put off until then, in microseconds since 1970; that is no attempt."""

    def __init__(self, due_at: Instant) -> None:
        super().__init__("not yet")
        self.due_at = due_at


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A chat as a carrier sees it."""

    partner_id: int
    line: str
    """The number it is sent from."""
    chat_id: str
    is_group: bool
    recipients: tuple[str, ...]
    """Everybody who is in it now, without the line."""
    service: Service | None
    """What its last message went over."""


class Outbound(Conversation, frozen=True, kw_only=True):
    """A message for the carrier, with the chat it is of."""

    message_id: str
    """The same at every attempt: a carrier that has taken this id before takes it no second time."""
    content: Content
    written_at: Instant
    attempts: int
    """How often it was tried before."""

    @property
    def preferred_service(self) -> Service | None:
        """The service that the partner asked for."""
        return self.content.preferred_service


class Accepted(msgspec.Struct, frozen=True):
    """What a carrier knows of a message as soon as it has it: ``SENT``, ``DELIVERED`` or ``READ``.

    What it learns later it tells the ``Inbox``.
    """

    service: Service
    status: DeliveryStatus = DeliveryStatus.SENT


class Carrier(Protocol):
    """A message network. Subclass it: what a network cannot do, it then leaves undone.

    A call that takes longer than ``CALL_TIMEOUT`` is given up, and counts as ``CarrierAway``.
    """

    @abstractmethod
    async def send(self, outbound: Outbound) -> Accepted:
        """Takes a message. Raises a ``CarrierError``; anything else counts as ``CarrierAway`` and is logged.

        After a crash, or when its answer is lost, the same message comes again: ``message_id`` tells.
        """
        raise NotImplementedError

    @abstractmethod
    async def reach(self, partner_id: int, line: str, handle: str) -> frozenset[Service]:
        """The services by which the line reaches a handle. Raises ``CarrierAway`` where that cannot be said now."""
        raise NotImplementedError

    async def edit(self, outbound: Outbound) -> None:
        """Changes a message that was sent: ``content`` is what it says now."""

    async def react(self, outbound: Outbound) -> None:
        """Shows the line's reactions to a message: in ``content``, those whose ``by`` has ``is_me``."""

    async def mark_read(self, conversation: Conversation) -> None:
        """Tells the others that the line has read what they wrote."""

    async def typing(self, conversation: Conversation, *, started: bool) -> None:
        """Shows, or no longer shows, that the line is typing."""
