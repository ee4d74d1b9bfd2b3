"""The tables of the plain implementation: chats, handles and messages, as anybody would write them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

DATABASE = "BENCH_PLAIN_DATABASE"
"""The variable with the URL of the database."""


class Base(DeclarativeBase):
    """Every table."""


class Key(Base):
    """Who a bearer key belongs to."""

    __tablename__ = "keys"

    key: Mapped[str] = mapped_column(primary_key=True)
    partner_id: Mapped[int]


class Chat(Base):
    """A chat; its handles are rows of their own."""

    __tablename__ = "chats"
    __table_args__ = (Index("chats_order", "partner_id", "updated_at", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    partner_id: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    display_name: Mapped[str | None]
    is_archived: Mapped[bool]
    is_group: Mapped[bool]
    service: Mapped[str | None]
    group_chat_icon: Mapped[str | None]
    health: Mapped[str]
    health_updated_at: Mapped[datetime]
    handles: Mapped[list["Handle"]] = relationship(order_by="Handle.place")


class Handle(Base):
    """A participant of a chat."""

    __tablename__ = "handles"

    id: Mapped[str] = mapped_column(primary_key=True)
    chat_id: Mapped[str] = mapped_column(ForeignKey("chats.id"), index=True)
    place: Mapped[int]
    handle: Mapped[str] = mapped_column(index=True)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    service: Mapped[str]
    is_me: Mapped[bool]
    status: Mapped[str]


class Message(Base):
    """A message that was sent."""

    __tablename__ = "messages"
    __table_args__ = (Index("messages_order", "chat_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    chat_id: Mapped[str] = mapped_column(ForeignKey("chats.id"))
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    idempotency_key: Mapped[str | None]
    created_at: Mapped[datetime]
    delivery_status: Mapped[str]


class OutboxEntry(Base):
    """A message that is to be delivered."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"))
    partner_id: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(index=True)
