"""The same endpoint, written plainly: FastAPI, the ORM of SQLAlchemy, pydantic models, OFFSET.

``BENCH_PLAIN_DATABASE=sqlite:///… python -m bench.server.plain --port …``
"""

import os
from collections.abc import AsyncGenerator, Generator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, HTTPException, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, BaseModel, ConfigDict
from sqlalchemy import Select, create_engine, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session, selectinload

from bench.server.granian import serve
from bench.server.plain_model import DATABASE, Chat, Handle, Key

GUIDE = "http://127.0.0.1:8080/guides/chats/chat-health#"

Service = Literal["iMessage", "SMS", "RCS"]
Time = Annotated[datetime, AfterValidator(lambda moment: moment.replace(tzinfo=UTC))]


class ChatHandle(BaseModel):
    """A participant on the wire."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    handle: str
    joined_at: Time
    service: Service
    is_me: bool
    left_at: Time | None
    status: Literal["active", "left", "removed"]


class Health(BaseModel):
    """The health of a chat on the wire."""

    doc_url: str
    status: Literal["HEALTHY", "AT_RISK", "CRITICAL", "OPTED_OUT"]
    updated_at: Time


class ChatOut(BaseModel):
    """A chat on the wire."""

    id: str
    created_at: Time
    display_name: str | None
    handles: list[ChatHandle]
    health_status: Health
    is_archived: bool
    is_group: bool
    updated_at: Time
    service: Service | None
    group_chat_icon: str | None


class Page(BaseModel):
    """A page of chats."""

    chats: list[ChatOut]
    next_cursor: str | None


app = FastAPI()
_url = os.environ.get(DATABASE, "sqlite://")
engine = create_engine(_url)
async_engine = create_async_engine(_url.replace("sqlite:", "sqlite+aiosqlite:"))

Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
To = str | None
Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[int, Query(ge=0)]


async def async_session() -> AsyncGenerator[AsyncSession]:
    """A session for each request."""
    async with AsyncSession(async_engine) as opened:
        yield opened


def session() -> Generator[Session]:
    """A session for each request, in a thread."""
    with Session(engine) as opened:
        yield opened


@app.get("/v3/chats")
async def list_chats(
    opened: Annotated[AsyncSession, Depends(async_session)],
    bearer: Bearer,
    to: To = None,
    limit: Limit = 20,
    cursor: Cursor = 0,
) -> Page:
    """One page, as many chats down as the cursor says."""
    partner_id = _partner(await opened.get(Key, bearer.credentials))
    found = (await opened.scalars(_query(partner_id, to, limit, cursor))).all()
    return _page(found, limit, cursor)


@app.get("/threads/v3/chats")
def list_chats_in_threads(
    opened: Annotated[Session, Depends(session)], bearer: Bearer, to: To = None, limit: Limit = 20, cursor: Cursor = 0
) -> Page:
    """The same in a thread, without ``async``."""
    partner_id = _partner(opened.get(Key, bearer.credentials))
    found = opened.scalars(_query(partner_id, to, limit, cursor)).all()
    return _page(found, limit, cursor)


def _partner(key: Key | None) -> int:
    if key is None:
        raise HTTPException(401)
    return key.partner_id


def _query(partner_id: int, to: str | None, limit: int, cursor: int) -> Select[Chat]:
    query = select(Chat).where(Chat.partner_id == partner_id).options(selectinload(Chat.handles))
    if to is not None:
        query = query.where(Chat.handles.any(Handle.handle == to))
    return query.order_by(Chat.updated_at.desc(), Chat.id.desc()).offset(cursor).limit(limit + 1)


def _page(found: Sequence[Chat], limit: int, cursor: int) -> Page:
    return Page(
        chats=[_shown(chat) for chat in found[:limit]],
        next_cursor=str(cursor + limit) if len(found) > limit else None,
    )


def _shown(chat: Chat) -> ChatOut:
    return ChatOut(
        id=chat.id,
        created_at=chat.created_at,
        display_name=chat.display_name,
        handles=[ChatHandle.model_validate(handle) for handle in chat.handles],
        health_status=Health.model_validate(
            {
                "doc_url": GUIDE + chat.health.lower().replace("_", "-"),
                "status": chat.health,
                "updated_at": chat.health_updated_at,
            }
        ),
        is_archived=chat.is_archived,
        is_group=chat.is_group,
        updated_at=chat.updated_at,
        service=chat.service,  # pyright: ignore[reportArgumentType] - pydantic checks it
        group_chat_icon=chat.group_chat_icon,
    )


if __name__ == "__main__":
    serve("bench.server.plain:app", lifespan=True)
