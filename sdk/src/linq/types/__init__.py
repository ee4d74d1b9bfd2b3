"""What the API's answers are made of, and the parameters of its methods."""

from linq.types.chat import Chat as Chat
from linq.types.chat import HealthStatus as HealthStatus
from linq.types.chat_list_chats_params import ChatListChatsParams as ChatListChatsParams
from linq.types.shared import ChatHandle as ChatHandle
from linq.types.shared import ServiceType as ServiceType

__all__ = ["Chat", "ChatHandle", "ChatListChatsParams", "HealthStatus", "ServiceType"]
