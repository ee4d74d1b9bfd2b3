"""Look up what an action needs, or raise the error that says it does not exist."""

from collections.abc import Sequence

from trunkline.domain.chat import Chat, check_number_of_recipients
from trunkline.domain.errors import ChatLeft, InvalidParameter, NoSuchMessage, NotFound, NotYourLine
from trunkline.domain.handle import quoted
from trunkline.domain.message import Message
from trunkline.storage import messages
from trunkline.storage.reader import Reader
from trunkline.storage.store import Store


async def require_chat(reader: Reader, chat_id: str) -> Chat:
    """The chat with this id. Raises ``NotFound``."""
    chat = await reader.chat(chat_id)
    if chat is None:
        raise no_such_chat(chat_id)
    return chat


async def require_present_chat(reader: Reader, chat_id: str) -> Chat:
    """The chat with this id, of which the line is a member. Raises ``NotFound`` or ``ChatLeft``."""
    chat = await require_chat(reader, chat_id)
    check_present(chat)
    return chat


def check_present(chat: Chat) -> None:
    """Raises ``ChatLeft`` if the line has left the chat."""
    if chat.me not in chat.active:
        raise ChatLeft("your line has left this chat; you cannot act in it until another participant adds the line")


async def require_message(reader: Reader, message_id: str) -> Message:
    """The message with this id. Raises ``NoSuchMessage``."""
    message = await messages.find(reader, message_id)
    if message is None:
        raise no_such_message(message_id)
    return message


async def require_line(store: Store, partner_id: int, line: str, name: str, hint: str = "") -> None:
    """Raises ``NotYourLine``, which names the parameter, unless the number is a line of the partner."""
    if not await store.partners.has_line(partner_id, line):
        raise NotYourLine(f"'{name}' is {line}, which is not one of your lines{hint}")


async def find_chat(reader: Reader, line: str, recipients: Sequence[str]) -> Chat | None:
    """The chat of a line with exactly these recipients: the one that a message to them continues."""
    if len(recipients) == 1:
        return await reader.direct_chat(line, recipients[0])
    return await reader.group(line, recipients)


def check_recipients(handles: Sequence[str], lines: Sequence[str]) -> list[str]:
    """The recipients, each once. Raises ``InvalidParameter`` if there are none, too many, or one of ``lines``."""
    recipients = list(dict.fromkeys(handles))
    check_number_of_recipients(len(recipients))
    for line in lines:
        if line in recipients:
            raise InvalidParameter(f"'to' lists {line}, which is one of your lines")
    return recipients


def no_such_chat(chat_id: str) -> NotFound:
    """The error for a chat that the partner does not have."""
    return NotFound(f"there is no chat {quoted(chat_id)}")


def no_such_message(message_id: str) -> NoSuchMessage:
    """The error for a message that the partner does not have."""
    return NoSuchMessage(f"there is no message {quoted(message_id)}")
