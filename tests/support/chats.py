"""Chats to store: two people or more, at a time that matters to the test."""

import uuid
from collections.abc import Sequence

import msgspec

from trunkline.domain.chat import Chat, Health, HealthStatus, Participant, Service
from trunkline.domain.instant import SECOND, Instant
from trunkline.schemas.chat import with_doc_base

LINE = "+12125550100"
OTHER_LINE = "+12125550101"
ALICE = "+13105550111"
BOB = "+13105550112"
CAROL = "carol@example.com"

NOW: Instant = 1_767_225_600 * SECOND  # 2026-01-01T00:00:00Z
"""A time that tests may call now."""


def chat_id(number: int) -> str:
    """The same UUID for the same number."""
    return str(uuid.UUID(int=number))


def make_chat(
    number: int,
    recipients: Sequence[str] = (ALICE,),
    *,
    line: str = LINE,
    updated_at: Instant = NOW,
    name: str | None = None,
    service: Service | None = Service.IMESSAGE,
) -> Chat:
    """A chat of a line with its recipients; ``number`` makes the ids."""
    handles = (line, *recipients)
    return Chat(
        id=chat_id(number),
        participants=tuple(
            [
                Participant(
                    id=str(uuid.uuid5(uuid.UUID(int=number), handle)),
                    handle=handle,
                    service=service or Service.SMS,
                    joined_at=NOW,
                    is_me=place == 0,
                )
                for place, handle in enumerate(handles)
            ]
        ),
        is_group=len(recipients) > 1,
        health=Health(HealthStatus.HEALTHY, NOW),
        created_at=NOW,
        updated_at=updated_at,
        name=name,
        service=service,
    )


def split(documents: bytes) -> list[bytes]:
    """The documents of a page that are joined by commas, with an empty base of ``doc_url``."""
    complete = b"[%b]" % with_doc_base(documents, b"")
    return [bytes(each) for each in msgspec.json.decode(complete, type=list[msgspec.Raw])]
