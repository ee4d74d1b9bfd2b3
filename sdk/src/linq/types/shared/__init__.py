"""The types that several methods share."""

from linq.types.shared.chat_handle import ChatHandle as ChatHandle
from linq.types.shared.service_type import ServiceType as ServiceType

__all__ = ["ChatHandle", "ServiceType"]
