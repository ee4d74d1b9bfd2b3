"""An upstream that speaks this same API, read page by page through the SDK: ids and times as they are there."""

from types import TracebackType
from typing import Self

import msgspec

import linq
from linq.types import Chat as UpstreamChat
from trunkline.domain import instant
from trunkline.domain.chat import Chat, Health, HealthStatus, Participant, ParticipantStatus, Service
from trunkline.domain.errors import CommandError, InvalidPhoneNumber
from trunkline.domain.handle import parse_handle
from trunkline.sources.base import Skipped

PAGE_SIZE = 100


class MirrorPage(msgspec.Struct, frozen=True):
    """One page of the upstream: its chats, those that cannot be mirrored, and where to go on."""

    chats: list[Chat]
    skipped: list[Skipped]
    next_cursor: str | None


class Upstream:
    """The list of one upstream. A context manager: closes its connections."""

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url.rstrip("/")
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

    def page(self, cursor: str | None) -> MirrorPage:
        """The page at a cursor, None being the first; starts from the top where the upstream no longer knows a cursor.

        Raises ``CommandError`` when the upstream does not answer, or refuses.
        """
        try:
            try:
                found = self._list(cursor)
            except linq.BadRequestError:
                if cursor is None:
                    raise
                found = self._list(None)
        except linq.APIStatusError as error:
            raise CommandError(f"the upstream {self.base_url} refuses: HTTP {error.status_code}: {error}") from None
        except linq.LinqApiv3Error as error:
            raise CommandError(f"the upstream {self.base_url} does not answer as this API does: {error}") from None
        chats: list[Chat] = []
        skipped: list[Skipped] = []
        for chat in found.chats:
            try:
                chats.append(_chat(chat))
            except _CannotMirror as reason:
                skipped.append(Skipped(str(reason)))
        return MirrorPage(chats, skipped, found.next_cursor)

    def _list(self, cursor: str | None) -> linq.pagination.SyncListChatsPagination[UpstreamChat]:
        if cursor is None:
            return self._client.chats.list_chats(limit=PAGE_SIZE)
        return self._client.chats.list_chats(limit=PAGE_SIZE, cursor=cursor)


class _CannotMirror(Exception):
    """Why a chat of the upstream is left out, in words that count together."""


def _chat(chat: UpstreamChat) -> Chat:
    try:
        service = None if chat.service is None else Service(chat.service)
        health = Health(HealthStatus(chat.health_status.status), instant.from_datetime(chat.health_status.updated_at))
        participants = sorted(
            [
                Participant(
                    id=handle.id,
                    handle=parse_handle(handle.handle, "handle"),
                    service=Service(handle.service),
                    joined_at=instant.from_datetime(handle.joined_at),
                    is_me=bool(handle.is_me),
                    left_at=None if handle.left_at is None else instant.from_datetime(handle.left_at),
                    status=ParticipantStatus(handle.status or ParticipantStatus.ACTIVE),
                )
                for handle in chat.handles
            ],
            key=lambda participant: not participant.is_me,
        )
    except InvalidPhoneNumber:
        raise _CannotMirror("a handle that is neither a phone number nor an e-mail address") from None
    except (ValueError, TypeError, AttributeError):
        raise _CannotMirror("a field with a value that this version does not know") from None
    if len(participants) < 2 or not participants[0].is_me:
        raise _CannotMirror("no line of the partner's own among the handles")
    mirrored = Chat(
        id=chat.id,
        participants=tuple(participants),
        is_group=chat.is_group,
        health=health,
        created_at=instant.from_datetime(chat.created_at),
        updated_at=instant.from_datetime(chat.updated_at),
        service=service,
        icon_url=chat.group_chat_icon,
    )
    if chat.display_name in {None, mirrored.display_name}:
        return mirrored
    return msgspec.structs.replace(mirrored, name=chat.display_name)
