"""Sending a message, written plainly: FastAPI, the ORM of SQLAlchemy, pydantic models. No idempotency, no delivery.

``BENCH_PLAIN_DATABASE=… python -m bench.server.plain_send --port …``, with ``sqlite:///…`` or ``postgresql://…``
"""

import os
import uuid
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import Connection, Engine, event, insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bench.server.granian import serve
from bench.server.plain_model import DATABASE, Base, Chat, Key, Message, OutboxEntry

CHATS = 1_000
KEY = "plain"
_BUSY_TIMEOUT = 30_000  # ms


class TextPart(BaseModel):
    """A text on the wire."""

    type: Literal["text"]
    value: str


class MessageIn(BaseModel):
    """A message to be sent."""

    parts: list[TextPart]
    idempotency_key: str | None = None


class SendIn(BaseModel):
    """The body of a request."""

    message: MessageIn


class MessageOut(BaseModel):
    """A message on the wire."""

    id: str
    parts: list[TextPart]
    created_at: datetime
    delivery_status: str


class SendOut(BaseModel):
    """The body of a response."""

    chat_id: str
    message: MessageOut


def open_engine(url: str) -> AsyncEngine:
    """The database, whose SQLite has the settings of the service: a write-ahead log, and the lock at the begin."""
    driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    scheme, _, rest = url.partition("://")
    engine = create_async_engine(f"{driver[scheme]}://{rest}")
    if scheme == "sqlite":
        _set_up_sqlite(engine.sync_engine)
    return engine


def _set_up_sqlite(engine: Engine) -> None:
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode = wal", "synchronous = normal", f"busy_timeout = {_BUSY_TIMEOUT}"):
            cursor.execute(f"pragma {pragma}")
        cursor.close()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("begin immediate")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)


async def load(url: str) -> list[str]:
    """Fills an empty database with chats. Returns the paths to which their messages are posted."""
    now = datetime.now(UTC).replace(tzinfo=None)
    ids = [str(uuid.uuid4()) for _ in range(CHATS)]
    common = {"partner_id": 1, "created_at": now, "updated_at": now, "display_name": None, "is_archived": False}
    common |= {"is_group": False, "service": "iMessage", "group_chat_icon": None, "health": "HEALTHY"}
    engine = open_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await connection.execute(insert(Key), [{"key": KEY, "partner_id": 1}])
        await connection.execute(insert(Chat), [{"id": each, "health_updated_at": now, **common} for each in ids])
    await engine.dispose()
    return [f"/v3/chats/{each}/messages" for each in ids]


app = FastAPI()
_engine = open_engine(os.environ.get(DATABASE, "sqlite://"))


async def session() -> AsyncGenerator[AsyncSession]:
    """A session for each request."""
    async with AsyncSession(_engine, expire_on_commit=False) as opened:
        yield opened


@app.post("/v3/chats/{chat_id}/messages", status_code=202)
async def send(
    chat_id: str,
    body: SendIn,
    opened: Annotated[AsyncSession, Depends(session)],
    bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())],
) -> SendOut:
    """The message, its chat and a row of the outbox, in one transaction."""
    key = await opened.get(Key, bearer.credentials)
    chat = None if key is None else await opened.get(Chat, chat_id)
    if key is None or chat is None or chat.partner_id != key.partner_id:
        raise HTTPException(401 if key is None else 404)
    now = datetime.now(UTC).replace(tzinfo=None)
    message = Message(
        id=str(uuid.uuid4()),
        chat_id=chat.id,
        parts=[part.model_dump() for part in body.message.parts],
        idempotency_key=body.message.idempotency_key,
        created_at=now,
        delivery_status="pending",
    )
    chat.updated_at = now
    opened.add_all([message, OutboxEntry(message_id=message.id, partner_id=chat.partner_id, due_at=now)])
    await opened.commit()
    return SendOut(
        chat_id=chat.id,
        message=MessageOut(
            id=message.id,
            parts=body.message.parts,
            created_at=now.replace(tzinfo=UTC),
            delivery_status=message.delivery_status,
        ),
    )


if __name__ == "__main__":
    serve("bench.server.plain_send:app", lifespan=True)
