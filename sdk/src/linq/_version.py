"""The version of the distribution ``trunkline-sdk``, which tools/version.py writes."""

__title__ = "linq"
__version__ = "0.1.0"
