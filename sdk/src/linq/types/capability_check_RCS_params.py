# Generated from sdk/tools/public_names.py by sdk/tools/generate_paths.py; run make generate.
# ruff: noqa: N999 - the name in linq-python
"""At the path that ``linq-python`` has."""

from linq.types.params import CapabilityCheckRCSParams

__all__ = ["CapabilityCheckRCSParams"]
