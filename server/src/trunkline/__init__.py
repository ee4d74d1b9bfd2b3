"""Trunkline: the open, self-hosted chats API, wire-compatible with the Linq Partner API v3."""

from importlib.metadata import version

__version__ = version("trunkline")
