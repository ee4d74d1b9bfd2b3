"""An upstream that speaks this same API, read page by page through the SDK: ids and times as they are there.

``linq_messages`` reads its messages.
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
from trunkline.sources.base import Skipped
from trunkline.sources.linq_messages import message_of

PAGE_SIZE = 100

_NO_SUCH_ADDRESS = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED)


class MirrorPage(msgspec.Struct, frozen=True):
    """One page of the upstream: its chats, those that cannot be mirrored, and where to go on."""

    chats: list[Chat]
    skipped: list[Skipped]
    next_cursor: str | None


class MessagePage(msgspec.Struct, frozen=True):
    """Some messages of a chat of the upstream, newest first, and where to go on."""

    messages: list[Message]
    left_out: list[str]
    next_cursor: str | None


class NoMessages(Exception):
    """The upstream lists no messages at all; it is older than that."""


class Unreadable(Exception):
    """Why the messages of a chat cannot be read, in words that count together."""


class _Messages(msgspec.Struct):
    messages: list[Any]
    next_cursor: str | None = None


class Upstream:
    """The list of one upstream. A context manager: closes its connections."""

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._has_listed_messages = False
        try:
            self._client = linq.LinqAPIV3(api_key=key, base_url=self.base_url)
        except (linq.LinqApiv3Error, ValueError) as error:
            raise CommandError(f"cannot use the upstream {base_url}: {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def page(self, cursor: str | None, *, or_first: bool = False) -> MirrorPage:
        """The page at a cursor, None being the first; with ``or_first`` that too, should the cursor be no longer good.

        Raises ``CommandError`` when the upstream does not answer, refuses, or goes round in circles.
        """
        try:
            try:
                found = self._list(cursor)
            except linq.BadRequestError:
                if not or_first:
                    raise
                found = self._list(None)
        except linq.APIStatusError as error:
            raise CommandError(f"the upstream {self.base_url} refuses: HTTP {error.status_code}: {error}") from None
        except linq.LinqApiv3Error as error:
            raise CommandError(f"the upstream {self.base_url} does not answer as this API does: {error}") from None
        # The SDK lets through what it does not expect.
        if not isinstance(found.chats, list):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise CommandError(f"the upstream {self.base_url} does not answer as this API does: it lists no chats")
        if found.next_cursor is not None and found.next_cursor == cursor:
            raise CommandError(f"the upstream {self.base_url} goes round in circles: {cursor!r} leads to itself")
        chats: list[Chat] = []
        skipped: list[Skipped] = []
        for chat in found.chats:
            try:
                chats.append(_chat(chat))
            except _CannotMirror as reason:
                skipped.append(Skipped(str(reason)))
        return MirrorPage(chats, skipped, found.next_cursor)

    def messages(self, chat: Chat, cursor: str | None) -> MessagePage:
        """The page of a chat's messages at a cursor, None being the first.

        Raises ``NoMessages`` or ``Unreadable``, and ``CommandError`` when the upstream does not answer.
        """
        query = {"limit": PAGE_SIZE} if cursor is None else {"limit": PAGE_SIZE, "cursor": cursor}
        try:
            body = self._client.get(f"/v3/chats/{chat.id}/messages", cast_to=bytes, options={"params": query})
            found = msgspec.json.decode(body, type=_Messages)
        except linq.APIStatusError as error:
            if error.status_code in _NO_SUCH_ADDRESS and not self._has_listed_messages:
                raise NoMessages from None
            raise Unreadable(f"messages of a chat that cannot be read: HTTP {error.status_code}") from None
        except linq.LinqApiv3Error as error:
            raise CommandError(f"the upstream {self.base_url} does not answer: {error}") from None
        except msgspec.DecodeError:
            raise Unreadable("messages of a chat that are not as this API lists them") from None
        if found.next_cursor is not None and found.next_cursor == cursor:
            raise Unreadable("messages of a chat whose cursor leads to itself")
        self._has_listed_messages = True
        told = [message_of(each, chat) for each in found.messages]
        return MessagePage(
            [each.message for each in told if each.message is not None],
            [reason for each in told for reason in each.left_out],
            found.next_cursor,
        )

    def _list(self, cursor: str | None) -> linq.pagination.SyncListChatsPagination[UpstreamChat]:
        if cursor is None:
            return self._client.chats.list_chats(limit=PAGE_SIZE)
        return self._client.chats.list_chats(limit=PAGE_SIZE, cursor=cursor)


class _CannotMirror(Exception):
    """Why a chat of the upstream is left out, in words that count together."""


def _chat(chat: UpstreamChat) -> Chat:
    try:
        mirrored = _mirrored(chat)
    except InvalidPhoneNumber:
        raise _CannotMirror("a handle that is neither a phone number nor an e-mail address") from None
    except (ValueError, TypeError, AttributeError):
        raise _CannotMirror("a field with a value that this version does not know") from None
    if len(mirrored.participants) < 2 or not mirrored.participants[0].is_me:
        raise _CannotMirror("no line of the partner's own among the handles")
    name = clean_name(chat.display_name)
    return mirrored if name in {None, mirrored.display_name} else msgspec.structs.replace(mirrored, name=name)


def _mirrored(chat: UpstreamChat) -> Chat:
    """The chat without its name. Raises whatever a value that is not as documented leads to."""
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
