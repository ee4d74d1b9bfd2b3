"""The version of the distribution ``trunkline-sdk``; a test holds it to ``pyproject.toml``."""

__version__ = "0.1.0"
