"""The columns of chats and messages; they tolerate missing and unexpected fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from linq._cli.output import Columns, View, plain

if TYPE_CHECKING:
    from linq.types import Chat, ChatCreateResponse, Message, MessageCreateResponse
    from linq.types.chats import MessageSendResponse

    Sent: TypeAlias = ChatCreateResponse | MessageCreateResponse | MessageSendResponse


def _chat(chat: Chat) -> tuple[str, str, str, str, str]:
    others = ", ".join(str(handle.handle) for handle in chat.handles or () if not handle.is_me)
    health: Any = chat.health_status and chat.health_status.status
    return (
        plain(chat.display_name or others),
        plain(chat.service or ""),
        plain(health or ""),
        _minute(chat.updated_at),
        plain(chat.id),
    )


def _chat_record(chat: Chat) -> tuple[object, ...]:
    who, service, health, *_ = _chat(chat)
    handles = " ".join(str(handle.handle) for handle in chat.handles or ())
    return chat.id, who, service, health, chat.is_group, handles, _iso(chat.created_at), _iso(chat.updated_at)


def _message(message: Message) -> tuple[str, str, str, str, str]:
    sender: Any = message.from_handle and message.from_handle.handle
    words = "[poll]" if message.parts == [] else " ".join(_words(part) for part in message.parts or ())
    return (
        _minute(message.sent_at or message.created_at),
        plain(sender or message.from_ or ""),
        plain(words),
        plain(message.delivery_status or ""),
        plain(message.id),
    )


def _message_record(message: Message) -> tuple[object, ...]:
    _, sender, words, status, _ = _message(message)
    times = _iso(message.created_at), _iso(message.sent_at)
    return message.id, message.chat_id, sender, words, status, plain(message.service or ""), *times


def _words(part: Any) -> str:
    """The text of a part, the name of a file, or the type of another part."""
    said = getattr(part, "value", None) or getattr(part, "filename", None)
    kind = getattr(part, "type", None)
    return str(said) if said and kind in ("text", "link") else f"[{kind}{f' {said}' if said else ''}]"


def _sent(sent: Sent) -> tuple[str, str, str]:
    given: Any = sent
    chat = getattr(given, "chat", None)
    message = given.message if chat is None else chat.message
    chat_id = given.chat_id if chat is None else chat.id
    return plain(message and message.delivery_status), plain(message and message.id), plain(chat_id)


def _minute(moment: Any) -> str:
    """A time to the minute, in the user's time zone; any other value unchanged."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if hasattr(moment, "astimezone") else plain(moment or "")


def _iso(moment: Any) -> str:
    return moment.isoformat() if hasattr(moment, "isoformat") else plain(moment or "")


CHATS = View(
    "chats",
    Columns(
        ("Who", "Service", "Health", "Updated", "Id"),
        _chat,
        folds="Who",
        styles={"HEALTHY": "green", "AT_RISK": "yellow", "CRITICAL": "bold red", "OPTED_OUT": "dim"},
    ),
    Columns(("id", "who", "service", "health", "is_group", "handles", "created_at", "updated_at"), _chat_record),
)
MESSAGES = View(
    "messages",
    Columns(
        ("When", "From", "Text", "Status", "Id"),
        _message,
        folds="Text",
        styles={"read": "green", "delivered": "green", "failed": "bold red", "pending": "yellow", "queued": "yellow"},
    ),
    Columns(("id", "chat_id", "from", "text", "status", "service", "created_at", "sent_at"), _message_record),
)
SENT = Columns(("Status", "Message", "Chat"), _sent)
