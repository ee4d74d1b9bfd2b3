"""The version of the distribution ``trunkline-sdk``; a test compares it with ``pyproject.toml``."""

__title__ = "linq"
__version__ = "0.1.0"
