"""A model of health, derived from the messages of a chat alone."""

from collections.abc import Sequence

from trunkline.domain.chat import Chat, Health, HealthStatus
from trunkline.domain.chat_health import SentMessage, Thresholds, health_since
from trunkline.domain.message import DeliveryStatus, Message
from trunkline.domain.opt_out import is_opt_out


def health_from_messages(chat: Chat, messages: Sequence[Message]) -> Health:
    """The health that follows from the messages of a chat, in any order, with the default thresholds."""
    received = [message for message in messages if not message.is_from_me]
    last = max(received, key=lambda message: message.created_at, default=None)
    if last is not None and not chat.is_group and is_opt_out(last.content.text):
        return Health(HealthStatus.OPTED_OUT, last.created_at)
    unanswered = [
        SentMessage(message.created_at, message.delivery_status is DeliveryStatus.FAILED)
        for message in sorted(messages, key=lambda message: message.created_at)
        if message.is_from_me and (last is None or message.created_at > last.created_at)
    ]
    return health_since(unanswered, chat.created_at, Thresholds())
