"""An upstream that speaks this API, read page by page through the SDK.

``messages`` maps its messages.
"""

import uuid
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import msgspec

import linq
from linq.types import Chat as UpstreamChat
from trunkline.domain import instant
from trunkline.domain.chat import Chat, Health, HealthStatus, Participant, ParticipantStatus, Service, clean_name
from trunkline.domain.errors import CommandError, InvalidPhoneNumber
from trunkline.domain.handle import parse_handle
from trunkline.domain.message import Message
from trunkline.sources.base import Skipped, SkippedMessage, SkippedPiece
from trunkline.sources.mirror.messages import message_of

PAGE_SIZE = 100

_NO_SUCH_ADDRESS = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED)


class MirrorPage(msgspec.Struct, frozen=True):
    """One page of the upstream: its chats, those that cannot be mirrored, and the next cursor."""

    chats: list[Chat]
    skipped: list[Skipped]
    next_cursor: str | None


class MessagePage(msgspec.Struct, frozen=True):
    """One page of the messages of a chat, newest first, with what was skipped, and the next cursor."""

    records: list[Message | SkippedMessage | SkippedPiece]
    next_cursor: str | None


class MessagesUnsupported(Exception):
    """The upstream is an older version, which does not list messages."""


class MessagesUnreadable(Exception):
    """Why the messages of a chat cannot be read: one of a few reasons, which can be counted."""


class _Messages(msgspec.Struct):
    messages: list[Any]
    next_cursor: str | None = None


class Upstream:
    """One upstream. An async context manager, which closes its connections."""

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._has_listed_messages = False
        try:
            self._client = linq.AsyncLinqAPIV3(api_key=key, base_url=self.base_url)
        except (linq.LinqApiv3Error, ValueError) as error:
            raise CommandError(f"cannot use the upstream {base_url}: {error}") from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def page(self, cursor: str | None, *, or_first: bool = False) -> MirrorPage:
        """The page at a cursor; None is the first. With ``or_first``, also the first if the cursor has expired.

        Raises ``CommandError`` if the upstream does not answer, answers with an error, or repeats a cursor.
        """
        try:
            try:
                found = await self._list(cursor)
            except linq.BadRequestError:
                if not or_first:
                    raise
                found = await self._list(None)
        except linq.APIStatusError as error:
            raise CommandError(f"the upstream {self.base_url} answers HTTP {error.status_code}: {error}") from None
        except linq.LinqApiv3Error as error:
            raise CommandError(f"the upstream {self.base_url} does not answer as this API does: {error}") from None
        # The SDK does not validate responses.
        if not isinstance(found.chats, list):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise CommandError(f"the upstream {self.base_url} does not answer as this API does: it lists no chats")
        if found.next_cursor is not None and found.next_cursor == cursor:
            raise CommandError(f"the upstream {self.base_url} repeats the cursor {cursor!r}")
        chats: list[Chat] = []
        skipped: list[Skipped] = []
        for chat in found.chats:
            try:
                chats.append(_chat(chat))
            except _CannotMirror as reason:
                skipped.append(Skipped(str(reason)))
        return MirrorPage(chats, skipped, found.next_cursor)

    async def messages(self, chat: Chat, cursor: str | None) -> MessagePage:
        """The page of a chat's messages at a cursor; None is the first.

        Raises ``MessagesUnsupported`` or ``MessagesUnreadable``, and ``CommandError`` if the upstream does not answer.
        """
        query = {"limit": PAGE_SIZE} if cursor is None else {"limit": PAGE_SIZE, "cursor": cursor}
        try:
            body = await self._client.get(f"/v3/chats/{chat.id}/messages", cast_to=bytes, options={"params": query})
            found = msgspec.json.decode(body, type=_Messages)
        except linq.APIStatusError as error:
            if error.status_code in _NO_SUCH_ADDRESS and not self._has_listed_messages:
                raise MessagesUnsupported from None
            raise MessagesUnreadable(f"messages of a chat that cannot be read: HTTP {error.status_code}") from None
        except linq.LinqApiv3Error as error:
            raise CommandError(f"the upstream {self.base_url} does not answer: {error}") from None
        except msgspec.DecodeError:
            raise MessagesUnreadable("messages of a chat in an unknown format") from None
        if found.next_cursor is not None and found.next_cursor == cursor:
            raise MessagesUnreadable("messages of a chat that repeat a cursor")
        self._has_listed_messages = True
        records = [record for each in found.messages for record in message_of(each, chat).records()]
        return MessagePage(records, found.next_cursor)

    async def _list(self, cursor: str | None) -> linq.pagination.AsyncListChatsPagination[UpstreamChat]:
        if cursor is None:
            return await self._client.chats.list_chats(limit=PAGE_SIZE)
        return await self._client.chats.list_chats(limit=PAGE_SIZE, cursor=cursor)


class _CannotMirror(Exception):
    """Why a chat cannot be mirrored: one of a few reasons, which can be counted."""


def _chat(chat: UpstreamChat) -> Chat:
    try:
        mirrored = _mirrored(chat)
    except InvalidPhoneNumber:
        raise _CannotMirror("chat with a handle that is neither a phone number nor an email address") from None
    except (ValueError, TypeError, AttributeError):
        raise _CannotMirror("chat with a value that this version does not know") from None
    if len(mirrored.participants) < 2 or not mirrored.participants[0].is_me:
        raise _CannotMirror("chat without a line of the partner")
    name = clean_name(chat.display_name)
    return mirrored if name in {None, mirrored.display_name} else msgspec.structs.replace(mirrored, name=name)


def _mirrored(chat: UpstreamChat) -> Chat:
    """The chat without its name. Raises an arbitrary exception if a value is not as documented."""
    participants = [
        Participant(
            id=str(uuid.UUID(handle.id)),
            handle=parse_handle(handle.handle, "handle"),
            service=Service(handle.service),
            joined_at=instant.from_datetime(handle.joined_at),
            is_me=bool(handle.is_me),
            left_at=None if handle.left_at is None else instant.from_datetime(handle.left_at),
            status=ParticipantStatus(handle.status or ParticipantStatus.ACTIVE),
        )
        for handle in chat.handles
    ]
    return Chat(
        id=str(uuid.UUID(chat.id)),
        participants=tuple(sorted(participants, key=lambda participant: not participant.is_me)),
        is_group=chat.is_group,
        health=Health(HealthStatus(chat.health_status.status), instant.from_datetime(chat.health_status.updated_at)),
        created_at=instant.from_datetime(chat.created_at),
        updated_at=instant.from_datetime(chat.updated_at),
        service=None if chat.service is None else Service(chat.service),
        icon_url=chat.group_chat_icon,
    )
